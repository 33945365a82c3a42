using System.Collections.Generic;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>A vGPU profile that a host offers, and how many of it can still start there now.</summary>
public sealed record VgpuProfile
{
    /// <summary>The name, as vSphere has it.</summary>
    public required string Name { get; init; }

    /// <summary>The host.</summary>
    public required VimObjectId HostId { get; init; }

    /// <summary>The host's name.</summary>
    public required string HostName { get; init; }

    /// <summary>The server's name, as the user gave it.</summary>
    public required string ServerName { get; init; }

    /// <summary>The cluster's name, or null.</summary>
    public string? ClusterName { get; init; }

    /// <summary>The host's GPUs that have the profile.</summary>
    public IReadOnlyList<PciAddress> Devices { get; init; } = [];

    /// <summary>Frame buffer in MB; null when nothing tells.</summary>
    public int? MemoryMB { get; init; }

    /// <summary>The series; null when nothing tells.</summary>
    public VgpuSeries? Series { get; init; }

    /// <summary>How it shares the GPU; null when nothing tells.</summary>
    public VgpuSharing? Sharing { get; init; }

    /// <summary>The licence that a VM with it needs; null when the series is not known.</summary>
    public string? Licence { get; init; }

    /// <summary>Whether a VM with it can be moved while it runs; null where the host does not say (before 6.7).</summary>
    public bool? CanMigrate { get; init; }

    /// <summary>Whether a VM with it can be suspended; null where the host does not say.</summary>
    public bool? CanSuspend { get; init; }

    /// <summary>Whether the disks of a running VM with it can be snapshot; null where the host does not say.</summary>
    public bool? CanSnapshotDisk { get; init; }

    /// <summary>Whether the memory of a running VM with it can be snapshot; null where the host does not say.</summary>
    public bool? CanSnapshotMemory { get; init; }

    /// <summary>How many fit on one GPU that is free for it, in the mode that the GPUs are in; null when nothing tells.</summary>
    public int? MaxPerGpu { get; init; }

    /// <summary>How sure <see cref="MaxPerGpu"/> is: computed where it follows from the frame buffer alone.</summary>
    public FactConfidence Confidence { get; init; }

    /// <summary>How many more start on the host now, for certain.</summary>
    public required int CanStart { get; init; }

    /// <summary>How many more start on the host now, at most; above <see cref="CanStart"/> where what decides is not readable.</summary>
    public required int MayStart { get; init; }

    /// <summary>Why not more, in a sentence; null when every GPU of the host is free for it.</summary>
    public string? Why { get; init; }

    /// <summary>The VMs that would have to go for more to start.</summary>
    public IReadOnlyList<string> InTheWay { get; init; } = [];

    /// <summary>What the numbers rest on where it is less than a documented maximum and a reading.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Names the host's profile across servers and processes.</summary>
    public string Uid => $"/GpuVSphere={HostId.ServerUuid}/VMHost={HostId.Reference}/VgpuProfile={Name}/";
}
