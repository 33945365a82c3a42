using System.Collections.Generic;
using System.Management.Automation;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Passthrough;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Gives GPUs of hosts back to the hypervisor.</summary>
[Cmdlet(VerbsLifecycle.Disable, "GpuPassthrough", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(GpuDevice), typeof(ChangePlan), typeof(Job))]
public sealed class DisableGpuPassthroughCommand : PassthroughCmdlet
{
    internal override ChangeIntent Intent(IReadOnlyList<GpuDevice> devices) => PassthroughIntents.Disable(devices, Options);
}
