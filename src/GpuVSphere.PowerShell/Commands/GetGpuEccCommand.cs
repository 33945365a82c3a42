using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Shell;
using GpuVSphere.Smi;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Shows ECC of GPUs: what is in force, and what will be after the next reboot.</summary>
[Cmdlet(VerbsCommon.Get, "GpuEcc")]
[OutputType(typeof(GpuEcc))]
public sealed class GetGpuEccCommand : HostShellCmdlet
{
    internal override async Task<IReadOnlyCollection<PciAddress>> ReadAsync(
        VimSession session, GpuHost host, Func<PciAddress?, bool> isWanted, IHostShells shells, HostShellNotes notes, PipelineRelay relay, CancellationToken cancellationToken)
    {
        NvidiaSmiReport report = await NvidiaSmiReader.ReadAsync(session, host, shells, notes, cancellationToken).ConfigureAwait(false);
        GpuEcc[] all = [.. report.Gpus.Select(GpuEcc.Of).OfType<GpuEcc>()];
        foreach (GpuEcc gpu in all.Where(gpu => isWanted(gpu.Address)))
        {
            relay.Output(gpu);
        }

        return [.. all.Select(gpu => gpu.Address)];
    }
}
