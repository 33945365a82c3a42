using System;
using System.Linq;
using System.Threading.Tasks;
using System.Xml.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Protocol;

public sealed class TaskTests
{
    [Fact]
    public async Task ATask_RunsShowsItsProgress_AndSucceeds()
    {
        using Soap soap = await Soap.LoggedInAsync();
        XElement task = await PowerOnAsync(soap);
        XElement info = await InfoAsync(soap, task, "running");
        Assert.Equal("40", (await UntilAsync(soap, task, each => each.Element(Soap.Vim + "progress") is not null)).Element(Soap.Vim + "progress")!.Value);
        Assert.Equal(
            ["key", "task", "name", "descriptionId", "entity", "entityName", "locked", "state", "cancelled", "cancelable", "reason", "queueTime", "startTime", "eventChainId"],
            info.Elements().Select(each => each.Name.LocalName).Where(each => each != "progress"));
        Assert.Equal("PowerOnVM_Task", info.Element(Soap.Vim + "name")!.Value);
        Assert.Equal("ml-01", info.Element(Soap.Vim + "entityName")!.Value);
        Assert.Equal("TaskReasonUser", info.Element(Soap.Vim + "reason")!.Attribute(Soap.XsiType)!.Value);
        Assert.Equal("administrator@vsphere.local", info.Element(Soap.Vim + "reason")!.Value);
        await Eventually.IsTrueAsync(() => soap.Simulator.Clock.Waiting == 1);
        soap.Simulator.Clock.Advance(TimeSpan.FromMinutes(2));
        info = await InfoAsync(soap, task, "success");
        Assert.NotNull(info.Element(Soap.Vim + "completeTime"));
        Assert.Null(info.Element(Soap.Vim + "progress"));
        Assert.Null(info.Element(Soap.Vim + "error"));
    }

    [Fact]
    public async Task ATask_ThatIsCancelled_EndsInRequestCanceled()
    {
        using Soap soap = await Soap.LoggedInAsync();
        XElement task = await PowerOnAsync(soap);
        await InfoAsync(soap, task, "running");
        await soap.CallAsync("CancelTask", task);
        XElement info = await InfoAsync(soap, task, "error");
        Assert.Equal("true", info.Element(Soap.Vim + "cancelled")!.Value);
        XElement error = info.Element(Soap.Vim + "error")!;
        Assert.Equal(["fault", "localizedMessage"], error.Elements().Select(each => each.Name.LocalName));
        Assert.Equal("RequestCanceled", error.Element(Soap.Vim + "fault")!.Attribute(Soap.XsiType)!.Value);
        Assert.Equal("InvalidState", (await soap.FaultAsync("CancelTask", "Task", task.Value)).Type);
    }

    [Fact]
    public async Task ATask_ThatCannotBeCancelled_SaysSo()
    {
        using Soap soap = await Soap.LoggedInAsync();
        TaskCompletionSource<object?> end = new();
        MoRef task = soap.Simulator.World.StartTask(soap.Model.Host.Reference, "HostSystem.reboot", null, isCancelable: false, _ => end.Task);
        Assert.Equal("NotSupported", (await soap.FaultAsync("CancelTask", "Task", task.Value)).Type);
        end.SetResult(null);
    }

    [Fact]
    public async Task ARefusal_EndsTheTaskInErrorWithItsFault()
    {
        using Soap soap = await Soap.LoggedInAsync();
        MoRef task = soap.Simulator.World.StartTask(soap.Model.Vms[0].Reference, "VirtualMachine.powerOn", null, isCancelable: false, _ =>
        {
            SimulatedFault fault = new("InvalidPowerState", "It is on.", "test");
            fault.Detail.With("requestedState", "poweredOn").With("existingState", "poweredOn");
            throw fault;
        });
        XElement error = (await InfoAsync(soap, new XElement("t", new XAttribute("type", "Task"), task.Value), "error")).Element(Soap.Vim + "error")!;
        Assert.Equal("It is on.", error.Element(Soap.Vim + "localizedMessage")!.Value);
        Assert.Equal("InvalidPowerState", error.Element(Soap.Vim + "fault")!.Attribute(Soap.XsiType)!.Value);
        Assert.Equal("poweredOn", error.Element(Soap.Vim + "fault")!.Element(Soap.Vim + "existingState")!.Value);
    }

