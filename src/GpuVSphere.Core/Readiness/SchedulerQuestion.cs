namespace GpuVSphere.Readiness;

/// <summary>What is wanted of the vGPU schedulers of GPUs, as far as rules judge it.</summary>
public sealed record SchedulerQuestion
{
    /// <summary>Whether a fixed share is wanted.</summary>
    public bool IsFixedShare { get; init; }

    /// <summary>Whether the GPUs were named one by one, and not meant as the host's.</summary>
    public bool NamesDevices { get; init; }
}
