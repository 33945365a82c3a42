using System;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Changes;

/// <summary>One reboot of a host, waited for by what the host itself shows: connected, and booted at another time than before.</summary>
internal sealed class HostReboot(HostRunScope scope)
{
    // vCenter rounds: the same boot is told with a second more or less.
    public static readonly TimeSpan BootTimeJitter = TimeSpan.FromSeconds(5);

    private readonly HostRunScope _scope = scope;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        HostRuntime before = await _scope.Control.ReadRuntimeAsync(cancellationToken).ConfigureAwait(false);
        _scope.Update(host => host with { Step = HostStep.Rebooting, BootTimeBefore = before.BootTime });
        _scope.IsDown = true;
        _scope.Say("rebooting");
        _scope.Progress.Verbose($"{_scope.Name}: rebooting.");
        cancellationToken.ThrowIfCancellationRequested();
        Task accepted;
        try
        {
            accepted = await _scope.Control.RebootAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (GpuVSphereException failure) when (failure.Category is GpuErrorCategory.ConnectionFailed or GpuErrorCategory.Timeout)
        {
            // The answer was lost, and the host may be about to go down: it is not given back to its VMs before it has shown that it stays.
            _scope.Progress.Verbose($"{_scope.Name}: {failure.Message} Whether it reboots is seen from the host itself.");
            accepted = Task.FromException(failure);
        }

        _ = accepted.ContinueWith(task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

        DateTimeOffset start = _scope.Clock.UtcNow;
        DateTimeOffset deadline = start + _scope.Options.RebootTimeout;
        HostRuntime? last = null;
        bool wasAway = false;
        bool isBack = false;
        DateTimeOffset? refusedAt = null;
        while (!isBack)
        {
            // The last look begins after the time is up: one from before may be as old as this machine was asleep or busy.
            bool isLast = _scope.Clock.UtcNow >= deadline;
            try
            {
                await _scope.Control.WaitAsync(Look, HostRunScope.Reread, cancellationToken).ConfigureAwait(false);
            }
            catch (GpuVSphereException failure) when (_scope.MayPass(failure) && !isLast)
            {
                wasAway |= !_scope.Control.IsVCenter;
                _scope.Say("rebooting", _scope.Clock.UtcNow - start, _scope.Options.RebootTimeout);
                await _scope.Clock.DelayAsync(HostRunScope.Reread, cancellationToken).ConfigureAwait(false);
                await _scope.TryReconnectAsync(failure, cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (!isBack && refusedAt is not null && accepted.Exception is { } refusal && _scope.Clock.UtcNow - refusedAt >= HostRunScope.Settle && last is { IsConnected: true })
            {
                throw refusal.InnerException is GpuVSphereException known ? known : refusal;
            }

            if (!isBack && isLast)
            {
                throw new GpuVSphereException(
                    "RebootTimeout",
                    GpuErrorCategory.Timeout,
                    $"{_scope.Name} did not come back within {HostRunScope.Minutes(_scope.Options.RebootTimeout)} of its reboot"
                        + (last is null ? "." : last.IsConnected ? ": it is connected and has not rebooted." : $": it is {last.ConnectionState}."),
                    _scope.Name,
                    "Look at its console.");
            }
        }

        _scope.Progress.Verbose($"{_scope.Name}: back after {HostRunScope.Minutes(_scope.Clock.UtcNow - start)}.");

        bool Look(HostRuntime seen)
        {
            last = seen;
            wasAway |= !seen.IsConnected;
            isBack = seen.IsConnected && (before.BootTime is { } old && seen.BootTime is { } now ? (now - old).Duration() >= BootTimeJitter : wasAway);
            refusedAt ??= accepted.IsFaulted ? _scope.Clock.UtcNow : null;
            _scope.Say("rebooting", _scope.Clock.UtcNow - start, _scope.Options.RebootTimeout);
            return isBack || _scope.Clock.UtcNow >= deadline || (refusedAt is { } at && seen.IsConnected && _scope.Clock.UtcNow - at >= HostRunScope.Settle);
        }
    }
}
