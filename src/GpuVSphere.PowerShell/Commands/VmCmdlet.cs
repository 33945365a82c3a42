using System.Collections.Generic;
using System.Management.Automation;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Completion;

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
}
