using System.Collections.Generic;

namespace GpuVSphere.Vgpu;

/// <summary>The vGPU capacity of a cluster, or of a host that is in none.</summary>
public sealed record ClusterCapacity
{
    /// <summary>The cluster's name, or the host's where it is in no cluster.</summary>
    public required string Name { get; init; }

    /// <summary>The server's name, as the user gave it.</summary>
    public required string ServerName { get; init; }

    /// <summary>Its hosts that have NVIDIA GPUs.</summary>
    public required int HostCount { get; init; }

    /// <summary>Hosts of those that start nothing now: not connected, or in maintenance mode.</summary>
    public IReadOnlyList<string> HostsNotReady { get; init; } = [];

    /// <summary>Its GPUs.</summary>
    public required int GpuCount { get; init; }

    /// <summary>GPUs in vGPU use.</summary>
    public required int VgpuGpuCount { get; init; }

    /// <summary>GPUs in vGPU use on which nothing runs.</summary>
    public required int EmptyGpuCount { get; init; }

    /// <summary>Frame buffer of the GPUs in vGPU use, in MB.</summary>
    public required long MemoryMB { get; init; }

    /// <summary>What of it no vGPU has, in MB, as far as it is known.</summary>
    public required long FreeMemoryMB { get; init; }

    /// <summary>How its GPUs in vGPU use are shared, each mode with how many: <c>SameSize 3</c>.</summary>
    public IReadOnlyList<string> Modes { get; init; } = [];

    /// <summary>The profiles that run on it.</summary>
    public IReadOnlyList<string> Profiles { get; init; } = [];

    /// <summary>The names of the VMs that run with vGPUs.</summary>
    public IReadOnlyList<string> VMs { get; init; } = [];

    /// <summary>How many VMs run with vGPUs; some of them may have one name.</summary>
    public required int VMCount { get; init; }

    /// <summary>The profile that was asked for; null when none was.</summary>
    public string? VgpuProfile { get; init; }

    /// <summary>How many more of the profile start for certain on the hosts that are ready; null when none was asked for.</summary>
    public int? CanStart { get; init; }

    /// <summary>How many more of the profile start at most; null when none was asked for.</summary>
    public int? MayStart { get; init; }

    /// <summary>The hosts on which more start, each with how many: <c>esx-01 4</c>.</summary>
    public IReadOnlyList<string> Where { get; init; } = [];

    /// <summary>Why not more, for each host with a GPU that has the profile.</summary>
    public IReadOnlyList<string> Why { get; init; } = [];

    /// <summary>The VMs that would have to go for more to start.</summary>
    public IReadOnlyList<string> InTheWay { get; init; } = [];
}
