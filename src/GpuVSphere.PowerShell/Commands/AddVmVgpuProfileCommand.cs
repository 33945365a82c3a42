using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Passthrough;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Vgpu;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>
/// Gives vGPUs to VMs: in one reconfigure call the devices, the memory reservation, the memory-mapped I/O where the profile needs it, hot-add off,
/// and the record by which Remove-VmVgpuProfile puts it back.
/// </summary>
[Cmdlet(VerbsCommon.Add, "VmVgpuProfile", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(VmGpu), typeof(ChangePlan))]
public sealed class AddVmVgpuProfileCommand : VgpuProfileCmdlet
{
    /// <summary>The profiles, such as grid_p100-8q; names ignore case. A profile that is named twice is given twice.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [VgpuProfileTransformation]
    [ArgumentCompleter(typeof(VgpuProfileCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] VgpuProfile { get; set; } = [];

    /// <summary>How many vGPUs of each profile the VM is to have: 1 unless told otherwise. A VM that has them already is left alone.</summary>
    [Parameter]
    [ValidateRange(1, VmVgpuIntents.MostPerVm)]
    public int Count { get; set; } = 1;

    /// <summary>Device groups of the host, such as GPUs joined by NVLink: Nvidia:2@grid_a100-40c%NVLink (vSphere 8.0 and later).</summary>
    [Parameter]
    [ArgumentCompleter(typeof(DeviceGroupCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] DeviceGroup { get; set; } = [];

    /// <summary>Plug-in parameters of these vGPUs, such as @{ enable_uvm = 1 }.</summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable PluginParameter { get; set; } = [];

    internal override string Takes => "a VM, or a vGPU profile for the VM of -VM";

    internal override IReadOnlyList<string> BoundProfiles => VgpuProfile;

    internal override TargetGroup? Recognise(PSObject input) =>
        VgpuProfileName.Read(input) is { } profile
            ? new TargetGroup { Profiles = [profile], Vms = HasTyped("VM") ? [.. (VM ?? []).Where(vm => vm.WrongType is null)] : [] }
            : base.Recognise(input) is { } group ? group with { Profiles = HasTyped("VgpuProfile") ? VgpuProfile : [] } : null;

    internal override bool PrepareTargets()
    {
        if (DeviceGroup.Length == 0 && Groups.Any(group => group.Vms.Count > 0 && group.Profiles.Count == 0))
        {
            throw new GpuVSphereException(
                "NothingNamed",
                GpuErrorCategory.InvalidArgument,
                "No vGPU profile was named that the VM is to get.",
                null,
                "Name it with -VgpuProfile, or a group of GPUs with -DeviceGroup; Get-VgpuProfile lists what the hosts offer.");
        }

        return base.PrepareTargets();
    }

    internal override Task<ChangeIntent?> IntentAsync(
        IReadOnlyList<(NamedVm Vm, TargetGroup Group)> vms, TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken)
    {
        // Several rows for one VM are for one VM: it gets all of them by one call.
        IEnumerable<KeyValuePair<PlanTarget, IReadOnlyList<string>>> wanted = vms.GroupBy(one => one.Vm.Vm.Id).Select(vm => new KeyValuePair<PlanTarget, IReadOnlyList<string>>(
            PassthroughIntents.Target(vm.First().Vm.Vm),
            [.. vm.SelectMany(one => one.Group.Profiles).SelectMany(profile => Enumerable.Repeat(profile, Count))]));
        return Task.FromResult<ChangeIntent?>(VmVgpuIntents.Add(wanted, DeviceGroup, PluginParameters.Read(PluginParameter), Options));
    }
}
