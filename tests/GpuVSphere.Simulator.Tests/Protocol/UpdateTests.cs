using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using System.Xml.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Protocol;

public sealed class UpdateTests
{
    private const string Type = "PropertyCollector";
    private const string Id = "propertyCollector";

    [Fact]
    public async Task TheFirstCall_TellsEverything_AndWhatIsUnsetAsAnAssignmentOfNothing()
    {
        using Soap soap = await Soap.LoggedInAsync();
        XElement filter = await FilterAsync(soap, soap.Model.Vms[0], "name", "runtime.bootTime");
        XElement set = (await WaitAsync(soap, "", 0))!;
        Assert.Equal("1", set.Element(Soap.Vim + "version")!.Value);
        XElement told = set.Elements(Soap.Vim + "filterSet").Single();
        Assert.Equal(filter.Value, told.Element(Soap.Vim + "filter")!.Value);
        XElement update = told.Elements(Soap.Vim + "objectSet").Single();
        Assert.Equal("enter", update.Element(Soap.Vim + "kind")!.Value);
        XElement[] changes = [.. update.Elements(Soap.Vim + "changeSet")];
        Assert.Equal(["assign", "assign"], changes.Select(each => each.Element(Soap.Vim + "op")!.Value));
        Assert.Equal("ml-01", changes[0].Element(Soap.Vim + "val")!.Value);
        Assert.Null(changes[1].Element(Soap.Vim + "val"));
        Assert.Null(set.Element(Soap.Vim + "truncated"));
    }

    [Fact]
    public async Task Silence_EndsWithoutAReturnValue_AfterTheTimeOfTheSimulatedClock()
    {
        using Soap soap = await Soap.LoggedInAsync(new SimulatorOptions { ClockSpeed = 1 });
        await FilterAsync(soap, soap.Model.Vms[0], "name");
        await WaitAsync(soap, "", 0);
        Task<XElement?> waiting = WaitAsync(soap, "1", 60);
        await Eventually.IsTrueAsync(() => soap.Simulator.Clock.Waiting == 1);
        Assert.False(waiting.IsCompleted);
        soap.Simulator.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Null(await waiting);
    }

    [Fact]
    public async Task AChange_EndsTheWait_AndTellsOnlyWhatIsDifferent()
    {
        using Soap soap = await Soap.LoggedInAsync();
        await FilterAsync(soap, soap.Model.Vms[0], "name", "runtime.powerState", "config.changeVersion");
        await WaitAsync(soap, "", 0);
        Task<XElement?> waiting = WaitAsync(soap, "1", 3600);

        // Something that the filter does not ask for, something that stays as it is, then a real change.
        Set(soap, soap.Model.Host, "overallStatus", "green");
        Set(soap, soap.Model.Vms[0], "name", "ml-01");
        await Task.Delay(30);
        Assert.False(waiting.IsCompleted);
        Set(soap, soap.Model.Vms[0], "runtime", new DataObject("VirtualMachineRuntimeInfo").With("connectionState", "connected").With("powerState", "poweredOn"));
        XElement update = (await waiting)!.Descendants(Soap.Vim + "objectSet").Single();
        Assert.Equal("modify", update.Element(Soap.Vim + "kind")!.Value);
        XElement change = update.Elements(Soap.Vim + "changeSet").Single();
        Assert.Equal(("runtime.powerState", "poweredOn"), (change.Element(Soap.Vim + "name")!.Value, change.Element(Soap.Vim + "val")!.Value));
    }

    [Fact]
    public async Task ObjectsComeAndGo_InAFilterOverAView()
    {
        using Soap soap = await Soap.LoggedInAsync();
        XElement view = (await soap.CallAsync("CreateContainerView", "ViewManager", "ViewManager", Soap.Ref("container", soap.Model.Root) + "<type>VirtualMachine</type><recursive>true</recursive>")).Single();
        await soap.CallAsync("CreateFilter", Type, Id, "<spec>" + Soap.Spec("VirtualMachine", Soap.Ref("obj", view) + "<skip>true</skip><selectSet xsi:type=\"TraversalSpec\"><type>ContainerView</type><path>view</path></selectSet>", "name") + "</spec><partialUpdates>false</partialUpdates>");
        Assert.Equal(["vm-1", "vm-2"], Objects(await WaitAsync(soap, "", 0), "enter"));
        lock (soap.Simulator.World.Gate)
        {
            soap.Model.World.Add(soap.Model.AddVm("vm-3", "ml-03"));
            StubObject gone = soap.Model.Vms[0];
            soap.Model.Vms.Remove(gone);
            soap.Model.World.Remove(gone.Reference);
        }

        XElement set = (await WaitAsync(soap, "1", 0))!;
        Assert.Equal(["vm-3"], Objects(set, "enter"));
        Assert.Equal(["vm-1"], Objects(set, "leave"));
        Assert.Null(await WaitAsync(soap, "2", 0));
    }

