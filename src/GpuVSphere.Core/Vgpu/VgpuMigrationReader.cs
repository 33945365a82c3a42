using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>Reads what vCenters and clusters are set to: three calls for a server, however many clusters.</summary>
internal static class VgpuMigrationReader
{
    /// <summary>Reads the objects of one server. One that is gone is not in the answer.</summary>
    /// <exception cref="GpuVSphereException">The server cannot be reached; NotAVCenter.</exception>
    public static async Task<IReadOnlyDictionary<VimObjectId, VgpuMigrationState>> ReadAsync(
        VimSession session, IReadOnlyCollection<PlanTarget> targets, CancellationToken cancellationToken)
    {
        Dictionary<VimObjectId, VgpuMigrationState> states = [];
        Dictionary<ManagedObjectReference, ObjectReader> read = [];
        RoleListReader roles = new(new StringPool());
        ManagedObjectReference[] clusters = [.. targets.Select(target => target.Id.Reference).Where(reference => reference.Type == "ClusterComputeResource").Distinct()];
        ManagedObjectReference manager = SettingCalls.Manager(session);
        List<PropertyQuery> queries = [PropertyQuery.Of([session.Content.RootFolder], "effectiveRole")];
        if (clusters.Length > 0)
        {
            queries.Add(PropertyQuery.Of(clusters, "name", "effectiveRole", "host", "configurationEx"));
        }

        if (session.Content.AuthorizationManager is { IsEmpty: false } authorization)
        {
            queries.Add(PropertyQuery.Of([authorization], "roleList"));
        }

        await session.RetrieveAsync(
            queries, reference => reference.Type == "AuthorizationManager" ? roles : read[reference] = new ObjectReader(), cancellationToken).ConfigureAwait(false);
        Dictionary<ManagedObjectReference, GpuHost> hosts = await ReadHostsAsync(
            session, [.. read.Values.SelectMany(cluster => cluster.Hosts).Distinct()], cancellationToken).ConfigureAwait(false);
        foreach (ManagedObjectReference cluster in clusters)
        {
            if (read.TryGetValue(cluster, out ObjectReader? found) && found.Name is not null)
            {
                states[new VimObjectId(session.ServerUuid, cluster)] = new VgpuMigrationState
                {
                    Drs = found.Drs,
                    Hosts = [.. found.Hosts.Where(hosts.ContainsKey).Select(host => hosts[host])],
                    Privileges = Privileges(found.Roles, roles.Roles),
                };
            }
        }

        if (targets.Any(target => target.Id.Reference == manager))
        {
            states[new VimObjectId(session.ServerUuid, manager)] = new VgpuMigrationState
            {
                Setting = await session.ReadSettingAsync(MigrationReader.HotMigrateKey, cancellationToken).ConfigureAwait(false),
                Privileges = Privileges(read.TryGetValue(session.Content.RootFolder, out ObjectReader? root) ? root.Roles : null, roles.Roles),
            };
        }

        return states;
    }

    private static async Task<Dictionary<ManagedObjectReference, GpuHost>> ReadHostsAsync(
        VimSession session, IReadOnlyList<ManagedObjectReference> hosts, CancellationToken cancellationToken)
    {
        Dictionary<ManagedObjectReference, GpuHost> read = [];
        await session.RetrieveAsync(
            [PropertyQuery.Of(hosts, "name", "runtime.connectionState", "summary.config.product.version", "summary.config.product.build")],
            reference =>
            {
                read[reference] = new GpuHost { Id = new VimObjectId(session.ServerUuid, reference), Name = reference.Value, ServerName = session.ServerName };
                return new DelegateObjectReader((path, value) => read[reference] = path switch
                {
                    "name" => read[reference] with { Name = VimName.Decode(value.String()) },
                    "runtime.connectionState" => read[reference] with { ConnectionState = value.String() },
                    "summary.config.product.version" => read[reference] with { Version = value.String() },
                    _ => read[reference] with { Build = value.String() },
                });
            },
            cancellationToken).ConfigureAwait(false);
        return read;
    }

    private static IReadOnlyCollection<string>? Privileges(IReadOnlyList<int>? own, IReadOnlyDictionary<int, IReadOnlyCollection<string>>? roles) =>
        own is null || roles is null || own.Any(role => !roles.ContainsKey(role)) ? null : new HashSet<string>(own.SelectMany(role => roles[role]));

    private sealed class ObjectReader : IObjectReader
    {
        public string? Name { get; private set; }

        public IReadOnlyList<int>? Roles { get; private set; }

        public IReadOnlyList<ManagedObjectReference> Hosts { get; private set; } = [];

        public DrsSettings? Drs { get; private set; }

        public void Property(string path, VimReader value)
        {
            switch (path)
            {
                case "name": Name = VimName.Decode(value.String()); break;
                case "effectiveRole": Roles = VmRecord.ReadInts(value); break;
                case "host": Hosts = value.References(); break;
                case "configurationEx": Drs = DrsReader.Read(value); break;
            }
        }

        public void Missing(string path, VimFaultException fault)
        {
        }

        public void End()
        {
        }
    }
}
