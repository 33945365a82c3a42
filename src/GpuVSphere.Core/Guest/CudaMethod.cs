namespace GpuVSphere.Guest;

/// <summary>By which way CUDA comes into a guest.</summary>
public enum CudaMethod
{
    /// <summary>By NVIDIA's run-file, with its patches.</summary>
    RunFile,

    /// <summary>By packages of a repository that the guest has, or that a file brings.</summary>
    Package,

    /// <summary>In containers: Docker with the NVIDIA runtime. The toolkit is in the image then.</summary>
    Container,

    /// <summary>By NVIDIA's setup program, with its patches, in Windows guests.</summary>
    Setup,
}
