using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using System.Xml.Linq;
using GpuVSphere.Simulator.Protocol;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Protocol;

/// <summary>A client without knowledge: text in, XML out. It shares nothing with the client that is shipped.</summary>
internal sealed class Soap : IDisposable
{
    public static readonly XNamespace Vim = "urn:vim25";
    public static readonly XName XsiType = XName.Get("type", "http://www.w3.org/2001/XMLSchema-instance");
    private readonly RequestHandler _handler;

    public Soap(SimulatorOptions? options = null, StubModel? model = null)
    {
        Model = model ?? new StubModel();
        Simulator = GpuSimulator.Start(options ?? new SimulatorOptions { ClockSpeed = 1 }, Model);
        _handler = new RequestHandler(Simulator.World);
    }

    public GpuSimulator Simulator { get; }

    public StubModel Model { get; }

    public string? Cookie { get; set; }

    public string Action { get; set; } = "urn:vim25/8.0.3.0";

    public void Dispose() => Simulator.Dispose();

    public static string Ref(string name, ManagedObject target) => Ref(name, target.Reference.Type, target.Reference.Value);

    public static string Ref(string name, string type, string id) => "<" + name + " type=\"" + type + "\">" + id + "</" + name + ">";

    public static string Ref(string name, XElement reference) => Ref(name, reference.Attribute("type")!.Value, reference.Value);

    public static byte[] Envelope(string method, string type, string id, string arguments) => Encoding.UTF8.GetBytes(
        "<?xml version=\"1.0\"?><e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">"
        + "<e:Header><operationID xmlns=\"\">op-1</operationID></e:Header><e:Body><" + method + " xmlns=\"urn:vim25\">" + Ref("_this", type, id) + arguments + "</" + method + "></e:Body></e:Envelope>");

    public async Task<(int Status, XElement Body)> PostAsync(byte[] envelope, CancellationToken cancellationToken = default)
    {
        // A call that should have been refused may wait for ever instead: then the test fails, rather than hang.
        WireRequest request = new() { Verb = "POST", Target = "/sdk", Body = envelope, SoapAction = Action, SessionCookie = Cookie };
        WireReply reply = await _handler.HandleAsync(request, cancellationToken).WaitAsync(Eventually.Limit, cancellationToken);
        if (reply.SetSession is not null)
        {
            Cookie = reply.SetSession;
        }

        using StreamReader reader = new(reply.Body, Encoding.UTF8);
        string text = await reader.ReadToEndAsync(cancellationToken);
        return (reply.Status, XDocument.Parse(text).Root!.Elements().Single().Elements().Single());
    }

    /// <summary>The returnval elements of a call that must succeed.</summary>
    public async Task<IReadOnlyList<XElement>> CallAsync(string method, string type, string id, string arguments = "")
    {
        (int status, XElement body) = await PostAsync(Envelope(method, type, id, arguments));
        Assert.True(status == 200, body.ToString());
        Assert.Equal(Vim + (method + "Response"), body.Name);
        return body.Elements(Vim + "returnval").ToList();
    }

    public Task<IReadOnlyList<XElement>> CallAsync(string method, XElement self, string arguments = "") =>
        CallAsync(method, self.Attribute("type")!.Value, self.Value, arguments);

    /// <summary>The fault of a call that must fail: its type, its text, and its element.</summary>
    public async Task<(string Type, string Text, XElement? Detail)> FaultAsync(string method, string type, string id, string arguments = "")
    {
        (int status, XElement body) = await PostAsync(Envelope(method, type, id, arguments));
        return Fault(status, body);
    }

    public static (string Type, string Text, XElement? Detail) Fault(int status, XElement body)
    {
        Assert.True(status == 500, body.ToString());
        Assert.Equal("Fault", body.Name.LocalName);
        XElement? detail = body.Element("detail")?.Elements().Single();
        return (detail?.Attribute(XsiType)?.Value ?? body.Element("faultcode")!.Value, body.Element("faultstring")!.Value, detail);
    }

    public async Task<Soap> LoginAsync(string user = "administrator@vsphere.local")
    {
        await CallAsync("Login", "SessionManager", "SessionManager", "<userName>" + user + "</userName><password>" + SimulatorUser.DefaultPassword + "</password>");
        return this;
    }

    public static async Task<Soap> LoggedInAsync(SimulatorOptions? options = null, StubModel? model = null, string user = "administrator@vsphere.local") =>
        await new Soap(options, model).LoginAsync(user);

    /// <summary>Reads properties of one object, and gives its ObjectContent.</summary>
    public async Task<XElement> ReadAsync(ManagedObject target, params string[] paths) =>
        (await CallAsync("RetrievePropertiesEx", "PropertyCollector", "propertyCollector", SpecSet(target.Reference.Type, target, paths) + "<options/>")).Single().Elements(Vim + "objects").Single();

    public static string SpecSet(string type, ManagedObject target, params string[] paths) =>
        "<specSet>" + Spec(type, Ref("obj", target), paths) + "</specSet>";

    public static string Spec(string type, string objectSet, params string[] paths) =>
        "<propSet><type>" + type + "</type>" + string.Concat(paths.Select(path => "<pathSet>" + System.Security.SecurityElement.Escape(path) + "</pathSet>")) + "</propSet><objectSet>" + objectSet + "</objectSet>";

    public static XElement? Value(XElement content, string path) =>
        content.Elements(Vim + "propSet").SingleOrDefault(each => each.Element(Vim + "name")!.Value == path)?.Element(Vim + "val");
}
