using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Operations;
using GpuVSphere.Passthrough;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Sets or mends the two settings for 64-bit memory-mapped I/O of VMs, and finds misspelt ones.</summary>
[Cmdlet(VerbsCommon.Set, "VmMmioSize", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(ChangeResult), typeof(ChangePlan))]
public sealed class SetVmMmioSizeCommand : VmChangeCmdlet
{
    /// <summary>The size in GB, a power of two. Without it, what the VM's passthrough GPUs need. An existing larger one stays.</summary>
    [Parameter(Position = 1)]
    public int SizeGB { get; set; }

    /// <summary>Removes misspelt settings instead of only telling of them.</summary>
    [Parameter]
    public SwitchParameter RemoveMisspeltKey { get; set; }

    internal override VmChangeOptions Options => base.Options with
    {
        MmioSizeGB = HasTyped("SizeGB") ? SizeGB : null,
        RemoveMisspeltKeys = RemoveMisspeltKey,
    };

    internal override Task<ChangeIntent?> IntentAsync(
        IReadOnlyList<(NamedVm Vm, TargetGroup Group)> vms, TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken) =>
        Task.FromResult<ChangeIntent?>(PassthroughIntents.SetMmio(vms.Select(one => PassthroughIntents.Target(one.Vm.Vm)), Options));
}
