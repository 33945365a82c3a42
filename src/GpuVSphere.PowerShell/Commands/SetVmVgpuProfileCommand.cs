using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Vgpu;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Replaces vGPUs of VMs by another profile, or sets their plug-in parameters, in one reconfigure call.</summary>
[Cmdlet(VerbsCommon.Set, "VmVgpuProfile", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(VmGpu), typeof(ChangePlan))]
public sealed class SetVmVgpuProfileCommand : VgpuProfileCmdlet
{
    /// <summary>The profile that the vGPUs become, such as grid_p100-16q; names ignore case.</summary>
    [Parameter(Position = 1)]
    [VgpuProfileTransformation]
    [ArgumentCompleter(typeof(VgpuProfileCompleter))]
    [ValidateNotNullOrEmpty]
    [ValidateCount(1, 1)]
    public string[] VgpuProfile { get; set; } = [];

    /// <summary>Only vGPUs of these profiles are replaced. Without it all vGPUs of a VM are; of Get-VmGpu those that are piped in.</summary>
    [Parameter]
    [VgpuProfileTransformation]
    [ArgumentCompleter(typeof(VgpuProfileCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Replace { get; set; } = [];

    /// <summary>Plug-in parameters of these vGPUs, such as @{ enable_uvm = 1 }; $null as the value takes one away.</summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable PluginParameter { get; set; } = [];

    internal override string Takes => "a VM or a vGPU of a VM";

    internal override Task<ChangeIntent?> IntentAsync(
        IReadOnlyList<(NamedVm Vm, TargetGroup Group)> vms, TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken) =>
        Task.FromResult<ChangeIntent?>(VmVgpuIntents.Set(Devices(vms), VgpuProfile.FirstOrDefault(), Replace, PluginParameters.Read(PluginParameter), Options));
}
