namespace GpuVSphere.Guest;

/// <summary>What a guest asks the licence server for: the FeatureType of gridd.conf, and of the registry on Windows.</summary>
public enum LicenseFeature
{
    /// <summary>Nothing: the guest stays without a licence. A vGPU is then slowed down after a while.</summary>
    Unlicensed = 0,

    /// <summary>What the vGPU's own type needs: NVIDIA vGPU.</summary>
    VirtualGpu = 1,

    /// <summary>NVIDIA RTX Virtual Workstation, earlier Quadro Virtual Data Center Workstation.</summary>
    VirtualWorkstation = 2,

    /// <summary>NVIDIA Virtual Compute Server.</summary>
    VirtualComputeServer = 4,
}
