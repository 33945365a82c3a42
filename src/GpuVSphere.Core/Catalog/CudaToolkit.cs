namespace GpuVSphere.Catalog;

/// <summary>A CUDA toolkit and the driver that it needs.</summary>
public sealed record CudaToolkit
{
    /// <summary>The toolkit.</summary>
    public required CudaVersion Version { get; init; }

    /// <summary>The driver for Linux.</summary>
    public required DriverVersion LinuxDriver { get; init; }

    /// <summary>The driver for Windows; null where it was not found.</summary>
    public DriverVersion? WindowsDriver { get; init; }

    /// <summary>A lower driver for Linux that an earlier edition of NVIDIA's table named; null where there was none.</summary>
    public DriverVersion? LeastLinuxDriver { get; init; }

    /// <summary>The same for Windows.</summary>
    public DriverVersion? LeastWindowsDriver { get; init; }

    /// <summary>Whether NVIDIA names the driver as needed; else it is the one that comes with the toolkit, and a lower one may do.</summary>
    public bool IsRequired { get; init; }
}
