using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Bitfusion;
using GpuVSphere.Changes;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Simulator.Model.Guest.Bitfusion;

namespace GpuVSphere.Simulator.Tests.Bitfusion;

/// <summary>Schedulers that were started or stopped are taken back where they still are as the change left them.</summary>
public sealed class SchedulerUndoTests : IAsyncLifetime
{
    private const string Server = "flex-gpu-01";
    private const string Unit = "/etc/systemd/system/flexdirect-scheduler.service";

    private static readonly GuestChangeOptions s_options = new();
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private FlexDirectLab _lab = null!;

    private ChangeManager Changes => GpuOperations.Changes(_lab.State);

    public async Task InitializeAsync()
    {
        // Slower than its like: half a minute of patience is not to be over in a moment on a busy machine.
        _lab = await FlexDirectLab.StartAsync(clockSpeed: 100);
        _lab.Licensed(Server, "flex-gpu-02");
    }

    public Task DisposeAsync()
    {
        _lab.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_start_is_taken_back_with_its_service_and_is_known_to_end_programs()
    {
        string id = await StartAsync(new SchedulerWish());
        Assert.Equal(JournalState.Done, Changes.Get(id).State);
        IGpuOperation undo = Changes.PrepareUndo(id, _lab.Context);
        ChangePlan plan = await undo.PlanAsync(CancellationToken.None);
        Assert.Equal(
            [("scheduler on port 56001", "running", null), ("service flexdirect-scheduler", "there, starts with the guest", null)],
            plan.Changes.Select(change => (change.Property, change.Before, change.After)));
        Assert.Contains(plan.Consequences, consequence => consequence.EndsPrograms);

        ChangeResult undone = Assert.Single(await undo.ApplyAsync(plan, _lab.Feedback, CancellationToken.None));

        Assert.Equal((ChangeOutcome.Done, null), (undone.Outcome, undone.Error?.Message));
        Assert.Empty(_lab.Daemons(Server));
        Assert.False(Exists(Unit));
        Assert.Equal(JournalState.Undone, Changes.Get(id).State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_ran_before_a_start_runs_again_by_a_service_or_without_one(bool asService)
    {
        if (asService)
        {
            await StartAsync(new SchedulerWish { GpuCount = 1 });
        }
        else
        {
            await ByHandAsync("-n 1");
        }

        string id = await StartAsync(new SchedulerWish { ListenAddress = _lab.Guest(Server).Address });
        Assert.Equal(_lab.Guest(Server).Address, Assert.Single(_lab.Daemons(Server)).Address);

        ChangePlan plan = await Changes.PrepareUndo(id, _lab.Context).PlanAsync(CancellationToken.None);
        Assert.Contains(plan.Changes, change => change is { Property: "scheduler on port 56001", After: "running with -n 1" });
        Assert.Equal(!asService, plan.Consequences.Any(consequence => consequence.Text.Contains("in the background", StringComparison.Ordinal)));
        await UndoneAsync(id);

        Assert.Equal("0.0.0.0", Assert.Single(_lab.Daemons(Server)).Address);
        FlexDirectScheduler scheduler = Assert.Single(await SchedulersAsync());
        Assert.Equal((asService ? "flexdirect-scheduler" : null, 1), (scheduler.Service, scheduler.GpuCount));
        Assert.Equal(asService, Exists(Unit));
    }

    [Fact]
    public async Task A_stop_of_several_is_taken_back_each_as_it_ran()
    {
        await StartAsync(new SchedulerWish());
        await ByHandAsync("-s 56002");
        string id = Assert.Single(await _lab.DoneAsync(FlexDirectIntents.StopScheduler(_lab.Vms(Server), null, s_options))).ChangeId!;
        Assert.Empty(_lab.Daemons(Server));

        await UndoneAsync(id);

        Assert.Equal([(56001, "flexdirect-scheduler"), (56002, null)], (await SchedulersAsync()).OrderBy(one => one.Port).Select(one => (one.Port!.Value, one.Service)));
        Assert.Equal("active\n", (await _lab.ShellAsync(Server, "systemctl is-active flexdirect-scheduler")).Output);
        Assert.Equal("ChangeFinished", Assert.Throws<GpuVSphereException>(() => Changes.PrepareUndo(id, _lab.Context)).Id);
    }

    [Fact]
    public async Task What_somebody_started_since_is_kept_and_said()
    {
        string first = await StartAsync(new SchedulerWish());
        string address = _lab.Guest(Server).Address;
        await StartAsync(new SchedulerWish { ListenAddress = address });
        ChangePlan plan = await Changes.PrepareUndo(first, _lab.Context).PlanAsync(CancellationToken.None);
        Assert.True(plan.IsEmpty);
        Assert.Equal("keeps the scheduler on port 56001, running with -l " + address + ": it was started since by somebody else", Assert.Single(plan.Consequences).Text);

        string stop = Assert.Single(await _lab.DoneAsync(FlexDirectIntents.StopScheduler(_lab.Vms(Server), null, s_options))).ChangeId!;
        await ByHandAsync("-n 1");
        plan = await Changes.PrepareUndo(stop, _lab.Context).PlanAsync(CancellationToken.None);
        Assert.True(plan.IsEmpty);
        Assert.Contains("keeps the scheduler on port 56001, running with -n 1", Assert.Single(plan.Consequences).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_licence_a_stop_is_not_taken_back_until_there_is_one()
    {
        await StartAsync(new SchedulerWish());
        string id = Assert.Single(await _lab.DoneAsync(FlexDirectIntents.StopScheduler(_lab.Vms(Server), null, s_options))).ChangeId!;
        License(false);

        Assert.Contains((await Changes.PrepareUndo(id, _lab.Context).PlanAsync(CancellationToken.None)).Findings, finding => finding.RuleId == "FLEX-LICENSE");
        ChangeResult failed = Assert.Single(await Changes.UndoAsync(id, _lab.Context, null, _lab.Feedback, CancellationToken.None));
        Assert.Equal((ChangeOutcome.Failed, "FlexDirectSchedulerFailed"), (failed.Outcome, failed.Error!.Id));
        Assert.Contains("Initialize-FlexDirect", failed.Error.NextStep, StringComparison.Ordinal);
        Assert.False(Exists(Unit));

        License(true);
        await UndoneAsync(id);
        Assert.Equal("flexdirect-scheduler", Assert.Single(await SchedulersAsync()).Service);
    }

    [Fact]
    public async Task Where_the_program_is_gone_a_stop_cannot_be_taken_back_and_nothing_is_begun()
    {
        await StartAsync(new SchedulerWish());
        string id = Assert.Single(await _lab.DoneAsync(FlexDirectIntents.StopScheduler(_lab.Vms(Server), null, s_options))).ChangeId!;
        lock (_lab.Simulated.Inventory.Gate)
        {
            _lab.Guest(Server).Files.Remove("/usr/bin/flexdirect");
        }

        ChangeResult refused = Assert.Single(await Changes.UndoAsync(id, _lab.Context, null, _lab.Feedback, CancellationToken.None));
        Assert.Equal(ChangeOutcome.Blocked, refused.Outcome);
        Assert.Contains("Install-FlexDirect", refused.Error!.NextStep, StringComparison.Ordinal);
        Assert.False(Exists(Unit));
        Assert.Equal(JournalState.Done, Changes.Get(id).State);
    }

    [Fact]
    public async Task An_undo_that_fails_half_way_can_be_run_again()
    {
        await ByHandAsync("-l " + _lab.Guest(Server).Address);
        string id = await StartAsync(new SchedulerWish { GpuCount = 1 });

        // The address that the former one listened at goes from the guest, and comes back.
        string address = _lab.Guest(Server).Address;
        lock (_lab.Simulated.Inventory.Gate)
        {
            _lab.Guest(Server).Address = "10.77.0.1";
        }

        ChangeResult failed = Assert.Single(await Changes.UndoAsync(id, _lab.Context, null, _lab.Feedback, CancellationToken.None));
        Assert.Equal((ChangeOutcome.Failed, "FlexDirectSchedulerFailed"), (failed.Outcome, failed.Error!.Id));
        Assert.Contains("done before: stopping the scheduler on port 56001", failed.Message, StringComparison.Ordinal);
        Assert.Equal((JournalState.Failed, $"Undo-GpuChange -Id {id}"), (Changes.Get(id).State, Changes.Get(id).NextStep));
        Assert.Empty(_lab.Daemons(Server));

        lock (_lab.Simulated.Inventory.Gate)
        {
            _lab.Guest(Server).Address = address;
        }

        await UndoneAsync(id);
        Assert.Equal(address, Assert.Single(_lab.Daemons(Server)).Address);
    }

    private async Task<string> StartAsync(SchedulerWish wish) =>
        Assert.Single(await _lab.DoneAsync(FlexDirectIntents.StartScheduler(_lab.Vms(Server), wish, s_patience, s_options))).ChangeId!;

    private async Task ByHandAsync(string options)
    {
        int before = _lab.Daemons(Server).Length;
        await _lab.ShellAsync(Server, "nohup flexdirect resource_scheduler " + options + " > /dev/null 2>&1 < /dev/null &", asRoot: true);
        await _lab.Simulated.UntilAsync(() => _lab.Daemons(Server).Count(daemon => daemon.IsReady) > before);
    }

    private async Task UndoneAsync(string id)
    {
        IReadOnlyList<ChangeResult> undone = await Changes.UndoAsync(id, _lab.Context, null, _lab.Feedback, CancellationToken.None);
        Assert.All(undone, result => Assert.True(result.Outcome == ChangeOutcome.Done, result.Message));
        Assert.Equal(JournalState.Undone, Changes.Get(id).State);
    }

    private async Task<FlexDirectScheduler[]> SchedulersAsync() => [.. await _lab.AskAsync(Server, shell => FlexDirectReader.ReadSchedulersAsync(_lab.Vm(Server), shell, CancellationToken.None))];

    private void License(bool isLicensed)
    {
        lock (_lab.Simulated.Inventory.Gate)
        {
            _lab.Guest(Server).State<FlexDirectState>().IsLicensed = isLicensed;
        }
    }

    private bool Exists(string path)
    {
        lock (_lab.Simulated.Inventory.Gate)
        {
            return _lab.Guest(Server).Files.Exists(path);
        }
    }
}
