using System;
using System.Linq;
using System.Management.Automation;
using System.Xml.Linq;
using VMware.VimAutomation.ViCore.Impl.V1;
using VMware.VimAutomation.ViCore.Types.V1;

namespace VMware.PowerCliDouble.Commands;

[Cmdlet(VerbsCommunications.Connect, "VIServer")]
public sealed class ConnectVIServerCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0)]
    public string[] Server { get; set; }

    [Parameter]
    public int Port { get; set; } = 443;

    [Parameter]
    public string User { get; set; }

    [Parameter]
    public string Password { get; set; }

    [Parameter]
    public string Session { get; set; }

    [Parameter]
    public SwitchParameter NotDefault { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        foreach (string name in Server)
        {
            Uri uri = new UriBuilder("https", name, Port, "/sdk").Uri;
            SoapClient soap = new(uri, Force || Servers.SessionCertificateAction == BadCertificateAction.Ignore) { Cookie = Session };
            XElement content = soap.ServiceContent();
            XElement about = SoapClient.Child(content, "about");
            string user = Session is null ? soap.Login(content, User, Password) : User ?? string.Empty;
            string shown = name.Contains(":") ? "[" + name.Trim('[', ']') + "]" : name;
            VIServerImpl server = new()
            {
                Name = name,
                ServiceUri = uri,
                SessionSecret = soap.Cookie,
                User = user,
                Uid = $"/VIServer={user.ToLowerInvariant()}@{shown.ToLowerInvariant()}:{Port}/",
                Version = SoapClient.Text(about, "version"),
                Build = SoapClient.Text(about, "build"),
                ProductLine = SoapClient.Text(about, "productLineId") ?? "vpx",
                InstanceUuid = SoapClient.Text(about, "instanceUuid"),
                Soap = soap,
                IsDefault = !NotDefault,
            };
            Servers.Add(server);
            Servers.Publish(SessionState);
            WriteObject(server);
        }
    }
}
