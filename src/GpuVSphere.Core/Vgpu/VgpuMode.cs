namespace GpuVSphere.Vgpu;

/// <summary>Whether the vGPUs of one GPU may differ in size: vSphere 8.0 U3 and later.</summary>
public enum VgpuMode
{
    /// <summary>All vGPUs of the GPU have one size of frame buffer.</summary>
    SameSize,

    /// <summary>vGPUs of different sizes share the GPU: Ampere and later.</summary>
    MixedSize,
}
