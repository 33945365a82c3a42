using System;
using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Changes;

namespace GpuVSphere.Core.Tests.Changes;

/// <summary>
/// Whatever goes wrong, at whatever moment: a host is out of maintenance mode and its VMs run, or else the result, a warning and the
/// journal say so with the command that mends it, and a resume mends it. Every call of the workflow is made to fail once, in several ways.
/// </summary>
public sealed class HostFailureTests
{
    /// <summary>What happens at a call.</summary>
    public enum Trouble
    {
        /// <summary>The server refuses.</summary>
        Refused,

        /// <summary>The connection is cut before the server has heard the call.</summary>
        CutBefore,

        /// <summary>The connection is cut when the server has done it and not yet answered.</summary>
        CutAfter,

        /// <summary>From this call on nothing goes through any more.</summary>
        DeadFromHere,

        /// <summary>Something nobody thought of.</summary>
        Bug,

        /// <summary>The user stops before the call.</summary>
        StoppedBefore,

        /// <summary>The user stops while the call is under way.</summary>
        StoppedAfter,
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_the_answer_to_a_reboot_is_lost_the_host_itself_shows_whether_it_reboots(bool wasHeard)
    {
        using HostRig rig = new();
        FakeVm vm = new("web-01");
        FakeHost host = rig.Add(vms: [vm]);
        Action<int, string> lose = (_, name) =>
        {
            if (name == "reboot")
            {
                throw Cut();
            }
        };
        if (wasHeard)
        {
            host.After = lose;
        }
        else
        {
            host.Before = lose;
        }

        DateTimeOffset start = rig.Clock.UtcNow;
        ChangeResult result = (await rig.RunAsync(HostRig.RebootAndPowerOff)).Single();

        Assert.Equal(wasHeard ? null : "ServerUnreachable", result.Error?.Id);
        Assert.Equal(wasHeard ? ChangeOutcome.Done : ChangeOutcome.Failed, result.Outcome);
        Assert.Equal(wasHeard ? 1 : 0, host.Reboots);
        Assert.True(rig.Clock.UtcNow - start >= HostRunScope.Settle);
        Assert.False(host.InMaintenanceMode);
        Assert.True(vm.IsRunning);
    }

    [Theory]
    [InlineData(Trouble.Refused)]
    [InlineData(Trouble.CutBefore)]
    [InlineData(Trouble.CutAfter)]
    [InlineData(Trouble.DeadFromHere)]
    [InlineData(Trouble.Bug)]
    [InlineData(Trouble.StoppedBefore)]
    [InlineData(Trouble.StoppedAfter)]
    public async Task No_failure_leaves_a_host_in_maintenance_mode_or_a_vm_off_without_saying_so(Trouble trouble)
    {
        HostChangeOptions options = HostRig.RebootAndPowerOff with { RebootTimeout = TimeSpan.FromMinutes(15) };
        int inMaintenance = 0;
        int failed = 0;
        int call = 1;
        for (bool wasReached = true; wasReached; call++)
        {
            using HostRig rig = new();
            FakeHost host = rig.Add(vms: [new FakeVm("web-01"), new FakeVm("ml-01") { HoldsDevice = true }]);
            wasReached = false;
            string where = string.Empty;
            host.Before = (number, name) =>
            {
                bool isHere = number == call;
                wasReached |= isHere;
                where = isHere ? name : where;
                switch (trouble)
                {
                    case Trouble.Refused when isHere: throw new GpuVSphereException("HostConfigFault", GpuErrorCategory.OperationFailed, "refused");
                    case Trouble.CutBefore when isHere:
                    case Trouble.DeadFromHere when number >= call: throw Cut();
                    case Trouble.Bug when isHere: throw new InvalidOperationException("a bug");
                    case Trouble.StoppedBefore when isHere: rig.Stop.Cancel(); break;
                }
            };
            host.After = (number, _) =>
            {
                if (number == call)
                {
                    switch (trouble)
                    {
                        case Trouble.CutAfter: throw Cut();
                        case Trouble.StoppedAfter: rig.Stop.Cancel(); break;
                    }
                }
            };

            ChangeResult result = (await rig.RunAsync(options)).Single();

            // Silence about something left behind is the one thing that may not be.
            host.Before = host.After = null;
            await rig.Clock.DelayAsync(TimeSpan.FromHours(1), default);
            host.Tick();
            string context = $"{trouble} at call {call} ({where}): {result.Outcome}, {result.Error?.Message} | {result.Error?.NextStep}";
            JournalHost journal = rig.Journal.List().Entries.Single().Hosts.Single();
            string[] off = host.Vms.Where(vm => !vm.IsRunning).Select(vm => vm.Name).ToArray();
            if (host.InMaintenanceMode)
            {
                inMaintenance++;
                Assert.True(result.Outcome is ChangeOutcome.Failed or ChangeOutcome.Interrupted, context);
                Assert.True(result.Error!.Message.Contains("still in maintenance mode", StringComparison.Ordinal), context);
                Assert.True(result.Error.NextStep!.Contains("Set-VMHost -VMHost esx-01 -State Connected", StringComparison.Ordinal), context);
                Assert.True(result.Error.NextStep.Contains("Resume-GpuChange -Id " + result.ChangeId, StringComparison.Ordinal), context);
                Assert.True(rig.Feedback.Warnings.Any(warning => warning.Contains("still in maintenance mode", StringComparison.Ordinal)), context);
                Assert.True(journal.OwnsMaintenanceMode, context);
            }

            foreach (string vm in off)
            {
                Assert.True(result.Error?.NextStep?.Contains($"Start-VM -VM {vm}", StringComparison.Ordinal) == true, context);
                Assert.True(journal.VmsShutDown.Any(known => known.Name == vm), context);
            }

            if (result.Outcome == ChangeOutcome.Done)
            {
                Assert.True(host.IsActive && !host.InMaintenanceMode && off.Length == 0, context);
                continue;
            }

            // And the journal can bring it to its end.
            failed++;
            RecordingFeedback feedback = new();
            ChangeResult resumed = (await rig.ResumeAsync(options, feedback)).Single();
            context += $" -> resumed: {resumed.Outcome}, {resumed.Error?.Message}";
            Assert.True(resumed.Outcome is ChangeOutcome.Done or ChangeOutcome.Unchanged, context);
            Assert.True(host is { IsActive: true, InMaintenanceMode: false } && host.Vms.All(vm => vm.IsRunning), context);
            Assert.True(host.Reboots <= 2, context);
            Assert.True(rig.Journal.List().Entries.Single().State == JournalState.Done, context);
        }

        // The walk went through the whole change, and met hosts that were left in maintenance mode where that cannot be helped.
        Assert.True(call > 20, $"only {call} calls");
        Assert.True(failed > 5, $"only {failed} failures");
        if (trouble is Trouble.DeadFromHere or Trouble.StoppedBefore or Trouble.StoppedAfter)
        {
            Assert.True(inMaintenance > 0, "No host was ever left in maintenance mode: the test tests nothing.");
        }
    }

    private static GpuVSphereException Cut() => new("ServerUnreachable", GpuErrorCategory.ConnectionFailed, "the connection was cut");
}
