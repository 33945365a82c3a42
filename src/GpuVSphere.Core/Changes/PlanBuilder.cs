using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Changes;

/// <summary>Collects the changes of a plan, stage by stage. What is already as wanted leaves no trace, so a plan with nothing to do is empty.</summary>
public sealed class PlanBuilder
{
    private readonly List<(string? Barrier, List<PlannedChange> Changes)> _stages = [(null, [])];

    /// <summary>Adds a change, unless before and after are equal.</summary>
    /// <param name="barrier">What must have happened before, such as <c>reboot</c>; null for the changes made at once.</param>
    /// <param name="target">The object.</param>
    /// <param name="property">The property, in the field's words.</param>
    /// <param name="before">What was read; null for absent.</param>
    /// <param name="after">What is wanted; null for absent.</param>
    /// <param name="needs">What has to be done for it.</param>
    /// <returns>This builder.</returns>
    public PlanBuilder Change(string? barrier, PlanTarget target, string property, string? before, string? after, ChangeNeeds needs = ChangeNeeds.None)
    {
        if (string.Equals(before, after, StringComparison.Ordinal))
        {
            return this;
        }

        List<PlannedChange>? changes = null;
        foreach ((string? Barrier, List<PlannedChange> Changes) stage in _stages)
        {
            if (stage.Barrier == barrier)
            {
                changes = stage.Changes;
            }
        }

        if (changes is null)
        {
            changes = [];
            _stages.Add((barrier, changes));
        }

        changes.Add(new PlannedChange(target, property, before, after, needs));
        return this;
    }

    /// <summary>The stages that have changes, numbered from 1; the changes without a barrier come first, barriers in the order they were named.</summary>
    public IReadOnlyList<ChangeStage> Build() => _stages
        .Where(stage => stage.Changes.Count > 0)
        .Select((stage, index) => new ChangeStage(index + 1, stage.Barrier, stage.Changes))
        .ToArray();
}
