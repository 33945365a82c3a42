using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Vgpu;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Takes vGPUs from VMs and puts back what was set for them, where it still is as it was set.</summary>
[Cmdlet(VerbsCommon.Remove, "VmVgpuProfile", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(ChangeResult), typeof(ChangePlan))]
public sealed class RemoveVmVgpuProfileCommand : VgpuChangeCmdlet
{
    /// <summary>The profiles whose vGPUs are taken away, all of each; names ignore case. GPUs of Get-VmGpu come from the pipeline.</summary>
    [Parameter(Position = 1)]
    [VgpuProfileTransformation]
    [ArgumentCompleter(typeof(VgpuProfileCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] VgpuProfile { get; set; } = [];

    /// <summary>All vGPUs of the VMs that are named.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    internal override string Takes => "a VM or a vGPU of a VM";

    internal override bool Removes => true;

    internal override bool PrepareTargets()
    {
        if (!All && VgpuProfile.Length == 0 && Groups.Any(group => group.Vms.Count > 0 && group.VmDeviceKey is null))
        {
            throw new GpuVSphereException(
                "NothingNamed",
                GpuErrorCategory.InvalidArgument,
                "VMs were named, but not which of their vGPUs.",
                null,
                "Name them with -VgpuProfile, pipe them in (Get-VmGpu <vm> | Remove-VmVgpuProfile), or say -All.");
        }

        return base.PrepareTargets();
    }

    internal override Task<ChangeIntent?> IntentAsync(
        IReadOnlyList<(NamedVm Vm, TargetGroup Group)> vms, TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken) =>
        Task.FromResult<ChangeIntent?>(VmVgpuIntents.Remove(Devices(vms), VgpuProfile, All, Options));
}