    [Fact]
    public async Task AResult_SaysItsType()
    {
        using Soap soap = await Soap.LoggedInAsync();
        MoRef task = soap.Simulator.World.StartTask(soap.Model.Vms[0].Reference, "VirtualMachine.clone", null, isCancelable: false, _ => Task.FromResult<object?>(soap.Model.Vms[1].Reference));
        XElement result = (await InfoAsync(soap, new XElement("t", new XAttribute("type", "Task"), task.Value), "success")).Element(Soap.Vim + "result")!;
        Assert.Equal(("ManagedObjectReference", "VirtualMachine", "vm-2"), (result.Attribute(Soap.XsiType)!.Value, result.Attribute("type")!.Value, result.Value));
    }

    [Fact]
    public async Task RecentTasks_AreListed_ForTheServerAndTheEntity_AndForgottenAfterAWhile()
    {
        using Soap soap = await Soap.LoggedInAsync();
        MoRef task = soap.Simulator.World.StartTask(soap.Model.Host.Reference, "x", null, isCancelable: false, _ => Task.FromResult<object?>(null));
        await InfoAsync(soap, new XElement("t", new XAttribute("type", "Task"), task.Value), "success");
        const string Recent = "<specSet><propSet><type>TaskManager</type><pathSet>recentTask</pathSet></propSet><objectSet><obj type=\"TaskManager\">TaskManager</obj></objectSet></specSet><options/>";
        Assert.Equal(task.Value, (await soap.CallAsync("RetrievePropertiesEx", "PropertyCollector", "propertyCollector", Recent)).Single().Descendants(Soap.Vim + "ManagedObjectReference").Single().Value);
        Assert.Equal(task.Value, Soap.Value(await soap.ReadAsync(soap.Model.Host, "recentTask"), "recentTask")!.Value);
        Assert.Empty(Soap.Value(await soap.ReadAsync(soap.Model.Vms[0], "recentTask"), "recentTask")!.Elements());
        soap.Simulator.Clock.Advance(TimeSpan.FromMinutes(9));
        await soap.CallAsync("CurrentTime", "ServiceInstance", "ServiceInstance");
        Assert.NotNull(soap.Simulator.World.Find(task));
        soap.Simulator.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("ManagedObjectNotFound", (await soap.FaultAsync("CancelTask", "Task", task.Value)).Type);
        Assert.Empty((await soap.CallAsync("RetrievePropertiesEx", "PropertyCollector", "propertyCollector", Recent)).Single().Descendants(Soap.Vim + "ManagedObjectReference"));
    }

    [Fact]
    public async Task AFastClock_DoesNotTakeTasksAwayFromASlowClient()
    {
        using Soap soap = await Soap.LoggedInAsync(new SimulatorOptions { ClockSpeed = 100_000 });
        MoRef task = soap.Simulator.World.StartTask(soap.Model.Host.Reference, "x", null, isCancelable: false, _ => Task.FromResult<object?>(null));
        await Task.Delay(50);
        await soap.CallAsync("CurrentTime", "ServiceInstance", "ServiceInstance");
        Assert.NotNull(soap.Simulator.World.Find(task));

        using Soap forgetful = await Soap.LoggedInAsync(new SimulatorOptions { ClockSpeed = 100_000, TaskRetention = TimeSpan.FromMinutes(10) });
        task = forgetful.Simulator.World.StartTask(forgetful.Model.Host.Reference, "x", null, isCancelable: false, _ => Task.FromResult<object?>(null));
        await Eventually.IsTrueAsync(async () =>
        {
            await forgetful.CallAsync("CurrentTime", "ServiceInstance", "ServiceInstance");
            return forgetful.Simulator.World.Find(task) is null;
        });
    }

    private static async Task<XElement> PowerOnAsync(Soap soap) => (await soap.CallAsync("PowerOnVM_Task", "VirtualMachine", "vm-1")).Single();

    private static Task<XElement> InfoAsync(Soap soap, XElement task, string state) => UntilAsync(soap, task, info => info.Element(Soap.Vim + "state")!.Value == state);

    private static async Task<XElement> UntilAsync(Soap soap, XElement task, Func<XElement, bool> isThere)
    {
        XElement? info = null;
        await Eventually.IsTrueAsync(async () =>
        {
            XElement content = (await soap.CallAsync("RetrievePropertiesEx", "PropertyCollector", "propertyCollector", "<specSet>" + Soap.Spec("Task", Soap.Ref("obj", task), "info") + "</specSet><options/>")).Single();
            info = content.Descendants(Soap.Vim + "val").First();
            return isThere(info);
        });
        return info!;
    }
}
