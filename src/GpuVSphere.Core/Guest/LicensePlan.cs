using System.Collections.Generic;
using GpuVSphere.Changes;

namespace GpuVSphere.Guest;

/// <summary>What is to be done in a guest for its licence.</summary>
internal sealed record LicensePlan
{
    /// <summary>The rows: property, before, after.</summary>
    public IReadOnlyList<(string Property, string? Before, string? After)> Rows { get; init; } = [];

    /// <summary>What speaks against it.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>What it means, in words.</summary>
    public IReadOnlyList<string> Consequences { get; init; } = [];

    /// <summary>gridd.conf as it is to be; null where it stays.</summary>
    public byte[]? Conf { get; init; }

    /// <summary>Whether gridd.conf is removed: it was made by a change that is undone.</summary>
    public bool RemovesConf { get; init; }

    /// <summary>The values of the registry that are removed: they were made by a change that is undone.</summary>
    public IReadOnlyList<string> RemovedValues { get; init; } = [];

    /// <summary>The mode of gridd.conf; null where it stays.</summary>
    public string? ConfMode { get; init; }

    /// <summary>The values of the registry that are written, by name; null is one that is emptied.</summary>
    public IReadOnlyDictionary<string, string?> Registry { get; init; } = new Dictionary<string, string?>();

    /// <summary>Where the token is written; null where none is.</summary>
    public string? TokenPath { get; init; }

    /// <summary>A token that is there and only gets its mode; null where none does.</summary>
    public string? TokenToOpen { get; init; }

    /// <summary>The tokens that are removed.</summary>
    public IReadOnlyList<string> RemovedTokens { get; init; } = [];

    /// <summary>Whether something is written; else the service is restarted alone.</summary>
    public bool Writes => Conf is not null || ConfMode is not null || Registry.Count > 0 || TokenPath is not null || TokenToOpen is not null || RemovedTokens.Count > 0;

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsEmpty => Rows.Count == 0;
}
