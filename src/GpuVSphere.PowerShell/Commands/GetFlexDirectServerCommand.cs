using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Bitfusion;
using GpuVSphere.Changes;
using GpuVSphere.Shell;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Shows the servers that FlexDirect clients are told to use.</summary>
[Cmdlet(VerbsCommon.Get, "FlexDirectServer")]
[OutputType(typeof(FlexDirectServer))]
public sealed class GetFlexDirectServerCommand : FlexDirectCmdlet
{
    /// <summary>The file in the guest; without it the one that the guest's release reads, /etc/bitfusionio/servers.conf at first.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    internal override async Task ReadAsync(PlanTarget vm, IGuestShell shell, PipelineRelay relay, CancellationToken cancellationToken)
    {
        foreach (FlexDirectServer server in await FlexDirectReader.ReadServersAsync(vm, shell, Path, relay.Warning, cancellationToken).ConfigureAwait(false))
        {
            relay.Output(server);
        }
    }
}
