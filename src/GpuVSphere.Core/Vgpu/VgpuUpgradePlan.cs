using System.Collections.Generic;
using GpuVSphere.Catalog;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>What another manager on a host would do to its guests, and in which order to upgrade.</summary>
public sealed record VgpuUpgradePlan
{
    /// <summary>The host; null where versions were asked about.</summary>
    public VimObjectId? HostId { get; init; }

    /// <summary>The host's name; null where versions were asked about.</summary>
    public string? HostName { get; init; }

    /// <summary>The server's name; null where versions were asked about.</summary>
    public string? ServerName { get; init; }

    /// <summary>The manager now; null when there is none.</summary>
    public string? Manager { get; init; }

    /// <summary>The releases that the manager can be, in words.</summary>
    public string? ManagerRelease { get; init; }

    /// <summary>The planned manager, as it was given.</summary>
    public required string PlannedManager { get; init; }

    /// <summary>The releases that the planned manager can be, in words.</summary>
    public required string PlannedRelease { get; init; }

    /// <summary>Whether the host, its GPUs and all guests work with the planned manager as they are.</summary>
    public required CompatibilityVerdict Verdict { get; init; }

    /// <summary>The VMs that would lose their vGPU: their drivers do not work with the planned manager.</summary>
    public IReadOnlyList<string> FallsOut { get; init; } = [];

    /// <summary>The VMs of which that cannot be said.</summary>
    public IReadOnlyList<string> Undecided { get; init; } = [];

    /// <summary>The order to upgrade in; empty when the planned manager does not suit the host at all.</summary>
    public IReadOnlyList<UpgradeStep> Steps { get; init; } = [];

    /// <summary>The checks of the planned manager, with the guests' among them.</summary>
    public IReadOnlyList<CompatibilityCheck> Checks { get; init; } = [];

    /// <summary>The reasons of the checks that decide.</summary>
    public string Reason { get; init; } = string.Empty;

    /// <summary>What to do first; null when there is nothing to mend.</summary>
    public string? NextStep { get; init; }
}
