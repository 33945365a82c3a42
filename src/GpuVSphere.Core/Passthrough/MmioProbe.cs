using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Mmio;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;
using GpuVSphere.Readiness.PowerOn;
using GpuVSphere.Vim;

namespace GpuVSphere.Passthrough;

/// <summary>
/// Finds out how large the BARs of GPUs are as the guide does it: the GPUs are attached without the MMIO keys, the VM is powered on, which is
/// expected to fail, its vmware.log is read, and everything is put back, whatever happened. Should this process be killed in the middle, the VM
/// carries what it was like, and Remove-VmGpuPassthrough puts it back.
/// </summary>
public sealed class MmioProbe
{
    private const string Title = "Probe the MMIO size";
    private const int EnoughOfLog = 4096;
    private const int Looks = 5;

    // Putting back is not given up by Ctrl-C; but a server that is gone must not hold the prompt for ever. The time of the one who waits, not of the server.
    private static readonly TimeSpan s_timeToPutBack = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(2);

    private readonly VimSession _session;
    private readonly PlanTarget _target;
    private readonly IReadOnlyList<VmGpuSelector> _gpus;
    private readonly VmChangeOptions _options;
    private readonly IChangeFeedback _feedback;

    // A task whose end was not heard of, and whether a call was sent whose answer was not heard: putting back must not run beside them.
    private ManagedObjectReference _begun;
    private bool _isSent;

    private MmioProbe(VimSession session, PlanTarget target, IReadOnlyList<VmGpuSelector> gpus, VmChangeOptions options, IChangeFeedback feedback)
    {
        _session = session;
        _target = target;
        _gpus = gpus;
        _options = options;
        _feedback = feedback;
    }

    private ManagedObjectReference Vm => _target.Id.Reference;

    /// <summary>Probes. The VM must be powered off; it is powered off again at the end, also when it unexpectedly came up.</summary>
    /// <param name="session">The server of the VM.</param>
    /// <param name="vm">The VM.</param>
    /// <param name="gpus">The GPUs to probe with, beside those that the VM has; none for those it has.</param>
    /// <param name="options">Rules to skip; the rest does not apply.</param>
    /// <param name="feedback">Where to tell.</param>
    /// <param name="cancellationToken">Ends the probe; everything is put back all the same.</param>
    /// <returns>What the log says, device by device, with the size.</returns>
    /// <exception cref="GpuVSphereException">
    /// BlockedByRule: the VM or a device is not in the state for it. DeviceNotFound, NotAGpu, NoGpuToProbe. ProbeFailed: the VM did not power on
    /// for another reason, so its log says nothing. ProbeNotPutBack: something could not be put back; the message says what.
    /// </exception>
    public static Task<MmioReport> RunAsync(
        VimSession session,
        PlanTarget vm,
        IReadOnlyList<VmGpuSelector> gpus,
        VmChangeOptions options,
        IChangeFeedback feedback,
        CancellationToken cancellationToken) => new MmioProbe(session, vm, gpus, options, feedback).RunAsync(cancellationToken);

    private async Task<MmioReport> RunAsync(CancellationToken cancellationToken)
    {
        VmProposal proposal = await ProposeAsync(cancellationToken).ConfigureAwait(false);
        GpuVm before = proposal.Situation.Vm;
        VmEdit attach = Attach(proposal);
        string logBefore = await LogBeginningAsync(before, cancellationToken).ConfigureAwait(false);
        MmioReport? report = null;
        Exception? failure = null;
        try
        {
            if (attach.Reconfigures)
            {
                Tell("attaching the GPUs without the MMIO keys");
                await PerformAsync(() => _session.StartReconfigureVmAsync(Vm, attach.Spec(before.ChangeVersion), CancellationToken.None), cancellationToken).ConfigureAwait(false);
            }

            cancellationToken.ThrowIfCancellationRequested();
            report = await PowerOnAndReadAsync(before, logBefore, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is GpuVSphereException or OperationCanceledException)
        {
            failure = e;
        }

        await PutBackAsync(before, failure).ConfigureAwait(false);
        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(failure).Throw();
        }

        return report!;
    }

