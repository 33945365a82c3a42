namespace GpuVSphere.Guest;

/// <summary>What a file of NVIDIA's that brings CUDA is.</summary>
public enum CudaPackageKind
{
    /// <summary>A run-file with the toolkit, samples and a driver.</summary>
    RunFile,

    /// <summary>A run-file that mends a toolkit which is there.</summary>
    Patch,

    /// <summary>A .deb that brings a repository of packages into the guest.</summary>
    DebRepository,

    /// <summary>A .rpm that brings a repository of packages into the guest.</summary>
    RpmRepository,

    /// <summary>A setup program for Windows with the toolkit and a driver.</summary>
    WindowsSetup,

    /// <summary>A setup program for Windows that downloads in the guest what it installs.</summary>
    WindowsNetworkSetup,

    /// <summary>A setup program that mends a toolkit which is there on Windows.</summary>
    WindowsPatch,
}
