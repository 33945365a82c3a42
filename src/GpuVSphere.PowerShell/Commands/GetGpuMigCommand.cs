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

/// <summary>Shows MIG of GPUs: the mode in force and after the next reboot, the GPU instances with their places, and the profiles that there are.</summary>
[Cmdlet(VerbsCommon.Get, "GpuMig")]
[OutputType(typeof(GpuMig))]
public sealed class GetGpuMigCommand : HostShellCmdlet
{
    internal override async Task<IReadOnlyCollection<PciAddress>> ReadAsync(
        VimSession session, GpuHost host, Func<PciAddress?, bool> isWanted, IHostShells shells, HostShellNotes notes, PipelineRelay relay, CancellationToken cancellationToken)
    {
        IReadOnlyList<GpuMig> all = await GpuMigReader.ReadAsync(session, host, shells, notes, cancellationToken).ConfigureAwait(false);
        Table.LastRead.Take(all);
        foreach (GpuMig gpu in all.Where(gpu => isWanted(gpu.Address)))
        {
            relay.Output(gpu);
        }

        return [.. all.Select(gpu => gpu.Address)];
    }
}
