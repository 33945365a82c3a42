namespace GpuVSphere.Vim;

/// <summary>A VIB or a component on a host, or in a package that the host was asked about.</summary>
/// <param name="Name">The name, such as <c>NVIDIA-VMware_ESXi_6.7_Host_Driver</c>.</param>
/// <param name="Version">The version, such as <c>390.42-1OEM.670.0.0.7535516</c>.</param>
/// <param name="Vendor">The vendor; empty when it is not said.</param>
/// <param name="AcceptanceLevel">VMwareCertified, VMwareAccepted, PartnerSupported or CommunitySupported; empty when it is not said.</param>
/// <param name="Date">When it was installed, or made when it is not installed; empty when it is not said.</param>
/// <param name="Id">The id, such as <c>NVIDIA_bootbank_NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM.670.0.0.7535516</c>; empty when it is not said.</param>
public sealed record InstalledSoftware(string Name, string Version, string Vendor, string AcceptanceLevel, string Date, string Id)
{
    /// <summary>The name for people, as a component has one; empty when there is none.</summary>
    public string DisplayName { get; init; } = string.Empty;

    /// <summary>Whether the host must be in maintenance mode for it; null when that is not said.</summary>
    public bool? NeedsMaintenanceMode { get; init; }

    /// <summary>Whether it can be installed into the running system; null when that is not said.</summary>
    public bool? IsLiveInstallable { get; init; }
}
