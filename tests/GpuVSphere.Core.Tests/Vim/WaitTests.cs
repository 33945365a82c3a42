using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using System.Xml.Linq;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vim;

public sealed class WaitTests
{
    private static readonly XNamespace s_vim = ScriptedTransport.Ns;
    private static readonly ManagedObjectReference s_vm = new("VirtualMachine", "vm-1");
    private static readonly ManagedObjectReference s_task = new("Task", "task-1");

    [Fact]
    public async Task The_first_values_and_then_the_changes_are_told()
    {
        ScriptedTransport server = WithWaits();
        server.Next("WaitForUpdatesEx", Updates("1", "enter", "poweredOn"));
        server.Next("WaitForUpdatesEx", string.Empty); // nothing happened for a while: no returnval at all
        server.Next("WaitForUpdatesEx", Updates("2", "modify", "poweredOff"));
        using VimSession session = await server.ConnectAsync();
        List<string> seen = [];
        await session.WaitForAsync(
            [s_vm],
            ["runtime.powerState"],
            update =>
            {
                seen.Add(update.Kind + " " + update.Text("runtime.powerState"));
                return update.Text("runtime.powerState") == "poweredOff";
            },
            TimeSpan.FromMinutes(5),
            CancellationToken.None);

        Assert.Equal(["Enter poweredOn", "Modify poweredOff"], seen);
        Assert.Equal(["", "1", "1"], server.Calls("WaitForUpdatesEx").Select(call => call.Element(s_vim + "version")!.Value));
        Assert.All(server.Calls("WaitForUpdatesEx"), call => Assert.Equal("own-pc", call.Element(s_vim + "_this")!.Value));
        Assert.Equal(1, server.Count("DestroyPropertyFilter"));
        Assert.Equal(1, server.Count("DestroyPropertyCollector"));
        Assert.Equal(0, server.Count("CancelWaitForUpdates"));
    }

    [Fact]
    public async Task A_truncated_set_is_followed_by_the_next_at_once()
    {
        ScriptedTransport server = WithWaits();
        server.Next("WaitForUpdatesEx", Updates("1", "enter", "a").Replace("</filterSet>", "</filterSet><truncated>true</truncated>"));
        server.Next("WaitForUpdatesEx", Updates("2", "enter", "b"));
        using VimSession session = await server.ConnectAsync();
        await session.WaitForAsync([s_vm], ["runtime.powerState"], update => update.Text("runtime.powerState") == "b", TimeSpan.FromMinutes(5), CancellationToken.None);
        Assert.Equal(["", "1"], server.Calls("WaitForUpdatesEx").Select(call => call.Element(s_vim + "version")!.Value));
    }

    [Fact]
    public async Task A_lost_version_begins_anew()
    {
        ScriptedTransport server = WithWaits();
        server.Next("WaitForUpdatesEx", Updates("1", "enter", "a"));
        server.Next("WaitForUpdatesEx", _ => Soap.Response(Soap.Fault("InvalidCollectorVersion", "")));
        server.Next("WaitForUpdatesEx", Updates("9", "enter", "b"));
        using VimSession session = await server.ConnectAsync();
        await session.WaitForAsync([s_vm], ["runtime.powerState"], update => update.Text("runtime.powerState") == "b", TimeSpan.FromMinutes(5), CancellationToken.None);
        Assert.Equal(["", "1", ""], server.Calls("WaitForUpdatesEx").Select(call => call.Element(s_vim + "version")!.Value));
    }

