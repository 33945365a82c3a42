using System.Collections.Generic;

namespace GpuVSphere.Vgpu;

/// <summary>A VIB as its descriptor describes it.</summary>
public sealed record PackageVib
{
    /// <summary>The name, such as <c>NVIDIA-VMware_ESXi_6.7_Host_Driver</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The version, such as <c>390.42-1OEM.670.0.0.7535516</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The vendor; empty when it is not said.</summary>
    public string Vendor { get; init; } = string.Empty;

    /// <summary>One line about it; empty when there is none.</summary>
    public string Summary { get; init; } = string.Empty;

    /// <summary>VMwareCertified, VMwareAccepted, PartnerSupported or CommunitySupported; empty when it is not said.</summary>
    public string AcceptanceLevel { get; init; } = string.Empty;

    /// <summary>What it needs to be there, as written: <c>esx-version &gt;= 6.7.0</c>.</summary>
    public IReadOnlyList<string> Depends { get; init; } = [];

    /// <summary>Whether the host must be in maintenance mode for it; null when that is not said.</summary>
    public bool? NeedsMaintenanceMode { get; init; }

    /// <summary>Whether it can be installed into the running system; null when that is not said.</summary>
    public bool? IsLiveInstallable { get; init; }

    /// <summary>Its size in bytes on the host's boot bank; null when it is not known.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>The name with the version, as a host's lists have it.</summary>
    public string NameAndVersion => Name + " " + Version;
}
