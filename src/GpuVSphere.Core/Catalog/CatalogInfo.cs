using System;

namespace GpuVSphere.Catalog;

/// <summary>Where a catalogue comes from.</summary>
public sealed record CatalogInfo
{
    /// <summary>The date of its facts.</summary>
    public required DateTime Date { get; init; }

    /// <summary>Who made it, as it says itself.</summary>
    public required string Source { get; init; }

    /// <summary>Whether it is the one that the module carries.</summary>
    public bool IsBuiltIn { get; init; } = true;

    /// <summary>The file, folder or address it was brought from; null for the one that the module carries.</summary>
    public string? BroughtFrom { get; init; }

    /// <summary>When it was brought; null for the one that the module carries.</summary>
    public DateTimeOffset? BroughtAt { get; init; }

    /// <summary>Who brought it; null for the one that the module carries.</summary>
    public string? BroughtBy { get; init; }

    /// <summary>The SHA-256 of what was brought, in hexadecimal; null for the one that the module carries.</summary>
    public string? Sha256 { get; init; }
}
