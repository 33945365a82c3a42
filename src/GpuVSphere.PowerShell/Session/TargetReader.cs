using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Commands;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Session;

/// <summary>
/// Turns what was named into objects of servers, and reads them. What is not found, and a server that does not answer, is one error
/// each; the rest go on. Names are read once in a call.
/// </summary>
internal sealed class TargetReader(ServerSelection servers, LastRead lastRead, PipelineRelay relay)
{
    private readonly Dictionary<GpuConnection, NameDirectory?> _directories = [];
    private readonly Dictionary<(GpuConnection Connection, ManagedObjectReference Reference), GpuInventory> _read = [];
    private readonly HashSet<string> _told = [];
    private HashSet<string> _toldBefore = [];

    /// <summary>The hosts that are meant; a cluster is its hosts.</summary>
    public async Task<IReadOnlyList<NamedHost>> HostsAsync(IReadOnlyList<HostIdentity> identities, CancellationToken cancellationToken)
    {
        List<NamedHost> hosts = [];
        foreach (HostIdentity identity in identities)
        {
            if (identity is { Kind: InventoryKind.Host, Reference: { } reference, Server: { } hint })
            {
                if (await servers.OpenAsync(hint, identity.ToString(), relay, cancellationToken).ConfigureAwait(false) is { } owner)
                {
                    hosts.Add(new NamedHost(owner, new NamedObject(new VimObjectId(owner.InstanceUuid, reference), identity.ToString(), owner.Name), true));
                }

                continue;
            }

            string text = TextOf(identity);
            bool isNamed = identity.Kind == InventoryKind.Host && !WildcardPattern.ContainsWildcardCharacters(text);
            await MatchAsync(
                identity,
                (matcher) => identity.Kind == InventoryKind.Cluster ? matcher.HostsOfClusters(text) : matcher.Hosts(text),
                (owner, found) => hosts.Add(new NamedHost(owner, found, isNamed)),
                cancellationToken).ConfigureAwait(false);
        }

        return [.. hosts.GroupBy(host => (host.Connection, host.Host.Id.Reference)).Select(same => same.FirstOrDefault(one => one.IsNamed) ?? same.First())];
    }

    /// <summary>The clusters that are meant; a host is its cluster.</summary>
    public async Task<IReadOnlyList<(GpuConnection Connection, NamedObject Cluster)>> ClustersAsync(IReadOnlyList<HostIdentity> identities, CancellationToken cancellationToken)
    {
        List<(GpuConnection Connection, NamedObject Cluster)> clusters = [];
        foreach (HostIdentity identity in identities)
        {
            await MatchAsync(
                identity,
                matcher => identity.Kind == InventoryKind.Cluster ? matcher.Clusters(TextOf(identity)) : matcher.ClustersOfHosts(TextOf(identity)),
                (owner, found) => clusters.Add((owner, found)),
                cancellationToken).ConfigureAwait(false);
        }

        return [.. clusters.GroupBy(one => (one.Connection, one.Cluster.Id.Reference)).Select(same => same.First())];
    }

    /// <summary>The VMs that are meant.</summary>
    public async Task<IReadOnlyList<NamedVm>> VmsAsync(IReadOnlyList<VmIdentity> identities, CancellationToken cancellationToken)
    {
        List<NamedVm> vms = [];
        foreach (VmIdentity identity in identities)
        {
            if (identity is { Reference: { } reference, Server: { } hint })
            {
                if (await servers.OpenAsync(hint, identity.ToString(), relay, cancellationToken).ConfigureAwait(false) is { } owner)
                {
                    vms.Add(new NamedVm(owner, new NamedObject(new VimObjectId(owner.InstanceUuid, reference), identity.ToString(), owner.Name)));
                }

                continue;
            }

            await MatchAsync(
                identity,
                matcher => matcher.Vms(TextOf(identity)),
                (owner, found) => vms.Add(new NamedVm(owner, found)),
                cancellationToken).ConfigureAwait(false);
        }

        return [.. vms.GroupBy(vm => (vm.Connection, vm.Vm.Id.Reference)).Select(same => same.First())];
    }

