using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>Datastores, and the files on them that are to be removed.</summary>
public static class DatastoreCalls
{
    /// <summary>The datastores of hosts.</summary>
    /// <param name="session">The session.</param>
    /// <param name="hosts">The hosts.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<IReadOnlyList<DatastoreInfo>> ReadDatastoresAsync(
        this VimSession session, IReadOnlyList<ManagedObjectReference> hosts, CancellationToken cancellationToken)
    {
        HashSet<ManagedObjectReference> references = [];
        await session.RetrieveAsync(
            [PropertyQuery.Of([.. hosts.Distinct()], "datastore")],
            _ => new DelegateObjectReader((_, value) => references.UnionWith(value.References())),
            cancellationToken).ConfigureAwait(false);
        Dictionary<ManagedObjectReference, DatastoreInfo> found = [];
        await session.RetrieveAsync(
            [PropertyQuery.Of([.. references], "summary", "host")],
            reference => new DelegateObjectReader((path, value) =>
            {
                DatastoreInfo known = found.TryGetValue(reference, out DatastoreInfo? seen) ? seen : new DatastoreInfo { Reference = reference };
                found[reference] = path == "host" ? known with { Hosts = ReadHosts(value.Object()) } : ReadSummary(known, value.Object());
            }),
            cancellationToken).ConfigureAwait(false);
        return [.. found.Values.OrderBy(datastore => datastore.Name, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Removes a file from a datastore and waits until it is gone.</summary>
    /// <param name="session">The session.</param>
    /// <param name="datacenter">The datacenter of the datastore; null on a host that is connected to directly.</param>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Ends the wait only.</param>
    /// <exception cref="VimFaultException">FileNotFound; NoPermission without Datastore.FileManagement.</exception>
    public static async Task DeleteFileAsync(this VimSession session, ManagedObjectReference? datacenter, DatastorePath path, CancellationToken cancellationToken)
    {
        ManagedObjectReference task = await session.StartTaskAsync(
            session.Content.FileManager,
            "DeleteDatastoreFile_Task",
            writer =>
            {
                writer.Element("name", path.ToString());
                if (datacenter is { } known)
                {
                    writer.Element("datacenter", known);
                }
            },
            cancellationToken).ConfigureAwait(false);
        await session.WaitForTaskAsync(task, null, cancellationToken).ConfigureAwait(false);
    }

    private static DatastoreInfo ReadSummary(DatastoreInfo datastore, VimReader summary)
    {
        while (summary.NextChild())
        {
            datastore = summary.Name switch
            {
                "name" => datastore with { Name = Uri.UnescapeDataString(summary.String()) },
                "url" => datastore with { Url = summary.String() },
                "freeSpace" => datastore with { FreeBytes = summary.Int64() },
                "accessible" => datastore with { IsAccessible = summary.Boolean() },
                _ => datastore,
            };
        }

        return datastore;
    }

    private static List<ManagedObjectReference> ReadHosts(VimReader array)
    {
        List<ManagedObjectReference> hosts = [];
        while (array.NextChild())
        {
            ManagedObjectReference host = default;
            bool usable = true;
            VimReader mount = array.Object();
            while (mount.NextChild())
            {
                switch (mount.Name)
                {
                    case "key": host = mount.Reference(); break;
                    case "mountInfo":
                        VimReader info = mount.Object();
                        while (info.NextChild())
                        {
                            usable &= info.Name switch
                            {
                                "accessMode" => info.String() != "readOnly",
                                "mounted" or "accessible" => info.Boolean(),
                                _ => true,
                            };
                        }

                        break;
                }
            }

            if (usable && !host.IsEmpty)
            {
                hosts.Add(host);
            }
        }

        return hosts;
    }
}
