using System.Collections.Generic;
using System.Management.Automation;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Passthrough;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Takes GPUs of hosts into passthrough mode, so that VMs can have them.</summary>
[Cmdlet(VerbsLifecycle.Enable, "GpuPassthrough", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(GpuDevice), typeof(ChangePlan), typeof(Job))]
public sealed class EnableGpuPassthroughCommand : PassthroughCmdlet
{
    internal override ChangeIntent Intent(IReadOnlyList<GpuDevice> devices) => PassthroughIntents.Enable(devices, Options);
}