    [Fact]
    public async Task ManyUpdates_ComeInPortions_SaidToBeTruncated()
    {
        using Soap soap = await Soap.LoggedInAsync();
        string set = Soap.Spec("VirtualMachine", Soap.Ref("obj", soap.Model.VmFolder) + "<skip>true</skip><selectSet xsi:type=\"TraversalSpec\"><type>Folder</type><path>childEntity</path></selectSet>", "name");
        await soap.CallAsync("CreateFilter", Type, Id, "<spec>" + set + "</spec><partialUpdates>false</partialUpdates>");
        XElement first = (await WaitAsync(soap, "", 0, 1))!;
        Assert.Equal("true", first.Element(Soap.Vim + "truncated")!.Value);
        Assert.Equal(["vm-1"], Objects(first, "enter"));
        XElement second = (await WaitAsync(soap, "1", 0, 1))!;
        Assert.Null(second.Element(Soap.Vim + "truncated"));
        Assert.Equal(["vm-2"], Objects(second, "enter"));
        Assert.Null(await WaitAsync(soap, "2", 0, 1));
    }

    [Theory]
    [InlineData("7")]
    [InlineData("1")]
    [InlineData("elephant")]
    public async Task AVersionThatIsNotTheLast_IsRefused_AndTheEmptyOneStartsOver(string version)
    {
        using Soap soap = await Soap.LoggedInAsync();
        await FilterAsync(soap, soap.Model.Vms[0], "name");
        await WaitAsync(soap, "", 0);
        Set(soap, soap.Model.Vms[0], "name", "renamed");
        await WaitAsync(soap, "1", 0);
        Assert.Equal("InvalidCollectorVersion", (await soap.FaultAsync("WaitForUpdatesEx", Type, Id, "<version>" + version + "</version>")).Type);
        Assert.Equal(["vm-1"], Objects(await WaitAsync(soap, "", 0), "enter"));
    }

    [Fact]
    public async Task CancelWaitForUpdates_EndsAWaitWithRequestCanceled()
    {
        using Soap soap = await Soap.LoggedInAsync();
        await FilterAsync(soap, soap.Model.Vms[0], "name");
        await WaitAsync(soap, "", 0);
        Task<(string Type, string Text, XElement? Detail)> waiting = soap.FaultAsync("WaitForUpdatesEx", Type, Id, "<version>1</version>");
        await soap.CallAsync("CancelWaitForUpdates", Type, Id);
        Assert.Equal("RequestCanceled", (await waiting).Type);
    }

    [Fact]
    public async Task TheEndOfTheSession_EndsItsWaits()
    {
        using Soap soap = await Soap.LoggedInAsync();
        await FilterAsync(soap, soap.Model.Vms[0], "name");
        await WaitAsync(soap, "", 0);
        Task<(int, XElement)> waiting = soap.PostAsync(Soap.Envelope("WaitForUpdatesEx", Type, Id, "<version>1</version>"));
        Assert.Equal(1, soap.Simulator.World.Sessions.All.Single().CallsInProgress);
        soap.Simulator.ExpireSessions();
        (int status, XElement body) = await waiting.WaitAsync(Eventually.Limit);
        Assert.Equal("RequestCanceled", Soap.Fault(status, body).Type);
    }

