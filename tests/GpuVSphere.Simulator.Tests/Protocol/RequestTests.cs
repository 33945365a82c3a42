using System.Linq;
using System.Text;
using System.Threading.Tasks;
using System.Xml.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Protocol;

public sealed class RequestTests
{
    [Theory]
    [InlineData("")]
    [InlineData("not xml")]
    [InlineData("<a/>")]
    [InlineData("<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body/></e:Envelope>")]
    [InlineData("<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body><CurrentTime xmlns='urn:other'/></e:Body></e:Envelope>")]
    [InlineData("<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body><CurrentTime xmlns='urn:vim25'/></e:Body></e:Envelope>")]
    [InlineData("<!DOCTYPE x [<!ENTITY y 'z'>]><e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body><CurrentTime xmlns='urn:vim25'/></e:Body></e:Envelope>")]
    public async Task WhatIsNoSoapCall_IsInvalidRequest(string body)
    {
        using Soap soap = new();
        (int status, XElement reply) = await soap.PostAsync(Encoding.UTF8.GetBytes(body));
        Assert.Equal("InvalidRequest", Soap.Fault(status, reply).Type);
    }

    [Fact]
    public void TheTree_KeepsTypesOrderRepetitionAndReferences()
    {
        SoapRequest request = SoapReader.Read(Soap.Envelope(
            "ReconfigVM_Task",
            "VirtualMachine",
            "vm-7",
            "<spec><memoryMB>2048</memoryMB><deviceChange><operation>add</operation><device xsi:type=\"VirtualPCIPassthrough\"><key>-1</key><backing xsi:type=\"VirtualPCIPassthroughVmiopBackingInfo\"/></device></deviceChange>"
            + "<deviceChange><operation>remove</operation></deviceChange><extraConfig><key>a</key><value xsi:type=\"xsd:string\"> 1 &lt; 2 </value></extraConfig><extraConfig><key>b</key><value xsi:type=\"xsd:long\">5</value></extraConfig>"
            + "<host type=\"HostSystem\">host-1</host><pool xsi:type=\"ManagedObjectReference\" type=\"ResourcePool\">rp-1</pool><empty/><flag xsi:type=\"xsd:boolean\">1</flag></spec>"));
        Assert.Equal(("ReconfigVM_Task", new MoRef("VirtualMachine", "vm-7"), "op-1"), (request.Method, request.Self, request.OperationId));
        DataObject spec = request.Arguments.Object("spec")!;
        Assert.Equal(["memoryMB", "deviceChange", "extraConfig", "host", "pool", "empty", "flag"], spec.Fields.Select(each => each.Key));
        Assert.Equal(2048, spec.Int64("memoryMB"));
        Assert.Equal(["add", "remove"], spec.Objects("deviceChange").Select(each => each.Text("operation")));
        DataObject device = spec.Objects("deviceChange")[0].Object("device")!;
        Assert.Equal(("VirtualPCIPassthrough", -1), (device.TypeName, device.Int32("key")));
        Assert.Equal("VirtualPCIPassthroughVmiopBackingInfo", device.Object("backing")!.TypeName);
        Assert.Equal(" 1 < 2 ", spec.Objects("extraConfig")[0]["value"]);
        Assert.Equal(5L, spec.Objects("extraConfig")[1]["value"]);
        Assert.Equal(new MoRef("HostSystem", "host-1"), spec.Reference("host"));
        Assert.Equal(new MoRef("ResourcePool", "rp-1"), spec.Reference("pool"));
        Assert.Empty(spec.Object("empty")!.Fields);
        Assert.True(spec.Boolean("flag"));
        Assert.Null(spec.Text("absent"));
        Assert.Null(spec.Boolean("absent"));
    }

    [Fact]
    public void Readers_RefuseWhatIsOfAnotherKind()
    {
        DataObject data = new DataObject(string.Empty).With("text", "x").With("object", new DataObject(string.Empty).With("a", "b"));
        Assert.Equal("InvalidRequest", Assert.Throws<SimulatedFault>(() => data.Int32("text")).Detail.TypeName);
        Assert.Equal("InvalidRequest", Assert.Throws<SimulatedFault>(() => data.Boolean("text")).Detail.TypeName);
        Assert.Equal("InvalidRequest", Assert.Throws<SimulatedFault>(() => data.Reference("text")).Detail.TypeName);
        Assert.Equal("InvalidRequest", Assert.Throws<SimulatedFault>(() => data.Object("text")).Detail.TypeName);
        Assert.Equal("InvalidRequest", Assert.Throws<SimulatedFault>(() => data.Text("object")).Detail.TypeName);
        Assert.Equal("InvalidRequest", Assert.Throws<SimulatedFault>(() => data.RequiredText("absent")).Detail.TypeName);
    }

    [Fact]
    public async Task AnUnknownObject_OrMethod_IsNotFound()
    {
        using Soap soap = await Soap.LoggedInAsync();
        (string type, string text, XElement? detail) = await soap.FaultAsync("PowerOnVM_Task", "VirtualMachine", "vm-99");
        Assert.Equal("ManagedObjectNotFound", type);
        Assert.Contains("VirtualMachine:vm-99", text);
        Assert.Equal("VirtualMachine", detail!.Element(Soap.Vim + "obj")!.Attribute("type")!.Value);
        (type, _, detail) = await soap.FaultAsync("Dance", "VirtualMachine", "vm-1");
        Assert.Equal("MethodNotFound", type);
        Assert.Equal("Dance", detail!.Element(Soap.Vim + "method")!.Value);
    }

    [Fact]
    public async Task AFault_HasTheDocumentedShape()
    {
        using Soap soap = await Soap.LoggedInAsync();
        soap.Model.Host.Can("RebootHost_Task", _ =>
        {
            SimulatedFault fault = new("InvalidPowerState", "Not now.", "test");
            fault.Detail.With("requestedState", "poweredOff").With("existingState", "poweredOn");
            throw fault;
        });
        (int status, XElement body) = await soap.PostAsync(Soap.Envelope("RebootHost_Task", "HostSystem", "host-1", "<force>false</force>"));
        Assert.Equal(500, status);
        Assert.Equal("http://schemas.xmlsoap.org/soap/envelope/", body.Name.NamespaceName);
        Assert.Equal(["faultcode", "faultstring", "detail"], body.Elements().Select(each => each.Name.ToString()));
        Assert.Equal("ServerFaultCode", body.Element("faultcode")!.Value);
        Assert.Equal("Not now.", body.Element("faultstring")!.Value);
        XElement detail = body.Element("detail")!.Elements().Single();
        Assert.Equal(Soap.Vim + "InvalidPowerStateFault", detail.Name);
        Assert.Equal("InvalidPowerState", detail.Attribute(Soap.XsiType)!.Value);
        Assert.Equal(["requestedState", "existingState"], detail.Elements().Select(each => each.Name.LocalName));
    }

    [Fact]
    public async Task AMistakeOfTheSimulator_IsASystemError_NotASilence()
    {
        using Soap soap = await Soap.LoggedInAsync();
        soap.Model.Host.Can("RebootHost_Task", _ => throw new System.InvalidOperationException("oops"));
        (string type, string text, XElement? detail) = await soap.FaultAsync("RebootHost_Task", "HostSystem", "host-1");
        Assert.Equal("SystemError", type);
        Assert.Contains("oops", text);
        Assert.Contains("InvalidOperationException", detail!.Element(Soap.Vim + "reason")!.Value);
    }
}
