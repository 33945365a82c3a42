using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Smi;

namespace GpuVSphere.Vgpu;

/// <summary>How one GPU is used.</summary>
public sealed record GpuUse
{
    /// <summary>The GPU.</summary>
    public required GpuDevice Device { get; init; }

    /// <summary>Its mode.</summary>
    public required GpuVgpuMode Mode { get; init; }

    /// <summary>Why it is not in vGPU use, in one word; None when it is.</summary>
    public GpuObstacle Obstacle { get; init; }

    /// <summary>Why it is not in vGPU use; null when it is.</summary>
    public string? NotInUse { get; init; }

    /// <summary>What is configured and not in force yet; null when nothing is.</summary>
    public string? Pending { get; init; }

    /// <summary>Frame buffer that vGPUs can be given, in MB; null when it is not known.</summary>
    public long? MemoryMB { get; init; }

    /// <summary>Frame buffer that running vGPUs have, in MB; null when a profile could not be read.</summary>
    public long? UsedMemoryMB { get; init; }

    /// <summary>What runs on it, as far as it is certain.</summary>
    public IReadOnlyList<RunningVgpu> Running { get; init; } = [];

    /// <summary>The frame-buffer size in MB that same-size mode allows while its VMs run; null when it is free, or not in that mode.</summary>
    public int? LockedMemoryMB { get; init; }

    /// <summary>The profile that alone starts on it while its VMs run (same-size mode before 8.0 U1, which does not mix series of one size); else null.</summary>
    public string? LockedProfile { get; init; }

    /// <summary>Where nothing stands; null in same-size mode, and where nobody told where the running vGPUs are.</summary>
    public IReadOnlyList<PlaceRange>? FreePlaces { get; init; }

    /// <summary>GPU instances that no VM uses; empty where nobody asked nvidia-smi.</summary>
    public IReadOnlyList<MigInstance> IdleInstances { get; init; } = [];

    /// <summary>The profiles that run on it, each once.</summary>
    public IReadOnlyList<string> Profiles => Running.Select(vgpu => vgpu.Profile).OfType<string>().Distinct().ToArray();
}
