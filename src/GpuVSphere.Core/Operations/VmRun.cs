using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Operations;

/// <summary>Changes one VM as planned: power-off, one reconfigure call, power-on, and reading back. Says how far it came when it does not come to the end.</summary>
internal sealed class VmRun
{
    // A power-on or a reconfigure call takes seconds; longer than this nobody waits after Ctrl-C.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    // After a connection was cut the server may still be at it.
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(2);
    private const int Looks = 5;
    private const string NothingChanged = "Nothing was changed.";

    private readonly VimSession _session;
    private readonly IClock _clock;
    private readonly VmProposal _proposal;
    private readonly IReadOnlyList<PlannedChange> _planned;
    private readonly VmChangeOptions _options;
    private readonly IChangeFeedback _feedback;
    private readonly Action<string> _tell;

    private string _soFar = NothingChanged;

    public VmRun(
        VimSession session,
        IClock clock,
        VmProposal proposal,
        IReadOnlyList<PlannedChange> planned,
        VmChangeOptions options,
        IChangeFeedback feedback,
        Action<string> tell)
    {
        _session = session;
        _clock = clock;
        _proposal = proposal;
        _planned = planned;
        _options = options;
        _feedback = feedback;
        _tell = tell;
    }

    private PlanTarget Target => _proposal.Situation.Target;

    private GpuVm Vm => _proposal.Situation.Vm;

    private ManagedObjectReference Reference => Target.Id.Reference;

    private VmEdit Edit => _proposal.Edit;

    public async Task<ChangeResult> PerformAsync(CancellationToken cancellationToken)
    {
        try
        {
            string changeVersion = Vm.ChangeVersion;
            if (Edit.PowersOff)
            {
                await PowerOffAsync(cancellationToken).ConfigureAwait(false);
                changeVersion = await ChangeVersionAfterPowerOffAsync(cancellationToken).ConfigureAwait(false);
            }

            if (Edit.Reconfigures)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await ReconfigureAsync(changeVersion, cancellationToken).ConfigureAwait(false);
            }

            if (Edit.PowersOn)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await PowerOnAsync(cancellationToken).ConfigureAwait(false);
            }

