using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Inventory;

/// <summary>A server that answers what a test says, in the real format.</summary>
internal sealed class ScriptedVSphere : IVimTransport, IFileTransport
{
    private readonly string _apiVersion;

    public ScriptedVSphere(string apiVersion = "8.0.3.0") => _apiVersion = apiVersion;

    /// <summary>The bodies of the requests, by method, in order.</summary>
    public List<(string Method, string Body)> Requests { get; } = [];

    /// <summary>Answers a method: from the request's body to the inside of the response element, or a fault when it starts with <c>!</c>.</summary>
    public Dictionary<string, Func<string, string>> Answers { get; } = [];

    public async Task<VimSession> ConnectAsync()
    {
        var server = new VimServer("vcenter.test", this, this, SystemClock.Instance);
        var password = new System.Security.SecureString();
        password.AppendChar('x');
        return await VimSession.ConnectAsync(server, new VimCredential("user", password), CancellationToken.None);
    }

    public Task<VimResponse> SendAsync(VimRequest request, CancellationToken cancellationToken)
    {
        if (request.Method is null)
        {
            return Task.FromResult(Reply(200, $"<namespaces version=\"1.0\"><namespace><name>urn:vim25</name><version>{_apiVersion}</version></namespace></namespaces>"));
        }

        string body = Encoding.UTF8.GetString(request.Body!);
        Requests.Add((request.Method, body));
        string inside = request.Method switch
        {
            "RetrieveServiceContent" => $"""
                <returnval><rootFolder type="Folder">group-d1</rootFolder><propertyCollector type="PropertyCollector">propertyCollector</propertyCollector>
                <viewManager type="ViewManager">ViewManager</viewManager><about><name>VMware vCenter Server</name><fullName>x</fullName><vendor>VMware, Inc.</vendor>
                <version>8.0.3</version><build>1</build><osType>linux-x64</osType><productLineId>vpx</productLineId><apiType>VirtualCenter</apiType>
                <apiVersion>{_apiVersion}</apiVersion><instanceUuid>d0d0cafe-0000-4000-8000-000000000001</instanceUuid></about>
                <sessionManager type="SessionManager">SessionManager</sessionManager><authorizationManager type="AuthorizationManager">AuthorizationManager</authorizationManager></returnval>
                """,
            "Login" => "<returnval><key>k</key><userName>user</userName></returnval>",
            "CreateContainerView" => "<returnval type=\"ContainerView\">view-1</returnval>",
            _ when Answers.TryGetValue(request.Method, out Func<string, string>? answer) => answer(body),
            _ => string.Empty,
        };
        return Task.FromResult(inside.StartsWith('!')
            ? Reply(500, Envelope($"<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>refused</faultstring><detail><{inside[1..]}Fault xmlns=\"urn:vim25\" xsi:type=\"{inside[1..]}\"/></detail></soapenv:Fault>"))
            : Reply(200, Envelope($"<{request.Method}Response xmlns=\"urn:vim25\">{inside}</{request.Method}Response>"), request.Method == "Login" ? "\"cookie\"" : null));
    }

    public Task<Stream> OpenReadAsync(string pathAndQuery, string? cookie, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task WriteAsync(string pathAndQuery, string? cookie, Stream content, long length, CancellationToken cancellationToken) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private static string Envelope(string body) =>
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\""
        + $" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>";

    private static VimResponse Reply(int status, string text, string? cookie = null) => new(status, new MemoryStream(Encoding.UTF8.GetBytes(text)), cookie);
}
