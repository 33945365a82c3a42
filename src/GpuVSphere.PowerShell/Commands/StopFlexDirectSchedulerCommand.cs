using System.Collections.Generic;
using System.Management.Automation;
using GpuVSphere.Bitfusion;
using GpuVSphere.Changes;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Stops FlexDirect's resource schedulers in server VMs.</summary>
[Cmdlet(VerbsLifecycle.Stop, "FlexDirectScheduler", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(ChangeResult), typeof(ChangePlan), typeof(Job))]
public sealed class StopFlexDirectSchedulerCommand : FlexDirectChangeCmdlet
{
    /// <summary>The port of the scheduler that is to stop; without it, every scheduler of the VM.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int Port { get; set; }

    internal override bool IsDisruptive => true;

    internal override ChangeIntent IntentFor(IReadOnlyList<PlanTarget> vms) => FlexDirectIntents.StopScheduler(vms, HasTyped(nameof(Port)) ? Port : null, Options);
}
