using System.Collections.Generic;
using System.Management.Automation;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Passthrough;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Sets the hardware label of GPUs (vSphere 7.0 U2 and later), by which a VM can ask for one of several.</summary>
[Cmdlet(VerbsCommon.Set, "GpuDevice", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(GpuDevice), typeof(ChangePlan))]
public sealed class SetGpuDeviceCommand : HostChangeCmdlet
{
    /// <summary>The label; an empty text removes it.</summary>
    [Parameter(Mandatory = true)]
    [AllowEmptyString]
    public string Label { get; set; } = string.Empty;

    internal override HostChangeOptions Options => new() { SkipRules = SkipRule };

    internal override ChangeIntent Intent(IReadOnlyList<GpuDevice> devices) => PassthroughIntents.SetLabel(devices, Label, Options);
}
