using System;
using System.Collections.Generic;

namespace GpuVSphere.Changes;

/// <summary>Tells whether a plan still fits what is there.</summary>
public static class StalePlan
{
    /// <summary>Compares what a plan rests on with what is found now.</summary>
    /// <param name="changes">The planned changes of one object.</param>
    /// <param name="found">The present value of a change's property; null for absent.</param>
    /// <exception cref="PlanIsStaleException">PlanIsStale: a <c>before</c> no longer holds.</exception>
    public static void Refuse(IEnumerable<PlannedChange> changes, Func<PlannedChange, string?> found)
    {
        foreach (PlannedChange change in changes)
        {
            string? now = found(change);
            if (!string.Equals(now, change.Before, StringComparison.Ordinal))
            {
                throw new PlanIsStaleException(change, now);
            }
        }
    }
}
