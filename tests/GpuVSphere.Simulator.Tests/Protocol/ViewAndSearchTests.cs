using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using System.Xml.Linq;

namespace GpuVSphere.Simulator.Tests.Protocol;

public sealed class ViewAndSearchTests
{
    [Theory]
    [InlineData("group-d1", "Folder", "HostSystem", true, "host-1")]
    [InlineData("group-d1", "Folder", "HostSystem", false, "")]
    [InlineData("group-d1", "Folder", "Datacenter", false, "datacenter-1")]
    [InlineData("group-d1", "Folder", "ComputeResource", true, "domain-c1")]
    [InlineData("datacenter-1", "Datacenter", "ManagedEntity", true, "group-v1 vm-1 vm-2 group-h1 domain-c1 host-1")]
    [InlineData("host-1", "HostSystem", "VirtualMachine", false, "vm-1 vm-2")]
    [InlineData("domain-c1", "ClusterComputeResource", "", false, "host-1")]
    public async Task AContainerView_HoldsWhatLiesBelow_OfTheTypeOrDerived(string id, string containerType, string type, bool recursive, string expected)
    {
        using Soap soap = await Soap.LoggedInAsync();
        Assert.Equal(expected, string.Join(" ", await ViewAsync(soap, id, containerType, type, recursive)));
    }

    [Fact]
    public async Task AContainerView_IsAlive()
    {
        using Soap soap = await Soap.LoggedInAsync();
        XElement view = await CreateAsync(soap, "group-d1", "Folder", "VirtualMachine", true);
        soap.Model.World.Add(soap.Model.AddVm("vm-3", "ml-03"));
        Assert.Equal(3, (await MembersAsync(soap, view)).Count);
    }

    [Theory]
    [InlineData("vm-1", "VirtualMachine", "VirtualMachine", "InvalidArgument")]
    [InlineData("group-d1", "Folder", "Elephant", "InvalidArgument")]
    [InlineData("group-none", "Folder", "VirtualMachine", "ManagedObjectNotFound")]
    public async Task AContainerView_OfNoContainer_IsRefused(string id, string containerType, string type, string fault)
    {
        using Soap soap = await Soap.LoggedInAsync();
        Assert.Equal(fault, (await soap.FaultAsync("CreateContainerView", "ViewManager", "ViewManager", Soap.Ref("container", containerType, id) + "<type>" + type + "</type><recursive>true</recursive>")).Type);
    }

    [Fact]
    public async Task AView_IsItsSessionsOwn()
    {
        using Soap soap = await Soap.LoggedInAsync();
        XElement view = await CreateAsync(soap, "group-d1", "Folder", "VirtualMachine", true);
        await soap.LoginAsync();
        Assert.Equal("ManagedObjectNotFound", (await soap.FaultAsync("DestroyView", "ContainerView", view.Value)).Type);
    }

    [Fact]
    public async Task AListView_HoldsWhatItIsGiven()
    {
        using Soap soap = await Soap.LoggedInAsync();
        XElement view = (await soap.CallAsync("CreateListView", "ViewManager", "ViewManager", Soap.Ref("obj", soap.Model.Host) + Soap.Ref("obj", soap.Model.Vms[0]))).Single();
        Assert.Equal(["host-1", "vm-1"], await MembersAsync(soap, view));
        IReadOnlyList<XElement> unresolved = await soap.CallAsync("ModifyListView", view, Soap.Ref("add", "VirtualMachine", "vm-99") + Soap.Ref("remove", soap.Model.Host));
        Assert.Equal("vm-99", unresolved.Single().Value);
        Assert.Equal(["vm-1"], await MembersAsync(soap, view));
    }

    [Theory]
    [InlineData("FindByInventoryPath", "<inventoryPath>DC/vm/ml-02</inventoryPath>", "vm-2")]
    [InlineData("FindByInventoryPath", "<inventoryPath>/DC/host/GPU/esx-1/</inventoryPath>", "host-1")]
    [InlineData("FindByInventoryPath", "<inventoryPath>DC/vm/none</inventoryPath>", "")]
    [InlineData("FindByUuid", "<uuid>42000000-vm-1</uuid><vmSearch>true</vmSearch>", "vm-1")]
    [InlineData("FindByUuid", "<uuid>50000000-VM-2</uuid><vmSearch>true</vmSearch><instanceUuid>true</instanceUuid>", "vm-2")]
    [InlineData("FindByUuid", "<uuid>50000000-vm-2</uuid><vmSearch>true</vmSearch>", "")]
    [InlineData("FindByUuid", "<uuid>4c4c4544-0001</uuid><vmSearch>false</vmSearch>", "host-1")]
    [InlineData("FindAllByUuid", "<uuid>42000000-vm-1</uuid><vmSearch>true</vmSearch>", "vm-1")]
    [InlineData("FindByDnsName", "<datacenter type=\"Datacenter\">datacenter-1</datacenter><dnsName>esx-1</dnsName><vmSearch>false</vmSearch>", "host-1")]
    [InlineData("FindByDnsName", "<datacenter type=\"Datacenter\">datacenter-2</datacenter><dnsName>esx-1</dnsName><vmSearch>false</vmSearch>", "")]
    [InlineData("FindChild", "<entity type=\"Folder\">group-v1</entity><name>ml-01</name>", "vm-1")]
    [InlineData("FindChild", "<entity type=\"Datacenter\">datacenter-1</entity><name>host</name>", "group-h1")]
    public async Task TheSearchIndex_Finds(string method, string arguments, string expected)
    {
        using Soap soap = await Soap.LoggedInAsync();
        Assert.Equal(expected, string.Join(" ", (await soap.CallAsync(method, "SearchIndex", "SearchIndex", arguments)).Select(each => each.Value)));
    }

    private static async Task<XElement> CreateAsync(Soap soap, string id, string containerType, string type, bool recursive) =>
        (await soap.CallAsync("CreateContainerView", "ViewManager", "ViewManager",
            Soap.Ref("container", containerType, id) + (type.Length > 0 ? "<type>" + type + "</type>" : "") + "<recursive>" + (recursive ? "true" : "false") + "</recursive>")).Single();

    private static async Task<IReadOnlyList<string>> ViewAsync(Soap soap, string id, string containerType, string type, bool recursive) =>
        await MembersAsync(soap, await CreateAsync(soap, id, containerType, type, recursive));

    private static async Task<IReadOnlyList<string>> MembersAsync(Soap soap, XElement view)
    {
        string set = Soap.Spec(view.Attribute("type")!.Value, Soap.Ref("obj", view), "view");
        XElement result = (await soap.CallAsync("RetrievePropertiesEx", "PropertyCollector", "propertyCollector", "<specSet>" + set + "</specSet><options/>")).Single();
        return result.Descendants(Soap.Vim + "ManagedObjectReference").Select(each => each.Value).ToList();
    }
}