            return await VerifyAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Result(ChangeOutcome.Interrupted, $"{Target.Name}: stopped. {_soFar} Run the same command again: it does what is missing.");
        }
        catch (GpuVSphereException e)
        {
            // What was reached is part of the error: it is what the user gets to see, and a VM that was shut down must not be a surprise.
            string message = $"{e.Message} {_soFar}";
            return Result(
                ChangeOutcome.Failed, message, _soFar == NothingChanged ? e : new GpuVSphereException(e.Id, e.Category, message, Target.Name, e.NextStep, e));
        }
        catch (Exception e)
        {
            // A bug, or something of the system's: it is said of this VM, and the results of the others are not lost.
            return Result(
                ChangeOutcome.Failed,
                $"{e.Message} {_soFar}",
                new GpuVSphereException(
                    "VmChangeFailed", GpuErrorCategory.OperationFailed, $"{Target.Name}: {e.Message} {_soFar}", Target.Name, "Run the same command again: it does only what is missing.", e));
        }
    }

    // The server no longer tells how a task ended: neither is that known when a finished task was forgotten meanwhile.
    private static bool IsLost(GpuVSphereException e) => e.Id == "TaskGone" || e.Category is GpuErrorCategory.ConnectionFailed or GpuErrorCategory.Timeout or GpuErrorCategory.InvalidData;

    private async Task PowerOffAsync(CancellationToken cancellationToken)
    {
        Tell("shutting down the guest");
        bool wasAsked = false;
        if (Vm.IsToolsRunning)
        {
            try
            {
                await _session.ShutdownGuestAsync(Reference, cancellationToken).ConfigureAwait(false);
                wasAsked = true;
                _soFar = "Its guest was asked to shut down; its configuration was not changed.";
            }
            catch (VimFaultException e) when (e.FaultType == "ToolsUnavailable" && _options.Force)
            {
                _feedback.Verbose($"{Target.Name}: VMware Tools do not answer, powering off hard.");
            }
        }

        if (wasAsked && await IsOffInTimeAsync(cancellationToken).ConfigureAwait(false))
        {
            _soFar = "It was powered off; its configuration was not changed.";
            return;
        }

        if (!_options.Force)
        {
            throw new GpuVSphereException(
                "ShutdownTimedOut",
                GpuErrorCategory.Timeout,
                $"The guest of {Target.Name} did not shut down within {Minutes(_options.ShutdownTimeout)}.",
                Target.Name,
                "Shut it down from within and run the command again; or allow more time with -ShutdownTimeout; or add -Force to power it off hard.");
        }

        Tell("powering off hard");
        try
        {
            await _session.PowerOffAsync(Reference, null, cancellationToken).ConfigureAwait(false);
        }
        catch (GpuVSphereException e) when (e.Id is "InvalidPowerState" or "TaskGone")
        {
            // The guest may have gone down by itself at the last moment.
            if ((await ReadAsync(cancellationToken).ConfigureAwait(false)).PowerState != "poweredOff")
            {
                throw;
            }
        }

        _soFar = "It was powered off; its configuration was not changed.";
    }

    private async Task<bool> IsOffInTimeAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task off = _session.WaitForAsync(
            [Reference],
            ["runtime.powerState"],
            update => update.Values.TryGetValue("runtime.powerState", out VimElement? state) && state?.Text == "poweredOff",
            TimeSpan.FromSeconds(10),
            limit.Token);
        Task time = _clock.DelayAsync(_options.ShutdownTimeout, limit.Token);
        Task first = await Task.WhenAny(off, time).ConfigureAwait(false);
        bool isOff = first == off;
        if (isOff)
        {
            limit.Cancel();
            await off.ConfigureAwait(false);
            return true;
        }

        limit.Cancel();
        try
        {
            await off.ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // The wait may have been given up while what it had to tell was under way.
            return (await ReadAsync(cancellationToken).ConfigureAwait(false)).PowerState == "poweredOff";
        }
    }

    // Powering off may move the stamp; what the plan rests on must still hold.
    private async Task<string> ChangeVersionAfterPowerOffAsync(CancellationToken cancellationToken)
    {
        GpuVm vm = await ReadAsync(cancellationToken).ConfigureAwait(false);
        foreach (PlannedChange change in _planned)
        {
            string? now = VmProperty.Read(vm, change.Property);
            if (change.Property != VmProperty.PowerState && !Same(now, change.Before))
            {
                throw new PlanIsStaleException(change, now);
            }
        }

        return vm.ChangeVersion;
    }

    private async Task ReconfigureAsync(string changeVersion, CancellationToken cancellationToken)
    {
        Tell("reconfiguring");
        try
        {
            // Once sent it must be known what became of it, so the call itself is not given up.
            ManagedObjectReference task = await _session.StartReconfigureVmAsync(Reference, Edit.Spec(changeVersion), CancellationToken.None).ConfigureAwait(false);
            _soFar = "Its configuration may have been changed.";
            await WaitAsync(task, "The reconfiguration", cancellationToken).ConfigureAwait(false);
        }
        catch (VimFaultException e) when (e.FaultType == "ConcurrentAccess")
        {
            _soFar = Edit.PowersOff ? "It was powered off; its configuration was not changed." : NothingChanged;
            throw new GpuVSphereException(
                "PlanIsStale",
                GpuErrorCategory.InvalidState,
                $"{Target.Name}: its configuration was changed by somebody else while the plan was performed.",
                Target.Name,
                "Run the command again.",
                e);
        }
        catch (VimFaultException)
        {
            _soFar = Edit.PowersOff ? "It was powered off; its configuration was not changed." : NothingChanged;
            throw;
        }
        catch (GpuVSphereException e) when (IsLost(e))
        {
            await LookWhatBecameAsync(e, cancellationToken).ConfigureAwait(false);
        }

        _soFar = "It was reconfigured.";
        _feedback.Verbose($"{Target.Name}: reconfigured.");
    }

    // The connection was cut while the server had the call: it is looked whether it was done.
    private async Task LookWhatBecameAsync(GpuVSphereException cut, CancellationToken cancellationToken)
    {
        for (int look = 0; look < Looks; look++)
        {
            try
            {
                GpuVm vm = await ReadAsync(cancellationToken).ConfigureAwait(false);
                if (Differences(vm, withPower: false).Count == 0)
                {
                    return;
                }

                _soFar = "When it was read again its configuration was not as wanted; the server may still be changing it.";
            }
            catch (GpuVSphereException e) when (IsLost(e))
            {
                _soFar = "Whether it was changed is not known: it could not be read again.";
            }

            await _clock.DelayAsync(s_lookAgain, cancellationToken).ConfigureAwait(false);
        }

        throw new GpuVSphereException(
            cut.Id,
            cut.Category,
            $"{Target.Name}: the connection was lost while it was reconfigured. {cut.Message}",
            Target.Name,
            "Run the same command again: it does only what is missing.",
            cut);
    }

    private async Task PowerOnAsync(CancellationToken cancellationToken)
    {
        Tell("powering on");
        try
        {
            ManagedObjectReference task = await _session.StartPowerOnAsync(Reference, CancellationToken.None).ConfigureAwait(false);
            await WaitAsync(task, "The power-on", cancellationToken).ConfigureAwait(false);
        }
        catch (VimFaultException e)
        {
            throw await VmPowerOnFailure.ExplainAsync(_session, _proposal, e, cancellationToken).ConfigureAwait(false);
        }
        catch (GpuVSphereException e) when (e.Id == "TaskGone")
        {
            // It is read back anyway.
        }

        _soFar = Edit.Reconfigures ? "It was reconfigured and powered on." : "It was powered on.";
    }

    /// <summary>Waits for a task; after Ctrl-C a little longer, since a little patience spares the question what became of it.</summary>
    private async Task WaitAsync(ManagedObjectReference task, string what, CancellationToken cancellationToken)
    {
        try
        {
            await _session.WaitForTaskAsync(task, null, cancellationToken).ConfigureAwait(false);
            return;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }

        using var limit = new CancellationTokenSource();
        Task wait = _session.WaitForTaskAsync(task, null, limit.Token);
        Task first = await Task.WhenAny(wait, _clock.DelayAsync(s_patience, limit.Token)).ConfigureAwait(false);
        bool hasEnded = first == wait;
        limit.Cancel();
        try
        {
            await wait.ConfigureAwait(false);
            hasEnded = true;
        }
        catch (OperationCanceledException)
        {
        }

        if (!hasEnded)
        {
            _soFar = $"{what} ({task}) still runs on {_session.ServerName}.";
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<ChangeResult> VerifyAsync()
    {
        // What was done is read back also after Ctrl-C: it is one short read, and the result tells the truth.
        GpuVm vm = await ReadAsync(CancellationToken.None).ConfigureAwait(false);
        List<string> differences = Differences(vm, withPower: true);
        if (differences.Count > 0)
        {
            throw new GpuVSphereException(
                "NotAsPlanned",
                GpuErrorCategory.OperationFailed,
                $"{Target.Name} was changed, but read back it is not as planned: {string.Join("; ", differences)}.",
                Target.Name,
                "Run the command again; when it stays so, look at the VM's recent tasks in vCenter.");
        }

        return Result(ChangeOutcome.Done, Seen(vm));
    }

    private string? Seen(GpuVm vm)
    {
        string[] gpus = vm.PciDevices.Where(VmGpuDevices.IsGpu).Select(Describe).ToArray();
        if (vm.IsRunning)
        {
            return gpus.Length == 0 ? "It runs, without a GPU." : $"It runs with {string.Join(", ", gpus)}.";
        }

        return gpus.Length == 0 ? null : $"It is powered off and has {string.Join(", ", gpus)}.";
    }

    private static string Describe(VmGpu device)
    {
        if (VmGpuDevices.IsVgpu(device))
        {
            return "the vGPU " + device.VgpuProfile;
        }

        string model = device.Model ?? "a GPU";
        return device.Address is { } address ? $"{model} at {address}" : $"{model}, chosen at power-on";
    }

    private List<string> Differences(GpuVm vm, bool withPower)
    {
        Dictionary<string, PlannedChange> last = [];
        foreach (PlannedChange change in _planned)
        {
            last[change.Property] = change;
        }

        return last.Values
            .Where(change => withPower || change.Property != VmProperty.PowerState)
            .Select(change => (change, now: VmProperty.Read(vm, change.Property)))
            .Where(seen => !Same(seen.now, seen.change.After))
            .Select(seen => $"{seen.change.Property} is {seen.now ?? "absent"} and should be {seen.change.After ?? "absent"}")
            .ToList();
    }

    private async Task<GpuVm> ReadAsync(CancellationToken cancellationToken)
    {
        GpuInventory inventory = await InventoryReader.ReadAsync(_session, InventoryScope.VmsAlone([Reference]), cancellationToken).ConfigureAwait(false);
        return inventory.Vms.FirstOrDefault() ?? throw new GpuVSphereException(
            "VmNotFound", GpuErrorCategory.ObjectNotFound, $"{Target.Name} is no longer there.", Target.Name, "Get-VmGpu lists the VMs that are there.");
    }

    private void Tell(string status) => _tell($"{Target.Name}: {status}");

    private ChangeResult Result(ChangeOutcome outcome, string? message, GpuVSphereException? error = null) =>
        new() { Target = Target, Outcome = outcome, Changes = _planned, Message = message, Error = error };

    private static bool Same(string? left, string? right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static string Minutes(TimeSpan time) => string.Format(CultureInfo.InvariantCulture, "{0:0.#} minutes", time.TotalMinutes);
}
