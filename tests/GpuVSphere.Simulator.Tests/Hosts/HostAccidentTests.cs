using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Hosts;

/// <summary>What goes wrong while hosts are changed, ordered from the simulator. However it goes, nothing is left behind in silence.</summary>
public sealed class HostAccidentTests
{
    private const string Host = "esx-67-01";
    private const string Device = "0000:3b:00.0";

    [Fact]
    public async Task A_host_that_is_not_back_in_time_is_said_to_be_in_maintenance_mode_and_a_resume_finishes_it()
    {
        using HostLab lab = await HostLab.StartAsync();
        lab.Simulator.Orders.NextReboot(Host, RebootOutcome.NeverComesBack);

        ChangeResult result = await lab.RunOneAsync(await lab.EnableAsync(HostLab.RebootAndPowerOff with { RebootTimeout = TimeSpan.FromMinutes(12) }, Host));

        Assert.Equal("RebootTimeout", result.Error!.Id);
        Assert.Contains("12 min", result.Error.Message, StringComparison.Ordinal);
        Assert.Contains("notResponding", result.Error.Message, StringComparison.Ordinal);
        AssertSaid(lab, result);
        Assert.Equal(JournalState.Failed, lab.Changes.Get(result.ChangeId!).State);

        // A resume waits for the host as long again, then says so and changes nothing; somebody then helps the host up.
        ChangeResult tooEarly = (await lab.Changes.ResumeAsync(result.ChangeId!, lab.Context, lab.Feedback, CancellationToken.None)).Single();
        Assert.Equal(ChangeOutcome.Blocked, tooEarly.Outcome);
        Assert.Contains("HOST-CONNECTED", tooEarly.Message, StringComparison.Ordinal);
        Assert.True(lab.Changes.Get(result.ChangeId!) is { State: JournalState.Failed } entry && entry.Hosts.Single() is { OwnsMaintenanceMode: true, Outcome: ChangeOutcome.Failed });
        lab.Simulator.Orders.HostConnection(Host, "connected");

        await ResumeAsync(lab, result);
    }

    [Fact]
    public async Task A_host_that_comes_back_disconnected_is_told_apart()
    {
        using HostLab lab = await HostLab.StartAsync();
        lab.Simulator.Orders.NextReboot(Host, RebootOutcome.ComesBackDisconnected);

        ChangeResult result = await lab.RunOneAsync(await lab.EnableAsync(HostLab.RebootAndPowerOff with { RebootTimeout = TimeSpan.FromMinutes(12) }, Host));

        Assert.Equal("RebootTimeout", result.Error!.Id);
        Assert.Contains("it is disconnected", result.Error.Message, StringComparison.Ordinal);
        AssertSaid(lab, result);
    }

    [Fact]
    public async Task A_device_that_ignores_the_reboot_fails_the_change_and_the_host_is_given_back()
    {
        using HostLab lab = await HostLab.StartAsync();
        lab.Simulator.Orders.DeviceIgnoresNextReboot(Host, "0000:af:00.0");

        ChangeResult result = await lab.RunOneAsync(await lab.EnableAsync(HostLab.RebootAndPowerOff, Host));

        Assert.Equal("ChangeNotEffective", result.Error!.Id);
        Assert.Contains("0000:af:00.0 is enabled and not active", result.Error.Message, StringComparison.Ordinal);
        Assert.False(lab.Raw.Host(Host).IsInMaintenance);
        Assert.True(lab.Raw.Vm("web-01").IsPoweredOn);
    }

    [Fact]
    public async Task A_host_that_comes_back_outside_maintenance_mode_is_no_trouble()
    {
        using HostLab lab = await HostLab.StartAsync();
        lab.Simulator.Orders.NextReboot(Host, RebootOutcome.LeavesMaintenance);

        ChangeResult result = await lab.RunOneAsync(await lab.EnableAsync(HostLab.RebootAndPowerOff, Host));

        Assert.True(result.Outcome == ChangeOutcome.Done, result.Error?.ToString());
        Assert.True(lab.Raw.Vm("web-01").IsPoweredOn);
    }

