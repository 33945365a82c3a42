using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>Finds and reads the packages that an intent names: files of this machine, of datastores, behind URLs. Each is read once for all hosts.</summary>
internal sealed class PackageSources
{
    private readonly ConcurrentDictionary<string, Lazy<Task<NvidiaPackage>>> _read = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<IntentTarget> _targets;

    public PackageSources(IReadOnlyList<IntentTarget> targets) => _targets = targets;

    public static bool IsUrl(string source) => source.IndexOf("://", StringComparison.Ordinal) > 0;

    public static bool IsDatastorePath(string source) => source.TrimStart().StartsWith("[", StringComparison.Ordinal);

    public static bool IsZip(string location)
    {
        int query = location.IndexOf('?');
        return (query < 0 || !IsUrl(location) ? location : location.Substring(0, query)).EndsWith(".zip", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Finds a package for a host.</summary>
    /// <exception cref="GpuVSphereException">PackageNotFound, PackageDamaged, PackageNotInstallable, PackageUnreachable, DatastoreNotFound, DatastoreFull, MalformedDatastorePath.</exception>
    public async Task<PackageAt> FindAsync(VimSession session, GpuHost host, string source, string? datastore, CancellationToken cancellationToken)
    {
        if (IsUrl(source))
        {
            return new PackageAt(await ReadUrlAsync(session, host, source, cancellationToken).ConfigureAwait(false)) { PathOnHost = source };
        }

        IReadOnlyList<DatastoreInfo> datastores = [.. (await session.ReadDatastoresAsync(HostsOf(session), cancellationToken).ConfigureAwait(false))
            .Where(store => store.IsAccessible && store.Hosts.Contains(host.Id.Reference))];
        if (IsDatastorePath(source))
        {
            DatastorePath path = DatastorePath.Parse(source);
            DatastoreInfo store = Named(datastores, path.Datastore, host);
            NvidiaPackage package = await OnceAsync(session.ServerUuid + source, async () => await PackageReader.ReadDatastoreFileAsync(
                session, await session.FindDatacenterPathAsync(store.Reference, cancellationToken).ConfigureAwait(false), path, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            return new PackageAt(package) { PathOnHost = store.PathOnHost(path) };
        }

        NvidiaPackage local = await OnceAsync(source, () => Task.Run(() => PackageReader.ReadFile(source), cancellationToken)).ConfigureAwait(false);
        return new PackageAt(local) { UploadTo = datastore is null ? Best(datastores, local, host) : Roomy(Named(datastores, datastore, host), local) };
    }

    // The datastore that most of the hosts have, so that one upload serves them; of those the one with most room.
    private DatastoreInfo Best(IReadOnlyList<DatastoreInfo> datastores, NvidiaPackage package, GpuHost host)
    {
        HashSet<ManagedObjectReference> meant = [.. _targets.Where(target => target.Target.Id.ServerUuid == host.Id.ServerUuid).Select(target => target.Target.Id.Reference)];
        return datastores
            .Where(store => store.FreeBytes is null || store.FreeBytes > package.SizeBytes)
            .OrderByDescending(store => store.Hosts.Count(meant.Contains))
            .ThenByDescending(store => store.FreeBytes ?? 0)
            .FirstOrDefault() ?? throw Full(string.Join(", ", datastores.Select(store => store.Name)), package, host.Name);
    }

    private static DatastoreInfo Roomy(DatastoreInfo store, NvidiaPackage package) =>
        store.FreeBytes is null || store.FreeBytes > package.SizeBytes ? store : throw Full(store.Name, package, store.Name);

    private static GpuVSphereException Full(string stores, NvidiaPackage package, string target) => new(
        "DatastoreFull",
        GpuErrorCategory.OperationFailed,
        stores.Length == 0 ? $"{target} has no datastore that {package.FileName} could be uploaded to." : $"There is no room for {package.FileName} on {stores}.",
        target,
        "Make room, name another datastore with -Datastore, or give the package as a URL that the host can reach.");

    private static DatastoreInfo Named(IReadOnlyList<DatastoreInfo> datastores, string name, GpuHost host) =>
        datastores.FirstOrDefault(store => string.Equals(store.Name, name, StringComparison.Ordinal))
        ?? datastores.FirstOrDefault(store => string.Equals(store.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new GpuVSphereException(
            "DatastoreNotFound",
            GpuErrorCategory.ObjectNotFound,
            $"{host.Name} has no datastore '{name}' that it can use.",
            name,
            datastores.Count > 0 ? "It has " + string.Join(", ", datastores.Select(store => store.Name)) + "." : "Mount a datastore on the host.");

    private static async Task<NvidiaPackage> ReadUrlAsync(VimSession session, GpuHost host, string url, CancellationToken cancellationToken)
    {
        IReadOnlyList<InstalledSoftware> vibs;
        try
        {
            vibs = await session.ReadSourcesAsync(host.Id.Reference, [new SoftwareSource(url, IsZip(url))], cancellationToken).ConfigureAwait(false);
        }
        catch (GpuVSphereException e) when (e.Id == "EsxCliFault")
        {
            throw new GpuVSphereException(
                "PackageUnreachable",
                GpuErrorCategory.ObjectNotFound,
                $"{host.Name} cannot use {url}: {e.Message}",
                host.Name,
                "The host itself downloads it: check that it reaches the address and that there is a VIB or an offline bundle; or give the file with -Path.",
                e);
        }

        return vibs.Count == 0
            ? throw new GpuVSphereException("PackageDamaged", GpuErrorCategory.InvalidData, $"{host.Name} finds no VIB in {url}.", url, "Give the address of a VIB or an offline bundle.")
            : new NvidiaPackage
            {
                Source = url,
                Kind = IsZip(url) ? PackageKind.OfflineBundle : PackageKind.Vib,
                Vibs = [.. vibs.Select(vib => new PackageVib
                {
                    Name = vib.Name,
                    Version = vib.Version,
                    Vendor = vib.Vendor,
                    AcceptanceLevel = vib.AcceptanceLevel,
                    NeedsMaintenanceMode = vib.NeedsMaintenanceMode,
                    IsLiveInstallable = vib.IsLiveInstallable,
                })],
            };
    }

    private IReadOnlyList<ManagedObjectReference> HostsOf(VimSession session) =>
        [.. _targets.Where(target => string.Equals(target.Target.Id.ServerUuid, session.ServerUuid, StringComparison.OrdinalIgnoreCase)).Select(target => target.Target.Id.Reference)];

    private Task<NvidiaPackage> OnceAsync(string key, Func<Task<NvidiaPackage>> read) => _read.GetOrAdd(key, _ => new Lazy<Task<NvidiaPackage>>(read)).Value;
}
