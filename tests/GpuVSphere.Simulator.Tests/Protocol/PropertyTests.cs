using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using System.Xml.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Protocol;

public sealed class PropertyTests
{
    private const string Collector = "PropertyCollector";
    private const string Id = "propertyCollector";

    [Fact]
    public async Task ArrayOfObjects_NamesTheDeclaredType_AndEachElementItsOwn()
    {
        using Soap soap = await Soap.LoggedInAsync();
        XElement value = Soap.Value(await soap.ReadAsync(soap.Model.Host, "config.pciPassthruInfo"), "config.pciPassthruInfo")!;
        Assert.Equal("ArrayOfHostPciPassthruInfo", value.Attribute(Soap.XsiType)!.Value);
        Assert.All(value.Elements(), each => Assert.Equal("HostPciPassthruInfo", each.Name.LocalName));
        Assert.Equal(["HostPciPassthruInfo", "HostSriovInfo"], value.Elements().Select(each => each.Attribute(Soap.XsiType)!.Value));
        Assert.Equal(
            ["id", "dependentDevice", "passthruEnabled", "passthruCapable", "passthruActive", "hardwareLabel"], value.Elements().First().Elements().Select(each => each.Name.LocalName));
    }

    [Fact]
    public async Task BytesAndShorts_AreSignedOnTheWire()
    {
        using Soap soap = await Soap.LoggedInAsync();
        XElement[] devices = [.. Soap.Value(await soap.ReadAsync(soap.Model.Host, "hardware.pciDevice"), "hardware.pciDevice")!.Elements()];
        Assert.Equal("59", devices[0].Element(Soap.Vim + "bus")!.Value);
        Assert.Equal("-81", devices[1].Element(Soap.Vim + "bus")!.Value);
        Assert.Equal("4318", devices[1].Element(Soap.Vim + "vendorId")!.Value);
        Assert.Equal("-26215", devices[1].Element(Soap.Vim + "subDeviceId")!.Value);
    }

    [Theory]
    [InlineData("runtime.powerState", "HostSystemPowerState", "poweredOn")]
    [InlineData("runtime.inMaintenanceMode", "xsd:boolean", "false")]
    [InlineData("name", "xsd:string", "esx-1")]
    [InlineData("hardware.pciDevice[0000:3b:00.0].vendorId", "xsd:short", "4318")]
    [InlineData("config.pciPassthruInfo[\"0000:3b:00.0\"].passthruCapable", "xsd:boolean", "true")]
    [InlineData("parent", "ManagedObjectReference", "domain-c1")]
    public async Task AValue_SaysItsDeclaredType(string path, string type, string text)
    {
        using Soap soap = await Soap.LoggedInAsync();
        XElement value = Soap.Value(await soap.ReadAsync(soap.Model.Host, path), path)!;
        Assert.Equal(type, value.Attribute(Soap.XsiType)!.Value);
        Assert.Equal(text, value.Value);
    }

    [Fact]
    public async Task ReferencesAndTexts_ComeInTheirArrayForms()
    {
        using Soap soap = await Soap.LoggedInAsync();
        XElement vms = Soap.Value(await soap.ReadAsync(soap.Model.Host, "vm"), "vm")!;
        Assert.Equal("ArrayOfManagedObjectReference", vms.Attribute(Soap.XsiType)!.Value);
        Assert.Equal([("ManagedObjectReference", "VirtualMachine", "vm-1"), ("ManagedObjectReference", "VirtualMachine", "vm-2")], vms.Elements().Select(each => (each.Name.LocalName, each.Attribute("type")!.Value, each.Value)));
        soap.Model.Host.With("disabledMethod", new List<object> { "RebootHost_Task" });
        XElement texts = Soap.Value(await soap.ReadAsync(soap.Model.Host, "disabledMethod"), "disabledMethod")!;
        Assert.Equal("ArrayOfString", texts.Attribute(Soap.XsiType)!.Value);
        Assert.Equal("string", texts.Elements().Single().Name.LocalName);
    }

    [Fact]
    public async Task ArraysWithinAnObject_AreRepeatedElements_AndAnyValuesSayTheirType()
    {
        using Soap soap = await Soap.LoggedInAsync();
        XElement config = Soap.Value(await soap.ReadAsync(soap.Model.Vms[0], "config"), "config")!;
        Assert.Equal("VirtualMachineConfigInfo", config.Attribute(Soap.XsiType)!.Value);
        XElement[] options = [.. config.Elements(Soap.Vim + "extraConfig")];
        Assert.Equal(["xsd:string", "xsd:int"], options.Select(each => each.Element(Soap.Vim + "value")!.Attribute(Soap.XsiType)!.Value));
        Assert.Null(options[0].Attribute(Soap.XsiType));
        Assert.Null(options[0].Element(Soap.Vim + "key")!.Attribute(Soap.XsiType));
        Assert.Equal("VirtualPCIPassthrough", config.Descendants(Soap.Vim + "device").Single().Attribute(Soap.XsiType)!.Value);
    }

