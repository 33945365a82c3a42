using System;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>
/// Simulated time: it runs faster than the clock on the wall, so that a reboot of ten minutes takes a moment, for server and client alike.
/// It runs only while the process does: a second in which a busy machine lets nobody run is not an hour that client and server have missed.
/// </summary>
public sealed class SimulatorClock : IClock
{
    // So much real time counts at most from one look at the clock to the next; it looks by itself every s_beat.
    private static readonly TimeSpan s_leap = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_beat = TimeSpan.FromMilliseconds(5);

    private readonly DateTimeOffset _start;
    private readonly Func<TimeSpan> _elapsed;
    private readonly object _gate = new();
    private readonly Timer? _beat;
    private TimeSpan _seen;
    private TimeSpan _lived;
    private TimeSpan _skipped;
    private bool _isBounded;
    private int _waiting;
    private TaskCompletionSource<bool> _skip = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts a clock.</summary>
    /// <param name="start">The first simulated moment.</param>
    /// <param name="speed">Simulated seconds in one real second; 1 is real time, which is never held back.</param>
    public SimulatorClock(DateTimeOffset start, double speed)
        : this(start, speed, Watch())
    {
        _beat = _isBounded ? new Timer(_ => _ = UtcNow, null, s_beat, s_beat) : null;
    }

    /// <summary>A clock over another measure of real time, which does not look by itself.</summary>
    internal SimulatorClock(DateTimeOffset start, double speed, Func<TimeSpan> elapsed)
    {
        Speed = speed > 0 ? speed : throw new ArgumentOutOfRangeException(nameof(speed), speed, "The speed of the simulated clock must be above 0.");
        _start = start;
        _elapsed = elapsed;
        _isBounded = speed > 1;
    }

    /// <summary>Simulated seconds in one real second.</summary>
    public double Speed { get; }

    /// <summary>How many wait for a moment to come.</summary>
    internal int Waiting => Volatile.Read(ref _waiting);

    /// <inheritdoc/>
    public DateTimeOffset UtcNow
    {
        get
        {
            lock (_gate)
            {
                TimeSpan now = _elapsed();
                TimeSpan passed = now - _seen;
                _seen = now;
                _lived += _isBounded && passed > s_leap ? s_leap : passed;
                return _start.AddTicks((long)(_lived.Ticks * Speed)) + _skipped;
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
        Interlocked.Increment(ref _waiting);
        try
        {
            await UntilAsync(until, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Ends the looking: who still waits, waits by the clock on the wall.</summary>
    internal void Stop()
    {
        lock (_gate)
        {
            _isBounded = false;
        }

        _beat?.Dispose();
    }

    private async Task UntilAsync(DateTimeOffset until, CancellationToken cancellationToken)
    {
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

    private static Func<TimeSpan> Watch()
    {
        System.Diagnostics.Stopwatch watch = System.Diagnostics.Stopwatch.StartNew();
        return () => watch.Elapsed;
    }
}
