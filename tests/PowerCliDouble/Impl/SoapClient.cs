using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Security;
using System.Text;
using System.Xml.Linq;

namespace VMware.VimAutomation.ViCore.Impl.V1;

/// <summary>A vim25 client of the double's own, so that what it says does not rest on the code under test.</summary>
internal sealed class SoapClient
{
    private static readonly XNamespace s_vim = "urn:vim25";
    private readonly HttpClient _http;
    private readonly Uri _uri;

    public SoapClient(Uri uri, bool ignoreCertificate)
    {
        _uri = uri;
        HttpClientHandler handler = new() { UseCookies = false, UseProxy = false };
        if (ignoreCertificate)
        {
            handler.ServerCertificateCustomValidationCallback = (_, _, _, _) => true;
        }

        _http = new HttpClient(handler);
    }

    /// <summary>The cookie's value as it came, quotes included.</summary>
    public string Cookie { get; set; }

    public XElement Call(string type, string reference, string method, string arguments = "")
    {
        string envelope =
            "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body>"
            + $"<{method} xmlns=\"urn:vim25\"><_this type=\"{type}\">{reference}</_this>{arguments}</{method}></soapenv:Body></soapenv:Envelope>";
        using HttpRequestMessage request = new(HttpMethod.Post, _uri) { Content = new StringContent(envelope, Encoding.UTF8, "text/xml") };
        request.Headers.TryAddWithoutValidation("SOAPAction", "\"urn:vim25/6.7\"");
        if (Cookie is not null)
        {
            request.Headers.TryAddWithoutValidation("Cookie", "vmware_soap_session=" + Cookie);
        }

        using HttpResponseMessage response = _http.SendAsync(request).GetAwaiter().GetResult();
        string text = response.Content.ReadAsStringAsync().GetAwaiter().GetResult();
        if (response.Headers.TryGetValues("Set-Cookie", out IEnumerable<string> cookies))
        {
            string mine = cookies.FirstOrDefault(c => c.StartsWith("vmware_soap_session=", StringComparison.Ordinal));
            Cookie = mine is null ? Cookie : mine.Substring("vmware_soap_session=".Length).Split(';')[0];
        }

        XDocument document = XDocument.Parse(text);
        XElement fault = document.Descendants().FirstOrDefault(e => e.Name.LocalName == "Fault");
        if (fault is not null)
        {
            throw new InvalidOperationException(fault.Elements().FirstOrDefault(e => e.Name.LocalName == "faultstring")?.Value ?? "fault");
        }

        return document.Descendants(s_vim + (method + "Response")).Single();
    }

    public XElement ServiceContent() => Call("ServiceInstance", "ServiceInstance", "RetrieveServiceContent").Element(s_vim + "returnval");

    public string Login(XElement content, string user, string password) =>
        Call("SessionManager", content.Element(s_vim + "sessionManager").Value, "Login",
            $"<userName>{SecurityElement.Escape(user)}</userName><password>{SecurityElement.Escape(password)}</password>")
            .Element(s_vim + "returnval").Element(s_vim + "userName").Value;

    /// <summary>All objects of a type with some of their properties.</summary>
    public IReadOnlyList<(string Id, IReadOnlyDictionary<string, string> Properties)> All(string type, params string[] paths)
    {
        XElement content = ServiceContent();
        string view = Call("ViewManager", content.Element(s_vim + "viewManager").Value, "CreateContainerView",
            $"<container type=\"Folder\">{content.Element(s_vim + "rootFolder").Value}</container><type>{type}</type><recursive>true</recursive>")
            .Element(s_vim + "returnval").Value;
        string pathSet = string.Concat(paths.Select(p => $"<pathSet>{p}</pathSet>"));
        XElement reply = Call("PropertyCollector", content.Element(s_vim + "propertyCollector").Value, "RetrievePropertiesEx",
            $"<specSet><propSet><type>{type}</type>{pathSet}</propSet><objectSet><obj type=\"ContainerView\">{view}</obj><skip>true</skip>"
            + "<selectSet xsi:type=\"TraversalSpec\"><name>view</name><type>ContainerView</type><path>view</path><skip>false</skip></selectSet>"
            + "</objectSet></specSet><options></options>");
        return [.. reply.Descendants(s_vim + "objects").Select(o =>
            (o.Element(s_vim + "obj").Attribute("type").Value + "-" + o.Element(s_vim + "obj").Value,
            (IReadOnlyDictionary<string, string>)o.Elements(s_vim + "propSet").ToDictionary(p => p.Element(s_vim + "name").Value, p => p.Element(s_vim + "val").Value)))];
    }

    public static string Text(XElement parent, string name) => parent.Element(s_vim + name)?.Value;

    public static XElement Child(XElement parent, string name) => parent.Element(s_vim + name);
}
