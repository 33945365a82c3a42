using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Bitfusion;
using GpuVSphere.Changes;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Simulator.Model.Guest.Bitfusion;

namespace GpuVSphere.Simulator.Tests.Bitfusion;

/// <summary>FlexDirect's program goes with the packages that it came by; what a script did is not taken back.</summary>
public sealed class FlexDirectInstallUndoTests : IAsyncLifetime
{
    private const string Vm = "flex-gpu-01";

    private static readonly GuestChangeOptions s_options = new();

    private readonly string _package = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".deb");
    private FlexDirectLab _lab = null!;

    private ChangeManager Changes => GpuOperations.Changes(_lab.State);

    public async Task InitializeAsync()
    {
        await File.WriteAllBytesAsync(_package, FlexDirectFiles.Package(isRpm: false));
        // Slower than its like: half a minute of patience is not to be over in a moment on a busy machine.
        _lab = await FlexDirectLab.StartAsync(clockSpeed: 100);
    }

    public Task DisposeAsync()
    {
        _lab.Dispose();
        File.Delete(_package);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Packages_are_removed_and_those_that_others_brought_again_are_not()
    {
        string id = await InstalledAsync(new InstallWish { Path = _package });
        ChangePlan plan = await Changes.PrepareUndo(id, _lab.Context).PlanAsync(CancellationToken.None);
        PlannedChange row = Assert.Single(plan.Changes);
        Assert.Equal(("packages", "bitfusion-client", null), (row.Property, row.Before, row.After));

        ChangeResult undone = await UndoAsync(id);
        Assert.Equal((ChangeOutcome.Done, null), (undone.Outcome, undone.Error?.Message));
        Assert.NotEqual(0, (await _lab.ShellAsync(Vm, "which bitfusion")).ExitCode);
        Assert.Equal(JournalState.Undone, Changes.Get(id).State);
    }

    [Fact]
    public async Task While_a_scheduler_runs_nothing_is_removed()
    {
        string id = await InstalledAsync(new InstallWish { Path = _package });
        lock (_lab.Simulated.Inventory.Gate)
        {
            _lab.Guest(Vm).State<FlexDirectState>().IsLicensed = true;
        }

        await _lab.DoneAsync(FlexDirectIntents.StartScheduler(_lab.Vms(Vm), new SchedulerWish(), TimeSpan.FromMinutes(1), s_options));
        ChangeResult refused = await UndoAsync(id);
        Assert.Equal((ChangeOutcome.Blocked, "FlexDirectInUse"), (refused.Outcome, refused.Error!.Id));
        Assert.StartsWith("Stop-FlexDirectScheduler -VM flex-gpu-01", refused.Error.NextStep, StringComparison.Ordinal);
        Assert.Equal(0, (await _lab.ShellAsync(Vm, "which bitfusion")).ExitCode);
    }

    [Fact]
    public async Task What_a_script_did_is_refused_before_anything_is_done()
    {
        string id = await InstalledAsync(new InstallWish());
        ChangeResult refused = await UndoAsync(id);
        Assert.Equal((ChangeOutcome.Blocked, "FlexDirectStays"), (refused.Outcome, refused.Error!.Id));
        Assert.Equal(0, (await _lab.ShellAsync(Vm, "which flexdirect")).ExitCode);
        Assert.Equal(JournalState.Done, Changes.Get(id).State);
    }

    [Fact]
    public async Task A_former_program_is_asked_for_by_its_file()
    {
        await InstalledAsync(new InstallWish());
        string id = await InstalledAsync(new InstallWish { Path = _package, Reinstall = true });
        ChangeResult refused = await UndoAsync(id);
        Assert.Equal((ChangeOutcome.Blocked, "FormerFlexDirectNeeded"), (refused.Outcome, refused.Error!.Id));
        Assert.Contains("-Reinstall", refused.Error.NextStep, StringComparison.Ordinal);
    }

    private async Task<string> InstalledAsync(InstallWish wish) => Assert.Single(await _lab.DoneAsync(FlexDirectIntents.Install(_lab.Vms(Vm), wish, s_options))).ChangeId!;

    private async Task<ChangeResult> UndoAsync(string id) => Assert.Single(await Changes.UndoAsync(id, _lab.Context, null, _lab.Feedback, CancellationToken.None));
}
