using System.Collections.Generic;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>How many more vGPUs of a profile start on one physical GPU.</summary>
public sealed record VgpuCapacity
{
    /// <summary>The profile.</summary>
    public required string VgpuProfile { get; init; }

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

    /// <summary>How the GPU is shared.</summary>
    public required GpuVgpuMode Mode { get; init; }

    /// <summary>How many start for certain.</summary>
    public required int CanStart { get; init; }

    /// <summary>How many start at most.</summary>
    public required int MayStart { get; init; }

    /// <summary>Whether the host may give this GPU to the next VM, by its assignment policy and by what is free.</summary>
    public bool IsNext { get; init; }

    /// <summary>Where the next one can be placed: GB of the frame buffer in mixed-size mode, memory slices in MIG mode; null in same-size mode, and where nobody told where the running ones are.</summary>
    public IReadOnlyList<int>? FreePlacements { get; init; }

    /// <summary>What keeps more from starting.</summary>
    public GpuObstacle Obstacle { get; init; }

    /// <summary>Why not more, in a sentence; null when the whole GPU is free for the profile.</summary>
    public string? Why { get; init; }

    /// <summary>The VMs that would have to go for more to start.</summary>
    public IReadOnlyList<string> InTheWay { get; init; } = [];

    /// <summary>What the numbers rest on where it is less than a documented maximum and a reading.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Names the GPU across servers and processes.</summary>
    public string Uid => GpuDevice.UidOf(HostId, Address);
}
