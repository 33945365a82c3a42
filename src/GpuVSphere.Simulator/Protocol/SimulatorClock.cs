using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>
/// Simulated time: it runs faster than the clock on the wall, so that a reboot of ten minutes takes a moment, for server and client alike.
/// It runs only while the process does: a second in which a busy machine lets nobody run is not an hour that client and server have missed. And it runs
/// for those who wait: what the simulator does itself takes no time, and no moment is passed before those who waited for it have been woken.
/// </summary>
public sealed class SimulatorClock : IClock
{
    // So much real time counts at most from one look at the clock to the next; it looks by itself every s_beat.
    private static readonly TimeSpan s_leap = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_beat = TimeSpan.FromMilliseconds(5);

    // While the simulator works time creeps on, so that work that waits for time without saying so is slow and not stuck.
    private const int Creep = 100;

    private readonly DateTimeOffset _start;
    private readonly Func<TimeSpan> _elapsed;
    private readonly object _gate = new();
    private readonly Timer? _beat;
    private readonly AsyncLocal<SimulatorWork?> _work = new();
    private readonly SortedSet<(DateTimeOffset Moment, long Number)> _awaited = [];
    private long _waits;
    private int _held;
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
                return Look();
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
        SimulatorWork? work = _work.Value;
        DateTimeOffset until;
        (DateTimeOffset, long) awaited;
        lock (_gate)
        {
            until = Look() + delay;
            awaited = (until, ++_waits);
            _awaited.Add(awaited);
            Held(work, work is null ? null : work.Rest);
        }

        Interlocked.Increment(ref _waiting);
        try
        {
            await UntilAsync(until, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                Look();
                _awaited.Remove(awaited);
                Held(work, work is null ? null : work.GoOn);
                Interlocked.Decrement(ref _waiting);
            }
        }
    }

    /// <summary>Begins work that takes no simulated time; <see cref="SimulatorWork.Enter"/> where it is done.</summary>
    internal SimulatorWork Begin()
    {
        SimulatorWork work = new(this);
        lock (_gate)
        {
            Look();
            _held++;
        }

        return work;
    }

    /// <summary>Lets time pass while the work of this flow waits for something other than a moment.</summary>
    internal async Task RestAsync(Task awaited)
    {
        if (_work.Value is { } work)
        {
            Change(work, work.Rest);

            // On the thread that brings what is waited for: this work goes on before time does.
            await awaited.ContinueWith(_ => Change(work, work.GoOn), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
        }

        await awaited.ConfigureAwait(false);
    }

    internal void Enter(SimulatorWork work) => _work.Value = work;

    internal void Change(SimulatorWork work, Action change)
    {
        lock (_gate)
        {
            Look();
            Held(work, change);
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

    // Under the gate, as the two that follow.
    private DateTimeOffset Look()
    {
        TimeSpan now = _elapsed();
        TimeSpan passed = now - _seen;
        _seen = now;
        if (_isBounded)
        {
            passed = passed > s_leap ? s_leap : passed;
            passed = _held > 0 ? TimeSpan.FromTicks(passed.Ticks / Creep) : passed;
            if (_awaited.Count > 0 && At(_lived + passed) > _awaited.Min.Moment)
            {
                TimeSpan left = _awaited.Min.Moment - At(_lived);
                passed = left <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromTicks((long)(left.Ticks / Speed) + 1);
            }
        }

        _lived += passed;
        return At(_lived);
    }

    private DateTimeOffset At(TimeSpan lived) => _start.AddTicks((long)(lived.Ticks * Speed)) + _skipped;

    private void Held(SimulatorWork? work, Action? change)
    {
        if (work is not null && change is not null)
        {
            bool held = work.Holds;
            change();
            _held += (work.Holds ? 1 : 0) - (held ? 1 : 0);
        }
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
