using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Readiness;

/// <summary>Reads the settings that let VMs with vGPUs move: one call for the vCenter's, one for all clusters together, one for what the account may do there.</summary>
public static class MigrationReader
{
    /// <summary>vCenter's setting without which no running VM with a vGPU moves.</summary>
    public const string HotMigrateKey = "vgpu.hotmigrate.enabled";

    /// <summary>Reads what decides for hosts. What cannot be read is an answer, not an error.</summary>
    /// <param name="session">The server of the hosts.</param>
    /// <param name="hosts">The hosts.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The evidence for each host.</returns>
    public static async Task<IReadOnlyDictionary<VimObjectId, MigrationEvidence>> ReadAsync(
        VimSession session, IReadOnlyList<GpuHost> hosts, CancellationToken cancellationToken)
    {
        Evidence<bool> hotMigrate = await ReadHotMigrateAsync(session, cancellationToken).ConfigureAwait(false);
        IReadOnlyDictionary<ManagedObjectReference, DrsSettings> drs =
            await DrsReader.ReadAsync(session, hosts.Select(host => host.Cluster).OfType<ManagedObjectReference>(), cancellationToken).ConfigureAwait(false);
        IReadOnlyDictionary<ManagedObjectReference, IReadOnlyCollection<string>> privileges = await PrivilegeReader.ReadAsync(
            session, [session.Content.RootFolder, .. hosts.Select(host => host.Cluster).OfType<ManagedObjectReference>().Distinct()], cancellationToken).ConfigureAwait(false);
        return hosts.ToDictionary(host => host.Id, host => new MigrationEvidence
        {
            VCenterPrivileges = privileges.TryGetValue(session.Content.RootFolder, out IReadOnlyCollection<string>? ofAll) ? ofAll : null,
            ClusterPrivileges = host.Cluster is { } owner && privileges.TryGetValue(owner, out IReadOnlyCollection<string>? ofCluster) ? ofCluster : null,
            HotMigrate = hotMigrate,
            ClusterName = host.Cluster is null ? null : host.ClusterName ?? host.Cluster.Value.ToString(),
            Drs = host.Cluster is not { } cluster ? Evidence<DrsSettings>.Unknown($"{host.Name} is in no cluster")
                : drs.TryGetValue(cluster, out DrsSettings? settings) ? Evidence<DrsSettings>.Of(settings)
                : Evidence<DrsSettings>.Unknown($"the configuration of {host.ClusterName} may not be read"),
        });
    }

    /// <summary>Reads vCenter's setting.</summary>
    internal static async Task<Evidence<bool>> ReadHotMigrateAsync(VimSession session, CancellationToken cancellationToken)
    {
        try
        {
            ServerSetting setting = await session.ReadSettingAsync(HotMigrateKey, cancellationToken).ConfigureAwait(false);
            return Evidence<bool>.Of(setting.IsTrue);
        }
        catch (GpuVSphereException error) when (error is not NotAuthenticatedException && error.Category != GpuErrorCategory.ConnectionFailed)
        {
            return Evidence<bool>.Unknown(error.Message);
        }
    }
}
