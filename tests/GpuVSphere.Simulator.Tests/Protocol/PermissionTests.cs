using System;
using System.Linq;
using System.Threading.Tasks;
using System.Xml.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Protocol;

public sealed class PermissionTests
{
    private const string Maintenance = "<timeout>0</timeout>";

    [Fact]
    public async Task AMethodBeyondTheAccountsRole_NamesObjectPrivilegeAndEverythingMissing()
    {
        using Soap soap = await Soap.LoggedInAsync(user: "readonly@vsphere.local");
        (string type, _, XElement? detail) = await soap.FaultAsync("EnterMaintenanceMode_Task", "HostSystem", "host-1", Maintenance);
        Assert.Equal("NoPermission", type);
        Assert.Equal("host-1", detail!.Element(Soap.Vim + "object")!.Value);
        Assert.Equal("Host.Config.Maintenance", detail.Element(Soap.Vim + "privilegeId")!.Value);
        XElement missing = detail.Elements(Soap.Vim + "missingPrivileges").Single();
        Assert.Equal("host-1", missing.Element(Soap.Vim + "entity")!.Value);
        Assert.Equal("Host.Config.Maintenance", missing.Elements(Soap.Vim + "privilegeIds").Single().Value);
    }

    [Fact]
    public async Task AnOlderClient_IsNotToldOfMissingPrivileges()
    {
        using Soap soap = await Soap.LoggedInAsync(user: "readonly@vsphere.local");
        soap.Action = "urn:vim25/7.0.3.1";
        (_, _, XElement? detail) = await soap.FaultAsync("EnterMaintenanceMode_Task", "HostSystem", "host-1", Maintenance);
        Assert.NotNull(detail!.Element(Soap.Vim + "privilegeId"));
        Assert.Empty(detail.Elements(Soap.Vim + "missingPrivileges"));
    }

    [Fact]
    public async Task TheSameMethod_WithThePrivilege_IsReached()
    {
        using Soap soap = await Soap.LoggedInAsync(user: "operator@vsphere.local");
        await soap.CallAsync("EnterMaintenanceMode_Task", "HostSystem", "host-1", Maintenance);
    }

    [Fact]
    public async Task WithoutALogin_AMethodIsNotAuthenticated_WithHttp500()
    {
        using Soap soap = new();
        (string type, _, XElement? detail) = await soap.FaultAsync("EnterMaintenanceMode_Task", "HostSystem", "host-1", Maintenance);
        Assert.Equal("NotAuthenticated", type);
        Assert.Equal("Host.Config.Maintenance", detail!.Element(Soap.Vim + "privilegeId")!.Value);
    }

    [Fact]
    public async Task WithoutALogin_PropertiesComeAsMissing_WithHttp200()
    {
        using Soap soap = new();
        XElement content = await soap.ReadAsync(soap.Model.Host, "name", "config.pciPassthruInfo");
        Assert.Empty(content.Elements(Soap.Vim + "propSet"));
        Assert.Equal(["System.View", "System.Read"], content.Descendants(Soap.Vim + "privilegeId").Select(each => each.Value));
        Assert.All(content.Descendants(Soap.Vim + "fault").Where(each => each.Attribute(Soap.XsiType) is not null), each => Assert.Equal("NotAuthenticated", each.Attribute(Soap.XsiType)!.Value));
    }

    [Fact]
    public async Task APropertyBeyondTheAccountsRole_IsMissingWithNoPermission()
    {
        using Soap soap = await Soap.LoggedInAsync(user: "readonly@vsphere.local");
        XElement content = (await soap.CallAsync("RetrievePropertiesEx", "PropertyCollector", "propertyCollector",
            "<specSet><propSet><type>SessionManager</type><pathSet>sessionList</pathSet><pathSet>defaultLocale</pathSet></propSet><objectSet><obj type=\"SessionManager\">SessionManager</obj></objectSet></specSet><options/>")).Single().Element(Soap.Vim + "objects")!;
        Assert.Equal("en", Soap.Value(content, "defaultLocale")!.Value);
        Assert.Equal("NoPermission", content.Element(Soap.Vim + "missingSet")!.Element(Soap.Vim + "fault")!.Element(Soap.Vim + "fault")!.Attribute(Soap.XsiType)!.Value);
    }

