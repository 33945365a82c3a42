using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Passthrough;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Takes passthrough GPUs from VMs and puts back what was set for them, where it still is as it was set.</summary>
[Cmdlet(VerbsCommon.Remove, "VmGpuPassthrough", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(ChangeResult), typeof(ChangePlan))]
public sealed class RemoveVmGpuPassthroughCommand : VmChangeCmdlet
{
    /// <summary>The GPUs: PCI addresses, hardware labels, or device objects. GPUs of Get-VmGpu come from the pipeline.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [DeviceTransformation]
    [ArgumentCompleter(typeof(DeviceCompleter))]
    [ValidateNotNullOrEmpty]
    public DeviceIdentity[]? Device { get; set; }

    /// <summary>All passthrough GPUs of the VMs that are named.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    internal override string Takes => "a VM or a GPU of a VM";

    internal override DeviceIdentity[]? BoundDevices => Device;

    internal override bool Removes => true;

    internal override TargetGroup? Recognise(PSObject input)
    {
        TargetGroup? group = base.Recognise(input);
        return group is not null && IdentityReader.ReadVmDeviceKey(input) is { } key ? group with { VmDeviceKey = key } : group;
    }

    internal override bool PrepareTargets()
    {
        if (!All && Groups.Any(group => group.Vms.Count > 0 && group.Devices.Count == 0 && group.VmDeviceKey is null))
        {
            throw new GpuVSphereException(
                "NothingNamed",
                GpuErrorCategory.InvalidArgument,
                "VMs were named, but not which of their GPUs.",
                null,
                "Name them with -Device, pipe them in (Get-VmGpu <vm> | Remove-VmGpuPassthrough), or say -All.");
        }

        return base.PrepareTargets();
    }

    internal override Task<ChangeIntent?> IntentAsync(
        IReadOnlyList<(NamedVm Vm, TargetGroup Group)> vms, TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken)
    {
        List<KeyValuePair<PlanTarget, IReadOnlyList<VmGpuSelector>>> wanted = [];
        foreach ((NamedVm vm, TargetGroup group) in vms)
        {
            try
            {
                List<VmGpuSelector> selectors = [.. group.Devices.Select(device => VmGpuSelector.Of(DeviceSelector.Parse(device.Text)))];
                if (group.VmDeviceKey is { } key)
                {
                    selectors.Add(VmGpuSelector.OfKey(key));
                }

                wanted.Add(new KeyValuePair<PlanTarget, IReadOnlyList<VmGpuSelector>>(PassthroughIntents.Target(vm.Vm), selectors.Count > 0 ? selectors : [VmGpuSelector.All]));
            }
            catch (GpuVSphereException error)
            {
                relay.Error(error);
            }
        }

        return Task.FromResult<ChangeIntent?>(wanted.Count == 0 ? null : PassthroughIntents.RemoveFromVm(wanted, Options));
    }
}
