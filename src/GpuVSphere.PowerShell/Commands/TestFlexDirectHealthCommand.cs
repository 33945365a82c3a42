using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Bitfusion;
using GpuVSphere.Changes;
using GpuVSphere.Shell;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Runs FlexDirect's health checks in VMs and gives each as an object.</summary>
[Cmdlet(VerbsDiagnostic.Test, "FlexDirectHealth")]
[OutputType(typeof(FlexDirectHealthCheck))]
public sealed class TestFlexDirectHealthCommand : FlexDirectCmdlet
{
    /// <summary>As what a VM is checked: Server (localhealth) or Client (health). Without it as what it is found to be, which may be both.</summary>
    [Parameter]
    public FlexDirectRole Role { get; set; }

    internal override async Task ReadAsync(PlanTarget vm, IGuestShell shell, PipelineRelay relay, CancellationToken cancellationToken)
    {
        foreach (FlexDirectHealthCheck check in await FlexDirectReader.ReadHealthAsync(vm, shell, HasTyped(nameof(Role)) ? Role : null, cancellationToken).ConfigureAwait(false))
        {
            relay.Output(check);
        }
    }
}
