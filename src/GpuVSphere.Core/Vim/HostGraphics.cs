using System.Collections.Generic;

namespace GpuVSphere.Vim;

/// <summary>The graphics side of a host, as it was read.</summary>
public sealed record HostGraphics
{
    /// <summary>The host.</summary>
    public required ManagedObjectReference Host { get; init; }

    /// <summary>The object that graphics are configured through; empty when the host has none.</summary>
    public ManagedObjectReference Manager { get; init; }

    /// <summary>The object that the host's services are started and stopped through; empty when the host has none.</summary>
    public ManagedObjectReference ServiceSystem { get; init; }

    /// <summary>What is configured; null when the host does not say.</summary>
    public GraphicsConfig? Config { get; init; }

    /// <summary>What is in force, one for each graphics device.</summary>
    public IReadOnlyList<GraphicsInfo> Devices { get; init; } = [];
}
