using System.Collections.Generic;

namespace GpuVSphere.Readiness.Decision;

/// <summary>What somebody wants GPUs for.</summary>
public sealed record GpuQuestion
{
    /// <summary>What is to run; null when it is not said.</summary>
    public GpuWorkload? Workload { get; init; }

    /// <summary>What is done with it; null when it is not said.</summary>
    public WorkloadPhase? Phase { get; init; }

    /// <summary>What is needed.</summary>
    public IReadOnlyList<GpuNeed> Needs { get; init; } = [];

    /// <summary>How many GPUs one VM is to have, 1 to 128.</summary>
    public int GpuCount { get; init; } = 1;
}
