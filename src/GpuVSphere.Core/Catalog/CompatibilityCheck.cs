namespace GpuVSphere.Catalog;

/// <summary>One question of compatibility, answered.</summary>
public sealed record CompatibilityCheck
{
    /// <summary>Its name: Manager, GuestDriver, Gpu, Esxi or LicenseServer.</summary>
    public required string Name { get; init; }

    /// <summary>The answer.</summary>
    public required CompatibilityVerdict Verdict { get; init; }

    /// <summary>Why, with the values that were seen.</summary>
    public required string Reason { get; init; }

    /// <summary>Where that is written; empty when nothing was looked up.</summary>
    public string Source { get; init; } = string.Empty;

    /// <summary>How sure the source is: computed where it is taken from a neighbouring release.</summary>
    public FactConfidence Confidence { get; init; }

    /// <summary>The command or the version that mends it; null when there is nothing to mend.</summary>
    public string? NextStep { get; init; }

    /// <summary>The name and the answer.</summary>
    public override string ToString() => $"{Name}: {Verdict}";
}
