using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Errors;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>The base of cmdlets about VMs.</summary>
public abstract class VmCmdlet : InventoryCmdlet
{
    /// <summary>The VMs, by name with wildcards, or as objects.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [VMTransformation]
    [ArgumentCompleter(typeof(VMCompleter))]
    [ValidateNotNullOrEmpty]
    public VmIdentity[]? VM { get; set; }

    internal override string Takes => "a VM";

    internal override VmIdentity[]? BoundVms => VM;

    internal override TargetGroup? Recognise(PSObject input)
    {
        if (IdentityReader.Unwrap(input) is string name)
        {
            return new TargetGroup { Vms = [new VmIdentity(name)], Devices = TypedDevices };
        }

        return IdentityReader.ReadInventory(input) is VmIdentity vm ? new TargetGroup { Vms = [vm], Devices = TypedDevices } : null;
    }

    private protected IReadOnlyList<DeviceIdentity> TypedDevices => HasTyped("Device") ? BoundDevices ?? [] : [];

    // The first argument is the VM. Whoever pipes VMs in and types something else there would see it passed over, and more changed than was meant.
    private protected void RefuseVmNamedTwice(TargetGroup? group, string suchAs)
    {
        if (group is { Vms.Count: > 0 } && HasTyped("VM"))
        {
            ThrowTerminatingError(ErrorMapper.ToRecord(new GpuVSphereException(
                "VmNamedTwice",
                GpuErrorCategory.InvalidArgument,
                $"The VMs come from the pipeline, and {string.Join(", ", (VM ?? []).Select(vm => vm.ToString()))} was given as -VM, which is the first argument.",
                null,
                $"Give what is meant by its parameter's name{suchAs}: Get-Help {Typed.Name(MyInvocation.MyCommand.Name)} shows them. Or leave the pipeline out.")));
        }
    }
}
