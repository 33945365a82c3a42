using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>A datastore that every host mounts, with its files in memory.</summary>
internal sealed class Datastore : ManagedEntity
{
    private static readonly string[] s_own = ["browser", "capability", "host", "info", "iormConfiguration", "summary", "vm"];

    private readonly Dictionary<string, Stored> _files = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _made = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedSet<string>> _directories = new(StringComparer.Ordinal);

    public Datastore(MoRef reference, SimulatedInventory inventory, string name, HostDatastoreBrowser browser)
        : base(reference, inventory, name)
    {
        Browser = browser;
        Url = "ds:///vmfs/volumes/" + StableGuid.From("datastore:" + name).ToString() + "/";
    }

    public HostDatastoreBrowser Browser { get; }

    public long CapacityBytes { get; } = 4L * 1024 * 1024 * 1024 * 1024;

    public long FreeBytes { get; set; } = 2L * 1024 * 1024 * 1024 * 1024;

    public string Url { get; }

    protected override IReadOnlyList<string> OwnProperties => s_own;

    /// <summary>Puts a file there, or another in its place.</summary>
    public void Put(string path, byte[] content) => Put(path, () => content, content.Length);

    /// <summary>Puts a file there whose content follows the state of what it describes.</summary>
    public void PutComputed(string path, Func<byte[]> content) => Put(path, content, null);

    public void Append(string path, string text)
    {
        StringBuilder? log = _files.TryGetValue(path, out Stored? stored) ? stored.Log : null;
        if (log is null)
        {
            log = new StringBuilder();
            Put(path, () => [], null);
            _files[path] = new Stored { Log = log, Modified = Inventory.Now };
        }

        log.Append(text);
        _files[path].Modified = Inventory.Now;
    }

    public byte[]? Read(string path) => _files.TryGetValue(path, out Stored? stored) ? stored.Bytes() : null;

    public bool Exists(string path) => _files.ContainsKey(path);

    public void Delete(string path)
    {
        if (_files.Remove(path) && _directories.TryGetValue(DirectoryOf(path), out SortedSet<string>? names))
        {
            names.Remove(path);
            if (names.Count == 0)
            {
                _directories.Remove(DirectoryOf(path));
            }
        }
    }

    public void Move(string from, string to)
    {
        if (_files.TryGetValue(from, out Stored? stored))
        {
            Delete(from);
            Put(to, () => [], null);
            _files[to] = stored;
        }
    }

    /// <summary>Makes a directory that stays when nothing is in it.</summary>
    public void MakeDirectory(string directory) => _made.Add(directory);

    public bool HasDirectory(string directory) => directory.Length == 0 || _made.Contains(directory) || _made.Any(d => d.StartsWith(directory + "/", StringComparison.Ordinal)) || _directories.ContainsKey(directory) || _directories.Keys.Any(d => d.StartsWith(directory + "/", StringComparison.Ordinal));

    public IEnumerable<DatastoreFile> FilesIn(string directory) => _directories.TryGetValue(directory, out SortedSet<string>? names)
        ? names.Select(path => new DatastoreFile(path, _files[path].Size, _files[path].Modified))
        : [];

    /// <summary>The directories right below one.</summary>
    public IEnumerable<string> DirectoriesIn(string directory)
    {
        string prefix = directory.Length == 0 ? string.Empty : directory + "/";
        return _directories.Keys.Concat(_made)
            .Where(d => d.Length > prefix.Length && d.StartsWith(prefix, StringComparison.Ordinal))
            .Select(d => d.Substring(prefix.Length).Split('/')[0])
            .Distinct()
            .OrderBy(d => d, StringComparer.Ordinal);
    }

    protected override object? GetOwnProperty(string name) => name switch
    {
        "browser" => Browser.Reference,
        "capability" => Wire.Of("DatastoreCapability")
            .With("directoryHierarchySupported", true)
            .With("rawDiskMappingsSupported", true)
            .With("perFileThinProvisioningSupported", true)
            .With("storageIORMSupported", true)
            .With("nativeSnapshotSupported", false),
        "host" => Wire.List(Inventory.Hosts.Select(host => Wire.Of("DatastoreHostMount")
            .With("key", host.Reference)
            .With("mountInfo", Wire.Of("HostMountInfo")
                .With("path", Url.Substring("ds://".Length).TrimEnd('/'))
                .With("accessMode", "readWrite")
                .With("mounted", true)
                .With("accessible", host.IsAvailable)))),
        "info" => Wire.Of("VmfsDatastoreInfo")
            .With("name", Name)
            .With("url", Url)
            .With("freeSpace", FreeBytes)
            .With("maxFileSize", 70368744177664L)
            .With("maxMemoryFileSize", 70368744177664L)
            .With("maxPhysicalRDMFileSize", 70368744177664L)
            .With("maxVirtualRDMFileSize", 68169720922112L),
        "summary" => Summary(),
        "vm" => Wire.References(Inventory.Vms.Where(vm => vm.Datastore == this)),
        _ => null,
    };

    public DataObject Summary() => Wire.Of("DatastoreSummary")
        .With("datastore", Reference)
        .With("name", Name)
        .With("url", Url)
        .With("capacity", CapacityBytes)
        .With("freeSpace", FreeBytes)
        .With("uncommitted", 0L)
        .With("accessible", true)
        .With("multipleHostAccess", Inventory.Hosts.Count > 1)
        .With("type", "VMFS")
        .With("maintenanceMode", "normal");

    protected override object? Invoke(MethodCall call) => call.Method is "RefreshDatastore" or "RefreshDatastoreStorageInfo" ? null : base.Invoke(call);

    private void Put(string path, Func<byte[]> content, long? size)
    {
        _files[path] = new Stored { Content = content, KnownSize = size, Modified = Inventory.Now };
        string directory = DirectoryOf(path);
        if (!_directories.TryGetValue(directory, out SortedSet<string>? names))
        {
            _directories[directory] = names = new SortedSet<string>(StringComparer.Ordinal);
        }

        names.Add(path);
    }

    private static string DirectoryOf(string path) => path.LastIndexOf('/') is int slash and >= 0 ? path.Substring(0, slash) : string.Empty;

    private sealed class Stored
    {
        public Func<byte[]> Content { get; init; } = static () => [];

        public StringBuilder? Log { get; init; }

        public long? KnownSize { get; init; }

        public DateTimeOffset Modified { get; set; }

        public long Size => KnownSize ?? Bytes().Length;

        public byte[] Bytes() => Log is null ? Content() : Encoding.UTF8.GetBytes(Log.ToString());
    }
}