    [Fact]
    public async Task AnUnsetProperty_IsAbsent_AndAnEmptyArrayIsThere()
    {
        using Soap soap = await Soap.LoggedInAsync();
        soap.Model.Host.With("datastore", new List<object>());
        XElement content = await soap.ReadAsync(soap.Model.Host, "overallStatus", "datastore", "config.graphicsInfo", "runtime.bootTime");
        XElement only = content.Elements(Soap.Vim + "propSet").Single();
        Assert.Equal("datastore", only.Element(Soap.Vim + "name")!.Value);
        Assert.Equal("ArrayOfManagedObjectReference", only.Element(Soap.Vim + "val")!.Attribute(Soap.XsiType)!.Value);
        Assert.Empty(content.Elements(Soap.Vim + "missingSet"));
    }

    [Fact]
    public async Task OneValueWhereSeveralAreDeclared_IsAnArrayOfOne()
    {
        using Soap soap = await Soap.LoggedInAsync();
        soap.Model.Host.With("datastore", new MoRef("Datastore", "datastore-1"));
        XElement value = Soap.Value(await soap.ReadAsync(soap.Model.Host, "datastore"), "datastore")!;
        Assert.Equal("ArrayOfManagedObjectReference", value.Attribute(Soap.XsiType)!.Value);
        Assert.Equal("datastore-1", value.Elements(Soap.Vim + "ManagedObjectReference").Single().Value);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("config.nonsense")]
    [InlineData("runtime.powerState.more")]
    [InlineData("vm.name")]
    [InlineData("hardware.pciDevice.id")]
    [InlineData("name[3]")]
    [InlineData("config..name")]
    public async Task AnUnknownPath_IsInvalidProperty_AndSaysWhich(string path)
    {
        using Soap soap = await Soap.LoggedInAsync();
        (string type, _, XElement? detail) = await soap.FaultAsync("RetrievePropertiesEx", Collector, Id, Soap.SpecSet("HostSystem", soap.Model.Host, "name", path) + "<options/>");
        Assert.Equal("InvalidProperty", type);
        Assert.Equal(path, detail!.Element(Soap.Vim + "name")!.Value);
    }

    [Fact]
    public async Task AllProperties_AreTheKnownOnesThatAreSet()
    {
        using Soap soap = await Soap.LoggedInAsync();
        string spec = "<specSet><propSet><type>Folder</type><all>true</all></propSet><objectSet>" + Soap.Ref("obj", soap.Model.VmFolder) + "</objectSet></specSet><options/>";
        XElement content = (await soap.CallAsync("RetrievePropertiesEx", Collector, Id, spec)).Single().Element(Soap.Vim + "objects")!;
        Assert.Equal(["childEntity", "effectiveRole", "name", "parent", "recentTask"], content.Descendants(Soap.Vim + "name").Select(each => each.Value).Order());
    }

    [Fact]
    public async Task ContainerView_IsFollowedBySelectionName_AndItsOwnObjectSkipped()
    {
        using Soap soap = await Soap.LoggedInAsync();
        XElement view = (await soap.CallAsync("CreateContainerView", "ViewManager", "ViewManager", Soap.Ref("container", soap.Model.Root) + "<type>VirtualMachine</type><recursive>true</recursive>")).Single();
        string set = Soap.Spec("VirtualMachine", Soap.Ref("obj", view) + "<skip>true</skip><selectSet xsi:type=\"TraversalSpec\"><name>view</name><type>ContainerView</type><path>view</path><skip>false</skip></selectSet>", "name");
        XElement result = (await soap.CallAsync("RetrievePropertiesEx", Collector, Id, "<specSet>" + set + "</specSet><options/>")).Single();
        Assert.Equal(["ml-01", "ml-02"], result.Descendants(Soap.Vim + "val").Select(each => each.Value));
        Assert.Empty(result.Elements(Soap.Vim + "token"));
        await soap.CallAsync("DestroyView", view);
        Assert.Equal("ManagedObjectNotFound", (await soap.FaultAsync("DestroyView", view.Attribute("type")!.Value, view.Value)).Type);
    }

