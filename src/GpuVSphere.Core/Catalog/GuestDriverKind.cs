namespace GpuVSphere.Catalog;

/// <summary>Which of NVIDIA's drivers a package carries. Names are NVIDIA's convention, not a proof of what is inside.</summary>
public enum GuestDriverKind
{
    /// <summary>The driver that anybody can download; it serves whole GPUs, and no vGPU.</summary>
    Stock,

    /// <summary>The driver that comes with the vGPU software (GRID); it serves vGPUs, and whole GPUs under a licence.</summary>
    Grid,

    /// <summary>The vGPU manager for KVM hosts: no driver for a guest at all.</summary>
    KvmManager,

    /// <summary>A package that sets up a repository, and carries no driver that could be installed without one more step.</summary>
    Repository,
}
