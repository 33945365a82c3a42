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

    public bool Write(string? datacenterPath, string datastore, string path, byte[] content)
    {
        if (Find(datacenterPath, datastore) is not { } found)
        {
            return false;
        }

        found.Put(Clean(path), content);
        return true;
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