    [Fact]
    public async Task ATraversal_ComesBackToItselfByName()
    {
        using Soap soap = await Soap.LoggedInAsync();
        const string Down = "<selectSet xsi:type=\"TraversalSpec\"><name>folder</name><type>Folder</type><path>childEntity</path><selectSet><name>folder</name></selectSet><selectSet><name>dc</name></selectSet></selectSet>"
            + "<selectSet xsi:type=\"TraversalSpec\"><name>dc</name><type>Datacenter</type><path>vmFolder</path><skip>true</skip><selectSet><name>folder</name></selectSet></selectSet>";
        string set = Soap.Spec("ManagedEntity", Soap.Ref("obj", soap.Model.Root) + Down, "name");
        XElement result = (await soap.CallAsync("RetrievePropertiesEx", Collector, Id, "<specSet>" + set + "</specSet><options/>")).Single();
        Assert.Equal(["Datacenters", "DC", "ml-01", "ml-02"], result.Descendants(Soap.Vim + "val").Select(each => each.Value));
    }

    [Fact]
    public async Task ATraversal_ThatGoesInACircle_MeetsEachObjectOnce()
    {
        using Soap soap = await Soap.LoggedInAsync();
        const string Circle = "<selectSet xsi:type=\"TraversalSpec\"><name>vms</name><type>HostSystem</type><path>vm</path><selectSet><name>host</name></selectSet></selectSet>"
            + "<selectSet xsi:type=\"TraversalSpec\"><name>host</name><type>VirtualMachine</type><path>runtime.host</path><selectSet><name>vms</name></selectSet></selectSet>";
        string set = Soap.Spec("ManagedEntity", Soap.Ref("obj", soap.Model.Host) + Circle, "name");
        XElement result = (await soap.CallAsync("RetrievePropertiesEx", Collector, Id, "<specSet>" + set + "</specSet><options/>")).Single();
        Assert.Equal(["esx-1", "ml-01", "ml-02"], result.Descendants(Soap.Vim + "val").Select(each => each.Value));
    }

    [Fact]
    public async Task AnUnknownPath_IsRefused_AlsoWhenNoObjectHasTheType()
    {
        using Soap soap = await Soap.LoggedInAsync();
        string set = Soap.Spec("VirtualMachine", Soap.Ref("obj", soap.Model.Host), "nonsense");
        Assert.Equal("InvalidProperty", (await soap.FaultAsync("RetrievePropertiesEx", Collector, Id, "<specSet>" + set + "</specSet><options/>")).Type);
    }

    [Fact]
    public async Task TheStartOfATraversal_IsLeftOutWhenSkipped()
    {
        using Soap soap = await Soap.LoggedInAsync();
        const string Down = "<selectSet xsi:type=\"TraversalSpec\"><type>Folder</type><path>childEntity</path></selectSet>";
        string set = Soap.Spec("ManagedEntity", Soap.Ref("obj", soap.Model.VmFolder) + "<skip>true</skip>" + Down, "name");
        XElement result = (await soap.CallAsync("RetrievePropertiesEx", Collector, Id, "<specSet>" + set + "</specSet><options/>")).Single();
        Assert.Equal(["ml-01", "ml-02"], result.Descendants(Soap.Vim + "val").Select(each => each.Value));
    }

    [Theory]
    [InlineData("<selectSet><name>nowhere</name></selectSet>", "InvalidArgument")]
    [InlineData("<selectSet xsi:type=\"TraversalSpec\"><type>Folder</type><path>nonsense</path></selectSet>", "InvalidArgument")]
    [InlineData("<selectSet><type>Folder</type><path>childEntity</path></selectSet>", "InvalidRequest")]
    public async Task ABrokenSelection_IsRefused(string selection, string fault)
    {
        using Soap soap = await Soap.LoggedInAsync();
        string set = Soap.Spec("ManagedEntity", Soap.Ref("obj", soap.Model.Root) + selection, "name");
        Assert.Equal(fault, (await soap.FaultAsync("RetrievePropertiesEx", Collector, Id, "<specSet>" + set + "</specSet><options/>")).Type);
    }

    [Fact]
    public async Task AnUnknownType_IsInvalidType_AndAMissingObjectIsNotFound_UnlessItMayBeMissing()
    {
        using Soap soap = await Soap.LoggedInAsync();
        string unknown = Soap.Spec("Elephant", Soap.Ref("obj", soap.Model.Root), "name");
        Assert.Equal("InvalidType", (await soap.FaultAsync("RetrievePropertiesEx", Collector, Id, "<specSet>" + unknown + "</specSet><options/>")).Type);
        string missing = Soap.Spec("VirtualMachine", Soap.Ref("obj", "VirtualMachine", "vm-99") + "</objectSet><objectSet>" + Soap.Ref("obj", soap.Model.Vms[0]), "name");
        (string type, _, XElement? detail) = await soap.FaultAsync("RetrievePropertiesEx", Collector, Id, "<specSet>" + missing + "</specSet><options/>");
        Assert.Equal("ManagedObjectNotFound", type);
        Assert.Equal("vm-99", detail!.Element(Soap.Vim + "obj")!.Value);
        XElement rest = (await soap.CallAsync("RetrievePropertiesEx", Collector, Id, "<specSet>" + missing + "<reportMissingObjectsInResults>true</reportMissingObjectsInResults></specSet><options/>")).Single();
        Assert.Equal("ml-01", rest.Descendants(Soap.Vim + "val").Single().Value);
    }

