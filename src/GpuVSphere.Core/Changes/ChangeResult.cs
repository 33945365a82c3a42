using System.Collections.Generic;

namespace GpuVSphere.Changes;

/// <summary>What became of one object of a plan, as read back.</summary>
public sealed record ChangeResult
{
    /// <summary>The object.</summary>
    public required PlanTarget Target { get; init; }

    /// <summary>What became of it.</summary>
    public required ChangeOutcome Outcome { get; init; }

    /// <summary>What was changed, as planned.</summary>
    public IReadOnlyList<PlannedChange> Changes { get; init; } = [];

    /// <summary>What is pending, or what was seen, in words; null when there is nothing to say.</summary>
    public string? Message { get; init; }

    /// <summary>Why it failed, or null.</summary>
    public GpuVSphereException? Error { get; init; }

    /// <summary>The id of the journal entry that can resume or undo it, or null.</summary>
    public string? ChangeId { get; init; }
}
