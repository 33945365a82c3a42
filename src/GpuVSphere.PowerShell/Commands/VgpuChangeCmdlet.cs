using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>The base of cmdlets that change the vGPUs of VMs.</summary>
public abstract class VgpuChangeCmdlet : VmChangeCmdlet
{
    internal override TargetGroup? Recognise(PSObject input)
    {
        TargetGroup? group = base.Recognise(input);
        return group is not null && IdentityReader.ReadVmDeviceKey(input) is { } key ? group with { VmDeviceKey = key } : group;
    }

    /// <summary>The VMs with the keys of the devices that were piped.</summary>
    internal static IEnumerable<KeyValuePair<PlanTarget, IReadOnlyList<int>>> Devices(IReadOnlyList<(NamedVm Vm, TargetGroup Group)> vms) =>
        vms.Select(one => new KeyValuePair<PlanTarget, IReadOnlyList<int>>(
            Passthrough.PassthroughIntents.Target(one.Vm.Vm), one.Group.VmDeviceKey is { } key ? [key] : []));

    /// <summary>Writes the vGPUs that the VMs have now.</summary>
    internal static async Task WriteVgpusAsync(
        IReadOnlyList<ChangeResult> results, IReadOnlyList<NamedVm> vms, TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken)
    {
        HashSet<Vim.VimObjectId> changed =
        [
            .. results.Where(result => result.Outcome is ChangeOutcome.Done or ChangeOutcome.Pending or ChangeOutcome.Unchanged).Select(result => result.Target.Id),
        ];
        foreach ((NamedVm _, GpuVm vm, GpuInventory _) in await reader.ReadVmsAsync([.. vms.Where(vm => changed.Contains(vm.Vm.Id))], cancellationToken).ConfigureAwait(false))
        {
            foreach (VmGpu gpu in vm.PciDevices.Where(gpu => gpu.Kind == VmGpuKind.Vgpu))
            {
                relay.Output(gpu);
            }
        }
    }
}
