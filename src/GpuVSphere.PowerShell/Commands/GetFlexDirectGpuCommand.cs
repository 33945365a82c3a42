using System.Collections.Generic;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Bitfusion;
using GpuVSphere.Changes;
using GpuVSphere.Shell;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Lists the GPUs that VMs can use through FlexDirect.</summary>
[Cmdlet(VerbsCommon.Get, "FlexDirectGpu")]
[OutputType(typeof(FlexDirectGpu))]
public sealed class GetFlexDirectGpuCommand : FlexDirectCmdlet
{
    /// <summary>Asks FlexDirect's own nvidia-smi (smi) instead of its list (list_gpus): driver and memory, without the servers.</summary>
    [Parameter]
    public SwitchParameter Smi { get; set; }

    internal override async Task ReadAsync(PlanTarget vm, IGuestShell shell, PipelineRelay relay, CancellationToken cancellationToken)
    {
        foreach (FlexDirectGpu gpu in await (Smi ? FlexDirectReader.ReadSmiAsync(vm, shell, relay.Warning, cancellationToken) : FlexDirectReader.ReadGpusAsync(vm, shell, relay.Warning, cancellationToken)).ConfigureAwait(false))
        {
            relay.Output(gpu);
        }
    }
}
