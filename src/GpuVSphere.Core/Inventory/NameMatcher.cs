using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Vim;

namespace GpuVSphere.Inventory;

/// <summary>
/// Finds what a user meant: a name, a name with wildcards, or the id that PowerCLI's objects carry (<c>VirtualMachine-vm-12</c>). A name without
/// wildcards means one object; one with wildcards any number, also none.
/// </summary>
public sealed class NameMatcher
{
    private readonly IReadOnlyList<NameDirectory> _directories;

    /// <summary>Makes a matcher.</summary>
    /// <param name="directories">The names of the servers that are meant, all together.</param>
    public NameMatcher(IReadOnlyList<NameDirectory> directories) => _directories = directories;

    /// <summary>The hosts that a text means.</summary>
    /// <param name="text">A name, a name with wildcards, or an id.</param>
    /// <exception cref="GpuVSphereException">HostNotFound; AmbiguousName: a name without wildcards fits several.</exception>
    public IReadOnlyList<NamedObject> Hosts(string text) =>
        Match(text, "HostSystem", "HostNotFound", "host", "Get-GpuDevice", _directories.SelectMany(directory => directory.Hosts).ToList());

    /// <summary>The VMs that a text means.</summary>
    /// <param name="text">A name, a name with wildcards, or an id.</param>
    /// <exception cref="GpuVSphereException">VmNotFound; AmbiguousName: a name without wildcards fits several.</exception>
    public IReadOnlyList<NamedObject> Vms(string text) =>
        Match(text, "VirtualMachine", "VmNotFound", "VM", "Get-VmGpu", _directories.SelectMany(directory => directory.Vms).ToList());

    /// <summary>The clusters that a text means.</summary>
    /// <param name="text">A name, a name with wildcards, or an id.</param>
    /// <exception cref="GpuVSphereException">ClusterNotFound; AmbiguousName: a name without wildcards fits several.</exception>
    public IReadOnlyList<NamedObject> Clusters(string text) =>
        Match(text, "ClusterComputeResource", "ClusterNotFound", "cluster", null, _directories.SelectMany(directory => directory.Clusters).ToList());

    /// <summary>The hosts of the clusters that a text means.</summary>
    /// <param name="text">A cluster's name, a name with wildcards, or an id.</param>
    /// <exception cref="GpuVSphereException">ClusterNotFound; AmbiguousName.</exception>
    public IReadOnlyList<NamedObject> HostsOfClusters(string text)
    {
        var clusters = new HashSet<VimObjectId>(Clusters(text).Select(cluster => cluster.Id));
        return _directories
            .SelectMany(directory => directory.Hosts)
            .Where(host => host.Parent is { } parent && clusters.Contains(new VimObjectId(host.Id.ServerUuid, parent)))
            .ToList();
    }

    /// <summary>The clusters of the hosts that a text means.</summary>
    /// <param name="text">A host's name, a name with wildcards, or an id.</param>
    /// <exception cref="GpuVSphereException">HostNotFound; AmbiguousName; HostNotInCluster: a host without wildcards is in none.</exception>
    public IReadOnlyList<NamedObject> ClustersOfHosts(string text)
    {
        IReadOnlyList<NamedObject> hosts = Hosts(text);
        List<NamedObject> clusters = _directories
            .SelectMany(directory => directory.Clusters)
            .Where(cluster => hosts.Any(host => host.Parent == cluster.Id.Reference && host.Id.ServerUuid == cluster.Id.ServerUuid))
            .ToList();
        return clusters.Count > 0 || hosts.Count != 1 ? clusters : throw new GpuVSphereException(
            "HostNotInCluster", GpuErrorCategory.InvalidArgument, $"{hosts[0].Name} is in no cluster.", hosts[0].Name, "Name a cluster.");
    }

    /// <summary>The one VM that a text means.</summary>
    /// <param name="text">A name, a name with wildcards that fits one, or an id.</param>
    /// <exception cref="GpuVSphereException">VmNotFound; AmbiguousName: it fits several.</exception>
    public NamedObject OneVm(string text) => One(Vms(text), text, "VmNotFound", "VM", "Get-VmGpu");

