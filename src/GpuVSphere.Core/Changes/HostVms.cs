using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Changes;

/// <summary>The VMs that stand in the way of a host's change: shut down before it, started again after it.</summary>
internal sealed class HostVms(HostRunScope scope)
{
    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(5);

    private readonly HostRunScope _scope = scope;
    private readonly HashSet<VimObjectId> _asked = [];
    private DateTimeOffset? _askedUntil;

    public async Task ShutDownAsync(IReadOnlyList<VmInTheWay> vms, CancellationToken cancellationToken)
    {
        if (vms.Count == 0)
        {
            return;
        }

        JournalVm[] owned = vms.Select(vm => new JournalVm(vm.Vm.Id, vm.Vm.Name)).ToArray();
        _scope.Update(host => host with
        {
            Step = HostStep.ShuttingDownVms,
            VmsShutDown = host.VmsShutDown.Where(known => !owned.Any(vm => vm.Id == known.Id)).Concat(owned).ToArray(),
        });
        _scope.Progress.Verbose($"{_scope.Name}: shutting down {HostRunScope.Names(owned.Select(vm => vm.Name))}.");
        _askedUntil = _scope.Clock.UtcNow + _scope.Options.ShutdownTimeout;
        foreach (VmInTheWay vm in vms)
        {
            if (!vm.CanShutDown)
            {
                await _scope.Control.PowerOffAsync(vm.Vm.Id, cancellationToken).ConfigureAwait(false);
                continue;
            }

            try
            {
                // Noted before the call: when the answer is lost the guest may have heard it.
                _asked.Add(vm.Vm.Id);
                await _scope.Control.ShutDownGuestAsync(vm.Vm.Id, cancellationToken).ConfigureAwait(false);
            }
            catch (VimFaultException) when (_scope.Options.Force)
            {
                await _scope.Control.PowerOffAsync(vm.Vm.Id, cancellationToken).ConfigureAwait(false);
            }
            catch (VimFaultException)
            {
                _asked.Remove(vm.Vm.Id);
                throw;
            }
        }

        DateTimeOffset start = _scope.Clock.UtcNow;
        VimObjectId[] ids = owned.Select(vm => vm.Id).ToArray();
        while (true)
        {
            // Taken before the look: it is looked once more when the time is up.
            TimeSpan elapsed = _scope.Clock.UtcNow - start;
            IReadOnlyCollection<VimObjectId> running = await _scope.Control.ReadRunningAsync(ids, cancellationToken).ConfigureAwait(false);
            if (running.Count == 0)
            {
                return;
            }

            string names = HostRunScope.Names(owned.Where(vm => running.Contains(vm.Id)).Select(vm => vm.Name));
            if (elapsed >= _scope.Options.ShutdownTimeout)
            {
                if (!_scope.Options.Force)
                {
                    throw new GpuVSphereException(
                        "GuestShutdownTimeout",
                        GpuErrorCategory.Timeout,
                        $"{_scope.Name}: {names} did not shut down within {HostRunScope.Minutes(_scope.Options.ShutdownTimeout)}. The host was not touched.",
                        _scope.Name,
                        "Shut the guest down by hand, give more time, or allow a hard power-off with -Force.");
                }

                _scope.Progress.Warning($"{_scope.Name}: {names} did not shut down within {HostRunScope.Minutes(_scope.Options.ShutdownTimeout)} and is powered off hard.");
                foreach (VimObjectId vm in running)
                {
                    await _scope.Control.PowerOffAsync(vm, cancellationToken).ConfigureAwait(false);
                }

                return;
            }

            _scope.Say("waiting for " + names + " to shut down", elapsed, _scope.Options.ShutdownTimeout);
            await _scope.Clock.DelayAsync(s_poll, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        List<GpuVSphereException> failures = [];
        List<JournalVm> left = [.. _scope.Journal.VmsShutDown];
        while (true)
        {
            IReadOnlyCollection<VimObjectId> running = [];
            VimObjectId[] ids = left.Select(vm => vm.Id).ToArray();
            await _scope.AgainAsync(async () => running = await _scope.Control.ReadRunningAsync(ids, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

            // A guest that was asked to shut down cannot be asked to stay: it is started when it is off. The others do not wait for it.
            JournalVm[] goingDown = _askedUntil is { } until && _scope.Clock.UtcNow < until
                ? left.Where(vm => running.Contains(vm.Id) && _asked.Contains(vm.Id)).ToArray()
                : [];
            foreach (JournalVm vm in left.Except(goingDown).ToArray())
            {
                left.Remove(vm);
                await StartOneAsync(vm, running.Contains(vm.Id), failures, cancellationToken).ConfigureAwait(false);
            }

            if (left.Count == 0)
            {
                break;
            }

            _scope.Say($"waiting for {HostRunScope.Names(left.Select(vm => vm.Name))} to be off, to start it again");
            await _scope.Clock.DelayAsync(s_poll, cancellationToken).ConfigureAwait(false);
        }

        if (failures.Count > 0)
        {
            throw new GpuVSphereException(
                "VmNotStarted",
                GpuErrorCategory.OperationFailed,
                $"{_scope.Name}: not every VM that was shut down could be started again. {string.Join(" ", failures.Select(failure => failure.Message))}",
                _scope.Name,
                null,
                failures[0]);
        }
    }
    private async Task StartOneAsync(JournalVm vm, bool isRunning, List<GpuVSphereException> failures, CancellationToken cancellationToken)
    {
        try
        {
            if (!isRunning)
            {
                _scope.Say("starting " + vm.Name);
                await _scope.Control.PowerOnAsync(vm.Id, cancellationToken).ConfigureAwait(false);
            }

            _scope.Update(host => host with { VmsShutDown = host.VmsShutDown.Where(other => other.Id != vm.Id).ToArray() });
            _scope.Progress.Verbose($"{_scope.Name}: {vm.Name} runs again.");
        }
        catch (GpuVSphereException failure)
        {
            failures.Add(new GpuVSphereException(failure.Id, failure.Category, $"{vm.Name}: {failure.Message}", vm.Name, failure.NextStep, failure));
        }
    }
}
