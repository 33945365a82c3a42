using System.Management.Automation;
using VMware.VimAutomation.ViCore.Impl.V1;
using VMware.VimAutomation.ViCore.Types.V1;

namespace VMware.PowerCliDouble.Commands;

[Cmdlet(VerbsCommon.Set, "PowerCLIConfiguration", SupportsShouldProcess = true)]
public sealed class SetPowerCLIConfigurationCommand : PSCmdlet
{
    [Parameter]
    public BadCertificateAction InvalidCertificateAction { get; set; }

    [Parameter]
    public ConfigurationScope Scope { get; set; }

    protected override void ProcessRecord()
    {
        if (ShouldProcess("PowerCLI"))
        {
            Servers.SessionCertificateAction = InvalidCertificateAction;
        }
    }
}
