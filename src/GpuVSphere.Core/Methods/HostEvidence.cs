using System;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness;
using GpuVSphere.Vim;

namespace GpuVSphere.Methods;

/// <summary>Asks a host what rules want to know beyond the inventory, once for everything that is asked about it.</summary>
internal static class HostEvidence
{
    /// <summary>Asks one host. What cannot be read is evidence that is unknown, and no error.</summary>
    /// <param name="session">The server of the host.</param>
    /// <param name="host">The host.</param>
    /// <param name="kinds">What rules need.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>What puts it into a subject about the host, or about a VM on it.</returns>
    public static async Task<Func<ReadinessSubject, ReadinessSubject>> ReadAsync(
        VimSession session, GpuHost host, EvidenceKinds kinds, CancellationToken cancellationToken)
    {
        Evidence<bool>? bootsFromUsb = (kinds & EvidenceKinds.BootDevice) == 0 ? null : await BootDevice.ReadAsync(session, host, cancellationToken).ConfigureAwait(false);
        return subject => subject with { BootsFromUsb = bootsFromUsb ?? subject.BootsFromUsb };
    }
}
