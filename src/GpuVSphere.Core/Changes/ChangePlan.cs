using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Changes;

/// <summary>
/// What will be changed, made from what was read and what is wanted, before anything is touched. <c>-WhatIf</c> prints it,
/// <c>-AsPlan</c> gives it away, <c>Invoke-GpuPlan</c> performs it.
/// </summary>
public sealed record ChangePlan
{
    /// <summary>Tells plans apart; also the id of the journal entry that a host plan writes.</summary>
    public Guid Id { get; init; } = Guid.NewGuid();

    /// <summary>What was asked for.</summary>
    public required ChangeIntent Intent { get; init; }

    /// <summary>When the state was read that the plan rests on.</summary>
    public required DateTimeOffset PlannedAt { get; init; }

    /// <summary>The objects of the plan, also those with nothing to change and those that are blocked.</summary>
    public required IReadOnlyList<PlanTarget> Targets { get; init; }

    /// <summary>What is changed, in stages.</summary>
    public required IReadOnlyList<ChangeStage> Stages { get; init; }

    /// <summary>What the rules said.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>What the change costs: features lost, VMs shut down, in words, per object.</summary>
    public IReadOnlyList<PlanConsequence> Consequences { get; init; } = [];

    /// <summary>All changes, stage after stage.</summary>
    public IEnumerable<PlannedChange> Changes => Stages.SelectMany(stage => stage.Changes);

    /// <summary>Whether everything is already as wanted.</summary>
    public bool IsEmpty => Stages.All(stage => stage.Changes.Count == 0);

    /// <summary>Whether an object is kept from being changed by a finding.</summary>
    /// <param name="target">One of <see cref="Targets"/>.</param>
    public bool IsBlocked(PlanTarget target) => Findings.Any(finding => finding.Blocks && finding.Target == target);
}