    /// <summary>Everything of all servers that are meant.</summary>
    public async Task<IReadOnlyList<GpuInventory>> EverythingAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<GpuConnection> open = await servers.OpenAsync(relay, cancellationToken).ConfigureAwait(false);
        GpuInventory?[] read = await Task.WhenAll(open.Select(connection => ReadAsync(connection, InventoryScope.Everything, cancellationToken))).ConfigureAwait(false);
        return [.. read.OfType<GpuInventory>()];
    }

    /// <summary>Reads hosts with their GPUs; one call for each server.</summary>
    /// <returns>The hosts as read, each with what was meant.</returns>
    public async Task<IReadOnlyList<(NamedHost Meant, GpuHost Host)>> ReadHostsAsync(IReadOnlyList<NamedHost> hosts, CancellationToken cancellationToken)
    {
        await ReadMissingAsync(hosts.Select(host => (host.Connection, host.Host.Id.Reference)), InventoryScope.Hosts, cancellationToken).ConfigureAwait(false);
        List<(NamedHost Meant, GpuHost Host)> found = [];
        Dictionary<GpuInventory, IReadOnlyDictionary<ManagedObjectReference, GpuHost>> known = [];
        foreach (NamedHost meant in hosts)
        {
            if (!_read.TryGetValue((meant.Connection, meant.Host.Id.Reference), out GpuInventory? inventory))
            {
                continue;
            }

            if (Known(known, inventory, HostsOf).TryGetValue(meant.Host.Id.Reference, out GpuHost? host))
            {
                found.Add((meant, host));
            }
            else
            {
                Error(Gone("HostNotFound", "host", meant.Host));
            }
        }

        return found;
    }

    /// <summary>Reads VMs with their PCI devices; one call for each server.</summary>
    /// <returns>The VMs as read, each with its server and what was read beside it: its host with that host's GPUs.</returns>
    public async Task<IReadOnlyList<(NamedVm Meant, GpuVm Vm, GpuInventory Inventory)>> ReadVmsAsync(IReadOnlyList<NamedVm> vms, CancellationToken cancellationToken)
    {
        await ReadMissingAsync(vms.Select(vm => (vm.Connection, vm.Vm.Id.Reference)), InventoryScope.Vms, cancellationToken).ConfigureAwait(false);
        List<(NamedVm Meant, GpuVm Vm, GpuInventory Inventory)> found = [];
        Dictionary<GpuInventory, IReadOnlyDictionary<ManagedObjectReference, GpuVm>> known = [];
        foreach (NamedVm meant in vms)
        {
            if (!_read.TryGetValue((meant.Connection, meant.Vm.Id.Reference), out GpuInventory? inventory))
            {
                continue;
            }

            if (Known(known, inventory, VmsOf).TryGetValue(meant.Vm.Id.Reference, out GpuVm? vm))
            {
                found.Add((meant, vm, inventory));
            }
            else
            {
                Error(Gone("VmNotFound", "VM", meant.Vm));
            }
        }

        return found;
    }

    /// <summary>Reads what hosts offer for vGPU; they have been read before. Few calls for each server, however many hosts.</summary>
    public async Task<IReadOnlyList<VgpuHost>> ReadVgpuAsync(IReadOnlyCollection<VimObjectId> hosts, CancellationToken cancellationToken)
    {
        IReadOnlyList<VgpuHost>?[] read = await Task.WhenAll(ByServer(hosts).Select(group => TryAsync(
            () => VgpuReader.ReadAsync(group.Key.Connection.Session, group.Key.Inventory, [.. group], cancellationToken)))).ConfigureAwait(false);
        VgpuHost[] found = [.. read.SelectMany(some => some ?? [])];
        lastRead.Take(found);
        return found;
    }

    /// <summary>Hosts that have been read, by their server and what was read together with them.</summary>
    public IEnumerable<IGrouping<(GpuConnection Connection, GpuInventory Inventory), GpuHost>> ByServer(IReadOnlyCollection<VimObjectId> hosts)
    {
        HashSet<VimObjectId> meant = [.. hosts];
        Dictionary<GpuInventory, IReadOnlyDictionary<ManagedObjectReference, GpuHost>> known = [];
        return _read
            .Select(entry => (entry.Key.Connection, Inventory: entry.Value, Host: Known(known, entry.Value, HostsOf).TryGetValue(entry.Key.Reference, out GpuHost? host) ? host : null))
            .Where(entry => entry.Host is not null && meant.Contains(entry.Host.Id))
            .GroupBy(entry => (entry.Connection, entry.Inventory), entry => entry.Host!);
    }

    /// <summary>The servers of what was read.</summary>
    public IReadOnlyList<GpuConnection> Connections => [.. _read.Keys.Select(key => key.Connection).Distinct()];

    /// <summary>Forgets what was read, so that the next read shows what has become of it. What was not found then is not told a second time.</summary>
    public void Forget()
    {
        _read.Clear();
        lock (_told)
        {
            _toldBefore = [.. _told];
        }
    }

    /// <summary>Tells an error about what was named.</summary>
    public void Error(GpuVSphereException error)
    {
        string text = error.Id + " " + error.Message;
        lock (_told)
        {
            _told.Add(text);
            if (_toldBefore.Contains(text))
            {
                return;
            }
        }

        relay.Error(error);
    }

    private static Dictionary<ManagedObjectReference, GpuHost> HostsOf(GpuInventory inventory) => inventory.Hosts.ToDictionary(host => host.Id.Reference);

    private static Dictionary<ManagedObjectReference, GpuVm> VmsOf(GpuInventory inventory) => inventory.Vms.ToDictionary(vm => vm.Id.Reference);

    // Many objects come from one inventory: it is gone through once.
    private static IReadOnlyDictionary<ManagedObjectReference, T> Known<T>(
        Dictionary<GpuInventory, IReadOnlyDictionary<ManagedObjectReference, T>> known, GpuInventory inventory, Func<GpuInventory, IReadOnlyDictionary<ManagedObjectReference, T>> read)
    {
        if (!known.TryGetValue(inventory, out IReadOnlyDictionary<ManagedObjectReference, T>? ofIt))
        {
            known[inventory] = ofIt = read(inventory);
        }

        return ofIt;
    }

    private static string TextOf(InventoryIdentity identity) => identity.Reference is { } reference ? reference.ToString() : identity.Name ?? string.Empty;

    private static GpuVSphereException Gone(string id, string kind, NamedObject meant) => new(
        id,
        GpuErrorCategory.ObjectNotFound,
        $"The {kind} {meant.Name} ({meant.Id.Reference}) is no longer on {meant.ServerName}.",
        meant.Name,
        kind == "host" ? "Get-GpuDevice lists the hosts' GPUs as they are now." : "Get-VmGpu lists the VMs as they are now.");

    private async Task MatchAsync(
        InventoryIdentity identity,
        Func<NameMatcher, IReadOnlyList<NamedObject>> match,
        Action<GpuConnection, NamedObject> take,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<GpuConnection> open;
        if (identity.Server is { } hint)
        {
            GpuConnection? owner = await servers.OpenAsync(hint, identity.ToString(), relay, cancellationToken).ConfigureAwait(false);
            open = owner is null ? [] : [owner];
        }
        else
        {
            open = await servers.OpenAsync(relay, cancellationToken).ConfigureAwait(false);
        }

        List<GpuConnection> answering = [];
        foreach (GpuConnection connection in open)
        {
            if (!_directories.TryGetValue(connection, out NameDirectory? directory))
            {
                directory = await TryAsync(() => InventoryReader.ReadNamesAsync(connection.Session, cancellationToken)).ConfigureAwait(false);
                _directories.Add(connection, directory);
            }

            if (directory is not null)
            {
                answering.Add(connection);
            }
        }

        if (answering.Count == 0)
        {
            // Why no server answers has been said.
            return;
        }

        try
        {
            foreach (NamedObject found in match(new NameMatcher([.. answering.Select(connection => _directories[connection]!)])))
            {
                take(answering.First(connection => connection.InstanceUuid == found.Id.ServerUuid), found);
            }
        }
        catch (GpuVSphereException error)
        {
            Error(error);
        }
    }

    private async Task ReadMissingAsync(
        IEnumerable<(GpuConnection Connection, ManagedObjectReference Reference)> meant,
        Func<IReadOnlyList<ManagedObjectReference>, InventoryScope> scope,
        CancellationToken cancellationToken)
    {
        List<IGrouping<GpuConnection, ManagedObjectReference>> byServer =
        [
            .. meant.Where(one => !_read.ContainsKey(one)).Distinct().GroupBy(one => one.Connection, one => one.Reference),
        ];
        GpuInventory?[] inventories = await Task.WhenAll(
            byServer.Select(server => ReadAsync(server.Key, scope([.. server]), cancellationToken))).ConfigureAwait(false);
        for (int i = 0; i < byServer.Count; i++)
        {
            if (inventories[i] is { } inventory)
            {
                foreach (ManagedObjectReference reference in byServer[i])
                {
                    _read[(byServer[i].Key, reference)] = inventory;
                }
            }
        }
    }

    private async Task<GpuInventory?> ReadAsync(GpuConnection connection, InventoryScope scope, CancellationToken cancellationToken)
    {
        GpuInventory? inventory = await TryAsync(() => InventoryReader.ReadAsync(connection.Session, scope, cancellationToken)).ConfigureAwait(false);
        if (inventory is not null)
        {
            lastRead.Take(inventory);
        }

        return inventory;
    }

    private async Task<T?> TryAsync<T>(Func<Task<T>> read)
        where T : class
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (GpuVSphereException error)
        {
            Error(error);
            return null;
        }
    }
}
