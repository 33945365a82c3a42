using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Lists the GPUs that VMs have: by passthrough, static or dynamic, and by vGPU profile.</summary>
[Cmdlet(VerbsCommon.Get, "VmGpu")]
[OutputType(typeof(VmGpu))]
public sealed class GetVmGpuCommand : VmCmdlet
{
    internal override bool PrepareTargets() => Groups.Count > 0 || (!MyInvocation.ExpectingInput && !HasFailed);

    internal override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        TargetReader reader = new(Servers, Table.LastRead, relay);
        IEnumerable<GpuVm> vms;
        if (Groups.Count > 0)
        {
            IReadOnlyList<NamedVm> named = await reader.VmsAsync([.. Groups.SelectMany(group => group.Vms)], cancellationToken).ConfigureAwait(false);
            vms = (await reader.ReadVmsAsync(named, cancellationToken).ConfigureAwait(false)).Select(one => one.Vm);
        }
        else
        {
            vms = (await reader.EverythingAsync(cancellationToken).ConfigureAwait(false)).SelectMany(inventory => inventory.Vms);
        }

        foreach (VmGpu gpu in vms.SelectMany(vm => vm.PciDevices).Where(gpu => gpu.Kind != VmGpuKind.Other)
            .OrderBy(one => one.ServerName).ThenBy(one => one.VmName).ThenBy(one => one.Key))
        {
            relay.Output(gpu);
        }
    }
}