    [Fact]
    public async Task What_is_not_pushed_is_read_again_on_the_timer()
    {
        InstantClock clock = new();
        ScriptedTransport server = WithWaits();
        server.Next("WaitForUpdatesEx", Updates("1", "enter", "poweredOn"));
        server.Always("WaitForUpdatesEx", _ =>
        {
            clock.Advance(TimeSpan.FromSeconds(20));
            return Soap.Response(Soap.Result("WaitForUpdatesEx", string.Empty));
        });
        server.Next("RetrievePropertiesEx", "<returnval><objects><obj type=\"VirtualMachine\">vm-1</obj></objects></returnval>");
        server.Next("RetrievePropertiesEx", "<returnval><objects><obj type=\"VirtualMachine\">vm-1</obj><propSet><name>runtime.powerState</name><val xsi:type=\"VirtualMachinePowerState\">poweredOff</val></propSet></objects></returnval>");
        using VimSession session = await server.ConnectAsync(clock);
        List<string?> reread = [];
        await session.WaitForAsync(
            [s_vm],
            ["runtime.powerState"],
            update =>
            {
                if (update.Kind == ObjectUpdateKind.Reread)
                {
                    reread.Add(update.Text("runtime.powerState"));
                    Assert.True(update.Values.ContainsKey("runtime.powerState"));
                }

                return update.Text("runtime.powerState") == "poweredOff";
            },
            TimeSpan.FromSeconds(20),
            CancellationToken.None);
        Assert.Equal([null, "poweredOff"], reread);
        Assert.All(server.Calls("WaitForUpdatesEx"), call => Assert.InRange(int.Parse(call.Descendants(s_vim + "maxWaitSeconds").Single().Value, System.Globalization.CultureInfo.InvariantCulture), 1, 20));
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_on_the_server_too()
    {
        using CancellationTokenSource cancel = new();
        ScriptedTransport server = WithWaits();
        server.Next("WaitForUpdatesEx", async (_, token) =>
        {
            cancel.Cancel();
            await Task.Delay(Timeout.Infinite, token);
            throw new InvalidOperationException();
        });
        using VimSession session = await server.ConnectAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => session.WaitForAsync([s_vm], ["runtime.powerState"], _ => false, TimeSpan.FromMinutes(5), cancel.Token));
        Assert.Equal("own-pc", server.Calls("CancelWaitForUpdates").Single().Element(s_vim + "_this")!.Value);
        Assert.Equal(1, server.Count("DestroyPropertyFilter"));
        Assert.Equal(1, server.Count("DestroyPropertyCollector"));
    }

    [Fact]
    public async Task A_task_that_ends_well_gives_its_result_and_its_progress()
    {
        ScriptedTransport server = WithWaits();
        server.Next("WaitForUpdatesEx", TaskInfo("running", "<progress>10</progress>"));
        server.Next("WaitForUpdatesEx", TaskInfo("running", "<progress>10</progress>"));
        server.Next("WaitForUpdatesEx", TaskInfo("running", "<progress>70</progress>"));
        server.Next("WaitForUpdatesEx", TaskInfo("success", "<result type=\"VirtualMachine\" xsi:type=\"ManagedObjectReference\">vm-9</result>"));
        using VimSession session = await server.ConnectAsync();
        ProgressList progress = new();
        VimTaskResult result = await session.WaitForTaskAsync(s_task, progress, CancellationToken.None);
        Assert.Equal(new ManagedObjectReference("VirtualMachine", "vm-9"), result.Result!.Reference);
        Assert.Equal([10, 70], progress.Values);
    }

    [Fact]
    public async Task A_task_that_fails_keeps_type_text_object_and_the_hosts_words()
    {
        ScriptedTransport server = WithWaits();
        server.Next("WaitForUpdatesEx", TaskInfo(
            "error",
            "<error><fault xsi:type=\"GenericVmConfigFault\"><faultCause><fault xsi:type=\"MethodFault\"/><localizedMessage>because</localizedMessage></faultCause>"
            + "<faultMessage><key>k</key><message>Module 'DevicePowerOn' power on failed. </message></faultMessage><faultMessage><key>k2</key><message>Second.</message></faultMessage><reason>why</reason></fault>"
            + "<localizedMessage>Module 'DevicePowerOn' power on failed.</localizedMessage></error>"));
        using VimSession session = await server.ConnectAsync();
        VimTaskException error = await Assert.ThrowsAsync<VimTaskException>(() => session.WaitForTaskAsync(s_task, null, CancellationToken.None));
        Assert.Equal("GenericVmConfigFault", error.FaultType);
        Assert.Equal("Module 'DevicePowerOn' power on failed.", error.FaultMessage);
        Assert.Equal(s_vm, error.Object);
        Assert.Equal("ml-01", error.Target);
        Assert.Equal("PowerOnVM_Task", error.Method);
        Assert.Equal(["Module 'DevicePowerOn' power on failed.", "Second.", "why", "because"], error.Details);
        Assert.Contains("ml-01", error.Message);
    }

    [Fact]
    public async Task A_task_the_server_forgot_is_said_so()
    {
        ScriptedTransport server = WithWaits();
        server.Always("CreateFilter", _ => Soap.Response(Soap.Fault("ManagedObjectNotFound", "The object has already been deleted", "<obj type=\"Task\">task-1</obj>")));
        using VimSession session = await server.ConnectAsync();
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => session.WaitForTaskAsync(s_task, null, CancellationToken.None));
        Assert.Equal("TaskGone", error.Id);

