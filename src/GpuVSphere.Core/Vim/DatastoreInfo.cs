using System.Collections.Generic;

namespace GpuVSphere.Vim;

/// <summary>A datastore that files for hosts can be put on.</summary>
public sealed record DatastoreInfo
{
    /// <summary>The datastore.</summary>
    public required ManagedObjectReference Reference { get; init; }

    /// <summary>Its name.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>Where hosts have it mounted, such as <c>ds:///vmfs/volumes/5e8f.../</c>; empty when it is not said.</summary>
    public string Url { get; init; } = string.Empty;

    /// <summary>What is free on it; null when it is not said.</summary>
    public long? FreeBytes { get; init; }

    /// <summary>Whether it can be reached.</summary>
    public bool IsAccessible { get; init; } = true;

    /// <summary>The hosts that have it mounted and may write to it.</summary>
    public IReadOnlyList<ManagedObjectReference> Hosts { get; init; } = [];

    /// <summary>The path on a host of a file on this datastore.</summary>
    /// <param name="path">The file.</param>
    public string PathOnHost(DatastorePath path)
    {
        // By id: the name on the host can be another than the one in vCenter.
        int at = Url.IndexOf("/vmfs/volumes/", System.StringComparison.Ordinal);
        string root = at >= 0 ? Url.Substring(at).TrimEnd('/') : "/vmfs/volumes/" + Name;
        return root + "/" + path.Path;
    }
}
