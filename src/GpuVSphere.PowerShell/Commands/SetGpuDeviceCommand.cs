using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Passthrough;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Sets the hardware label of GPUs (vSphere 7.0 U2 and later), by which a VM can ask for one of several.</summary>
[Cmdlet(VerbsCommon.Set, "GpuDevice", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(GpuDevice), typeof(ChangePlan))]
public sealed class SetGpuDeviceCommand : HostPlanCmdlet
{
    /// <summary>All GPUs of the hosts that are named. Without it the GPUs must be named with -Device or come from the pipeline.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    /// <summary>The label; an empty text removes it.</summary>
    [Parameter(Mandatory = true)]
    [AllowEmptyString]
    public string Label { get; set; } = string.Empty;

    internal override HostChangeOptions Options => new() { SkipRules = SkipRule };

    internal override bool PrepareTargets() => GpuTargets.Prepare(this, All);

    internal override Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken) =>
        GpuTargets.RunAsync(this, devices => PassthroughIntents.SetLabel(devices, Label, Options), (devices, _) => GpuTargets.ShowAsync(devices, relay), relay, cancellationToken);
}
