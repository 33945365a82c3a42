using System;
using System.IO;
using System.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>The datastores behind <c>/folder</c>.</summary>
internal sealed class DatastoreFiles(SimulatedInventory inventory) : IDatastoreFiles
{
    public Stream? OpenRead(string? datacenterPath, string datastore, string path) =>
        Find(datacenterPath, datastore)?.Read(Clean(path)) is { } content ? new MemoryStream(content, false) : null;

    public FileWrite Write(string? datacenterPath, string datastore, string path, byte[] content)
    {
        if (Find(datacenterPath, datastore) is not { } found)
        {
            return FileWrite.NoDatastore;
        }

        string clean = Clean(path);
        string folder = clean.LastIndexOf('/') is int slash and >= 0 ? clean.Substring(0, slash) : string.Empty;
        if (!found.HasDirectory(folder) && inventory.Refusals.Has(Refusal.UploadWithoutFolder))
        {
            return FileWrite.NoFolder;
        }

        if (content.Length > found.FreeBytes && inventory.Refusals.Has(Refusal.DatastoreFull))
        {
            return FileWrite.Full;
        }

        found.Put(clean, content);
        inventory.Changed(found, "summary");
        return FileWrite.Done;
    }

    private static string Clean(string path) => path.Trim('/');

    private Datastore? Find(string? datacenterPath, string name)
    {
        // A datacenter in a folder is written as folder/name; the last part decides here, since names are unique.
        string? datacenter = datacenterPath?.Trim('/').Split('/').Last();
        return string.IsNullOrEmpty(datacenter) || inventory.Datacenters.ContainsKey(datacenter!)
            ? inventory.Datastores.FirstOrDefault(d => string.Equals(d.Name, name, StringComparison.Ordinal))
            : null;
    }
}
