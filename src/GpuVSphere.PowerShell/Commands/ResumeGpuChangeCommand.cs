using System.Management.Automation;
using GpuVSphere.Changes;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Finishes changes of hosts and guests that were interrupted or failed: does what is missing, and gives back what the change holds.</summary>
[Cmdlet(VerbsLifecycle.Resume, "GpuChange", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(ChangeResult), typeof(ChangePlan))]
public sealed class ResumeGpuChangeCommand : ContinueChangeCmdlet
{
    internal override IGpuOperation Prepare(ChangeManager changes, string id, OperationContext context, HostChangeOptions? options) =>
        changes.PrepareResume(id, context, options);
}
