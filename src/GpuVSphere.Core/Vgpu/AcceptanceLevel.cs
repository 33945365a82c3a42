namespace GpuVSphere.Vgpu;

/// <summary>How far software is tested, from the least to the most. A host installs what is at its own level or above.</summary>
public enum AcceptanceLevel
{
    /// <summary>Nobody vouches for it.</summary>
    CommunitySupported,

    /// <summary>Signed by a partner.</summary>
    PartnerSupported,

    /// <summary>Accepted by VMware after the partner's tests: what NVIDIA's drivers usually are.</summary>
    VMwareAccepted,

    /// <summary>Certified by VMware.</summary>
    VMwareCertified,
}
