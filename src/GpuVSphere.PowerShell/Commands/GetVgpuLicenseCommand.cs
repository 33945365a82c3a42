using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Reads in the guests of VMs whether they have their vGPU licence, where from, and if not, why.</summary>
[Cmdlet(VerbsCommon.Get, "VgpuLicense")]
[OutputType(typeof(VgpuLicense))]
public sealed class GetVgpuLicenseCommand : GuestCmdlet
{
    internal override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        TargetReader reader = new(Servers, Table.LastRead, relay);
        IReadOnlyList<NamedVm> vms = await VmsAsync(reader, cancellationToken).ConfigureAwait(false);
        if (vms.Count == 0)
        {
            return;
        }

        await ShowAsync(GuestContext(vms, relay), [.. vms.Select(TargetOf)], relay, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the licences of guests and gives them; a guest that does not tell is an error.</summary>
    internal static async Task ShowAsync(OperationContext context, IReadOnlyList<PlanTarget> vms, PipelineRelay relay, CancellationToken cancellationToken)
    {
        foreach ((VgpuLicense? license, GpuVSphereException? error) in await VgpuLicenseReader.ReadAsync(context, vms, cancellationToken).ConfigureAwait(false))
        {
            if (license is not null)
            {
                relay.Output(license);
            }
            else if (error is not null)
            {
                relay.Error(error);
            }
        }
    }
}
