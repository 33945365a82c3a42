using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Shell;
using GpuVSphere.Smi;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Runs nvidia-smi on hosts and gives what it says as objects: the GPUs that the host's driver has, with the vGPUs on them.</summary>
[Cmdlet(VerbsCommon.Get, "NvidiaSmi")]
[OutputType(typeof(NvidiaSmiGpu), typeof(string))]
public sealed class GetNvidiaSmiCommand : HostShellCmdlet
{
    /// <summary>Gives the text of nvidia-smi -q -x as it came, one for each host.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>
    /// What nvidia-smi wrote, read instead of asking a host: the XML, -q and what grep left of it, the table, -L, vgpu and vgpu -q.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    public string[]? Text { get; set; }

    internal override bool PrepareTargets()
    {
        if (Text is null)
        {
            return base.PrepareTargets();
        }

        if (Groups.Count > 0 || Raw)
        {
            throw new GpuVSphereException(
                "ConflictingParameters", GpuErrorCategory.InvalidArgument, "Either a host is asked or -Text is read, not both.", null, "Leave the hosts and -Raw out, or -Text.");
        }

        foreach (NvidiaSmiGpu gpu in NvidiaSmiReader.Read(string.Join("\n", Text)).Gpus)
        {
            WriteResult(gpu);
        }

        return false;
    }

    internal override async Task<IReadOnlyCollection<PciAddress>> ReadAsync(
        VimSession session, GpuHost host, Func<PciAddress?, bool> isWanted, IHostShells shells, HostShellNotes notes, PipelineRelay relay, CancellationToken cancellationToken)
    {
        if (Raw)
        {
            relay.Output(await NvidiaSmiReader.ReadTextAsync(session, host, shells, notes, cancellationToken).ConfigureAwait(false));
            return [.. host.Devices.Where(device => !device.IsActive).Select(device => device.Address)];
        }

        NvidiaSmiReport report = await NvidiaSmiReader.ReadAsync(session, host, shells, notes, cancellationToken).ConfigureAwait(false);
        foreach (NvidiaSmiGpu gpu in report.Gpus.Where(gpu => isWanted(gpu.Address)))
        {
            relay.Output(gpu);
        }

        // vGPUs do not start on such a GPU, and nvidia-smi vgpu only says "No supported devices in vGPU mode".
        foreach (IGrouping<string?, NvidiaSmiGpu> mode in report.Gpus.Where(gpu => isWanted(gpu.Address) && !gpu.IsHostVgpu && gpu.VirtualizationMode is not null).GroupBy(gpu => gpu.VirtualizationMode))
        {
            relay.Warning(
                $"{string.Join(", ", mode.Select(gpu => gpu.Address))} on {host.Name} {(mode.Skip(1).Any() ? "are" : "is")} not in vGPU mode (virtualization mode {mode.Key}): no vGPU starts there."
                + $" Set-HostGraphicsMode -VMHost {Typed.Name(host.Name)} -GraphicsType SharedDirect -Reboot brings it.");
        }

        return [.. report.Gpus.Select(gpu => gpu.Address).OfType<PciAddress>()];
    }
}
