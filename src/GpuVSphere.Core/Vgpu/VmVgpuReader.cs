using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>Reads what the hosts of VMs, and the other hosts of their clusters, have to say of vGPUs.</summary>
internal static class VmVgpuReader
{
    /// <summary>Makes the situations of VMs of one server richer.</summary>
    /// <param name="session">The session of the server.</param>
    /// <param name="inventory">What was read of it.</param>
    /// <param name="situations">The VMs.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<IReadOnlyDictionary<PlanTarget, VmSituation>> ReadAsync(
        VimSession session, GpuInventory inventory, IReadOnlyDictionary<PlanTarget, VmSituation> situations, CancellationToken cancellationToken)
    {
        GpuInventory around = await ReadClustersAsync(session, inventory, cancellationToken).ConfigureAwait(false);
        Dictionary<ManagedObjectReference, VgpuHost> hosts =
            (await VgpuReader.ReadAsync(session, around, around.Hosts, cancellationToken).ConfigureAwait(false)).ToDictionary(host => host.Host.Id.Reference);
        ILookup<ManagedObjectReference?, VgpuHost> clusters = hosts.Values.Where(host => host.Host.Cluster is not null).ToLookup(host => host.Host.Cluster);
        return situations.ToDictionary(situation => situation.Key, situation => (VmSituation)new VmVgpuSituation(situation.Value)
        {
            VgpuHost = situation.Value.Host is { } own && hosts.TryGetValue(own.Id.Reference, out VgpuHost? host) ? host : null,
            OtherHosts = situation.Value.Host?.Cluster is { } cluster ? [.. clusters[cluster].Where(other => other.Host.Id != situation.Value.Host.Id)] : [],
        });
    }

    // A VM that finds no room on its host may find some on another of its cluster.
    private static async Task<GpuInventory> ReadClustersAsync(VimSession session, GpuInventory inventory, CancellationToken cancellationToken)
    {
        ManagedObjectReference[] clusters = [.. inventory.Hosts.Select(host => host.Cluster).OfType<ManagedObjectReference>().Distinct()];
        if (clusters.Length == 0)
        {
            return inventory;
        }

        List<ManagedObjectReference> members = await ClusterHosts.ReadAsync(session, clusters, cancellationToken).ConfigureAwait(false);
        ManagedObjectReference[] others = [.. members.Where(member => inventory.Hosts.All(host => host.Id.Reference != member))];
        if (others.Length == 0)
        {
            return inventory;
        }

        GpuInventory more = await InventoryReader.ReadAsync(session, InventoryScope.Hosts(others), cancellationToken).ConfigureAwait(false);
        return inventory with { Hosts = [.. inventory.Hosts, .. more.Hosts], Vms = [.. inventory.Vms, .. more.Vms.Where(vm => inventory.Vms.All(known => known.Id != vm.Id))] };
    }
}
