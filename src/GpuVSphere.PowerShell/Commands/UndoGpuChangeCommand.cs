using System.Management.Automation;
using GpuVSphere.Changes;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Takes changes of hosts and guests back: restores what still is as the change set it, and gives back what the change holds.</summary>
[Cmdlet(VerbsCommon.Undo, "GpuChange", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(ChangeResult), typeof(ChangePlan))]
public sealed class UndoGpuChangeCommand : ContinueChangeCmdlet
{
    internal override IGpuOperation Prepare(ChangeManager changes, string id, OperationContext context, HostChangeOptions? options) =>
        changes.PrepareUndo(id, context, options);
}
