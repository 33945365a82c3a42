using GpuVSphere.Catalog;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>One of NVIDIA's VIBs on a host: the driver for vGPU or AI Enterprise, or the management daemon.</summary>
public sealed record NvidiaVib
{
    /// <summary>The host.</summary>
    public required VimObjectId HostId { get; init; }

    /// <summary>The host's name.</summary>
    public required string HostName { get; init; }

    /// <summary>The server's name, as the user gave it.</summary>
    public required string ServerName { get; init; }

    /// <summary>The VIB's name, such as <c>NVIDIA-VMware_ESXi_6.7_Host_Driver</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its version, such as <c>390.42-1OEM.670.0.0.7535516</c>.</summary>
    public required string Version { get; init; }

    /// <summary>Its vendor; empty when the host does not say.</summary>
    public string Vendor { get; init; } = string.Empty;

    /// <summary>Its acceptance level, as esxcli names it.</summary>
    public string AcceptanceLevel { get; init; } = string.Empty;

    /// <summary>When it was installed, as the host writes it.</summary>
    public string InstallDate { get; init; } = string.Empty;

    /// <summary>Which of NVIDIA's packages it is.</summary>
    public VgpuPackageFlavour Flavour { get; init; }

    /// <summary>The driver's version; null for the daemon.</summary>
    public DriverVersion? DriverVersion { get; init; }

    /// <summary>The vGPU release that the driver belongs to, in words; empty for the daemon.</summary>
    public string Release { get; init; } = string.Empty;

    /// <summary>The component that brings it, with its version; null before vSphere 7.0, or when it came alone.</summary>
    public string? Component { get; init; }

    /// <summary>Whether the next reboot brings it, replaces it or takes it away.</summary>
    public bool IsRebootPending { get; init; }

    /// <summary>What waits for the reboot, or why the driver serves no GPU; null when nothing does.</summary>
    public string? Pending { get; init; }

    /// <summary>The id, as esxcli prints it.</summary>
    public string Id { get; init; } = string.Empty;
}
