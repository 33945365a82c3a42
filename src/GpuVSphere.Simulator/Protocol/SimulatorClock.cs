using System;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>
/// Simulated time: it runs faster than the clock on the wall, so that a reboot of ten minutes takes a moment, for server and client alike.
/// </summary>
/// <param name="start">The first simulated moment.</param>
/// <param name="speed">Simulated seconds in one real second; 1 is real time.</param>
public sealed class SimulatorClock(DateTimeOffset start, double speed) : IClock
{
    private readonly System.Diagnostics.Stopwatch _watch = System.Diagnostics.Stopwatch.StartNew();
    private readonly object _gate = new();
    private TimeSpan _skipped;
    private TaskCompletionSource<bool> _skip = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Simulated seconds in one real second.</summary>
    public double Speed { get; } = speed > 0 ? speed : throw new ArgumentOutOfRangeException(nameof(speed), speed, "The speed of the simulated clock must be above 0.");

    /// <inheritdoc/>
    public DateTimeOffset UtcNow
    {
        get
        {
            lock (_gate)
            {
                return start.AddTicks((long)(_watch.Elapsed.Ticks * Speed)) + _skipped;
            }
        }
    }

    /// <summary>Skips time at once: what waits for a moment within it goes on.</summary>
    /// <param name="time">How far; zero or more.</param>
    public void Advance(TimeSpan time)
    {
        if (time < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(time), time, "Simulated time only goes forward.");
        }

        TaskCompletionSource<bool> skip;
        lock (_gate)
        {
            _skipped += time;
            skip = _skip;
            _skip = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        skip.TrySetResult(true);
    }

    /// <inheritdoc/>
    public async Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        DateTimeOffset until = UtcNow + delay;
        while (true)
        {
            Task skip;
            lock (_gate)
            {
                skip = _skip.Task;
            }

            cancellationToken.ThrowIfCancellationRequested();
            TimeSpan left = until - UtcNow;
            if (left <= TimeSpan.Zero)
            {
                return;
            }

            // A day at most, since a timer takes no more than 49; the loop waits for the rest. Rounded up, for a timer that fires early would only spin.
            double milliseconds = Math.Min(Math.Ceiling(left.TotalMilliseconds / Speed), 86_400_000);
            using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(skip, Task.Delay((int)milliseconds, stop.Token)).ConfigureAwait(false);
            stop.Cancel();
        }
    }
}
