using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using System.Xml.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Protocol;

public sealed class VersionTests
{
    [Theory]
    [InlineData("urn:vim25/8.0.3.0")]
    [InlineData("\"urn:vim25/6.7.3\"")]
    [InlineData("urn:vim25/7.0")]
    [InlineData("urn:vim25/5.5")]
    [InlineData("urn:vim25")]
    [InlineData("")]
    public async Task AVersionThatTheServerSpeaks_IsAnswered(string action)
    {
        using Soap soap = new() { Action = action };
        await soap.CallAsync("RetrieveServiceContent", "ServiceInstance", "ServiceInstance");
    }

    [Theory]
    [InlineData("urn:vim25/9.0.0.0", "urn:vim25/9.0.0.0")]
    [InlineData("\"urn:vim25/8.0.9.0\"", "urn:vim25/8.0.9.0")]
    [InlineData("urn:vim25/elephant", "urn:vim25/elephant")]
    [InlineData("urn:other/8.0.3.0", "urn:other/8.0.3.0")]
    public async Task AVersionThatItDoesNot_IsAMismatch(string action, string named)
    {
        using Soap soap = new() { Action = action };
        (int status, XElement body) = await soap.PostAsync(Soap.Envelope("RetrieveServiceContent", "ServiceInstance", "ServiceInstance", ""));
        (string code, string text, XElement? detail) = Soap.Fault(status, body);
        Assert.Equal("VersionMismatchFaultCode", code);
        Assert.Equal("Unsupported version URI \"" + named + "\"", text);
        Assert.Null(detail);
    }

    [Fact]
    public async Task TheListOfVersions_BeginsWithTheNewest_AndHasTheOnesThatOldClientsKnow()
    {
        using Soap soap = new();
        WireReply reply = await new RequestHandler(soap.Simulator.World).HandleAsync(new WireRequest { Verb = "GET", Target = "/sdk/vimServiceVersions.xml" }, CancellationToken.None);
        using StreamReader reader = new(reply.Body, Encoding.UTF8);
        XElement vim = XDocument.Parse(await reader.ReadToEndAsync()).Root!.Elements("namespace").Single();
        Assert.Equal("urn:vim25", vim.Element("name")!.Value);
        Assert.Equal("8.0.3.0", vim.Element("version")!.Value);
        string[] prior = vim.Element("priorVersions")!.Elements("version").Select(each => each.Value).ToArray();
        Assert.Equal("8.0.2.0", prior[0]);
        Assert.Contains("6.7.1", prior);
        Assert.Contains("5.5", prior);
        Assert.DoesNotContain("9.0.0.0", prior);
    }

    [Theory]
    [InlineData("9.0.0.0", true, true)]
    [InlineData("8.0.3.0", false, true)]
    [InlineData("8.0.2.0", false, false)]
    public async Task FieldsNewerThanTheClient_AreHidden(string version, bool hasSlot, bool hasClassName)
    {
        using Soap soap = await Soap.LoggedInAsync(model: new StubModel("9.0.0.0"));
        soap.Action = "urn:vim25/" + version;
        XElement device = Soap.Value(await soap.ReadAsync(soap.Model.Host, "hardware.pciDevice"), "hardware.pciDevice")!.Elements().First();
        Assert.Equal(hasSlot, device.Element(Soap.Vim + "physicalSlot") is not null);
        Assert.Equal(hasClassName, device.Element(Soap.Vim + "deviceClassName") is not null);
        Assert.NotNull(device.Element(Soap.Vim + "deviceName"));
    }

    [Theory]
    [InlineData("7.0.2.0", true)]
    [InlineData("6.5", false)]
    public async Task TheHardwareLabel_IsThereSince702(string version, bool isThere)
    {
        using Soap soap = await Soap.LoggedInAsync();
        soap.Action = "urn:vim25/" + version;
        XElement info = Soap.Value(await soap.ReadAsync(soap.Model.Host, "config.pciPassthruInfo"), "config.pciPassthruInfo")!.Elements().First();
        Assert.Equal(isThere, info.Element(Soap.Vim + "hardwareLabel") is not null);
    }

    [Fact]
    public async Task APathNewerThanTheClient_IsInvalid()
    {
        using Soap soap = await Soap.LoggedInAsync();
        soap.Action = "urn:vim25/6.7";
        Assert.Equal("InvalidProperty", (await soap.FaultAsync("RetrievePropertiesEx", "PropertyCollector", "propertyCollector", Soap.SpecSet("HostSystem", soap.Model.Host, "config.assignableHardwareBinding") + "<options/>")).Type);
        soap.Action = "urn:vim25/7.0.0.0";
        await soap.ReadAsync(soap.Model.Host, "config.assignableHardwareBinding");
    }

    [Theory]
    [InlineData("7.0.0.0", "VirtualPCIPassthroughDynamicBackingInfo", true)]
    [InlineData("5.5", "VirtualDeviceDeviceBackingInfo", false)]
    public async Task AnObjectOfANewerType_ComesAsItsKnownBase(string version, string type, bool hasLabel)
    {
        using Soap soap = await Soap.LoggedInAsync();
        soap.Action = "urn:vim25/" + version;
        XElement backing = Soap.Value(await soap.ReadAsync(soap.Model.Vms[0], "config.hardware.device"), "config.hardware.device")!.Descendants(Soap.Vim + "backing").Single();
        Assert.Equal(type, backing.Attribute(Soap.XsiType)!.Value);
        Assert.Equal(hasLabel, backing.Element(Soap.Vim + "customLabel") is not null);
        Assert.NotNull(backing.Element(Soap.Vim + "deviceName"));
    }

    [Fact]
    public async Task AMethodNewerThanTheClient_IsNotFound()
    {
        using Soap soap = await Soap.LoggedInAsync();
        soap.Action = "urn:vim25/5.1";
        string key = soap.Simulator.World.Sessions.All.Single().Key;
        Assert.Equal("MethodNotFound", (await soap.FaultAsync("HasPrivilegeOnEntities", "AuthorizationManager", "AuthorizationManager", Soap.Ref("entity", soap.Model.Host) + "<sessionId>" + key + "</sessionId>")).Type);
    }

    [Fact]
    public async Task ServiceContent_HasOnlyWhatTheVersionKnows()
    {
        using Soap soap = new() { Action = "urn:vim25/2.0" };
        XElement content = (await soap.CallAsync("RetrieveServiceContent", "ServiceInstance", "ServiceInstance")).Single();
        Assert.Null(content.Element(Soap.Vim + "viewManager"));
        Assert.Null(content.Element(Soap.Vim + "about")!.Element(Soap.Vim + "instanceUuid"));
    }

    [Theory]
    [InlineData("6.7", "6.7.1")]
    [InlineData("6.7.3", "6.8.7")]
    [InlineData("6.9.1", "7.0.0.0")]
    [InlineData("7.0.3.2", "8.0.0.1")]
    [InlineData("8.0.3.0", "9.0.0.0")]
    public void Versions_AreOrderedByNumber(string older, string newer)
    {
        Assert.True(WireVersion.Parse(older).CompareTo(WireVersion.Parse(newer)) < 0);
        Assert.True(WireVersion.Parse(older) <= WireVersion.Parse(newer));
        Assert.False(WireVersion.Parse(newer) <= WireVersion.Parse(older));
    }

    [Theory]
    [InlineData("7.0", "7.0.0.0")]
    [InlineData("8.0.3", "8.0.3.0")]
    public void MissingNumbers_AreZero(string left, string right) => Assert.Equal(WireVersion.Parse(left), WireVersion.Parse(right));
}
