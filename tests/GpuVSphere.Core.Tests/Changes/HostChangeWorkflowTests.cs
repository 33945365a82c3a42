using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Changes;

public sealed class HostChangeWorkflowTests : IDisposable
{
    private readonly HostRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_reboot_goes_through_every_step_once_and_gives_everything_back()
    {
        FakeHost host = _rig.Add(vms: [new FakeVm("web-01"), new FakeVm("db-01") { HoldsDevice = true }]);

        ChangeResult result = (await _rig.RunAsync(HostRig.RebootAndPowerOff)).Single();

        Assert.Equal(ChangeOutcome.Done, result.Outcome);
        Assert.Equal(
            ["shut down db-01", "shut down web-01", "enter", "apply", "reboot", "leave", "power on db-01", "power on web-01"],
            host.Log.Where(call => !call.EndsWith('?')));
        Assert.True(host.IsActive);
        Assert.False(host.InMaintenanceMode);
        Assert.All(host.Vms, vm => Assert.True(vm.IsRunning));
        JournalEntry entry = _rig.Journal.Get(result.ChangeId!);
        Assert.Equal(JournalState.Done, entry.State);
        Assert.Null(entry.NextStep);
        Assert.False(entry.Hosts.Single().OwnsSomething);
        Assert.Equal(HostStep.Finished, entry.Hosts.Single().Step);
        Assert.Contains(_rig.Feedback.Statuses, status => status == "esx-01: rebooting, 3 min of 30");
        Assert.Empty(_rig.Feedback.Warnings);
    }

