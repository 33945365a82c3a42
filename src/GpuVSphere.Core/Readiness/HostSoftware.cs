using GpuVSphere.Catalog;

namespace GpuVSphere.Readiness;

/// <summary>NVIDIA's software on a host, as the host lists it.</summary>
public sealed record HostSoftware
{
    /// <summary>The driver, as it is after the next boot; null when none is installed.</summary>
    public VgpuPackage? Driver { get; init; }

    /// <summary>What of the driver waits for a reboot, or why it serves no GPU, in a sentence; null when nothing does.</summary>
    public string? Pending { get; init; }

    /// <summary>The driver as one side of a pair; null when there is none, or when its name does not tell a version that the catalogue can place.</summary>
    internal VgpuVersion? Manager => Driver is { Driver: { } version, Releases.Major: not null } ? VgpuCatalog.InUse.ReadVersion(version.ToString(), VgpuSide.Manager) : null;
}
