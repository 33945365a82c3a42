using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Changes;

/// <summary>
/// The change of one host, from the lock to the result. What it takes (maintenance mode, VMs) is in the journal before it is taken, and
/// is given back on every way out, or else the result says that it was not and how to do it.
/// </summary>
internal sealed class HostRun
{
    // A host that does not answer takes nothing back either.
    private const string NotConnected = "HostNotConnected";

    private readonly IHostChange _change;
    private readonly HostRunScope _scope;
    private readonly HostMaintenanceMode _maintenance;
    private readonly HostReboot _reboot;
    private readonly HostVms _vms;
    private readonly ClusterSlots _slots;
    private readonly string _stateDirectory;
    private bool _hasSlot;
    private bool _wasInMaintenance;

    public HostRun(
        IHostChange change,
        IHostControl control,
        HostChangeOptions options,
        JournalRecord record,
        ClusterSlots slots,
        string stateDirectory,
        IClock clock,
        RunProgress progress)
    {
        _change = change;
        _scope = new HostRunScope(change.Host, control, options, record, clock, progress);
        _maintenance = new HostMaintenanceMode(_scope);
        _reboot = new HostReboot(_scope);
        _vms = new HostVms(_scope);
        _slots = slots;
        _stateDirectory = stateDirectory;
    }

    private PlanTarget Host => _scope.Target;

    private bool IsDownPlanned => _change.Changes.Count > 0 && (_change.NeedsMaintenanceToApply || (_change.NeedsReboot && _scope.Options.Reboot));

