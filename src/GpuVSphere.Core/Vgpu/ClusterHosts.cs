using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>The hosts of clusters.</summary>
internal static class ClusterHosts
{
    /// <summary>Reads them; a cluster that may not be read has none.</summary>
    public static async Task<List<ManagedObjectReference>> ReadAsync(VimSession session, IReadOnlyList<ManagedObjectReference> clusters, CancellationToken cancellationToken)
    {
        List<ManagedObjectReference> hosts = [];
        var reader = new DelegateObjectReader((_, value) => hosts.AddRange(value.References()));
        await session.RetrieveAsync([PropertyQuery.Of(clusters, "host")], _ => reader, cancellationToken).ConfigureAwait(false);
        return [.. hosts.Distinct()];
    }
}
