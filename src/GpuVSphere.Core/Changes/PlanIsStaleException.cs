namespace GpuVSphere.Changes;

/// <summary>A plan was to be performed, and the object is no longer as it was when the plan was made. Nothing of the object was changed.</summary>
public sealed class PlanIsStaleException : GpuVSphereException
{
    internal PlanIsStaleException(PlannedChange change, string? found)
        : base(
            "PlanIsStale",
            GpuErrorCategory.InvalidState,
            $"{change.Target.Name}: {change.Property} was {Text(change.Before)} when the plan was made and is {Text(found)} now. Nothing was changed on it.",
            change.Target.Name,
            "Plan again: run the cmdlet anew, or make the plan again with -AsPlan.")
    {
        Property = change.Property;
        Planned = change.Before;
        Found = found;
    }

    /// <summary>The property that differs.</summary>
    public string Property { get; }

    /// <summary>The value that the plan rests on; null for absent.</summary>
    public string? Planned { get; }

    /// <summary>The value found; null for absent.</summary>
    public string? Found { get; }

    private static string Text(string? value) => value is null ? "absent" : "'" + value + "'";
}
