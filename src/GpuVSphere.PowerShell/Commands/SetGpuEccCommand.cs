using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Smi;
using GpuVSphere.Vgpu;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Switches ECC of GPUs, which vGPU releases before 9.0 need off. It takes effect with a reboot of the host.</summary>
[Cmdlet(VerbsCommon.Set, "GpuEcc", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(GpuEcc), typeof(ChangePlan), typeof(Job))]
public sealed class SetGpuEccCommand : GpuModeCmdlet
{
    /// <summary>Whether ECC shall be on: $true or $false.</summary>
    [Parameter(Mandatory = true)]
    public bool Enabled { get; set; }

    internal override ChangeIntent Intent(IReadOnlyList<GpuDevice> devices) => EccIntents.Set(devices, Enabled, Options);

    internal override async Task ShowAsync(GpuHost host, HashSet<PciAddress> wanted, OperationContext context, PipelineRelay relay, CancellationToken cancellationToken)
    {
        NvidiaSmiReport report = await NvidiaSmiReader.ReadAsync(context.SessionOf(host.Id), host, context.Shells, context.ShellNotes, cancellationToken).ConfigureAwait(false);
        foreach (GpuEcc gpu in report.Gpus.Select(GpuEcc.Of).OfType<GpuEcc>().Where(gpu => wanted.Contains(gpu.Address)))
        {
            relay.Output(gpu);
        }
    }
}
