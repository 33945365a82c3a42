using System.Collections.Generic;
using GpuVSphere.Vim;

namespace GpuVSphere.Inventory;

/// <summary>What of a server is to be read.</summary>
public sealed class InventoryScope
{
    private InventoryScope(IReadOnlyList<ManagedObjectReference>? hosts, IReadOnlyList<ManagedObjectReference>? vms, bool withOtherVms = true)
    {
        HostReferences = hosts;
        VmReferences = vms;
        HasOtherVms = withOtherVms;
    }

    /// <summary>All hosts and all VMs.</summary>
    public static InventoryScope Everything { get; } = new(null, null);

    /// <summary>The hosts meant, or null.</summary>
    public IReadOnlyList<ManagedObjectReference>? HostReferences { get; }

    /// <summary>The VMs meant, or null.</summary>
    public IReadOnlyList<ManagedObjectReference>? VmReferences { get; }

    /// <summary>Whether the other VMs of the same hosts are read too.</summary>
    public bool HasOtherVms { get; }

    /// <summary>These hosts, and the VMs registered on them.</summary>
    /// <param name="hosts">The hosts.</param>
    public static InventoryScope Hosts(IReadOnlyList<ManagedObjectReference> hosts) => new(hosts, null);

    /// <summary>These VMs, the hosts where they are registered, and the other VMs there, which may hold what these are to get.</summary>
    /// <param name="vms">The VMs.</param>
    public static InventoryScope Vms(IReadOnlyList<ManagedObjectReference> vms) => new(null, vms);

    /// <summary>These VMs and the hosts where they are registered, without the other VMs there: to see what became of a change.</summary>
    /// <param name="vms">The VMs.</param>
    public static InventoryScope VmsAlone(IReadOnlyList<ManagedObjectReference> vms) => new(null, vms, withOtherVms: false);
}