    [Fact]
    public async Task AWaitingSession_IsNotIdle()
    {
        using Soap soap = await Soap.LoggedInAsync();
        await FilterAsync(soap, soap.Model.Vms[0], "name");
        await WaitAsync(soap, "", 0);
        Task<XElement?> waiting = WaitAsync(soap, "1", 7200);
        await Eventually.IsTrueAsync(() => soap.Simulator.Clock.Waiting == 1);
        soap.Simulator.Clock.Advance(TimeSpan.FromMinutes(60));
        await soap.CallAsync("CurrentTime", "ServiceInstance", "ServiceInstance");
        soap.Simulator.Clock.Advance(TimeSpan.FromMinutes(70));
        Assert.Null(await waiting);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HostConfiguration_IsPushedOnlyWhenAskedFor_ButAlwaysReadAnew(bool isPushed)
    {
        using Soap soap = await Soap.LoggedInAsync(new SimulatorOptions { ClockSpeed = 1, PushHostConfiguration = isPushed });
        await FilterAsync(soap, soap.Model.Host, "config.fileSystemVolume", "runtime.inMaintenanceMode", "runtime.connectionState", "config.pciPassthruInfo");
        await WaitAsync(soap, "", 0);
        Set(soap, soap.Model.Host, "runtime", new DataObject("HostRuntimeInfo").With("connectionState", "notResponding").With("inMaintenanceMode", true));
        Set(soap, soap.Model.Host, "config", new DataObject("HostConfigInfo").With("pciPassthruInfo", new List<object>()));
        string[] told = (await WaitAsync(soap, "1", 0))!.Descendants(Soap.Vim + "changeSet").Select(each => each.Element(Soap.Vim + "name")!.Value).ToArray();
        Assert.Equal(isPushed ? ["runtime.inMaintenanceMode", "runtime.connectionState", "config.pciPassthruInfo"] : ["runtime.connectionState"], told);
        Assert.Equal("true", Soap.Value(await soap.ReadAsync(soap.Model.Host, "runtime.inMaintenanceMode"), "runtime.inMaintenanceMode")!.Value);
        Assert.Equal("true", (await WaitAsync(soap, "", 0))!.Descendants(Soap.Vim + "changeSet").Single(each => each.Element(Soap.Vim + "name")!.Value == "runtime.inMaintenanceMode").Element(Soap.Vim + "val")!.Value);
    }

    [Fact]
    public async Task AFilter_IsGoneWhenDestroyed_AndWhenItsCollectorIs()
    {
        using Soap soap = await Soap.LoggedInAsync();
        XElement filter = await FilterAsync(soap, soap.Model.Vms[0], "name");
        await soap.CallAsync("DestroyPropertyFilter", filter);
        Assert.Equal("ManagedObjectNotFound", (await soap.FaultAsync("DestroyPropertyFilter", "PropertyFilter", filter.Value)).Type);
        Assert.Null(await WaitAsync(soap, "", 0));

        XElement other = (await soap.CallAsync("CreatePropertyCollector", Type, Id)).Single();
        XElement second = (await soap.CallAsync("CreateFilter", other, "<spec>" + Soap.Spec("VirtualMachine", Soap.Ref("obj", soap.Model.Vms[0]), "name") + "</spec><partialUpdates>false</partialUpdates>")).Single();
        Assert.Null(await WaitAsync(soap, "", 0));
        Assert.Single(await soap.CallAsync("WaitForUpdatesEx", other, "<version></version><options><maxWaitSeconds>0</maxWaitSeconds></options>"));
        await soap.CallAsync("DestroyPropertyCollector", other);
        Assert.Equal("ManagedObjectNotFound", (await soap.FaultAsync("DestroyPropertyFilter", "PropertyFilter", second.Value)).Type);
        Assert.Equal("NotSupported", (await soap.FaultAsync("DestroyPropertyCollector", Type, Id)).Type);
    }

    [Fact]
    public async Task TheOldMethods_WaitAndCheckToo()
    {
        using Soap soap = await Soap.LoggedInAsync();
        await FilterAsync(soap, soap.Model.Vms[0], "name");
        Assert.Single(await soap.CallAsync("CheckForUpdates", Type, Id, "<version></version>"));
        Assert.Empty(await soap.CallAsync("CheckForUpdates", Type, Id, "<version>1</version>"));
        Task<IReadOnlyList<XElement>> waiting = soap.CallAsync("WaitForUpdates", Type, Id, "<version>1</version>");
        await Task.Delay(20);
        Assert.False(waiting.IsCompleted);
        Set(soap, soap.Model.Vms[0], "name", "renamed");
        Assert.Equal("renamed", (await waiting).Single().Descendants(Soap.Vim + "val").Single().Value);
    }

    [Fact]
    public async Task ABrokenFilter_IsRefusedAtOnce()
    {
        using Soap soap = await Soap.LoggedInAsync();
        Assert.Equal("InvalidProperty", (await soap.FaultAsync("CreateFilter", Type, Id, "<spec>" + Soap.Spec("VirtualMachine", Soap.Ref("obj", soap.Model.Vms[0]), "nonsense") + "</spec><partialUpdates>false</partialUpdates>")).Type);
        Assert.Equal("InvalidArgument", (await soap.FaultAsync("CreateFilter", Type, Id, "<spec></spec><partialUpdates>false</partialUpdates>")).Type);
    }

    [Fact]
    public async Task ManyChangesAtOnce_AreAllTold()
    {
        using Soap soap = await Soap.LoggedInAsync();
        await FilterAsync(soap, soap.Model.Vms[1], "name");
        await WaitAsync(soap, "", 0);
        Set(soap, soap.Model.Vms[1], "name", "renamed");
        for (int i = 0; i < 5000; i++)
        {
            // More than the log of changes keeps.
            soap.Model.World.Changed(soap.Model.Host.Reference, "summary");
        }

        Assert.Equal(["vm-2"], Objects(await WaitAsync(soap, "1", 0), "modify"));
    }

    private static async Task<XElement> FilterAsync(Soap soap, ManagedObject target, params string[] paths) =>
        (await soap.CallAsync("CreateFilter", Type, Id, "<spec>" + Soap.Spec(target.Reference.Type, Soap.Ref("obj", target), paths) + "</spec><partialUpdates>false</partialUpdates>")).Single();

    private static async Task<XElement?> WaitAsync(Soap soap, string version, int seconds, int? most = null) =>
        (await soap.CallAsync("WaitForUpdatesEx", Type, Id, "<version>" + version + "</version><options><maxWaitSeconds>" + seconds + "</maxWaitSeconds>" + (most is null ? "" : "<maxObjectUpdates>" + most + "</maxObjectUpdates>") + "</options>")).SingleOrDefault();

    private static string[] Objects(XElement? set, string kind) =>
        set!.Descendants(Soap.Vim + "objectSet").Where(each => each.Element(Soap.Vim + "kind")!.Value == kind).Select(each => each.Element(Soap.Vim + "obj")!.Value).ToArray();

    private static void Set(Soap soap, StubObject target, string property, object? value)
    {
        lock (soap.Simulator.World.Gate)
        {
            target.With(property, value);
            soap.Simulator.World.Changed(target.Reference, property);
        }
    }
}