    public async Task<ChangeResult> RunAsync(CancellationToken cancellationToken)
    {
        HostLock? hold = null;
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (IsDownPlanned)
            {
                await TakeSlotAsync(cancellationToken).ConfigureAwait(false);
            }

            hold = HostLock.Take(_stateDirectory, Host, _scope.ChangeId, _scope.Clock.UtcNow);
            if (hold.TookOverFrom is { } dead)
            {
                _scope.Progress.Verbose($"{_scope.Name}: {dead} held this host and has ended; its lock was taken over.");
            }

            _scope.Update(host => host with { StartedAt = host.StartedAt ?? _scope.Clock.UtcNow, FinishedAt = null, Outcome = null, Message = null, ErrorId = null });
            ChangeResult result = await WorkAsync(cancellationToken).ConfigureAwait(false);
            Finish(result);
            return result;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            ChangeResult result = Interrupted();
            Finish(result);
            return result;
        }
        catch (Exception failure)
        {
            // Whatever it is, a bug included: what was taken is given back, and the user is told.
            ChangeResult result = await FailAsync(failure, canGiveBack: hold is not null && failure is not GpuVSphereException { Id: NotConnected }).ConfigureAwait(false);
            Finish(result);
            return result;
        }
        finally
        {
            hold?.Dispose();
            if (_hasSlot)
            {
                _slots.Leave(Host, _scope.IsDown);
            }
        }
    }

    private async Task TakeSlotAsync(CancellationToken cancellationToken)
    {
        if (!_hasSlot)
        {
            _scope.Say("waiting for its turn in the cluster");
            await _slots.EnterAsync(Host, cancellationToken).ConfigureAwait(false);
            _hasSlot = true;
        }
    }

    private async Task<ChangeResult> WorkAsync(CancellationToken cancellationToken)
    {
        HostSituation situation = await _scope.Control.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (!situation.Host.IsConnected)
        {
            _scope.IsDown = _scope.Journal.OwnsSomething;
            throw new GpuVSphereException(
                NotConnected,
                GpuErrorCategory.InvalidState,
                $"{_scope.Name} is {situation.Host.ConnectionState}, so it cannot be changed.",
                _scope.Name,
                "Wait until it is back, or reconnect it in vCenter, then run the command again.");
        }

        if (_scope.Journal is { OwnsMaintenanceMode: true, Step: HostStep.EnteringMaintenance })
        {
            // The run before was stopped on the way in: from here on it is done anew.
            await _scope.Control.StopEnteringMaintenanceAsync(cancellationToken).ConfigureAwait(false);
            situation = await _scope.Control.ReadAsync(cancellationToken).ConfigureAwait(false);
        }

        if (_scope.Journal.OwnsMaintenanceMode && !situation.Host.InMaintenanceMode)
        {
            // Somebody else took it out since.
            _scope.Update(host => host with { OwnsMaintenanceMode = false });
        }

        _wasInMaintenance = situation.Host.InMaintenanceMode && !_scope.Journal.OwnsMaintenanceMode;
        _scope.IsDown = _scope.Journal.OwnsMaintenanceMode;
        if (_change.Changes.Count == 0)
        {
            await GiveBackAsync(cancellationToken).ConfigureAwait(false);
            return Result(_change.Pending is null ? ChangeOutcome.Done : ChangeOutcome.Pending, _change.Pending ?? "What this change still held was given back.");
        }

        IReadOnlyDictionary<string, string?> found = await _change.ReadAsync(_scope.Control.Session, cancellationToken).ConfigureAwait(false);
        StalePlan.Refuse(
            _change.Changes.Where(change => change.Property != HostRebootPlan.RunningVms),
            change => found.TryGetValue(change.Property, out string? value) ? value : null);
        if (_change.NeedsMaintenanceToApply && !_scope.Options.Reboot)
        {
            throw new GpuVSphereException(
                "MaintenanceNotAsked",
                GpuErrorCategory.InvalidState,
                $"{_scope.Name} must be in maintenance mode for this change, and it was not asked for. Nothing was changed.",
                _scope.Name,
                "Run the command again with -Reboot.");
        }

        return IsDownPlanned
            ? await TakeDownAsync(situation, _change.HasSomethingToApply, cancellationToken).ConfigureAwait(false)
            : await ApplyInPlaceAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<ChangeResult> ApplyInPlaceAsync(CancellationToken cancellationToken)
    {
        HostVerification seen = await ApplyAsync(cancellationToken).ConfigureAwait(false);
        if (seen.State == HostChangeState.RebootPending && !_change.NeedsReboot)
        {
            // The host said that it can do without a reboot; it may need a moment.
            seen = await VerifyUntilAsync(HostChangeState.InForce, TimeSpan.FromSeconds(30), cancellationToken).ConfigureAwait(false);
        }

        if (seen.State == HostChangeState.InForce)
        {
            await GiveBackAsync(cancellationToken).ConfigureAwait(false);
            return Result(ChangeOutcome.Done, seen.Text);
        }

        if (_scope.Options.Reboot)
        {
            HostSituation situation = await _scope.Control.ReadAsync(cancellationToken).ConfigureAwait(false);
            string? obstacle = situation.VmsInTheWay.Count > 0
                ? $"running VMs are in the way: {HostRunScope.Names(situation.VmsInTheWay.Select(vm => vm.Vm.Name))}"
                : !_scope.Control.IsVCenter && !_scope.Control.CanReconnect ? "no credential is at hand to come back with"
                : null;
            if (obstacle is null)
            {
                _scope.Progress.Verbose($"{_scope.Name}: the change did not take effect at once, so the host is rebooted after all.");
                await TakeSlotAsync(cancellationToken).ConfigureAwait(false);
                return await TakeDownAsync(situation, isToBeApplied: false, cancellationToken).ConfigureAwait(false);
            }

            await GiveBackAsync(cancellationToken).ConfigureAwait(false);
            return Result(
                ChangeOutcome.Pending,
                $"{seen.Text} It did not take effect at once as expected and waits for a reboot of {_scope.Name}, which was not made because {obstacle}. Run the command again with -Reboot -PowerOff.");
        }

        await GiveBackAsync(cancellationToken).ConfigureAwait(false);
        return Result(ChangeOutcome.Pending, $"{seen.Text} It takes effect with the next reboot of {_scope.Name}: reboot it, or run the command again with -Reboot.");
    }

    private async Task<ChangeResult> TakeDownAsync(HostSituation situation, bool isToBeApplied, CancellationToken cancellationToken)
    {
        IReadOnlyList<VmInTheWay> vms = situation.VmsInTheWay;
        if (HostRebootPlan.Refusal(Host, situation.Host, vms, _scope.Options, _scope.Control.IsVCenter || _scope.Control.CanReconnect) is { } refusal)
        {
            throw refusal;
        }

        HostRebootPlan.RefuseUnplanned(Host, vms, _change.Changes);
        if (!situation.Host.InMaintenanceMode)
        {
            await _vms.ShutDownAsync(vms, cancellationToken).ConfigureAwait(false);
            await _maintenance.EnterAsync(cancellationToken).ConfigureAwait(false);
        }

        HostVerification seen = isToBeApplied
            ? await ApplyAsync(cancellationToken).ConfigureAwait(false)
            : await _change.VerifyAsync(_scope.Control.Session, cancellationToken).ConfigureAwait(false);
        if (seen.State != HostChangeState.InForce)
        {
            await _reboot.RunAsync(cancellationToken).ConfigureAwait(false);
            _scope.Step(HostStep.Verifying);
            _scope.Say("reading back");
            seen = await VerifyUntilAsync(HostChangeState.InForce, HostRunScope.Settle, cancellationToken).ConfigureAwait(false);
            if (seen.State != HostChangeState.InForce)
            {
                throw new GpuVSphereException(
                    "ChangeNotEffective",
                    GpuErrorCategory.OperationFailed,
                    $"{_scope.Name} was rebooted, and the change is still not in force. {seen.Text}",
                    _scope.Name,
                    "Look at the host's vmkernel.log and at the server's firmware settings (VT-d or AMD-Vi, mapping above 4 GB).");
            }
        }

        await GiveBackAsync(cancellationToken).ConfigureAwait(false);
        return Result(ChangeOutcome.Done, seen.Text);
    }

    private async Task<HostVerification> ApplyAsync(CancellationToken cancellationToken)
    {
        _scope.Step(HostStep.Applying);
        _scope.Say("changing the configuration");
        cancellationToken.ThrowIfCancellationRequested();
        await _change.ApplyAsync(_scope.Control.Session, cancellationToken).ConfigureAwait(false);
        HostVerification seen = await VerifyUntilAsync(HostChangeState.RebootPending, TimeSpan.FromSeconds(30), cancellationToken).ConfigureAwait(false);
        if (seen.State == HostChangeState.NotApplied)
        {
            throw new GpuVSphereException(
                "ChangeNotEffective",
                GpuErrorCategory.OperationFailed,
                $"{_scope.Name} accepted the change and does not show it. {seen.Text}",
                _scope.Name,
                "Look at the host's hostd.log, then run the command again.");
        }

        _scope.Progress.Verbose($"{_scope.Name}: configured. {seen.Text}");
        return seen;
    }

    private async Task<HostVerification> VerifyUntilAsync(HostChangeState wanted, TimeSpan limit, CancellationToken cancellationToken)
    {
        DateTimeOffset deadline = _scope.Clock.UtcNow + limit;
        while (true)
        {
            HostVerification? seen = null;
            GpuVSphereException? passing = null;
            bool isLast = _scope.Clock.UtcNow >= deadline;
            try
            {
                seen = await _change.VerifyAsync(_scope.Control.Session, cancellationToken).ConfigureAwait(false);
                if (seen.State >= wanted)
                {
                    return seen;
                }
            }
            catch (GpuVSphereException failure) when (_scope.MayPass(failure) && !isLast)
            {
                passing = failure;
                _scope.Progress.Verbose($"{_scope.Name}: {failure.Message}");
            }

            if (seen is not null && isLast)
            {
                return seen;
            }

            await _scope.Clock.DelayAsync(HostRunScope.Reread, cancellationToken).ConfigureAwait(false);
            if (passing is not null)
            {
                await _scope.TryReconnectAsync(passing, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // Leaves maintenance mode when this change entered it, and starts the VMs that it shut down.
    private async Task GiveBackAsync(CancellationToken cancellationToken)
    {
        if (_scope.Journal.OwnsMaintenanceMode)
        {
            await _maintenance.LeaveAsync().ConfigureAwait(false);
        }

        if (_scope.Journal.VmsShutDown.Count > 0)
        {
            _scope.Step(HostStep.StartingVms);
            cancellationToken.ThrowIfCancellationRequested();
            await _vms.StartAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<ChangeResult> FailAsync(Exception failure, bool canGiveBack)
    {
        GpuVSphereException error = failure as GpuVSphereException ?? new GpuVSphereException(
            "HostChangeFailed", GpuErrorCategory.OperationFailed, $"{_scope.Name}: {failure.Message}", _scope.Name, null, failure);
        if (!_scope.Journal.OwnsSomething)
        {
            return Result(ChangeOutcome.Failed, null) with { Error = error };
        }

        string trouble = string.Empty;
        bool isRebooting = _scope.Journal.Step == HostStep.Rebooting;
        bool hadMaintenance = _scope.Journal.OwnsMaintenanceMode;
        string hadVms = HostRunScope.Names(_scope.Journal.VmsShutDown.Select(vm => vm.Name));
        if (canGiveBack)
        {
            using CancellationTokenSource limit = new(HostRunScope.PutBackLimit);
            try
            {
                await GiveBackAsync(limit.Token).ConfigureAwait(false);
            }
            catch (Exception second)
            {
                trouble = second is OperationCanceledException ? "The server did not answer in time." : second.Message;
                if (isRebooting && _scope.Journal.OwnsMaintenanceMode)
                {
                    // Nobody has seen it come back: a resume has to wait for it.
                    _scope.Step(HostStep.Rebooting);
                }
            }
        }

        if (!_scope.Journal.OwnsSomething)
        {
            string done = (hadMaintenance, hadVms.Length > 0) switch
            {
                (true, true) => $"{_scope.Name} left maintenance mode again, and {hadVms} was started again.",
                (true, false) => $"{_scope.Name} left maintenance mode again.",
                _ => $"{hadVms} was started again.",
            };
            return Result(ChangeOutcome.Failed, done) with
            {
                Error = new GpuVSphereException(error.Id, error.Category, $"{error.Message} {done}", _scope.Name, error.NextStep, error),
            };
        }

        // The failure may be that giving back itself went wrong: then it was said already.
        string left = LeftBehind() + (trouble.Length > 0 && trouble != error.Message ? " " + trouble : string.Empty);
        _scope.Progress.Warning(left + " " + HowToGiveBack());
        return Result(ChangeOutcome.Failed, left) with
        {
            Error = new GpuVSphereException(
                error.Id, error.Category, $"{error.Message} {left}", _scope.Name, (error.NextStep is null ? string.Empty : error.NextStep + " ") + HowToGiveBack(), error),
        };
    }

    private ChangeResult Interrupted()
    {
        bool begun = _scope.Journal.Step != HostStep.NotStarted;
        string message = !begun
            ? $"{_scope.Name}: not begun."
            : _scope.Journal.Step == HostStep.Rebooting
                ? $"{_scope.Name}: stopped while the host was rebooting; the reboot itself goes on."
                : $"{_scope.Name}: stopped while {InWords(_scope.Journal.Step)}.";
        string next = $"Resume-GpuChange -Id {_scope.ChangeId} goes on from the live state.";
        if (_scope.Journal.OwnsSomething)
        {
            message += " " + LeftBehind();
            next = HowToGiveBack();
            _scope.Progress.Warning(message + " " + next);
        }

        return Result(ChangeOutcome.Interrupted, message) with
        {
            Error = new GpuVSphereException("ChangeInterrupted", GpuErrorCategory.OperationFailed, message, _scope.Name, next),
        };
    }

    private string LeftBehind()
    {
        List<string> parts = [];
        if (_scope.Journal.OwnsMaintenanceMode)
        {
            parts.Add($"{_scope.Name} is still in maintenance mode, which this change entered.");
        }

        if (_scope.Journal.VmsShutDown.Count > 0)
        {
            parts.Add($"Shut down by this change and not started again: {HostRunScope.Names(_scope.Journal.VmsShutDown.Select(vm => vm.Name))}.");
        }

        return string.Join(" ", parts);
    }

    private string HowToGiveBack()
    {
        List<string> byHand = [];
        if (_scope.Journal.OwnsMaintenanceMode)
        {
            byHand.Add($"Set-VMHost -VMHost {Typed.Name(_scope.Name)} -State Connected");
        }

        byHand.AddRange(_scope.Journal.VmsShutDown.Select(vm => $"Start-VM -VM {Typed.Name(vm.Name)}"));
        return $"Resume-GpuChange -Id {_scope.ChangeId} finishes the change and puts this right; Undo-GpuChange -Id {_scope.ChangeId} takes it back; by hand: {string.Join("; ", byHand)}";
    }

    private ChangeResult Result(ChangeOutcome outcome, string? message) => new()
    {
        Target = Host,
        Outcome = outcome,
        Changes = _change.Changes,
        Message = _wasInMaintenance && outcome is ChangeOutcome.Done or ChangeOutcome.Pending
            ? $"{message} {_scope.Name} was in maintenance mode before and stays in it."
            : message,
        ChangeId = _scope.ChangeId,
    };

    private void Finish(ChangeResult result)
    {
        _scope.Update(host => host with
        {
            Step = result.Outcome is ChangeOutcome.Done or ChangeOutcome.Pending || (result.Outcome == ChangeOutcome.Failed && !host.OwnsSomething) ? HostStep.Finished : host.Step,
            Outcome = result.Outcome,
            Message = result.Error?.Message ?? result.Message,
            ErrorId = result.Error?.Id,
            FinishedAt = result.Outcome == ChangeOutcome.Interrupted ? null : _scope.Clock.UtcNow,
        });
        _scope.Progress.Finished(result);
    }

    private static string InWords(HostStep step) => step switch
    {
        HostStep.ShuttingDownVms => "VMs were being shut down",
        HostStep.EnteringMaintenance => "it was entering maintenance mode",
        HostStep.Applying => "its configuration was being changed",
        HostStep.Verifying => "the result was being read back",
        HostStep.LeavingMaintenance => "it was leaving maintenance mode",
        HostStep.StartingVms => "VMs were being started",
        _ => "it was waiting",
    };
}
