using System.Collections.Generic;

namespace GpuVSphere.Bitfusion;

/// <summary>What a resource scheduler says of itself when it starts. What it did not say is null.</summary>
internal sealed record SchedulerReport
{
    /// <summary>The address it listens at; 0.0.0.0 for all.</summary>
    public string? ListenAddress { get; init; }

    /// <summary>The port it listens at.</summary>
    public int? Port { get; init; }

    /// <summary>How many GPUs it gives out.</summary>
    public int? GpuCount { get; init; }

    /// <summary>Which ones, as the driver numbers them.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];

    /// <summary>How much memory of each GPU it gives out, in MiB.</summary>
    public int? MemoryMB { get; init; }

    /// <summary>The line itself.</summary>
    public required string Text { get; init; }
}