    private async Task<VmProposal> ProposeAsync(CancellationToken cancellationToken)
    {
        Tell("reading");
        GpuInventory inventory = await InventoryReader.ReadAsync(_session, InventoryScope.Vms([Vm]), cancellationToken).ConfigureAwait(false);
        GpuVm vm = inventory.Vms.FirstOrDefault(one => one.Id == _target.Id) ?? throw new GpuVSphereException(
            "VmNotFound", GpuErrorCategory.ObjectNotFound, $"{_target.Name} is no longer there.", _target.Name, "Get-VmGpu lists the VMs that are there.");
        GpuHost? host = inventory.Hosts.FirstOrDefault(one => one.Id.Reference == vm.Host);
        VmSituation situation = new() { Target = _target, Vm = vm, Host = host, OtherVms = inventory.Vms };
        if (_gpus.Any(gpu => gpu.Device is not null) && host is { IsConnected: true })
        {
            ConfigTarget offers = await _session.QueryConfigTargetAsync(vm.EnvironmentBrowser, host.Id.Reference, cancellationToken).ConfigureAwait(false);
            situation = situation with { Offers = offers };
        }

        VmProposal proposal = VmAddPlanner.Plan(situation, _gpus, new VmChangeOptions());
        if (!vm.PciDevices.Any(VmGpuDevices.IsPassthrough) && !proposal.Edit.HasDeviceChange)
        {
            throw new GpuVSphereException(
                "NoGpuToProbe",
                GpuErrorCategory.InvalidArgument,
                $"{vm.Name} has no passthrough GPU and none was named, so there is nothing to probe.",
                vm.Name,
                "Name one with -Device; Get-GpuDevice lists what there is.");
        }

        // Nothing of it stays, so neither the firmware nor a size that is not known is in the way.
        Finding? blocking = ReadinessRules.Check([proposal.Subject(_options) with { NeedsEfi = false, MayPowerOff = false }], _options.SkipRules)
            .FirstOrDefault(finding => finding.Blocks);
        return blocking is null ? proposal : throw new GpuVSphereException(
            "BlockedByRule", GpuErrorCategory.InvalidState, $"{blocking.Message} ({blocking.RuleId})", _target.Name, blocking.NextStep);
    }

    /// <summary>The devices and the reserved memory, without the keys; and the record, in case nobody is there to put it back.</summary>
    private static VmEdit Attach(VmProposal proposal)
    {
        GpuVm vm = proposal.Situation.Vm;
        var edit = new VmEdit(vm);
        edit.StaticDevices.AddRange(proposal.Edit.StaticDevices);
        edit.DynamicDevices.AddRange(proposal.Edit.DynamicDevices);
        VmUndoRecord record = VmUndoRecord.Of(vm) ?? VmUndoRecord.Empty();
        void Want(string property, string? value)
        {
            string? current = VmProperty.Read(vm, property);
            if (edit.Want(property, value))
            {
                record = record.With(property, current, value);
            }
        }

        Want(VmProperty.Use64BitMmio, null);
        Want(VmProperty.MmioSizeGB, null);
        Want(VmProperty.MemoryLock, "true");
        Want(VmProperty.MemoryReservation, vm.MemoryMB.ToString(CultureInfo.InvariantCulture));
        if (!record.IsEmpty)
        {
            edit.Want(VmUndoRecord.Key, record.Write(vm.InstanceUuid));
        }

        return edit;
    }

    private async Task<MmioReport> PowerOnAndReadAsync(GpuVm before, string logBefore, CancellationToken cancellationToken)
    {
        Tell("powering on, which is expected to fail");
        VimFaultException? refused = null;
        try
        {
            await PerformAsync(() => _session.StartPowerOnAsync(Vm, CancellationToken.None), cancellationToken).ConfigureAwait(false);
            _feedback.Verbose($"{_target.Name} powered on: its GPUs fit without the keys.");
        }
        catch (VimFaultException e)
        {
            refused = e;
        }

        Tell("reading vmware.log");
        string logAfter = await LogBeginningAsync(before, cancellationToken).ConfigureAwait(false);
        if (refused is not null && logAfter == logBefore)
        {
            throw Failed(refused, "No new vmware.log was begun.");
        }

        try
        {
            using Stream log = await VmLogFile.OpenAsync(_session, before, cancellationToken).ConfigureAwait(false);
            MmioReport report = await MmioQuestion.FromLogAsync(log, before.LogDirectory + VmLogFile.Name, cancellationToken).ConfigureAwait(false);
            return report with
            {
                Notes = [.. report.Notes, $"Read from a power-on of {_target.Name} with its GPUs and without the keys; everything was put back."],
            };
        }
        catch (GpuVSphereException e) when (refused is not null && e.Id is "NoPciLinesInLog" or "NotAVmwareLog")
        {
            throw Failed(refused!, e.Message);
        }
    }

    private GpuVSphereException Failed(VimFaultException refused, string why) => new(
        "ProbeFailed",
        GpuErrorCategory.OperationFailed,
        $"{_target.Name} did not power on, for another reason than the size of its GPUs, so the probe tells nothing. {refused.Message} "
        + string.Join(" ", refused.Details) + " " + why,
        _target.Name,
        "Mend what the message says, then probe again; or ask the catalogue: Get-MmioSize -Model <name>.",
        refused);