    [Theory]
    [InlineData("administrator@vsphere.local", "-1", "Admin")]
    [InlineData("readonly@vsphere.local", "-2", "ReadOnly")]
    [InlineData("operator@vsphere.local", "1", "GpuOperator")]
    public async Task EffectiveRole_IsTheOneOfTheSession_AndIsListed(string user, string id, string name)
    {
        using Soap soap = await Soap.LoggedInAsync(user: user);
        XElement role = Soap.Value(await soap.ReadAsync(soap.Model.Host, "effectiveRole"), "effectiveRole")!;
        Assert.Equal("ArrayOfInt", role.Attribute(Soap.XsiType)!.Value);
        Assert.Equal(id, role.Elements(Soap.Vim + "int").Single().Value);
        XElement list = (await soap.CallAsync("RetrievePropertiesEx", "PropertyCollector", "propertyCollector",
            "<specSet><propSet><type>AuthorizationManager</type><pathSet>roleList</pathSet></propSet><objectSet><obj type=\"AuthorizationManager\">AuthorizationManager</obj></objectSet></specSet><options/>")).Single();
        XElement listed = list.Descendants(Soap.Vim + "AuthorizationRole").Single(each => each.Element(Soap.Vim + "roleId")!.Value == id);
        Assert.Equal(name, listed.Element(Soap.Vim + "name")!.Value);
        string[] privileges = listed.Elements(Soap.Vim + "privilege").Select(each => each.Value).ToArray();
        Assert.Contains("System.Read", privileges);
        Assert.Equal(id == "-1", privileges.Contains("Host.Config.PciPassthru"));
    }

    [Fact]
    public async Task HasPrivilegeOnEntities_AnswersPerEntityAndPrivilege()
    {
        using Soap soap = await Soap.LoggedInAsync(user: "operator@vsphere.local");
        string key = soap.Simulator.World.Sessions.All.Single().Key;
        XElement[] answers = [.. await soap.CallAsync("HasPrivilegeOnEntities", "AuthorizationManager", "AuthorizationManager",
            Soap.Ref("entity", soap.Model.Host) + Soap.Ref("entity", soap.Model.Vms[0]) + "<sessionId>" + key + "</sessionId><privId>Host.Config.PciPassthru</privId><privId>VirtualMachine.Interact.PowerOn</privId>")];
        Assert.Equal(["host-1", "vm-1"], answers.Select(each => each.Element(Soap.Vim + "entity")!.Value));
        Assert.All(answers, answer => Assert.Equal(["false", "true"], answer.Descendants(Soap.Vim + "isGranted").Select(each => each.Value)));
    }

    [Fact]
    public void Require_NamesEveryMissingPrivilege()
    {
        SimulatedSession session = new("k", "u") { Privileges = ["VirtualMachine.Config.Settings"] };
        SimulatedFault fault = Assert.Throws<SimulatedFault>(() => Privileges.Require(session, new MoRef("VirtualMachine", "vm-1"), "VirtualMachine.Config.Settings", "VirtualMachine.Config.Memory", "VirtualMachine.Config.AddRemoveDevice"));
        Assert.Equal("VirtualMachine.Config.Memory", fault.Detail["privilegeId"]);
        DataObject missing = Assert.IsType<DataObject>(fault.Detail.Objects("missingPrivileges").Single());
        Assert.Equal(["VirtualMachine.Config.Memory", "VirtualMachine.Config.AddRemoveDevice"], missing.Texts("privilegeIds"));
    }
}