    [Fact]
    public async Task A_guest_that_hangs_at_shutdown_stops_the_change_or_is_powered_off_with_force()
    {
        using HostLab lab = await HostLab.StartAsync();
        lab.Simulator.Orders.GuestShutdownHangs("web-01", true);
        HostChangeOptions options = HostLab.RebootAndPowerOff with { ShutdownTimeout = TimeSpan.FromMinutes(1) };

        ChangeResult refused = await lab.RunOneAsync(await lab.EnableAsync(options, Host));
        Assert.Equal("GuestShutdownTimeout", refused.Error!.Id);
        Assert.False(lab.Raw.Host(Host).IsInMaintenance);
        Assert.False(lab.Raw.Host(Host).Device(Device).IsEnabled);
        Assert.True(lab.Raw.Vm("web-01").IsPoweredOn);

        ChangeResult forced = await lab.RunOneAsync(await lab.EnableAsync(options with { Force = true }, Host));
        Assert.True(forced.Outcome == ChangeOutcome.Done, forced.Error?.ToString());
        Assert.True(lab.Raw.Vm("web-01").IsPoweredOn);
    }

    [Theory]
    [InlineData("ShutdownGuest", false)]
    [InlineData("ShutdownGuest", true)]
    [InlineData("EnterMaintenanceMode_Task", false)]
    [InlineData("EnterMaintenanceMode_Task", true)]
    [InlineData("UpdatePassthruConfig", false)]
    [InlineData("UpdatePassthruConfig", true)]
    [InlineData("RebootHost_Task", false)]
    [InlineData("RebootHost_Task", true)]
    [InlineData("ExitMaintenanceMode_Task", false)]
    [InlineData("ExitMaintenanceMode_Task", true)]
    [InlineData("PowerOnVM_Task", false)]
    [InlineData("PowerOnVM_Task", true)]
    public async Task A_connection_cut_in_the_middle_leaves_nothing_in_silence(string method, bool afterWork)
    {
        using HostLab lab = await HostLab.StartAsync();
        FaultRule rule = lab.Simulator.Faults.Add(new FaultRule { Method = method, Times = 1, DropConnection = true, AfterWork = afterWork });

        ChangeResult result = await lab.RunOneAsync(await lab.EnableAsync(HostLab.RebootAndPowerOff, Host));

        Assert.Equal(1, rule.Applied);
        await SettleAsync(lab);
        AssertNotSilent(lab, result);
        if (result.Outcome != ChangeOutcome.Done)
        {
            await ResumeAsync(lab, result);
        }
    }

    [Theory]
    [InlineData("EnterMaintenanceMode_Task", "InvalidState")]
    [InlineData("UpdatePassthruConfig", "HostConfigFault")]
    [InlineData("RebootHost_Task", "NotSupported")]
    [InlineData("ExitMaintenanceMode_Task", "Timedout")]
    [InlineData("PowerOnVM_Task", "InsufficientResourcesFault")]
    public async Task A_refusal_in_the_middle_leaves_nothing_in_silence(string method, string fault)
    {
        using HostLab lab = await HostLab.StartAsync();
        FaultRule rule = lab.Simulator.Faults.Add(new FaultRule { Method = method, Fault = fault });

        ChangeResult result = await lab.RunOneAsync(await lab.EnableAsync(HostLab.RebootAndPowerOff, Host));

        Assert.Equal(ChangeOutcome.Failed, result.Outcome);
        AssertNotSilent(lab, result);
        lab.Simulator.Faults.Remove(rule);
        await ResumeAsync(lab, result);
    }

    [Theory]
    [InlineData("to shut down")]
    [InlineData("entering maintenance mode")]
    [InlineData("changing the configuration")]
    [InlineData("rebooting")]
    [InlineData("rebooting, [2-9] min")]
    [InlineData("reading back")]
    [InlineData("leaving maintenance mode")]
    [InlineData("starting web-01")]
    public async Task A_stop_in_any_phase_says_what_is_left_and_a_resume_finishes_it(string phase)
    {
        using HostLab lab = await HostLab.StartAsync();
        lab.Feedback.OnStatus = status =>
        {
            if (Regex.IsMatch(status, phase))
            {
                lab.Stop.Cancel();
            }
        };

        ChangeResult result = await lab.RunOneAsync(await lab.EnableAsync(HostLab.RebootAndPowerOff, Host));

        Assert.True(lab.Stop.IsCancellationRequested, "The phase was not seen.");
        await SettleAsync(lab);
        AssertNotSilent(lab, result);
        if (result.Outcome == ChangeOutcome.Interrupted)
        {
            Assert.Equal(JournalState.Interrupted, lab.Changes.Get(result.ChangeId!).State);
            Assert.Contains(lab.Feedback.Warnings, warning => warning.Contains("Resume-GpuChange -Id " + result.ChangeId, StringComparison.Ordinal));
            await ResumeAsync(lab, result);
        }
    }

