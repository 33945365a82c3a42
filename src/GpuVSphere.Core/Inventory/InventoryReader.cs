using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Vim;

namespace GpuVSphere.Inventory;

/// <summary>
/// Reads what a server has: hosts with their GPUs, VMs with their PCI devices, and which holds which. Asks for exact properties of all objects
/// together; what is not set, not allowed or not known to an older version is absent and no error.
/// </summary>
public static class InventoryReader
{
    /// <summary>Reads the inventory.</summary>
    /// <param name="session">The server.</param>
    /// <param name="scope">Everything, or certain hosts or VMs with what belongs to them.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="GpuVSphereException">The server cannot be reached, or the session has ended.</exception>
    public static async Task<GpuInventory> ReadAsync(VimSession session, InventoryScope scope, CancellationToken cancellationToken)
    {
        var reading = new Reading(session);
        if (scope.VmReferences is { } vms)
        {
            await reading.VmsAsync(vms, scope.HasOtherVms, cancellationToken).ConfigureAwait(false);
        }
        else if (scope.HostReferences is { } hosts)
        {
            await reading.HostsAsync(hosts, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await reading.EverythingAsync(cancellationToken).ConfigureAwait(false);
        }

        return reading.Finish();
    }

    /// <summary>Reads only names: of hosts, VMs and clusters, to find what a user meant before more is read.</summary>
    /// <param name="session">The server.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<NameDirectory> ReadNamesAsync(VimSession session, CancellationToken cancellationToken)
    {
        List<NameRecord> records = [];
        await session.RetrieveAsync(
            [
                PropertyQuery.All("HostSystem", "name", "parent"),
                PropertyQuery.All("VirtualMachine", "name"),
                PropertyQuery.All("ClusterComputeResource", "name"),
            ],
            reference =>
            {
                var record = new NameRecord(reference);
                records.Add(record);
                return record;
            },
            cancellationToken).ConfigureAwait(false);
        IReadOnlyList<NamedObject> OfType(string type) => records
            .Where(record => record.Reference.Type == type)
            .Select(record => new NamedObject(
                new VimObjectId(session.ServerUuid, record.Reference), record.Name, session.ServerName, record.Parent.IsEmpty ? null : record.Parent))
            .OrderBy(named => named.Name, StringComparer.OrdinalIgnoreCase)
            .ToList();
        return new NameDirectory(session.ServerUuid, session.ServerName, OfType("HostSystem"), OfType("VirtualMachine"), OfType("ClusterComputeResource"));
    }

    private sealed class Reading
    {
        private readonly VimSession _session;
        private readonly DateTimeOffset _startedAt;
        private readonly StringPool _strings = new();
        private readonly Dictionary<ManagedObjectReference, HostRecord> _hosts = [];
        private readonly Dictionary<ManagedObjectReference, VmRecord> _vms = [];
        private readonly Dictionary<ManagedObjectReference, NameRecord> _clusters = [];
        private RoleListReader? _roles;

        public Reading(VimSession session)
        {
            _session = session;
            _startedAt = session.Clock.UtcNow;
        }

        private string[] VmPaths => VmRecord.Paths(_session.ApiVersion);

        private string[] HostPaths => HostRecord.Paths(_session.ApiVersion);

        public Task EverythingAsync(CancellationToken cancellationToken) => RetrieveAsync(
            [
                PropertyQuery.All("HostSystem", HostPaths),
                PropertyQuery.All("VirtualMachine", VmPaths),
                PropertyQuery.All("ClusterComputeResource", "name"),
                Roles(),
            ],
            cancellationToken);

        public async Task HostsAsync(IReadOnlyList<ManagedObjectReference> hosts, CancellationToken cancellationToken)
        {
            await RetrieveAsync([PropertyQuery.Of(hosts, HostPaths), Roles()], cancellationToken).ConfigureAwait(false);
            await RetrieveAsync([VmsOnHosts(), Clusters()], cancellationToken).ConfigureAwait(false);
        }

        public async Task VmsAsync(IReadOnlyList<ManagedObjectReference> vms, bool withOtherVms, CancellationToken cancellationToken)
        {
            await RetrieveAsync([PropertyQuery.Of(vms, VmPaths), Roles()], cancellationToken).ConfigureAwait(false);
            List<ManagedObjectReference> hosts = _vms.Values.Select(vm => vm.Host).Where(host => !host.IsEmpty).Distinct().ToList();
            await RetrieveAsync([PropertyQuery.Of(hosts, HostPaths)], cancellationToken).ConfigureAwait(false);
            if (!withOtherVms)
            {
                return;
            }

            await RetrieveAsync([VmsOnHosts(), Clusters()], cancellationToken).ConfigureAwait(false);
        }

        public GpuInventory Finish() => new InventoryAssembler(_session.ServerUuid, _session.ServerName, GpuCatalog.InUse).Assemble(
            _startedAt,
            _hosts.Values.Where(host => !host.IsGone).ToList(),
            _vms.Values.Where(vm => !vm.IsGone).ToList(),
            _clusters.ToDictionary(cluster => cluster.Key, cluster => cluster.Value.Name),
            _roles?.Roles);

        private PropertyQuery VmsOnHosts() =>
            PropertyQuery.Of(_hosts.Values.SelectMany(host => host.Vms).Distinct().Where(vm => !_vms.ContainsKey(vm)).ToList(), VmPaths);

        private PropertyQuery Clusters() =>
            PropertyQuery.Of(_hosts.Values.Select(host => host.Parent).Where(parent => parent.Type == "ClusterComputeResource").Distinct().ToList(), "name");

        private PropertyQuery Roles() =>
            PropertyQuery.Of(_session.Content.AuthorizationManager.IsEmpty ? [] : [_session.Content.AuthorizationManager], "roleList");

        private async Task RetrieveAsync(PropertyQuery[] queries, CancellationToken cancellationToken)
        {
            PropertyQuery[] meant = queries.Where(query => query.Type is not null || query.References.Count > 0).ToArray();
            if (meant.Length > 0)
            {
                await _session.RetrieveAsync(meant, Reader, cancellationToken).ConfigureAwait(false);
            }
        }

        private IObjectReader Reader(ManagedObjectReference reference) => reference.Type switch
        {
            "HostSystem" => _hosts[reference] = new HostRecord(reference, _strings),
            "VirtualMachine" => _vms[reference] = new VmRecord(reference, _strings),
            "AuthorizationManager" => _roles = new RoleListReader(_strings),
            _ => _clusters[reference] = new NameRecord(reference),
        };
    }
}
