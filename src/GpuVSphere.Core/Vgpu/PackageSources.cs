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
    private const string HostRoot = "/vmfs/volumes/";

    private readonly ConcurrentDictionary<string, Lazy<Task<NvidiaPackage>>> _read = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<IntentTarget> _targets;

    public PackageSources(IReadOnlyList<IntentTarget> targets) => _targets = targets;

    public static bool IsUrl(string source) => source.IndexOf("://", StringComparison.Ordinal) > 0;

    public static bool IsDatastorePath(string source) => source.TrimStart().StartsWith("[", StringComparison.Ordinal);

    /// <summary>Whether it is a path as the ESXi shell has it, which the guide types: <c>/vmfs/volumes/datastore/folder/x.vib</c>.</summary>
    public static bool IsHostPath(string source) => source.TrimStart().StartsWith(HostRoot, StringComparison.Ordinal);

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
        if (IsDatastorePath(source) || IsHostPath(source))
        {
            DatastorePath path = IsDatastorePath(source) ? DatastorePath.Parse(source) : OnDatastore(source, datastores);
            if (path.Path.Length == 0 || path.Path.EndsWith("/", StringComparison.Ordinal))
            {
                throw new GpuVSphereException(
                    "PackageNotFound", GpuErrorCategory.InvalidArgument, $"{source.Trim()} is not a file.", source, "Name the VIB, the offline bundle or the component: [datastore] folder/file.");
            }

            DatastoreInfo store = Named(datastores, path.Datastore, host);
            path = path with { Datastore = store.Name };
            NvidiaPackage package = await OnceAsync(session.ServerUuid + path, () => ReadAsync(session, store, path, cancellationToken)).ConfigureAwait(false);
            return new PackageAt(package) { PathOnHost = store.PathOnHost(path) };
        }

        NvidiaPackage local = await OnceAsync(source, () => Task.Run(() => PackageReader.ReadFile(source), cancellationToken)).ConfigureAwait(false);
        return new PackageAt(local) { UploadTo = datastore is null ? Best(datastores, local, host) : Roomy(Named(datastores, datastore, host), local) };
    }

    // The volume is named there by its name or by its id.
    private static DatastorePath OnDatastore(string source, IReadOnlyList<DatastoreInfo> datastores)
    {
        string[] parts = source.Trim().Substring(HostRoot.Length).Split(['/'], 2);
        DatastoreInfo? byId = datastores.FirstOrDefault(store => store.Url.TrimEnd('/').EndsWith(HostRoot + parts[0], StringComparison.OrdinalIgnoreCase));
        return new DatastorePath(byId?.Name ?? parts[0], parts.Length > 1 ? parts[1].TrimStart('/') : string.Empty);
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

    private static async Task<NvidiaPackage> ReadAsync(VimSession session, DatastoreInfo store, DatastorePath path, CancellationToken cancellationToken)
    {
        string datacenter = await session.FindDatacenterPathAsync(store.Reference, cancellationToken).ConfigureAwait(false);
        try
        {
            return await PackageReader.ReadDatastoreFileAsync(session, datacenter, path, cancellationToken).ConfigureAwait(false);
        }
        catch (GpuVSphereException e) when (e.Id == "DatastoreFileRefused")
        {
            throw new GpuVSphereException(e.Id, e.Category, $"{path} may not be read with this account.", path.ToString(), e.NextStep, e);
        }
        catch (GpuVSphereException e) when (e.Id == "DatastoreFileNotFound")
        {
            throw new GpuVSphereException(
                e.Id, e.Category, $"There is no file {path}.", path.ToString(), "Check the folder and the name; capitals count on a datastore. A file of this machine is given by its path here and is uploaded.", e);
        }
    }

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
                $"{host.Name} cannot use {url}: {VibErrors.Text(e)}",
                host.Name,
                "The host itself downloads it: check that it reaches the address and that there is a VIB or an offline bundle; or give the file with -Path.",
                e);
        }

        string? component = vibs.Count == 1 ? ComponentOf(url, vibs[0].Version) : null;
        return vibs.Count == 0
            ? throw new GpuVSphereException("PackageDamaged", GpuErrorCategory.InvalidData, $"{host.Name} finds no VIB in {url}.", url, "Give the address of a VIB or an offline bundle.")
            : new NvidiaPackage
            {
                Source = url,
                Kind = component is not null ? PackageKind.Component : IsZip(url) ? PackageKind.OfflineBundle : PackageKind.Vib,
                ComponentName = component,
                ComponentVersion = component is null ? null : vibs[0].Version,
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

    // The host tells the VIBs of a bundle. NVIDIA's file names begin with the component and its version, which is the VIB's: NVD-VGPU-800_550.144.02-1OEM..._24487818.zip.
    private static string? ComponentOf(string url, string version)
    {
        string name = Uri.UnescapeDataString(url.Substring(url.LastIndexOf('/') + 1));
        int at = name.IndexOf("_" + version + "_", StringComparison.OrdinalIgnoreCase);
        return IsZip(url) && at > 0 ? name.Substring(0, at) : null;
    }

    private IReadOnlyList<ManagedObjectReference> HostsOf(VimSession session) =>
        [.. _targets.Where(target => string.Equals(target.Target.Id.ServerUuid, session.ServerUuid, StringComparison.OrdinalIgnoreCase)).Select(target => target.Target.Id.Reference)];

    private Task<NvidiaPackage> OnceAsync(string key, Func<Task<NvidiaPackage>> read) => _read.GetOrAdd(key, _ => new Lazy<Task<NvidiaPackage>>(read)).Value;
}
