using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;
using GpuVSphere.Smi;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu.Maintenance;

/// <summary>
/// Looks ahead at maintenance mode: reads hosts with the others of their clusters, by few calls however many they are, and works out what it takes to empty them.
/// Changes nothing. A host itself is asked only for its driver, and only where VMs with vGPUs could come from it or go to it.
/// </summary>
public static class MaintenanceReader
{
    // What a host is asked for itself (esxcli) takes a second or more; asking thousands at once would be felt by vCenter.
    private const int HostsAtOnce = 16;

    /// <summary>Looks ahead for hosts of one server.</summary>
    /// <param name="session">The server.</param>
    /// <param name="hosts">The hosts that are to enter maintenance mode.</param>
    /// <param name="told">What nvidia-smi said of hosts, with ECC, MIG and where vGPUs are placed; empty when nobody asked.</param>
    /// <param name="options">What is assumed.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>One entry for each host that is there, in the order given.</returns>
    /// <exception cref="GpuVSphereException">OptionInvalid; the server cannot be reached, or the session has ended.</exception>
    public static async Task<IReadOnlyList<HostMaintenanceImpact>> ReadAsync(
        VimSession session,
        IReadOnlyList<ManagedObjectReference> hosts,
        IReadOnlyCollection<NvidiaSmiGpu> told,
        MaintenanceOptions options,
        CancellationToken cancellationToken)
    {
        if (options.BandwidthMbps < 1 || options.MaxStunSeconds < 0)
        {
            throw new GpuVSphereException(
                "OptionInvalid", GpuErrorCategory.InvalidArgument, "A bandwidth is 1 Mbit/s or more, and a stun no shorter than 0 s.", null, "Give the bandwidth of the vMotion network, such as 25000.");
        }

        IReadOnlyList<ManagedObjectReference> all = await WithClustersAsync(session, hosts, cancellationToken).ConfigureAwait(false);
        GpuInventory inventory = await InventoryReader.ReadAsync(session, InventoryScope.Hosts(all), cancellationToken).ConfigureAwait(false);
        IReadOnlyList<VgpuHost> offers = await VgpuReader.ReadAsync(session, inventory, inventory.Hosts, cancellationToken).ConfigureAwait(false);
        IReadOnlyDictionary<VimObjectId, MigrationEvidence> migration = session.IsVCenter
            ? await MigrationReader.ReadAsync(session, inventory.Hosts, cancellationToken).ConfigureAwait(false)
            : new Dictionary<VimObjectId, MigrationEvidence>();
        ILookup<ManagedObjectReference?, GpuVm> vms = inventory.Vms.ToLookup(vm => vm.Host);
        ILookup<VimObjectId, NvidiaSmiGpu> toldOf = told.ToLookup(gpu => gpu.HostId);
        MaintenanceHost[] read = [.. offers.Select(host => new MaintenanceHost
        {
            Vgpu = host,
            Capacity = HostCapacity.Of(host, [.. toldOf[host.Host.Id]]),
            Vms = [.. vms[host.Host.Id.Reference]],
            Migration = migration.TryGetValue(host.Host.Id, out MigrationEvidence? evidence) ? evidence : null,
            Told = [.. toldOf[host.Host.Id]],
        })];
        Dictionary<ManagedObjectReference, MaintenanceHost> found =
            (await WithDriversAsync(session, read, hosts, cancellationToken).ConfigureAwait(false)).ToDictionary(host => host.Host.Id.Reference);
        return MaintenanceImpact.Of([.. hosts.Distinct().Where(found.ContainsKey).Select(host => found[host])], [.. found.Values], options);
    }

    private static async Task<IReadOnlyList<ManagedObjectReference>> WithClustersAsync(
        VimSession session, IReadOnlyList<ManagedObjectReference> hosts, CancellationToken cancellationToken)
    {
        List<ManagedObjectReference> clusters = [];
        await session.RetrieveAsync(
            [PropertyQuery.Of([.. hosts.Distinct()], "parent")],
            _ => new DelegateObjectReader((_, value) => clusters.Add(value.Reference())),
            cancellationToken).ConfigureAwait(false);
        ManagedObjectReference[] distinct = [.. clusters.Where(cluster => cluster.Type == "ClusterComputeResource").Distinct()];
        return distinct.Length == 0
            ? hosts
            : [.. hosts.Concat(await ClusterHosts.ReadAsync(session, distinct, cancellationToken).ConfigureAwait(false)).Distinct()];
    }

    private static async Task<IReadOnlyList<MaintenanceHost>> WithDriversAsync(
        VimSession session, IReadOnlyList<MaintenanceHost> hosts, IReadOnlyList<ManagedObjectReference> meant, CancellationToken cancellationToken)
    {
        HashSet<ManagedObjectReference> sources = [.. meant];
        HashSet<ManagedObjectReference?> clusters = [.. hosts
            .Where(host => sources.Contains(host.Host.Id.Reference) && host.Vms.Any(vm => vm.IsRunning && vm.PciDevices.Any(VmGpuDevices.IsVgpu)))
            .Select(host => host.Host.Cluster)];
        using SemaphoreSlim gate = new(HostsAtOnce);
        return await Task.WhenAll(hosts.Select(async host =>
        {
            if (host.Told.Select(gpu => gpu.DriverVersion).FirstOrDefault(version => version is not null) is { } said)
            {
                return host with { Driver = said };
            }

            if (!host.Host.IsConnected || host.Host.Cluster is null || !clusters.Contains(host.Host.Cluster) || host.Vgpu.OfferedProfiles is { Count: 0 })
            {
                return host;
            }

            await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                IReadOnlyList<InstalledSoftware> vibs = await session.ListVibsAsync(host.Host.Id.Reference, ofNextBoot: false, cancellationToken).ConfigureAwait(false);
                return host with { Driver = vibs.Select(vib => SoftwareState.Judge(vib.Name, vib.Version)).FirstOrDefault(package => package is { IsDriver: true })?.Driver?.ToString() };
            }
            catch (GpuVSphereException error) when (error is not NotAuthenticatedException && error.Category != GpuErrorCategory.ConnectionFailed)
            {
                // Then it is not compared, which a note says.
                return host;
            }
            finally
            {
                gate.Release();
            }
        })).ConfigureAwait(false);
    }
}
