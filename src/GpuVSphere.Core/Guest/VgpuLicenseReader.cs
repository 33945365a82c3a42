using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Operations;

namespace GpuVSphere.Guest;

/// <summary>Reads the vGPU licences of guests.</summary>
public static class VgpuLicenseReader
{
    private const int MaxParallel = 8;
    private static readonly IReadOnlyDictionary<string, string> s_nothing = new Dictionary<string, string>();

    /// <summary>Reads guests side by side. One that cannot be read does not stop the others.</summary>
    /// <param name="context">Sessions, guests and the time.</param>
    /// <param name="vms">The VMs.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>For each VM its licence, or why it could not be read.</returns>
    /// <exception cref="GpuVSphereException">No server answers.</exception>
    public static async Task<IReadOnlyList<(VgpuLicense? License, GpuVSphereException? Error)>> ReadAsync(OperationContext context, IReadOnlyList<PlanTarget> vms, CancellationToken cancellationToken)
    {
        IReadOnlyList<GuestAnswer<VgpuLicense>> answers = await GuestWork.ForEachAsync(
            context,
            [.. vms.Select(vm => new IntentTarget(vm, s_nothing))],
            MaxParallel,
            async (subject, stop) =>
            {
                LicenseGuest guest = await LicenseReader.ReadAsync(subject, stop).ConfigureAwait(false);
                return LicenseState.Of(subject.Target, guest, LicenseLog.Read(guest.Log), VgpuCatalog.InUse);
            },
            cancellationToken).ConfigureAwait(false);
        return [.. answers.Select(answer => (answer.Value, answer.Error))];
    }
}
