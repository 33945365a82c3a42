using System.Collections.Generic;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Operations;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>The base of Add- and Set-VmVgpuProfile: what a VM may need for a profile that it gets.</summary>
public abstract class VgpuProfileCmdlet : VgpuChangeCmdlet
{
    /// <summary>The size to set for 64-bit memory-mapped I/O, in GB, a power of two, instead of the published one. An existing larger one stays.</summary>
    [Parameter]
    public int MmioSizeGB { get; set; }

    /// <summary>Says that the VM has no guest yet, so that its firmware may be switched from BIOS to EFI where the vGPU needs that.</summary>
    [Parameter]
    public SwitchParameter NoGuestInstalled { get; set; }

    internal sealed override VmChangeOptions Options => base.Options with
    {
        MmioSizeGB = HasTyped(nameof(MmioSizeGB)) ? MmioSizeGB : null,
        NoGuestInstalled = NoGuestInstalled,
    };

    internal sealed override Task PassThruAsync(
        IReadOnlyList<ChangeResult> results, IReadOnlyList<NamedVm> vms, TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken) =>
        WriteVgpusAsync(results, vms, reader, relay, cancellationToken);
}
