using System.IO;
using System.Linq;
using System.Text;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vim;

/// <summary>Hand-written replies in the form a vCenter sends.</summary>
internal static class Soap
{
    public const string ServiceContent =
        """
        <returnval><rootFolder type="Folder">group-d1</rootFolder><propertyCollector type="PropertyCollector">propertyCollector</propertyCollector>
        <viewManager type="ViewManager">ViewManager</viewManager><about><name>VMware vCenter Server</name><fullName>VMware vCenter Server 8.0.3 build-24022515</fullName>
        <vendor>VMware, Inc.</vendor><version>8.0.3</version><build>24022515</build><osType>linux-x64</osType><productLineId>vpx</productLineId>
        <apiType>VirtualCenter</apiType><apiVersion>8.0.3.0</apiVersion><instanceUuid>11111111-2222-3333-4444-555555555555</instanceUuid></about>
        <sessionManager type="SessionManager">SessionManager</sessionManager><authorizationManager type="AuthorizationManager">AuthorizationManager</authorizationManager>
        <tomorrow><nested>unknown</nested></tomorrow></returnval>
        """;

    public const string UserSession = "<returnval><key>52aa</key><userName>VSPHERE.LOCAL\\Administrator</userName><fullName>A</fullName></returnval>";

    public static string Versions(string newest, params string[] prior) =>
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<namespaces version=\"1.0\">\n <namespace>\n  <name>urn:vim25</name>\n  <version>" + newest
        + "</version>\n  <priorVersions>" + string.Concat(prior.Select(version => "\n   <version>" + version + "</version>")) + "\n  </priorVersions>\n </namespace>\n</namespaces>";

    public static string Result(string method, string inner) => Envelope($"<{method}Response xmlns=\"urn:vim25\">{inner}</{method}Response>");

    public static string Fault(string type, string text, string fields = "") => Envelope(
        $"<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>{text}</faultstring><detail><{type}Fault xmlns=\"urn:vim25\" xsi:type=\"{type}\">{fields}</{type}Fault></detail></soapenv:Fault>");

    public static string Envelope(string body) =>
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soapenv:Envelope xmlns:soapenc=\"http://schemas.xmlsoap.org/soap/encoding/\" xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\""
        + " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n<soapenv:Body>\n" + body + "\n</soapenv:Body>\n</soapenv:Envelope>";

    public static VimResponse Response(string text, int? status = null, string? cookie = null) =>
        new(status ?? (text.Contains("<soapenv:Fault>") ? 500 : 200), new MemoryStream(Encoding.UTF8.GetBytes(text)), cookie);
}
