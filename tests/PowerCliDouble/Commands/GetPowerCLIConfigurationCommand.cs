using System.Management.Automation;
using VMware.VimAutomation.ViCore.Impl.V1;
using VMware.VimAutomation.ViCore.Types.V1;

namespace VMware.PowerCliDouble.Commands;

// One row for each scope; the Session row carries what is in force, the others are blank where nothing is set.
[Cmdlet(VerbsCommon.Get, "PowerCLIConfiguration")]
public sealed class GetPowerCLIConfigurationCommand : PSCmdlet
{
    protected override void ProcessRecord()
    {
        BadCertificateAction action = Servers.SessionCertificateAction;
        WriteObject(new PowerCLIConfiguration
        {
            Scope = ConfigurationScope.Session,
            InvalidCertificateAction = action == BadCertificateAction.Unset ? BadCertificateAction.Fail : action,
            WebOperationTimeoutSeconds = 300,
        });
        WriteObject(new PowerCLIConfiguration { Scope = ConfigurationScope.User });
        WriteObject(new PowerCLIConfiguration { Scope = ConfigurationScope.AllUsers });
    }
}