    private async Task PutBackAsync(GpuVm before, Exception? failure)
    {
        using var limit = new CancellationTokenSource(s_timeToPutBack);
        try
        {
            await RestoreAsync(before, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is GpuVSphereException or OperationCanceledException)
        {
            throw new GpuVSphereException(
                "ProbeNotPutBack",
                GpuErrorCategory.OperationFailed,
                $"{_target.Name} could not be put back after the probe: {(e is OperationCanceledException ? "the server did not answer in time." : e.Message)}"
                + (failure is null ? string.Empty : $" Before that: {failure.Message}"),
                _target.Name,
                $"Remove-VmGpuPassthrough -VM {Typed.Name(_target.Name)} with the devices that were probed puts it back: the VM carries what it was like.",
                failure ?? e);
        }
    }

    private async Task RestoreAsync(GpuVm before, CancellationToken cancellationToken)
    {
        Tell("putting everything back");
        GpuVm now = await ReadSettledAsync(before, cancellationToken).ConfigureAwait(false);
        if (now.IsRunning)
        {
            await _session.PowerOffAsync(Vm, null, cancellationToken).ConfigureAwait(false);
            now = await ReadAsync(cancellationToken).ConfigureAwait(false);
        }

        var edit = new VmEdit(now);
        edit.RemovedDevices.AddRange(now.PciDevices.Where(device => before.PciDevices.All(old => old.Key != device.Key)));
        foreach (string property in (string[])
            [VmProperty.Use64BitMmio, VmProperty.MmioSizeGB, VmProperty.MemoryLock, VmProperty.MemoryReservation, VmUndoRecord.Key])
        {
            edit.Want(property, VmProperty.Read(before, property));
        }

        if (!edit.Reconfigures)
        {
            return;
        }

        await _session.ReconfigureVmAsync(Vm, edit.Spec(now.ChangeVersion), null, cancellationToken).ConfigureAwait(false);
        now = await ReadAsync(cancellationToken).ConfigureAwait(false);
        List<string> left = edit.Values.Keys
            .Where(property => !string.Equals(VmProperty.Read(now, property), VmProperty.Read(before, property), StringComparison.OrdinalIgnoreCase))
            .Concat(now.PciDevices.Where(device => before.PciDevices.All(old => old.Key != device.Key)).Select(VmProperty.Of))
            .ToList();
        if (left.Count > 0)
        {
            throw new GpuVSphereException(
                "NotAsPlanned", GpuErrorCategory.OperationFailed, $"not as before: {string.Join(", ", left)}.", _target.Name, "Run the command again.");
        }
    }

    private async Task<GpuVm> ReadAsync(CancellationToken cancellationToken)
    {
        GpuInventory inventory = await InventoryReader.ReadAsync(_session, InventoryScope.VmsAlone([Vm]), cancellationToken).ConfigureAwait(false);
        return inventory.Vms.FirstOrDefault() ?? throw new GpuVSphereException(
            "VmNotFound", GpuErrorCategory.ObjectNotFound, $"{_target.Name} is no longer there.", _target.Name, "Get-VmGpu lists the VMs that are there.");
    }

    // A task that was begun is waited for also after Ctrl-C: what is put back afterwards must not run beside it.
    private async Task PerformAsync(Func<Task<ManagedObjectReference>> start, CancellationToken cancellationToken)
    {
        _isSent = true;
        try
        {
            _begun = await start().ConfigureAwait(false);
            _isSent = false;
            await _session.WaitForTaskAsync(_begun, null, CancellationToken.None).ConfigureAwait(false);
            _begun = default;
        }
        catch (VimFaultException)
        {
            // The server said how it ended.
            _isSent = false;
            _begun = default;
            throw;
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>The VM, when what was begun has ended as far as can be told.</summary>
    private async Task<GpuVm> ReadSettledAsync(GpuVm before, CancellationToken cancellationToken)
    {
        if (!_begun.IsEmpty)
        {
            try
            {
                await _session.WaitForTaskAsync(_begun, null, cancellationToken).ConfigureAwait(false);
            }
            catch (GpuVSphereException e) when (e is VimTaskException || e.Id == "TaskGone")
            {
                // Ended, one way or the other: what counts is what is read.
            }
        }

        GpuVm now = await ReadAsync(cancellationToken).ConfigureAwait(false);
        for (int look = 1; _isSent && look < Looks && !now.IsRunning && now.ChangeVersion == before.ChangeVersion; look++)
        {
            await _session.Clock.DelayAsync(s_lookAgain, cancellationToken).ConfigureAwait(false);
            now = await ReadAsync(cancellationToken).ConfigureAwait(false);
        }

        return now;
    }

    /// <summary>The first lines of the VM's log: they carry the time it was begun, so another log is told by them. Empty when there is none.</summary>
    private async Task<string> LogBeginningAsync(GpuVm vm, CancellationToken cancellationToken)
    {
        try
        {
            using Stream log = await VmLogFile.OpenAsync(_session, vm, cancellationToken).ConfigureAwait(false);
            byte[] buffer = new byte[EnoughOfLog];
            int filled = 0;
            int read;
            do
            {
                read = await log.ReadAsync(buffer, filled, buffer.Length - filled, cancellationToken).ConfigureAwait(false);
                filled += read;
            }
            while (read > 0 && filled < buffer.Length);

            return Convert.ToBase64String(buffer, 0, filled);
        }
        catch (Exception e) when (e is GpuVSphereException or IOException)
        {
            return string.Empty;
        }
    }

    private void Tell(string status) => _feedback.Progress(Title, $"{_target.Name}: {status}", 0, 1);
}
