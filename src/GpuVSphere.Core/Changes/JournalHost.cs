using System;
using System.Collections.Generic;

namespace GpuVSphere.Changes;

/// <summary>What the journal knows of one host of a change, or of a cluster, a vCenter or a VM's guest whose settings it changes.</summary>
public sealed record JournalHost
{
    /// <summary>The host, cluster, vCenter or VM.</summary>
    public required PlanTarget Target { get; init; }

    /// <summary>What is set on it, with the values before.</summary>
    public IReadOnlyList<JournalField> Fields { get; init; } = [];

    /// <summary>The step it reached.</summary>
    public HostStep Step { get; init; }

    /// <summary>Whether the host is in maintenance mode, or on its way there, because of this change: then this change has to leave it.</summary>
    public bool OwnsMaintenanceMode { get; init; }

    /// <summary>The VMs that this change shut down, or was about to, and has not started again.</summary>
    public IReadOnlyList<JournalVm> VmsShutDown { get; init; } = [];

    /// <summary>When the host had booted before this change rebooted it; null when it did not.</summary>
    public DateTimeOffset? BootTimeBefore { get; init; }

    /// <summary>When work on the host began, or null.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it was finished, or null.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>What became of it; null while it is not finished.</summary>
    public ChangeOutcome? Outcome { get; init; }

    /// <summary>What was said of it, or null.</summary>
    public string? Message { get; init; }

    /// <summary>The id of the error, or null.</summary>
    public string? ErrorId { get; init; }

    /// <summary>Whether something is left for this change to put right on the host.</summary>
    public bool OwnsSomething => OwnsMaintenanceMode || VmsShutDown.Count > 0;
}
