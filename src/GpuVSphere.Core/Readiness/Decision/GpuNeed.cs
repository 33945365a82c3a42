namespace GpuVSphere.Readiness.Decision;

/// <summary>What is needed of the way that GPUs are given.</summary>
public enum GpuNeed
{
    /// <summary>One whole GPU for one VM.</summary>
    FullGpu,

    /// <summary>Several GPUs for one VM.</summary>
    SeveralGpus,

    /// <summary>One GPU shared by several VMs.</summary>
    Share,

    /// <summary>Shares of different sizes on one GPU.</summary>
    UnequalShares,

    /// <summary>The running VM can be moved to another host.</summary>
    VMotion,

    /// <summary>Snapshots of the running VM.</summary>
    Snapshot,

    /// <summary>The VM is started again elsewhere when its host fails.</summary>
    HighAvailability,

    /// <summary>The VM runs on a host without a GPU.</summary>
    HostWithoutGpu,

    /// <summary>No other VM can take memory or time of the GPU away.</summary>
    Isolation,
}
