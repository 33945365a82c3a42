using System.Collections.Generic;
using GpuVSphere.Inventory;

namespace GpuVSphere.Vgpu;

/// <summary>How many more vGPUs of a profile start on one GPU.</summary>
public sealed record GpuFit
{
    /// <summary>The GPU.</summary>
    public required GpuDevice Device { get; init; }

    /// <summary>How many start for certain.</summary>
    public required int CanStart { get; init; }

    /// <summary>How many start at most: more than <see cref="CanStart"/> where the placement of what runs is not readable.</summary>
    public required int MayStart { get; init; }

    /// <summary>What keeps more from starting; also told where some start: then it is what stops the next one after them.</summary>
    public GpuObstacle Obstacle { get; init; }

    /// <summary>Why not more, in a sentence; null when the whole GPU is free for the profile.</summary>
    public string? Why { get; init; }

    /// <summary>The VMs that would have to go for more to start.</summary>
    public IReadOnlyList<RunningVgpu> InTheWay { get; init; } = [];

    /// <summary>Where the next one can be placed: GB of the frame buffer in mixed-size mode, memory slices in MIG mode; null in same-size mode, and where nobody told where the running ones are.</summary>
    public IReadOnlyList<int>? FreePlacements { get; init; }
}
