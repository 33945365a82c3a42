namespace GpuVSphere.Vgpu;

/// <summary>How the vGPUs of a GPU share its time.</summary>
public enum VgpuSchedulerPolicy
{
    /// <summary>A vGPU may use what the others leave: the driver's default.</summary>
    BestEffort,

    /// <summary>The vGPUs that run have equal shares: a share grows when others stop.</summary>
    EqualShare,

    /// <summary>Each vGPU has the share that its profile stands for, however many run.</summary>
    FixedShare,
}
