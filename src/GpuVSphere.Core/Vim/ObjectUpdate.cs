using System.Collections.Generic;

namespace GpuVSphere.Vim;

/// <summary>What was told of one object while waiting.</summary>
public sealed class ObjectUpdate
{
    internal ObjectUpdate(ManagedObjectReference reference, ObjectUpdateKind kind, IReadOnlyDictionary<string, VimElement?> values)
    {
        Reference = reference;
        Kind = kind;
        Values = values;
    }

    /// <summary>The object.</summary>
    public ManagedObjectReference Reference { get; }

    /// <summary>What kind of update it is.</summary>
    public ObjectUpdateKind Kind { get; }

    /// <summary>The properties told, by path; null for a property that became unset. A property that did not change is not there.</summary>
    public IReadOnlyDictionary<string, VimElement?> Values { get; }

    /// <summary>The text of a property; null when it was not told or is unset.</summary>
    /// <param name="path">Such as <c>runtime.connectionState</c>.</param>
    public string? Text(string path) => Values.TryGetValue(path, out VimElement? value) ? value?.Text : null;
}
