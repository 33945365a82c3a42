using System.Collections.Generic;

namespace GpuVSphere.Vim;

/// <summary>Which properties of which objects to read.</summary>
public sealed class PropertyQuery
{
    private PropertyQuery(string? type, IReadOnlyList<ManagedObjectReference> references, IReadOnlyList<string> paths)
    {
        Type = type;
        References = references;
        Paths = paths;
    }

    /// <summary>The type whose every object is meant; null when <see cref="References"/> says which.</summary>
    public string? Type { get; }

    /// <summary>The objects meant.</summary>
    public IReadOnlyList<ManagedObjectReference> References { get; }

    /// <summary>The property paths, such as <c>runtime.bootTime</c>.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>All objects of a type below the root folder, by a container view.</summary>
    /// <param name="type">Such as HostSystem; objects of derived types are meant too.</param>
    /// <param name="paths">Such as <c>name</c>, <c>config.pciPassthruInfo</c>.</param>
    public static PropertyQuery All(string type, params string[] paths) => new(type, [], paths);

    /// <summary>Certain objects. One that no longer exists is left out of the answer where the server can do that.</summary>
    /// <param name="references">The objects, of any types that have the properties; none is no work.</param>
    /// <param name="paths">Such as <c>name</c>, <c>runtime.powerState</c>.</param>
    public static PropertyQuery Of(IReadOnlyList<ManagedObjectReference> references, params string[] paths) => new(null, references, paths);
}
