namespace GpuVSphere.Vgpu;

/// <summary>How a GPU is shared by vGPUs.</summary>
public enum GpuVgpuMode
{
    /// <summary>It is not in vGPU use: in passthrough, Shared (vSGA), or without NVIDIA's host driver.</summary>
    None,

    /// <summary>All vGPUs on it have one size of frame buffer.</summary>
    SameSize,

    /// <summary>vGPUs of different sizes, each at one of its placements (8.0 U3 and later, Ampere and later).</summary>
    MixedSize,

    /// <summary>GPU instances (MIG).</summary>
    Mig,

    /// <summary>The host does not tell, and what runs does not either: same-size or MIG.</summary>
    Unknown,
}
