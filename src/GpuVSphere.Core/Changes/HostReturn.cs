using System;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Changes;

/// <summary>The wait for a host that an earlier run told to reboot and did not see come back. It owns nothing and writes nothing.</summary>
internal sealed class HostReturn(JournalHost host, IHostControl control, TimeSpan limit, IClock clock, RunProgress progress)
{
    /// <summary>
    /// Ends when the host is connected, at once when it is; and when the time is up, since the planning that follows then says how the
    /// host stands.
    /// </summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        string name = host.Target.Name;
        DateTimeOffset start = clock.UtcNow;
        DateTimeOffset deadline = start + limit;
        HostRuntime? last = null;
        DateTimeOffset? connectedAt = null;
        bool isBack = (await control.ReadRuntimeAsync(cancellationToken).ConfigureAwait(false)).IsConnected;
        if (isBack)
        {
            return;
        }

        progress.Verbose($"{name}: it was told to reboot and is waited for.");
        progress.Say(host.Target, "rebooting", TimeSpan.Zero, limit);
        for (bool isLast = false; !isBack && !isLast;)
        {
            // The last look begins after the time is up: one from before may be as old as this machine was asleep or busy.
            isLast = clock.UtcNow >= deadline;
            try
            {
                await control.WaitAsync(Look, HostRunScope.Reread, cancellationToken).ConfigureAwait(false);
            }
            catch (GpuVSphereException failure) when (failure.Category is GpuErrorCategory.ConnectionFailed or GpuErrorCategory.Timeout)
            {
                progress.Verbose($"{name}: {failure.Message}");
                await clock.DelayAsync(isLast ? TimeSpan.Zero : HostRunScope.Reread, cancellationToken).ConfigureAwait(false);
            }
        }

        if (isBack)
        {
            progress.Verbose($"{name}: back after {HostRunScope.Minutes(clock.UtcNow - start)}.");
        }
        else
        {
            progress.Warning($"{name} did not come back within {HostRunScope.Minutes(limit)}{(last is null ? string.Empty : $": it is {last.ConnectionState}")}. Look at its console.");
        }

        bool Look(HostRuntime seen)
        {
            last = seen;
            connectedAt = seen.IsConnected ? connectedAt ?? clock.UtcNow : null;

            // One that is connected and shows its old boot may not have told the new one yet, or was away for another reason.
            isBack = connectedAt is { } since
                && (!(host.BootTimeBefore is { } old && seen.BootTime is { } now && (now - old).Duration() < HostReboot.BootTimeJitter)
                    || clock.UtcNow - since >= HostRunScope.Settle);
            progress.Say(host.Target, "rebooting", clock.UtcNow - start, limit);
            return isBack || clock.UtcNow >= deadline;
        }
    }
}