    [Fact]
    public async Task Nothing_HasNoReturnValue()
    {
        using Soap soap = await Soap.LoggedInAsync();
        Assert.Empty(await soap.CallAsync("RetrievePropertiesEx", Collector, Id, Soap.SpecSet("VirtualMachine", soap.Model.Host, "name") + "<options/>"));
    }

    [Fact]
    public async Task Pages_AreAsLargeAsAsked_AndATokenIsGoodOnce()
    {
        using Soap soap = await Soap.LoggedInAsync();
        soap.Model.World.Add(soap.Model.AddVm("vm-3", "ml-03"));
        string set = Soap.Spec("VirtualMachine", Soap.Ref("obj", soap.Model.VmFolder) + "<skip>true</skip><selectSet xsi:type=\"TraversalSpec\"><type>Folder</type><path>childEntity</path></selectSet>", "name");
        XElement first = (await soap.CallAsync("RetrievePropertiesEx", Collector, Id, "<specSet>" + set + "</specSet><options><maxObjects>2</maxObjects></options>")).Single();
        Assert.Equal("token", first.Elements().First().Name.LocalName);
        Assert.Equal(2, first.Elements(Soap.Vim + "objects").Count());
        string token = "<token>" + first.Element(Soap.Vim + "token")!.Value + "</token>";
        XElement second = (await soap.CallAsync("ContinueRetrievePropertiesEx", Collector, Id, token)).Single();
        Assert.Equal("ml-03", second.Descendants(Soap.Vim + "val").Single().Value);
        Assert.Empty(second.Elements(Soap.Vim + "token"));
        Assert.Equal("InvalidArgument", (await soap.FaultAsync("ContinueRetrievePropertiesEx", Collector, Id, token)).Type);
    }

    [Fact]
    public async Task AToken_CanBeGivenUp()
    {
        using Soap soap = await Soap.LoggedInAsync();
        string set = Soap.Spec("VirtualMachine", Soap.Ref("obj", soap.Model.Vms[0]) + "</objectSet><objectSet>" + Soap.Ref("obj", soap.Model.Vms[1]), "name");
        XElement first = (await soap.CallAsync("RetrievePropertiesEx", Collector, Id, "<specSet>" + set + "</specSet><options><maxObjects>1</maxObjects></options>")).Single();
        string token = "<token>" + first.Element(Soap.Vim + "token")!.Value + "</token>";
        await soap.CallAsync("CancelRetrievePropertiesEx", Collector, Id, token);
        Assert.Equal("InvalidArgument", (await soap.FaultAsync("ContinueRetrievePropertiesEx", Collector, Id, token)).Type);
        Assert.Equal("InvalidArgument", (await soap.FaultAsync("RetrievePropertiesEx", Collector, Id, "<specSet>" + set + "</specSet><options><maxObjects>0</maxObjects></options>")).Type);
    }

    [Fact]
    public async Task TheOldRetrieveProperties_GivesTheObjectsThemselves_EachOnce()
    {
        using Soap soap = await Soap.LoggedInAsync();
        IReadOnlyList<XElement> contents = await soap.CallAsync("RetrieveProperties", Collector, Id, Soap.SpecSet("VirtualMachine", soap.Model.Vms[0], "name") + Soap.SpecSet("VirtualMachine", soap.Model.Vms[0], "parent"));
        Assert.Equal(["name", "parent"], contents.Single().Descendants(Soap.Vim + "name").Select(each => each.Value));
    }

    [Fact]
    public async Task AManagersFault_WhileReading_IsAMissingProperty()
    {
        using Soap soap = await Soap.LoggedInAsync();
        soap.Model.Host.With("config", (System.Func<object?>)(() => throw new SimulatedFault("HostNotConnected", "Gone.", "test")));
        XElement content = await soap.ReadAsync(soap.Model.Host, "name", "config.product");
        Assert.Equal("HostNotConnected", content.Element(Soap.Vim + "missingSet")!.Element(Soap.Vim + "fault")!.Element(Soap.Vim + "fault")!.Attribute(Soap.XsiType)!.Value);
        Assert.Equal("esx-1", Soap.Value(content, "name")!.Value);
    }
}
