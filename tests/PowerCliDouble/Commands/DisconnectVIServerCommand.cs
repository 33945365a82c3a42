using System.Linq;
using System.Management.Automation;
using VMware.VimAutomation.ViCore.Impl.V1;

namespace VMware.PowerCliDouble.Commands;

[Cmdlet(VerbsCommunications.Disconnect, "VIServer", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class DisconnectVIServerCommand : PSCmdlet
{
    [Parameter(Position = 0)]
    public VIServerImpl[] Server { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        foreach (VIServerImpl server in Server ?? [.. Servers.All])
        {
            if (ShouldProcess(server.Name))
            {
                server.IsConnected = false;
                Servers.Remove(server);
            }
        }

        Servers.Publish(SessionState);
    }
}
