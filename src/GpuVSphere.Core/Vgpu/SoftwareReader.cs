using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>Reads the software of a host by esxcli over the API. What cannot be read besides the VIBs is an answer, not an error.</summary>
internal static class SoftwareReader
{
    /// <summary>The VIBs alone: which driver there is, and which the next boot brings.</summary>
    /// <exception cref="GpuVSphereException">The host does not list its VIBs.</exception>
    public static async Task<SoftwareState> ReadVibsOnlyAsync(VimSession session, GpuHost host, CancellationToken cancellationToken)
    {
        IReadOnlyList<InstalledSoftware> live = await session.ListVibsAsync(host.Id.Reference, ofNextBoot: false, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<InstalledSoftware> next = await session.ListVibsAsync(host.Id.Reference, ofNextBoot: true, cancellationToken).ConfigureAwait(false);
        return new SoftwareState { Live = live, Next = next.Count > 0 ? next : live };
    }

    /// <summary>The VIBs and components.</summary>
    /// <exception cref="GpuVSphereException">The host does not list its VIBs.</exception>
    public static async Task<SoftwareState> ReadVibsAsync(VimSession session, GpuHost host, CancellationToken cancellationToken)
    {
        SoftwareState vibs = await ReadVibsOnlyAsync(session, host, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<InstalledSoftware> components = [];
        if (new ApiVersion(host.Version).IsAtLeast(7, 0))
        {
            try
            {
                components = await session.ListComponentsAsync(host.Id.Reference, cancellationToken).ConfigureAwait(false);
            }
            catch (GpuVSphereException e) when (e.Id == "EsxCliFault")
            {
                // The VIBs say the same by other names.
            }
        }

        return vibs with { Components = components };
    }

    /// <summary>All that decides whether a package can be installed.</summary>
    public static async Task<SoftwareState> ReadAsync(VimSession session, GpuHost host, CancellationToken cancellationToken)
    {
        SoftwareState state = await ReadVibsAsync(session, host, cancellationToken).ConfigureAwait(false);
        return state with
        {
            Acceptance = await AskAsync(async () => await session.GetAcceptanceAsync(host.Id.Reference, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false),
            IsImageManaged = await ReadImageAsync(session, host, cancellationToken).ConfigureAwait(false),
            FreeBytes = await ReadFreeAsync(session, host, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>Whether the software of the host's cluster is managed by an image.</summary>
    public static async Task<Evidence<bool>> ReadImageAsync(VimSession session, GpuHost host, CancellationToken cancellationToken) =>
        (await ReadImagesAsync(session, [host], cancellationToken).ConfigureAwait(false))[host.Id];

    /// <summary>Whether the software of each host's cluster is managed by an image: one call for all clusters.</summary>
    public static async Task<IReadOnlyDictionary<VimObjectId, Evidence<bool>>> ReadImagesAsync(VimSession session, IReadOnlyList<GpuHost> hosts, CancellationToken cancellationToken)
    {
        ManagedObjectReference[] clusters = session.ApiVersion.IsAtLeast(7, 0) ? [.. hosts.Select(host => host.Cluster).OfType<ManagedObjectReference>().Distinct()] : [];
        Dictionary<ManagedObjectReference, Evidence<bool>> said = [];
        if (clusters.Length > 0)
        {
            await session.RetrieveAsync(
                [PropertyQuery.Of(clusters, "lifecycleManaged")],
                cluster => new DelegateObjectReader(
                    (_, value) => said[cluster] = Evidence<bool>.Of(value.Boolean()), (_, fault) => said[cluster] = Evidence<bool>.Unknown(fault.FaultMessage)),
                cancellationToken).ConfigureAwait(false);
        }

        // A cluster that never had an image does not set it.
        return hosts.ToDictionary(host => host.Id, host => host.Cluster is { } cluster && said.TryGetValue(cluster, out Evidence<bool>? evidence) ? evidence : Evidence<bool>.Of(false));
    }

    private static async Task<Evidence<long>> ReadFreeAsync(VimSession session, GpuHost host, CancellationToken cancellationToken)
    {
        Evidence<IReadOnlyList<FileSystemVolume>> read = await AskAsync(async () => await session.ListFileSystemsAsync(host.Id.Reference, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        if (!read.IsKnown)
        {
            return Evidence<long>.Unknown(read.WhyUnknown!);
        }

        FileSystemVolume[] banks = [.. read.Value!.Where(volume => volume.FreeBytes is not null && volume.Name.StartsWith("BOOTBANK", StringComparison.OrdinalIgnoreCase))];
        return banks.Length > 0 ? Evidence<long>.Of(banks.Max(bank => bank.FreeBytes!.Value)) : Evidence<long>.Unknown("the host does not name its boot banks");
    }

    private static async Task<Evidence<T>> AskAsync<T>(Func<Task<T>> question)
    {
        try
        {
            return Evidence<T>.Of(await question().ConfigureAwait(false));
        }
        catch (GpuVSphereException e) when (e is not NotAuthenticatedException && e.Category != GpuErrorCategory.ConnectionFailed)
        {
            return Evidence<T>.Unknown(e.Message);
        }
    }
}