    /// <summary>The one host that a text means.</summary>
    /// <param name="text">A name, a name with wildcards that fits one, or an id.</param>
    /// <exception cref="GpuVSphereException">HostNotFound; AmbiguousName: it fits several.</exception>
    public NamedObject OneHost(string text) => One(Hosts(text), text, "HostNotFound", "host", "Get-GpuDevice");

    private static NamedObject One(IReadOnlyList<NamedObject> found, string text, string errorId, string kind, string listCommand) => found.Count switch
    {
        1 => found[0],
        0 => throw NotFound(text, errorId, kind, listCommand, []),
        _ => throw Ambiguous(text, kind, found),
    };

    private static IReadOnlyList<NamedObject> Match(
        string text, string type, string errorId, string kind, string? listCommand, IReadOnlyList<NamedObject> all)
    {
        if (ManagedObjectReference.TryParse(text, out ManagedObjectReference reference) && reference.Type == type)
        {
            List<NamedObject> byId = all.Where(named => named.Id.Reference == reference).ToList();
            if (byId.Count > 0)
            {
                return byId.Count == 1 ? byId : throw Ambiguous(text, kind, byId);
            }
        }

        // A name that is spelt just like this is meant, even when it looks like wildcards: a VM may be called "gpu [old]".
        List<NamedObject> exact = all.Where(named => string.Equals(named.Name, text, StringComparison.OrdinalIgnoreCase)).ToList();
        var wildcard = new WildcardName(text);
        if (exact.Count == 0 && !wildcard.HasWildcards)
        {
            exact = all.Where(named => string.Equals(named.Name, wildcard.Literal, StringComparison.OrdinalIgnoreCase)).ToList();
        }

        return exact.Count switch
        {
            1 => exact,
            > 1 => throw Ambiguous(text, kind, exact),
            _ when wildcard.HasWildcards => all.Where(named => wildcard.Matches(named.Name)).ToList(),
            _ => throw NotFound(text, errorId, kind, listCommand, all),
        };
    }

    private static GpuVSphereException NotFound(string text, string errorId, string kind, string? listCommand, IReadOnlyList<NamedObject> all)
    {
        IReadOnlyList<string> near = NearNames.Find(text, all.Select(named => named.Name));
        string? next = near.Count > 0 ? "Did you mean " + string.Join(" or ", near) + "?" : null;
        string list = listCommand is null ? "Check the name in the inventory." : $"{listCommand} lists what there is.";
        return new GpuVSphereException(
            errorId, GpuErrorCategory.ObjectNotFound, $"There is no {kind} named '{text}'.", text, next is null ? list : next + " " + list);
    }

    private static GpuVSphereException Ambiguous(string text, string kind, IReadOnlyList<NamedObject> found) => new(
        "AmbiguousName",
        GpuErrorCategory.AmbiguousName,
        $"The name '{text}' fits {found.Count} {kind}s: "
        + string.Join(", ", found.Take(5).Select(named => $"{named.Name} ({named.Id.Reference} on {named.ServerName})")) + (found.Count > 5 ? ", …" : "."),
        text,
        NextForAmbiguous(found));

    // An id tells two objects of one server apart, and -Server two of different servers; the servers' names may be alike.
    private static string NextForAmbiguous(IReadOnlyList<NamedObject> found)
    {
        bool isOneServer = found.All(named => named.Id.ServerUuid == found[0].Id.ServerUuid);
        bool idsDiffer = found.Select(named => named.Id.Reference).Distinct().Count() == found.Count;
        string byId = "Name it by its id, such as '" + found[0].Id.Reference + "'";
        const string byServer = "hoose the server with -Server: its name or, where two are called alike, one of the objects of Get-GpuVSphereConnection.";
        return isOneServer ? byId + "." : idsDiffer ? byId + ", or c" + byServer : "C" + byServer;
    }
}
