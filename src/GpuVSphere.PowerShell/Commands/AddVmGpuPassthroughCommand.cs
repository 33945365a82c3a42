using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Passthrough;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>
/// Gives passthrough GPUs to VMs: in one reconfigure call the devices, the memory-mapped I/O they need, the memory reservation, hot-add off,
/// and the record by which Remove-VmGpuPassthrough puts it back.
/// </summary>
[Cmdlet(VerbsCommon.Add, "VmGpuPassthrough", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = "Device")]
[OutputType(typeof(VmGpu), typeof(ChangePlan))]
public sealed class AddVmGpuPassthroughCommand : VmChangeCmdlet
{
    /// <summary>GPUs of the VM's host: PCI addresses, hardware labels, or device objects.</summary>
    [Parameter(Position = 1, ParameterSetName = "Device", ValueFromPipelineByPropertyName = true)]
    [DeviceTransformation]
    [ArgumentCompleter(typeof(DeviceCompleter))]
    [ValidateNotNullOrEmpty]
    public DeviceIdentity[]? Device { get; set; }

    /// <summary>Asks for any GPU of the same kind as -Device instead of just that one: the host chooses when the VM is powered on (vSphere 7.0 and later).</summary>
    [Parameter(ParameterSetName = "Device")]
    public SwitchParameter Dynamic { get; set; }

    /// <summary>Asks for any GPU with one of these ids, as vendor:device in hexadecimal, such as 10de:20b5; without a vendor NVIDIA is meant.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Id")]
    [ValidateNotNullOrEmpty]
    public string[]? DeviceId { get; set; }

    /// <summary>With ids or -Dynamic: the hardware label that the GPU must carry.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Label { get; set; }

    /// <summary>With ids: how many such GPUs.</summary>
    [Parameter(ParameterSetName = "Id")]
    public int Count { get; set; } = 1;

    /// <summary>The size to set for 64-bit memory-mapped I/O, in GB, a power of two, instead of the computed one. An existing larger one stays.</summary>
    [Parameter]
    public int MmioSizeGB { get; set; }

    /// <summary>Says that the VM has no guest yet, so that its firmware may be switched from BIOS to EFI where the GPU needs that.</summary>
    [Parameter]
    public SwitchParameter NoGuestInstalled { get; set; }

    internal override string Takes => "a VM, or a GPU for the VM of -VM";

    internal override DeviceIdentity[]? BoundDevices => Device;

    internal override VmChangeOptions Options => base.Options with
    {
        MmioSizeGB = HasTyped("MmioSizeGB") ? MmioSizeGB : null,
        NoGuestInstalled = NoGuestInstalled,
    };

    internal override TargetGroup? Recognise(PSObject input) =>
        IdentityReader.ReadDevice(input) is { } device
            ? new TargetGroup { Devices = [device], Vms = HasTyped("VM") ? [.. (VM ?? []).Where(vm => vm.WrongType is null)] : [] }
            : base.Recognise(input);

    internal override bool PrepareTargets()
    {
        if (Groups.Count > 0 && ParameterSetName == "Device" && Groups.Any(group => group.Vms.Count > 0 && group.Devices.Count == 0))
        {
            throw new GpuVSphereException(
                "NothingNamed",
                GpuErrorCategory.InvalidArgument,
                "No GPU was named that the VM is to get.",
                null,
                "Name it with -Device, or any of a kind with -DeviceId; Get-GpuDevice lists what there is.");
        }

        return base.PrepareTargets();
    }

    internal override Task<ChangeIntent?> IntentAsync(
        IReadOnlyList<(NamedVm Vm, TargetGroup Group)> vms, TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken) =>
        new PassthroughWish(ParameterSetName == "Id" ? DeviceId : null, Label, Count, Dynamic, Options).IntentAsync(vms, reader, relay, cancellationToken);

    internal override async Task PassThruAsync(
        IReadOnlyList<ChangeResult> results, IReadOnlyList<NamedVm> vms, TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken)
    {
        HashSet<Vim.VimObjectId> changed =
        [
            .. results.Where(result => result.Outcome is ChangeOutcome.Done or ChangeOutcome.Pending or ChangeOutcome.Unchanged).Select(result => result.Target.Id),
        ];
        foreach ((NamedVm _, GpuVm vm, GpuInventory _) in await reader.ReadVmsAsync([.. vms.Where(vm => changed.Contains(vm.Vm.Id))], cancellationToken).ConfigureAwait(false))
        {
            foreach (VmGpu gpu in vm.PciDevices.Where(gpu => gpu.Kind is VmGpuKind.StaticPassthrough or VmGpuKind.DynamicPassthrough))
            {
                relay.Output(gpu);
            }
        }
    }
}
