using GpuVSphere.Vim;

namespace GpuVSphere.Bitfusion;

/// <summary>A resource scheduler that runs in a server VM. What it does not say of itself is null.</summary>
public sealed record FlexDirectScheduler
{
    /// <summary>The VM.</summary>
    public required VimObjectId VmId { get; init; }

    /// <summary>The VM's name.</summary>
    public required string VmName { get; init; }

    /// <summary>The name of the vSphere server, as the user gave it.</summary>
    public required string ServerName { get; init; }

    /// <summary>The address it listens at; 0.0.0.0 for all.</summary>
    public string? ListenAddress { get; init; }

    /// <summary>The port it listens at.</summary>
    public int? Port { get; init; }

    /// <summary>How many GPUs it gives out.</summary>
    public int? GpuCount { get; init; }

    /// <summary>Which ones, as the guest's driver numbers them.</summary>
    public string[] Devices { get; init; } = [];

    /// <summary>How much memory of each GPU it gives out, in MiB.</summary>
    public int? MemoryMB { get; init; }

    /// <summary>The service that runs it; null when it runs without one.</summary>
    public string? Service { get; init; }

    /// <summary>The number of its process.</summary>
    public int? ProcessId { get; init; }

    /// <summary>The line with which it started, or the last it said; null when its log is not known.</summary>
    public string? Text { get; init; }
}
