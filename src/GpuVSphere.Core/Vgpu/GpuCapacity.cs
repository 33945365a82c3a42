using System.Collections.Generic;
using GpuVSphere.Inventory;
using GpuVSphere.Smi;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>How one physical GPU is used by vGPUs.</summary>
public sealed record GpuCapacity
{
    /// <summary>The host.</summary>
    public required VimObjectId HostId { get; init; }

    /// <summary>The host's name.</summary>
    public required string HostName { get; init; }

    /// <summary>The server's name, as the user gave it.</summary>
    public required string ServerName { get; init; }

    /// <summary>The cluster's name, or null.</summary>
    public string? ClusterName { get; init; }

    /// <summary>Where the GPU is on the host.</summary>
    public required PciAddress Address { get; init; }

    /// <summary>The model by the catalogue, or the name that the host reports.</summary>
    public required string Model { get; init; }

    /// <summary>How it is shared.</summary>
    public required GpuVgpuMode Mode { get; init; }

    /// <summary>Why it is not in vGPU use, in one word; None when it is.</summary>
    public GpuObstacle Obstacle { get; init; }

    /// <summary>Why it is not in vGPU use; null when it is.</summary>
    public string? NotInUse { get; init; }

    /// <summary>What is configured and not in force yet; null when nothing is.</summary>
    public string? Pending { get; init; }

    /// <summary>performance or consolidation, where it counts: in same-size mode only; else null.</summary>
    public string? AssignmentPolicy { get; init; }

    /// <summary>The size in MB that alone starts on it while its VMs run (same-size mode); null when it is free, or in another mode.</summary>
    public int? LockedMemoryMB { get; init; }

    /// <summary>The profile that alone starts on it while its VMs run (same-size mode before 8.0 U1, which does not mix series of one size); else null.</summary>
    public string? LockedProfile { get; init; }

    /// <summary>The profiles that run on it.</summary>
    public IReadOnlyList<string> Profiles { get; init; } = [];

    /// <summary>Frame buffer that vGPUs can be given, in MB; null when it is not known.</summary>
    public long? MemoryMB { get; init; }

    /// <summary>What of it no vGPU has, in MB; null when it is not known. In mixed-size and MIG mode not all of it can be given, for vGPUs stand at certain places only.</summary>
    public long? FreeMemoryMB { get; init; }

    /// <summary>
    /// Where nothing stands, in GB of the frame buffer (mixed-size mode) or memory slices (MIG mode); null in same-size mode, and where nobody told where the running vGPUs are.
    /// </summary>
    public IReadOnlyList<PlaceRange>? FreePlaces { get; init; }

    /// <summary>GPU instances that no VM uses (MIG mode); empty where nobody asked nvidia-smi.</summary>
    public IReadOnlyList<MigInstance> IdleInstances { get; init; } = [];

    /// <summary>The vGPUs that run on it, with their places where nvidia-smi told them.</summary>
    public IReadOnlyList<RunningVgpu> Running { get; init; } = [];

    /// <summary>The VMs that run on it.</summary>
    public IReadOnlyList<string> VMs { get; init; } = [];

    /// <summary>Names the GPU across servers and processes.</summary>
    public string Uid => GpuDevice.UidOf(HostId, Address);
}
