using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Shell;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Shows how the vGPUs of GPUs share their time: as configured for the next boot, and in force.</summary>
[Cmdlet(VerbsCommon.Get, "VgpuScheduler")]
[OutputType(typeof(VgpuScheduler))]
public sealed class GetVgpuSchedulerCommand : HostShellCmdlet
{
    /// <summary>Asks over the vSphere API alone: what is configured is shown, what is in force is not, and SSH is left alone.</summary>
    [Parameter]
    public SwitchParameter NoShell { get; set; }

    internal override async Task<IReadOnlyCollection<PciAddress>> ReadAsync(
        VimSession session, GpuHost host, Func<PciAddress?, bool> isWanted, IHostShells shells, HostShellNotes notes, PipelineRelay relay, CancellationToken cancellationToken)
    {
        IReadOnlyList<VgpuScheduler> all = await SchedulerReader.ReadAsync(session, host, NoShell ? null : shells, notes, cancellationToken).ConfigureAwait(false);
        foreach (VgpuScheduler gpu in all.Where(gpu => isWanted(gpu.Address)))
        {
            relay.Output(gpu);
        }

        return [.. all.Select(gpu => gpu.Address)];
    }
}