        server = WithWaits();
        server.Next("WaitForUpdatesEx", "<returnval><version>1</version><filterSet><filter type=\"PropertyFilter\">f</filter><missingSet><obj type=\"Task\">task-1</obj><fault><fault xsi:type=\"ManagedObjectNotFound\"><obj type=\"Task\">task-1</obj></fault><localizedMessage>gone</localizedMessage></fault></missingSet></filterSet></returnval>");
        using VimSession second = await server.ConnectAsync();
        Assert.Equal("TaskGone", (await Assert.ThrowsAsync<GpuVSphereException>(() => second.WaitForTaskAsync(s_task, null, CancellationToken.None))).Id);

        server = WithWaits();
        server.Next("WaitForUpdatesEx", "<returnval><version>1</version><filterSet><filter type=\"PropertyFilter\">f</filter><objectSet><kind>leave</kind><obj type=\"Task\">task-1</obj></objectSet></filterSet></returnval>");
        using VimSession third = await server.ConnectAsync();
        Assert.Equal("TaskGone", (await Assert.ThrowsAsync<GpuVSphereException>(() => third.WaitForTaskAsync(s_task, null, CancellationToken.None))).Id);
    }

    [Fact]
    public async Task Cancelling_a_task_that_ended_is_no_error_one_that_cannot_be_cancelled_is()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin();
        using VimSession session = await server.ConnectAsync();
        server.Next("CancelTask", string.Empty);
        await session.CancelTaskAsync(s_task, CancellationToken.None);
        server.Next("CancelTask", _ => Soap.Response(Soap.Fault("InvalidState", "")));
        await session.CancelTaskAsync(s_task, CancellationToken.None);
        server.Next("CancelTask", _ => Soap.Response(Soap.Fault("ManagedObjectNotFound", "")));
        await session.CancelTaskAsync(s_task, CancellationToken.None);
        server.Next("CancelTask", _ => Soap.Response(Soap.Fault("NotSupported", "")));
        Assert.Equal(GpuErrorCategory.NotSupported, (await Assert.ThrowsAsync<VimFaultException>(() => session.CancelTaskAsync(s_task, CancellationToken.None))).Category);
    }

    private static ScriptedTransport WithWaits() => ScriptedTransport.WithLogin()
        .Always("CreatePropertyCollector", "<returnval type=\"PropertyCollector\">own-pc</returnval>")
        .Always("CreateFilter", "<returnval type=\"PropertyFilter\">own-filter</returnval>")
        .Always("DestroyPropertyFilter", string.Empty)
        .Always("DestroyPropertyCollector", string.Empty)
        .Always("CancelWaitForUpdates", string.Empty);

    private static string Updates(string version, string kind, string value) =>
        $"<returnval><version>{version}</version><filterSet><filter type=\"PropertyFilter\">own-filter</filter><objectSet><kind>{kind}</kind><obj type=\"VirtualMachine\">vm-1</obj>"
        + $"<changeSet><name>runtime.powerState</name><op>assign</op><val xsi:type=\"VirtualMachinePowerState\">{value}</val></changeSet>"
        + "<changeSet><name>runtime.bootTime</name><op>assign</op></changeSet></objectSet></filterSet></returnval>";

    private static string TaskInfo(string state, string more) =>
        "<returnval><version>1</version><filterSet><filter type=\"PropertyFilter\">own-filter</filter><objectSet><kind>modify</kind><obj type=\"Task\">task-1</obj><changeSet><name>info</name><op>assign</op>"
        + "<val xsi:type=\"TaskInfo\"><key>task-1</key><task type=\"Task\">task-1</task><name>PowerOnVM_Task</name><descriptionId>VirtualMachine.powerOn</descriptionId><entity type=\"VirtualMachine\">vm-1</entity>"
        + $"<entityName>ml-01</entityName><state>{state}</state><cancelled>false</cancelled><cancelable>true</cancelable>{more}<reason xsi:type=\"TaskReasonUser\"><userName>u</userName></reason></val></changeSet></objectSet></filterSet></returnval>";

    private sealed class ProgressList : IProgress<int>
    {
        public List<int> Values { get; } = [];

        public void Report(int value) => Values.Add(value);
    }
}
