using System;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.Methods;

/// <summary>Asks a host what rules want to know beyond the inventory, once for everything that is asked about it.</summary>
internal static class HostEvidence
{
    /// <summary>Asks one host. What cannot be read is evidence that is unknown, and no error.</summary>
    /// <param name="session">The server of the host.</param>
    /// <param name="host">The host.</param>
    /// <param name="kinds">What rules need.</param>
    /// <param name="asking">A VM of the host through which its offer of devices is asked for; null when none needs it.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>What puts it into a subject about the host, or about a VM on it.</returns>
    public static async Task<Func<ReadinessSubject, ReadinessSubject>> ReadAsync(
        VimSession session, GpuHost host, EvidenceKinds kinds, GpuVm? asking, CancellationToken cancellationToken)
    {
        bool Needs(EvidenceKinds kind) => (kinds & kind) != 0;
        Evidence<bool>? bootsFromUsb = Needs(EvidenceKinds.BootDevice) ? await BootDevice.ReadAsync(session, host, cancellationToken).ConfigureAwait(false) : null;
        Evidence<HostSoftware>? software = Needs(EvidenceKinds.HostSoftware) ? await HostSoftwareReader.ReadAsync(session, host, cancellationToken).ConfigureAwait(false) : null;
        Evidence<ConfigTarget>? offers = Needs(EvidenceKinds.Offers) && asking is not null ? await ReadOffersAsync(session, host, asking, cancellationToken).ConfigureAwait(false) : null;
        return subject => subject with
        {
            BootsFromUsb = bootsFromUsb ?? subject.BootsFromUsb,
            HostSoftware = software ?? subject.HostSoftware,
            Offers = offers ?? subject.Offers,
        };
    }

    private static async Task<Evidence<ConfigTarget>> ReadOffersAsync(VimSession session, GpuHost host, GpuVm asking, CancellationToken cancellationToken)
    {
        try
        {
            return Evidence<ConfigTarget>.Of(await session.QueryConfigTargetAsync(asking.EnvironmentBrowser, host.Id.Reference, cancellationToken).ConfigureAwait(false));
        }
        catch (GpuVSphereException e) when (e is not NotAuthenticatedException)
        {
            return Evidence<ConfigTarget>.Unknown($"what {host.Name} offers was refused: {e.Message}");
        }
    }
}