    [Fact]
    public async Task Without_reboot_the_change_is_staged_and_what_is_pending_is_said()
    {
        FakeHost host = _rig.Add(vms: new FakeVm("web-01"));

        ChangeResult result = (await _rig.RunAsync(new HostChangeOptions())).Single();

        Assert.Equal(ChangeOutcome.Pending, result.Outcome);
        Assert.Contains("next reboot of esx-01", result.Message, StringComparison.Ordinal);
        Assert.Contains("-Reboot", result.Message, StringComparison.Ordinal);
        Assert.Equal(["apply"], host.Log.Where(call => !call.EndsWith('?')));
        Assert.Equal(JournalState.Done, _rig.Journal.Get(result.ChangeId!).State);
        Assert.Contains("-Reboot", _rig.Journal.Get(result.ChangeId!).NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_vm_stops_the_change_before_anything_is_touched()
    {
        FakeHost host = _rig.Add(vms: new FakeVm("web-01"));

        ChangeResult result = (await _rig.RunAsync(new HostChangeOptions { Reboot = true })).Single();

        Assert.Equal(ChangeOutcome.Failed, result.Outcome);
        Assert.Equal("VmsInTheWay", result.Error!.Id);
        Assert.Contains("web-01", result.Error.Message, StringComparison.Ordinal);
        Assert.Contains("-PowerOff", result.Error.NextStep, StringComparison.Ordinal);
        Assert.DoesNotContain(host.Log, call => !call.EndsWith('?'));
        Assert.False(host.IsEnabled);
    }

    [Fact]
    public async Task A_guest_without_tools_needs_force()
    {
        FakeHost host = _rig.Add(vms: new FakeVm("web-02") { HasTools = false });

        ChangeResult refused = (await _rig.RunAsync(HostRig.RebootAndPowerOff)).Single();
        Assert.Equal("VmsInTheWay", refused.Error!.Id);
        Assert.Contains("-Force", refused.Error.NextStep, StringComparison.Ordinal);
        Assert.DoesNotContain(host.Log, call => !call.EndsWith('?'));

        ChangeResult forced = (await _rig.RunAsync(HostRig.RebootAndPowerOff with { Force = true })).Single();
        Assert.Equal(ChangeOutcome.Done, forced.Outcome);
        Assert.Contains("power off web-02", host.Log);
        Assert.True(host.Vms[0].IsRunning);
    }

    [Fact]
    public async Task A_guest_that_does_not_shut_down_fails_the_change_and_the_others_start_again()
    {
        FakeHost host = _rig.Add(vms: [new FakeVm("quick"), new FakeVm("stuck") { ShutdownTime = null }]);

        ChangeResult result = (await _rig.RunAsync(HostRig.RebootAndPowerOff)).Single();

        Assert.Equal("GuestShutdownTimeout", result.Error!.Id);
        Assert.Contains("stuck", result.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("enter", host.Log);
        Assert.All(host.Vms, vm => Assert.True(vm.IsRunning));
        Assert.Equal(JournalState.Failed, _rig.Journal.Get(result.ChangeId!).State);
    }

    [Fact]
    public async Task A_vm_that_is_off_starts_again_at_once_although_another_was_never_shut_down()
    {
        FakeHost host = _rig.Add(vms: [new FakeVm("a-first"), new FakeVm("b-second")]);
        DateTimeOffset begun = _rig.Clock.UtcNow;
        DateTimeOffset? started = null;
        host.Before = (_, name) =>
        {
            if (name == "shut down b-second")
            {
                throw new GpuVSphereException("OperationNotSupportedByGuest", GpuErrorCategory.OperationFailed, "refused");
            }

            started = name == "power on a-first" ? _rig.Clock.UtcNow : started;
        };

        ChangeResult result = (await _rig.RunAsync(HostRig.RebootAndPowerOff)).Single();

        // The server may hang for as long as putting back may take: nobody must wait for a guest that was not asked to go.
        Assert.Equal(ChangeOutcome.Failed, result.Outcome);
        Assert.InRange((started ?? DateTimeOffset.MaxValue) - begun, TimeSpan.Zero, TimeSpan.FromMinutes(2));
        Assert.All(host.Vms, vm => Assert.True(vm.IsRunning));
        Assert.Contains("a-first", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guest_that_does_not_shut_down_is_powered_off_with_force()
    {
        FakeHost host = _rig.Add(vms: [new FakeVm("quick"), new FakeVm("stuck") { ShutdownTime = null }]);

        ChangeResult result = (await _rig.RunAsync(HostRig.RebootAndPowerOff with { Force = true })).Single();

        Assert.Equal(ChangeOutcome.Done, result.Outcome);
        Assert.Contains("power off stuck", host.Log);
        Assert.DoesNotContain("power off quick", host.Log);
        Assert.Contains(_rig.Feedback.Warnings, warning => warning.Contains("stuck", StringComparison.Ordinal));
        Assert.All(host.Vms, vm => Assert.True(vm.IsRunning));
    }

    [Fact]
    public async Task Drs_moves_what_it_can_and_passthrough_vms_are_in_the_way()
    {
        FakeHost host = _rig.Add(vms: [new FakeVm("web-01"), new FakeVm("ml-01") { HoldsDevice = true }]);
        host.Drs = new DrsSettings(true, new Dictionary<ManagedObjectReference, bool>());

        ChangeResult refused = (await _rig.RunAsync(new HostChangeOptions { Reboot = true })).Single();
        Assert.Contains("ml-01", refused.Error!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("web-01", refused.Error.Message, StringComparison.Ordinal);

        ChangeResult done = (await _rig.RunAsync(HostRig.RebootAndPowerOff)).Single();
        Assert.Equal(ChangeOutcome.Done, done.Outcome);
        Assert.DoesNotContain("shut down web-01", host.Log);
        Assert.Contains("shut down ml-01", host.Log);
    }

    [Fact]
    public async Task A_vm_that_the_plan_did_not_name_is_not_shut_down()
    {
        FakeHost host = _rig.Add(vms: new FakeVm("web-01"));
        IReadOnlyList<IHostChange> changes = _rig.Changes(HostRig.RebootAndPowerOff);
        host.Vms.Add(new FakeVm("new-01"));

        ChangeResult result = (await _rig.RunAsync(HostRig.RebootAndPowerOff, changes)).Single();

        Assert.Equal("PlanIsStale", result.Error!.Id);
        Assert.Contains("new-01", result.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(host.Log, call => !call.EndsWith('?'));
    }

    [Fact]
    public async Task A_plan_whose_before_no_longer_holds_is_refused()
    {
        FakeHost host = _rig.Add();
        IReadOnlyList<IHostChange> changes = _rig.Changes(HostRig.RebootAndPowerOff);
        host.IsEnabled = true;

        ChangeResult result = (await _rig.RunAsync(HostRig.RebootAndPowerOff, changes)).Single();

        PlanIsStaleException stale = Assert.IsType<PlanIsStaleException>(result.Error);
        Assert.Equal(("configured", "no", "yes"), (stale.Property, stale.Planned, stale.Found));
        Assert.Equal("PlanIsStale", stale.Id);
        Assert.DoesNotContain(host.Log, call => !call.EndsWith('?'));
    }

    [Fact]
    public async Task A_host_that_was_in_maintenance_mode_stays_in_it_and_that_is_said()
    {
        FakeHost host = _rig.Add();
        host.InMaintenanceMode = true;

        ChangeResult result = (await _rig.RunAsync(HostRig.RebootAndPowerOff)).Single();

        Assert.Equal(ChangeOutcome.Done, result.Outcome);
        Assert.True(host.InMaintenanceMode);
        Assert.DoesNotContain("leave", host.Log);
        Assert.Contains("was in maintenance mode before and stays in it", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_does_not_come_back_is_reported_with_the_way_out()
    {
        FakeHost host = _rig.Add(vms: new FakeVm("web-01"));
        host.ComesBack = false;
        DateTimeOffset start = _rig.Clock.UtcNow;

        ChangeResult result = (await _rig.RunAsync(HostRig.RebootAndPowerOff with { RebootTimeout = TimeSpan.FromMinutes(75) })).Single();

        Assert.Equal("RebootTimeout", result.Error!.Id);
        Assert.Contains("75 min", result.Error.Message, StringComparison.Ordinal);
        Assert.InRange((_rig.Clock.UtcNow - start).TotalMinutes, 75, 80);
        Assert.Contains("still in maintenance mode", result.Error.Message, StringComparison.Ordinal);
        Assert.Contains("Set-VMHost -VMHost esx-01 -State Connected; Start-VM -VM web-01", result.Error.NextStep, StringComparison.Ordinal);
        Assert.Contains("Resume-GpuChange -Id " + result.ChangeId, result.Error.NextStep, StringComparison.Ordinal);
        Assert.Single(_rig.Feedback.Warnings);
        Assert.True(_rig.Journal.Get(result.ChangeId!).Hosts.Single().OwnsMaintenanceMode);
    }

    [Fact]
    public async Task An_entering_whose_answer_was_lost_does_not_go_on_behind_our_back()
    {
        FakeHost host = _rig.Add();
        host.After = (_, call) =>
        {
            if (call == "enter")
            {
                throw new GpuVSphereException("ServerUnreachable", GpuErrorCategory.ConnectionFailed, "cut");
            }
        };

        ChangeResult result = (await _rig.RunAsync(HostRig.RebootAndPowerOff)).Single();
        await _rig.Clock.DelayAsync(TimeSpan.FromHours(1), default);
        host.Tick();

        Assert.Equal("ServerUnreachable", result.Error!.Id);
        Assert.False(host.InMaintenanceMode);
        Assert.False(_rig.Journal.Get(result.ChangeId!).Hosts.Single().OwnsMaintenanceMode);
    }

    [Fact]
    public async Task A_reboot_that_the_server_refuses_is_not_waited_for_to_the_end()
    {
        FakeHost host = _rig.Add();
        host.RebootTaskFails = new GpuVSphereException("HostConfigFault", GpuErrorCategory.OperationFailed, "a lock is held");
        DateTimeOffset start = _rig.Clock.UtcNow;

        ChangeResult result = (await _rig.RunAsync(HostRig.RebootAndPowerOff)).Single();

        Assert.Equal("HostConfigFault", result.Error!.Id);
        Assert.False(host.InMaintenanceMode);
        Assert.Contains("left maintenance mode again", result.Error.Message, StringComparison.Ordinal);
        Assert.True(_rig.Clock.UtcNow - start < TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task A_change_that_is_not_in_force_after_the_reboot_fails_and_gives_everything_back()
    {
        FakeHost host = _rig.Add(vms: new FakeVm("web-01"));
        host.TakesEffect = false;

        ChangeResult result = (await _rig.RunAsync(HostRig.RebootAndPowerOff)).Single();

        Assert.Equal("ChangeNotEffective", result.Error!.Id);
        Assert.False(host.InMaintenanceMode);
        Assert.True(host.Vms[0].IsRunning);
        Assert.Equal(1, host.Reboots);
    }

    [Fact]
    public async Task What_takes_effect_at_once_reboots_nothing()
    {
        FakeHost host = _rig.Add(vms: new FakeVm("web-01"));
        IHostChange change = new FakeHostChange(host, HostRig.RebootAndPowerOff) { NeedsReboot = false, IsEffectiveAtOnce = true };

        ChangeResult result = (await _rig.RunAsync(HostRig.RebootAndPowerOff, [change])).Single();

        Assert.Equal(ChangeOutcome.Done, result.Outcome);
        Assert.Equal(["apply"], host.Log.Where(call => !call.EndsWith('?')));
    }

    [Fact]
    public async Task What_did_not_take_effect_at_once_is_pending_while_a_vm_is_in_the_way()
    {
        FakeHost host = _rig.Add(vms: new FakeVm("web-01"));
        IHostChange change = new FakeHostChange(host, new HostChangeOptions()) { NeedsReboot = false };

        ChangeResult result = (await _rig.RunAsync(HostRig.RebootAndPowerOff, [change])).Single();

        Assert.Equal(ChangeOutcome.Pending, result.Outcome);
        Assert.Contains("web-01", result.Message, StringComparison.Ordinal);
        Assert.True(host.Vms[0].IsRunning);
    }

    [Fact]
    public async Task What_did_not_take_effect_at_once_is_rebooted_when_that_was_asked_for()
    {
        FakeHost host = _rig.Add();
        IHostChange change = new FakeHostChange(host, new HostChangeOptions()) { NeedsReboot = false };

        ChangeResult result = (await _rig.RunAsync(HostRig.RebootAndPowerOff, [change])).Single();

        Assert.Equal(ChangeOutcome.Done, result.Outcome);
        Assert.Equal(["apply", "enter", "reboot", "leave"], host.Log.Where(call => !call.EndsWith('?')));
    }

    [Fact]
    public async Task A_change_that_needs_maintenance_mode_is_not_made_unasked()
    {
        FakeHost host = _rig.Add();
        ChangeResult result = (await _rig.RunAsync(new HostChangeOptions(), [new FakeHostChange(host, new HostChangeOptions()) { NeedsMaintenanceToApply = true }])).Single();

        Assert.Equal("MaintenanceNotAsked", result.Error!.Id);
        Assert.DoesNotContain(host.Log, call => !call.EndsWith('?'));
    }

    [Fact]
    public async Task A_host_that_is_connected_to_directly_needs_a_credential_before_the_start()
    {
        FakeHost host = _rig.Add();
        host.IsVCenter = false;

        ChangeResult refused = (await _rig.RunAsync(HostRig.RebootAndPowerOff)).Single();
        Assert.Equal("CredentialNeeded", refused.Error!.Id);
        Assert.DoesNotContain(host.Log, call => !call.EndsWith('?'));

        host.CanReconnect = true;
        host.Before = (_, call) =>
        {
            if (call == "wait?" && host.Log.Contains("reboot") && host.Log.Last() != "reconnect")
            {
                throw new GpuVSphereException("ServerUnreachable", GpuErrorCategory.ConnectionFailed, "refused");
            }
        };
        ChangeResult done = (await _rig.RunAsync(HostRig.RebootAndPowerOff)).Single();
        Assert.Equal(ChangeOutcome.Done, done.Outcome);
        Assert.Contains("reconnect", host.Log);
    }

    [Fact]
    public async Task A_host_that_cannot_be_rebooted_by_call_is_not_taken_down()
    {
        FakeHost host = _rig.Add();
        host.RebootIsSupported = false;

        Assert.Equal("RebootNotSupported", (await _rig.RunAsync(HostRig.RebootAndPowerOff)).Single().Error!.Id);
        Assert.DoesNotContain(host.Log, call => !call.EndsWith('?'));
    }

    [Fact]
    public async Task A_vm_that_does_not_start_again_is_named_and_stays_in_the_journal()
    {
        FakeHost host = _rig.Add(vms: [new FakeVm("a"), new FakeVm("b") { RefusesToStart = true }]);

        ChangeResult result = (await _rig.RunAsync(HostRig.RebootAndPowerOff)).Single();

        Assert.Equal("VmNotStarted", result.Error!.Id);
        Assert.Contains("no resources", result.Error.Message, StringComparison.Ordinal);
        Assert.Contains("Start-VM -VM b", result.Error.NextStep, StringComparison.Ordinal);
        Assert.DoesNotContain("Start-VM -VM a", result.Error.NextStep, StringComparison.Ordinal);
        Assert.False(host.InMaintenanceMode);
        Assert.Equal(["b"], _rig.Journal.Get(result.ChangeId!).Hosts.Single().VmsShutDown.Select(vm => vm.Name));

        host.Vms[1].RefusesToStart = false;
        ChangeResult resumed = (await _rig.ResumeAsync(HostRig.RebootAndPowerOff, new RecordingFeedback())).Single();
        Assert.Equal(ChangeOutcome.Done, resumed.Outcome);
        Assert.True(host.Vms[1].IsRunning);
        Assert.Equal(1, host.Reboots);
    }

    [Fact]
    public async Task Two_runs_on_one_host_are_not_possible()
    {
        FakeHost host = _rig.Add();
        using HostLock hold = HostLock.Take(_rig.Folder, host.Target, "12345678", _rig.Clock.UtcNow);

        ChangeResult result = (await _rig.RunAsync(HostRig.RebootAndPowerOff)).Single();

        Assert.Equal("HostLocked", result.Error!.Id);
        Assert.Contains("12345678", result.Error.Message, StringComparison.Ordinal);
        Assert.Empty(host.Log);
    }

    [Fact]
    public async Task Hosts_of_a_cluster_go_down_one_after_another_and_clusters_side_by_side()
    {
        foreach (string name in new[] { "a1", "a2", "a3", "b1", "b2" })
        {
            _rig.Add(name, name.Substring(0, 1));
        }

        int mostOfA = 0;
        foreach (FakeHost host in _rig.Hosts)
        {
            host.After = (_, _) => mostOfA = Math.Max(mostOfA, _rig.Hosts.Count(other => other.Cluster == "a" && other.InMaintenanceMode));
        }

        Rendezvous together = new(2, "reboot");
        foreach (FakeHost host in new[] { _rig.Hosts[0], _rig.Hosts[3] })
        {
            host.Meet = together.ArriveAsync;
        }

        IReadOnlyList<ChangeResult> results = await _rig.RunAsync(HostRig.RebootAndPowerOff);

        Assert.All(results, result => Assert.Equal(ChangeOutcome.Done, result.Outcome));
        Assert.Equal(_rig.Hosts.Select(host => host.Name), results.Select(result => result.Target.Name));
        Assert.Equal(1, mostOfA);
        Assert.True(together.HaveMet, "The clusters did not go down side by side.");
    }

    [Fact]
    public async Task More_hosts_of_a_cluster_may_be_down_when_that_is_asked_for()
    {
        int most = 0;
        foreach (string name in new[] { "a1", "a2", "a3" })
        {
            _rig.Add(name, "a").After = (_, _) => most = Math.Max(most, _rig.Hosts.Count(host => host.InMaintenanceMode));
        }

        Rendezvous together = new(2, "reboot");
        foreach (FakeHost host in _rig.Hosts.Take(2))
        {
            host.Meet = together.ArriveAsync;
        }

        IReadOnlyList<ChangeResult> results = await _rig.RunAsync(HostRig.RebootAndPowerOff with { MaxDownPerCluster = 2 });

        Assert.All(results, result => Assert.Equal(ChangeOutcome.Done, result.Outcome));
        Assert.True(together.HaveMet, "The two were not down together.");
        Assert.Equal(2, most);
    }

    [Fact]
    public async Task A_host_that_stays_down_keeps_the_next_one_of_its_cluster_up()
    {
        _rig.Add("a1", "a").ComesBack = false;
        FakeHost second = _rig.Add("a2", "a");
        FakeHost third = _rig.Add("a3", "a");
        FakeHost other = _rig.Add("b1", "b");

        IReadOnlyList<ChangeResult> results = await _rig.RunAsync(HostRig.RebootAndPowerOff);

        Assert.Equal(["RebootTimeout", "ClusterHostDown", "ClusterHostDown", null], results.Select(result => result.Error?.Id));
        Assert.Contains("a1", results[1].Error!.Message, StringComparison.Ordinal);
        Assert.Empty(second.Log);
        Assert.Empty(third.Log);
        Assert.True(other.IsActive);
    }

    [Theory]
    [InlineData("wait?", "reboot")]
    [InlineData("power?", "shut down web-01")]
    public async Task What_was_seen_before_this_machine_slept_is_looked_at_once_more(string look, string after)
    {
        FakeHost host = _rig.Add(vms: [new FakeVm("web-01")]);
        bool hasSlept = false;
        host.After = (number, call) =>
        {
            // The answer is under way when the machine falls asleep, for longer than any time limit.
            if (call == look && !hasSlept && host.Log.Contains(after))
            {
                hasSlept = true;
                _ = _rig.Clock.DelayAsync(TimeSpan.FromHours(9), CancellationToken.None);
            }
        };

        ChangeResult result = (await _rig.RunAsync(HostRig.RebootAndPowerOff)).Single();

        Assert.True(hasSlept);
        Assert.True(result.Outcome == ChangeOutcome.Done, result.Message);
    }

    [Fact]
    public async Task A_blocked_host_is_left_alone_and_the_others_go_on()
    {
        FakeHost blocked = _rig.Add("a");
        FakeHost free = _rig.Add("b");
        IReadOnlyList<IHostChange> changes = _rig.Changes(HostRig.RebootAndPowerOff);
        ChangePlan plan = _rig.Plan(changes) with { Findings = [new Finding("HOST-X", FindingSeverity.Block, blocked.Target, "It is red.", "Paint it.")] };

        IReadOnlyList<ChangeResult> results = await _rig.RunAsync(HostRig.RebootAndPowerOff, changes, plan);

        Assert.Equal([ChangeOutcome.Blocked, ChangeOutcome.Done], results.Select(result => result.Outcome));
        Assert.Equal("BlockedByRule", results[0].Error!.Id);
        Assert.Equal("Paint it.", results[0].Error!.NextStep);
        Assert.Empty(blocked.Log);
        Assert.True(free.IsActive);
    }

    [Theory]
    [InlineData(false, ChangeOutcome.Interrupted)]
    [InlineData(true, ChangeOutcome.Blocked)]
    public async Task A_host_on_which_a_resume_could_not_begin_stands_as_it_did(bool wasDone, ChangeOutcome ofAnUndo)
    {
        foreach (bool isUndo in new[] { false, true })
        {
            using HostRig rig = new();
            FakeHost blocked = rig.Add("a");
            FakeHost free = rig.Add("b");
            IReadOnlyList<IHostChange> changes = rig.Changes(HostRig.RebootAndPowerOff);
            ChangePlan plan = rig.Plan(changes) with { Findings = [new Finding("HOST-CONNECTED", FindingSeverity.Block, blocked.Target, "It is away.", null)] };
            ChangeOutcome before = wasDone ? ChangeOutcome.Done : ChangeOutcome.Interrupted;
            JournalHost[] hosts = [new() { Target = blocked.Target, Step = HostStep.Rebooting, Outcome = before }, new() { Target = free.Target, Outcome = ChangeOutcome.Interrupted }];
            using (JournalRecord record = rig.Journal.Begin(plan, hosts, rig.Clock.UtcNow))
            {
                record.Finish(JournalState.Interrupted, rig.Clock.UtcNow);
            }

            await rig.Workflow(HostRig.RebootAndPowerOff, rig.Journal.List().Entries.Single(), isUndo).RunAsync(plan, changes, rig.Feedback, CancellationToken.None);

            // An undo that passed over a host that was changed is not to be called done.
            JournalEntry after = rig.Journal.List().Entries.Single();
            Assert.Equal([isUndo ? ofAnUndo : before, ChangeOutcome.Done], after.Hosts.Select(host => host.Outcome!.Value));
            Assert.Equal(!wasDone ? JournalState.Interrupted : isUndo ? JournalState.Failed : JournalState.Done, after.State);
        }
    }

    [Fact]
    public async Task Nothing_to_change_writes_no_journal()
    {
        FakeHost host = _rig.Add();
        host.IsEnabled = host.IsActive = true;

        ChangeResult result = (await _rig.RunAsync(HostRig.RebootAndPowerOff)).Single();

        Assert.Equal(ChangeOutcome.Unchanged, result.Outcome);
        Assert.Empty(_rig.Journal.List().Entries);
        Assert.Empty(host.Log);
    }

    [Fact]
    public async Task A_journal_that_cannot_be_written_stops_the_change_before_it_begins()
    {
        FakeHost host = _rig.Add();
        System.IO.File.WriteAllText(_rig.Folder, "a file where the folder should be");
        try
        {
            GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => _rig.RunAsync(HostRig.RebootAndPowerOff));
            Assert.Equal("JournalNotWritable", error.Id);
            Assert.Contains("GPUVSPHERE_STATE", error.NextStep, StringComparison.Ordinal);
            Assert.Empty(host.Log);
        }
        finally
        {
            System.IO.File.Delete(_rig.Folder);
        }
    }

    [Fact]
    public async Task Hosts_that_were_not_begun_are_not_begun_after_a_stop_and_a_resume_does_them()
    {
        FakeHost first = _rig.Add("a1", "a");
        FakeHost second = _rig.Add("a2", "a");
        first.After = (_, call) =>
        {
            if (call == "apply")
            {
                _rig.Stop.Cancel();
            }
        };

        IReadOnlyList<ChangeResult> results = await _rig.RunAsync(HostRig.RebootAndPowerOff);

        Assert.All(results, result => Assert.Equal(ChangeOutcome.Interrupted, result.Outcome));
        Assert.Contains("not begun", results[1].Message, StringComparison.Ordinal);
        Assert.Empty(second.Log);
        Assert.True(first.InMaintenanceMode);
        Assert.Contains("still in maintenance mode", results[0].Error!.Message, StringComparison.Ordinal);
        Assert.Equal(JournalState.Interrupted, _rig.Journal.List().Entries.Single().State);

        IReadOnlyList<ChangeResult> resumed = await _rig.ResumeAsync(HostRig.RebootAndPowerOff, new RecordingFeedback());
        Assert.All(resumed, result => Assert.Equal(ChangeOutcome.Done, result.Outcome));
        Assert.All(_rig.Hosts, host => Assert.True(host.IsActive && !host.InMaintenanceMode));
        Assert.Equal(JournalState.Done, _rig.Journal.List().Entries.Single().State);
    }
}