    [Theory]
    [InlineData("changing the configuration")]
    [InlineData("rebooting, [2-9]\\d* min")]
    public async Task A_stopped_change_can_be_undone_instead(string phase)
    {
        using HostLab lab = await HostLab.StartAsync();
        // So long that the stop comes before the end on the busiest machine.
        TimeSpan reboot = TimeSpan.FromHours(2);
        lab.Simulator.Orders.NextReboot(Host, RebootOutcome.Normal, reboot);
        lab.Feedback.OnStatus = status =>
        {
            if (Regex.IsMatch(status, phase))
            {
                lab.Stop.Cancel();
            }
        };
        ChangeResult result = await lab.RunOneAsync(await lab.EnableAsync(HostLab.RebootAndPowerOff with { RebootTimeout = reboot + reboot }, Host));
        Assert.Equal(ChangeOutcome.Interrupted, result.Outcome);
        lab.Simulator.Clock.Advance(reboot);
        await SettleAsync(lab);

        ChangeResult undone = (await lab.Changes.UndoAsync(result.ChangeId!, lab.Context, HostLab.Reboot, new LabFeedback(), CancellationToken.None)).Single();

        Assert.True(undone.Outcome == ChangeOutcome.Done, undone.Error?.ToString());
        Assert.True(lab.Raw.Host(Host) is { IsInMaintenance: false });
        Assert.True(lab.Raw.Host(Host).Device(Device) is { IsEnabled: false, IsActive: false });
        Assert.True(lab.Raw.Vm("web-01").IsPoweredOn);
        Assert.Equal(JournalState.Undone, lab.Changes.Get(result.ChangeId!).State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_host_that_still_reboots_is_waited_for_before_a_resume_or_an_undo(bool isUndo)
    {
        using HostLab lab = await HostLab.StartAsync();
        (string id, TimeSpan reboot) = await StopWhileAwayAsync(lab);
        LabFeedback feedback = new();
        feedback.OnStatus = status =>
        {
            if (status.Contains("rebooting, 0 min of 240", StringComparison.Ordinal))
            {
                feedback.OnStatus = null;
                lab.Simulator.Clock.Advance(reboot);
            }
        };

        ChangeResult result = await ContinueAsync(lab, id, isUndo, feedback, CancellationToken.None);

        Assert.True(result.Outcome == ChangeOutcome.Done, result.Error?.ToString());
        Assert.Contains(feedback.Statuses, status => status.Contains("rebooting, 0 min of 240", StringComparison.Ordinal));
        Assert.Equal(!isUndo, lab.Raw.Host(Host).Device(Device).IsActive);
        Assert.False(lab.Raw.Host(Host).IsInMaintenance);
        Assert.True(lab.Raw.Vm("web-01").IsPoweredOn);
        Assert.Equal(isUndo ? JournalState.Undone : JournalState.Done, lab.Changes.Get(id).State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_resume_or_an_undo_that_could_not_begin_leaves_the_change_as_it_was(bool isUndo)
    {
        using HostLab lab = await HostLab.StartAsync();
        (string id, TimeSpan _) = await StopWhileAwayAsync(lab);

        // Stopped while it waits.
        using CancellationTokenSource stop = new();
        LabFeedback feedback = new() { OnStatus = _ => stop.Cancel() };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ContinueAsync(lab, id, isUndo, feedback, stop.Token));
        AssertStandsAsItDid(lab, id);

        // Planned without the wait, and applied all the same.
        IGpuOperation operation = isUndo ? lab.Changes.PrepareUndo(id, lab.Context, HostLab.Reboot) : lab.Changes.PrepareResume(id, lab.Context);
        ChangePlan plan = await operation.PlanAsync(CancellationToken.None);
        Finding finding = Assert.Single(plan.Findings, finding => finding.Blocks);
        Assert.Equal("HOST-CONNECTED", finding.RuleId);
        Assert.Contains($"{Host} is rebooting: change {id}", finding.Message, StringComparison.Ordinal);
        ChangeResult result = (await operation.ApplyAsync(plan, lab.Feedback, CancellationToken.None)).Single();
        Assert.Equal(ChangeOutcome.Blocked, result.Outcome);
        AssertStandsAsItDid(lab, id);
    }

    [Fact]
    public async Task A_staged_change_asks_for_no_reboot_any_more_when_a_later_change_made_it()
    {
        using HostLab lab = await HostLab.StartAsync();
        ChangeResult staged = await lab.RunOneAsync(await lab.EnableAsync(HostLab.Staged, Host));
        Assert.Equal(ChangeOutcome.Pending, staged.Outcome);
        Assert.StartsWith("Reboot the hosts", lab.Changes.Get(staged.ChangeId!).NextStep, StringComparison.Ordinal);

        ChangeResult rebooted = await lab.RunOneAsync(await lab.EnableAsync(HostLab.RebootAndPowerOff, Host));

        Assert.True(rebooted.Outcome == ChangeOutcome.Done, rebooted.Error?.ToString());
        Assert.Null(lab.Changes.Get(staged.ChangeId!).NextStep);
        Assert.All(lab.Changes.List().Entries, entry => Assert.Null(entry.NextStep));
    }

    [Fact]
    public async Task What_a_change_holds_is_in_the_plan_of_its_resume()
    {
        using HostLab lab = await HostLab.StartAsync();
        lab.Feedback.OnStatus = status =>
        {
            if (status.Contains("rebooting", StringComparison.Ordinal))
            {
                lab.Stop.Cancel();
            }
        };
        ChangeResult result = await lab.RunOneAsync(await lab.EnableAsync(HostLab.RebootAndPowerOff, Host));
        await SettleAsync(lab);

        ChangePlan plan = await lab.Changes.PrepareResume(result.ChangeId!, lab.Context).PlanAsync(CancellationToken.None);

        Assert.Contains(plan.Changes, change => change is { Property: "maintenance mode", After: "left" });
        Assert.Contains(plan.Changes, change => change is { Property: "power of web-01", After: "powered on" });
        Assert.False(plan.IsEmpty);
    }

    [Fact]
    public async Task A_second_run_on_the_same_host_is_refused_and_on_another_it_is_not()
    {
        using HostLab lab = await HostLab.StartAsync();
        TimeSpan reboot = TimeSpan.FromHours(2);
        lab.Simulator.Orders.NextReboot(Host, RebootOutcome.Normal, reboot);
        ChangeIntent intent = await lab.EnableAsync(HostLab.RebootAndPowerOff with { RebootTimeout = reboot + reboot }, Host);
        ChangeIntent same = await lab.EnableAsync(HostLab.Staged, Host);
        ChangeIntent other = await lab.EnableAsync(HostLab.Staged, "esx-70-01");
        TaskCompletionSource<bool> isRebooting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lab.Feedback.OnStatus = status => _ = status.Contains("entering maintenance mode", StringComparison.Ordinal) && isRebooting.TrySetResult(true);

        ChangePlan stagedPlan = await lab.PlanAsync(same);
        Task<IReadOnlyList<ChangeResult>> first = lab.RunAsync(intent);
        await isRebooting.Task;
        ChangeResult refused = (await lab.RunAsync(same, stagedPlan, new LabFeedback())).Single();
        ChangeResult free = (await lab.RunAsync(other, null, new LabFeedback())).Single();
        await Eventually.IsTrueAsync(() => lab.Raw.Host(Host).ConnectionState == "notResponding");
        lab.Simulator.Clock.Advance(reboot);

        Assert.Equal("HostLocked", refused.Error!.Id);
        Assert.Equal(ChangeOutcome.Done, free.Outcome);
        ChangeResult done = (await first).Single();
        Assert.Contains(done.ChangeId!, refused.Error.Message, StringComparison.Ordinal);
        Assert.True(done.Outcome == ChangeOutcome.Done, done.Error?.ToString());
    }

    [Fact]
    public async Task A_borrowed_session_may_be_logged_out_meanwhile()
    {
        using HostLab lab = await HostLab.StartAsync();
        VimSession owner = lab.Sessions[0];
        using VimSession borrowed = await VimSession.AdoptAsync(lab.Simulator.Server, lab.OnlyCookie(), CancellationToken.None);
        lab.Sessions[0] = borrowed;
        ChangeIntent intent = await lab.EnableAsync(HostLab.RebootAndPowerOff, Host);
        Task? logout = null;
        lab.Feedback.OnStatus = status =>
        {
            if (status.Contains("entering maintenance mode", StringComparison.Ordinal))
            {
                logout ??= owner.LogoutAsync(CancellationToken.None);
            }
        };

        ChangeResult result = await lab.RunOneAsync(intent);

        Assert.True(result.Outcome == ChangeOutcome.Done, result.Error?.ToString());
        Assert.NotNull(logout);
        await logout;
        Assert.False(await borrowed.IsAliveAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_session_that_is_lost_during_the_reboot_is_replaced_when_somebody_can_log_in_again(bool canLogIn)
    {
        using HostLab lab = await HostLab.StartAsync();
        lab.LogInAgain = canLogIn ? (_, _) => lab.LogInAsync() : null;
        ChangeIntent intent = await lab.EnableAsync(HostLab.RebootAndPowerOff with { RebootTimeout = TimeSpan.FromMinutes(12) }, Host);
        int expired = 0;
        lab.Feedback.OnStatus = status =>
        {
            if (status.Contains("rebooting, ", StringComparison.Ordinal) && Interlocked.Exchange(ref expired, 1) == 0)
            {
                lab.Simulator.ExpireSessions();
            }
        };

        ChangeResult result = await lab.RunOneAsync(intent);

        Assert.Equal(1, expired);
        if (canLogIn)
        {
            Assert.True(result.Outcome == ChangeOutcome.Done, result.Error?.ToString());
            return;
        }

        // Nothing is waited for that cannot come.
        Assert.Equal(("SessionExpired", GpuErrorCategory.AuthenticationFailed), (result.Error!.Id, result.Error.Category));
        AssertSaid(lab, result);
        Assert.Equal(HostStep.Rebooting, lab.Changes.Get(result.ChangeId!).Hosts.Single().Step);
        await SettleAsync(lab);
        lab.Sessions[0] = await lab.LogInAsync();
        await ResumeAsync(lab, result);
    }

    [Fact]
    public async Task A_host_that_is_connected_to_directly_is_rebooted_only_with_a_credential_at_hand()
    {
        using HostLab lab = await HostLab.StartAsync(new SimulatorOptions { Scenario = "esxi", ClockSpeed = 400 }, "root");
        string name = lab.Raw.Hosts.Single().Name;

        ChangeResult refused = await lab.RunOneAsync(await lab.EnableAsync(HostLab.Reboot, name));
        Assert.Equal("CredentialNeeded", refused.Error!.Id);
        Assert.Equal(GpuErrorCategory.AuthenticationFailed, refused.Error.Category);
        Assert.False(lab.Raw.Host(name).Device(Device).IsEnabled);

        lab.LogInAgain = (_, _) => lab.LogInAsync("root");
        ChangeResult done = await lab.RunOneAsync(await lab.EnableAsync(HostLab.Reboot, name));
        Assert.True(done.Outcome == ChangeOutcome.Done, done.Error?.ToString());
        Assert.True(lab.Raw.Host(name).Device(Device).IsActive);
        Assert.False(lab.Raw.Host(name).IsInMaintenance);
        Assert.Equal(2, lab.Raw.Host(name).BootCount);
    }

    [Fact]
    public async Task A_reboot_task_that_ends_only_when_the_host_is_back_makes_no_difference()
    {
        using HostLab lab = await HostLab.StartAsync(new SimulatorOptions { ClockSpeed = 400, RebootTaskEndsEarly = false });

        ChangeResult result = await lab.RunOneAsync(await lab.EnableAsync(HostLab.RebootAndPowerOff, Host));

        Assert.True(result.Outcome == ChangeOutcome.Done, result.Error?.ToString());
    }

    // A change with a reboot of two hours, so that nothing ends by itself meanwhile, stopped when the host is down.
    private static async Task<(string Id, TimeSpan Reboot)> StopWhileAwayAsync(HostLab lab)
    {
        TimeSpan reboot = TimeSpan.FromHours(2);
        lab.Simulator.Orders.NextReboot(Host, RebootOutcome.Normal, reboot);
        lab.Feedback.OnStatus = status =>
        {
            if (status.Contains("rebooting", StringComparison.Ordinal) && lab.Raw.Host(Host).ConnectionState == "notResponding")
            {
                lab.Stop.Cancel();
            }
        };
        ChangeResult result = await lab.RunOneAsync(await lab.EnableAsync(HostLab.RebootAndPowerOff with { RebootTimeout = reboot + reboot }, Host));
        AssertStandsAsItDid(lab, result.ChangeId!);
        return (result.ChangeId!, reboot);
    }

    private static async Task<ChangeResult> ContinueAsync(HostLab lab, string id, bool isUndo, LabFeedback feedback, CancellationToken cancellationToken) =>
        (isUndo
            ? await lab.Changes.UndoAsync(id, lab.Context, HostLab.Reboot with { RebootTimeout = TimeSpan.FromHours(4) }, feedback, cancellationToken)
            : await lab.Changes.ResumeAsync(id, lab.Context, feedback, cancellationToken)).Single();

    private static void AssertStandsAsItDid(HostLab lab, string id)
    {
        JournalEntry entry = lab.Changes.Get(id);
        Assert.Equal((JournalState.Interrupted, false), (entry.State, entry.IsUndo));
        JournalHost host = entry.Hosts.Single();
        Assert.Equal((HostStep.Rebooting, ChangeOutcome.Interrupted, true), (host.Step, host.Outcome, host.OwnsMaintenanceMode));
        Assert.Equal($"Resume-GpuChange -Id {id}, or Undo-GpuChange -Id {id}", entry.NextStep);
    }

    // What was begun on the server may still be under way when the run has ended: tasks, a reboot that begins with the end of its task, and at last a guest
    // that shuts down.
    private static async Task SettleAsync(HostLab lab)
    {
        await Eventually.IsTrueAsync(() => !lab.HasRunningTasks && lab.Raw.Host(Host).ConnectionState == "connected");
        await lab.Simulator.Clock.DelayAsync(TimeSpan.FromMinutes(2), CancellationToken.None);
    }

    private static void AssertSaid(HostLab lab, ChangeResult result)
    {
        Assert.Contains("still in maintenance mode", result.Error!.Message, StringComparison.Ordinal);
        Assert.Contains($"Set-VMHost -VMHost {Host} -State Connected", result.Error.NextStep, StringComparison.Ordinal);
        Assert.Contains("Resume-GpuChange -Id " + result.ChangeId, result.Error.NextStep, StringComparison.Ordinal);
        Assert.Contains(lab.Feedback.Warnings, warning => warning.Contains("still in maintenance mode", StringComparison.Ordinal));
        Assert.True(lab.Changes.Get(result.ChangeId!).Hosts.Single().OwnsMaintenanceMode);
    }

    private static void AssertNotSilent(HostLab lab, ChangeResult result)
    {
        if (lab.Raw.Host(Host).IsInMaintenance)
        {
            AssertSaid(lab, result);
        }

        if (!lab.Raw.Vm("web-01").IsPoweredOn)
        {
            Assert.True(result.Error?.NextStep?.Contains("Start-VM -VM web-01", StringComparison.Ordinal) == true, $"{result.Outcome}: {result.Error?.Message} | {result.Error?.NextStep}");
        }

        if (result.Outcome == ChangeOutcome.Done)
        {
            Assert.True(lab.Raw.Host(Host).Device(Device).IsActive);
            Assert.False(lab.Raw.Host(Host).IsInMaintenance);
            Assert.True(lab.Raw.Vm("web-01").IsPoweredOn);
        }
    }

    private static async Task ResumeAsync(HostLab lab, ChangeResult result)
    {
        ChangeResult resumed = (await lab.Changes.ResumeAsync(result.ChangeId!, lab.Context, new LabFeedback(), CancellationToken.None)).Single();

        Assert.True(resumed.Outcome is ChangeOutcome.Done or ChangeOutcome.Unchanged, $"{resumed.Outcome} {resumed.Message} {resumed.Error}");
        RawHost host = lab.Raw.Host(Host);
        Assert.True(host.Device(Device).IsActive);
        Assert.False(host.IsInMaintenance);
        Assert.True(lab.Raw.Vm("web-01").IsPoweredOn);
        Assert.Equal(JournalState.Done, lab.Changes.Get(result.ChangeId!).State);
        Assert.Equal("ChangeFinished", Assert.Throws<GpuVSphereException>(() => lab.Changes.PrepareResume(result.ChangeId!, lab.Context)).Id);
    }
}
