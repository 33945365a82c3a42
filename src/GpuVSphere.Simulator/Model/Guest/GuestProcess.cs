using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>A process of a guest.</summary>
internal sealed class GuestProcess(long pid, long parent, GuestUser user, string name, string commandLine, DateTimeOffset startTime) : IDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly Stopwatch _sinceEnd = new();
    private readonly List<Action> _atEnd = [];

    public long Pid { get; } = pid;

    public long Parent { get; set; } = parent;

    /// <summary>The process group: what a signal to a negative number goes to.</summary>
    public long Group { get; set; } = pid;

    public GuestUser User { get; } = user;

    public string Name { get; set; } = name;

    public string CommandLine { get; set; } = commandLine;

    public DateTimeOffset StartTime { get; } = startTime;

    public DateTimeOffset? EndTime { get; private set; }

    public int? ExitCode { get; private set; }

    /// <summary>Whether VMware Tools started it: its end is then told for five minutes more.</summary>
    public bool IsOfTools { get; init; }

    /// <summary>Whether it belongs to an earlier start of the guest.</summary>
    public bool IsForgotten { get; set; }

    /// <summary>How long ago it ended by the caller's own clock: a simulated clock may pass minutes between two questions.</summary>
    public TimeSpan SinceEnd => _sinceEnd.Elapsed;

    /// <summary>Whether no signal ends it, as one that waits for a device.</summary>
    public bool IsStuck { get; init; }

    /// <summary>The signal that ended it, or 0.</summary>
    public int Signal { get; private set; }

    /// <summary>Cancelled when it is ended by a signal.</summary>
    public CancellationToken Token => _ended.Token;

    /// <summary>Its exit code, when it has ended.</summary>
    public Task<int> End { get; set; } = Task.FromResult(0);

    /// <summary>What it does.</summary>
    public SimulatorWork? Work { get; set; }

    /// <summary>Has something given back at the moment in which it is seen to have ended, neither before nor after. Called under the gate, as it is.</summary>
    public void AtEnd(Action giveBack) => _atEnd.Add(giveBack);

    /// <summary>It is gone: nothing shows it any more, and what it held is free. Called under the gate; what has ended already stays as it ended.</summary>
    public void Ended(int exitCode, DateTimeOffset time)
    {
        if (EndTime is not null)
        {
            return;
        }

        ExitCode = exitCode;
        EndTime = time;
        _sinceEnd.Start();
        _atEnd.ForEach(giveBack => giveBack());
    }

    /// <summary>Asks it to end, which it does in its own time. Its children go on.</summary>
    /// <param name="signal">By which signal.</param>
    /// <param name="isPowerLost">Whether nothing can stay.</param>
    public void Kill(int signal, bool isPowerLost = false)
    {
        if (EndTime is null && Signal == 0 && (isPowerLost || !IsStuck))
        {
            Signal = signal;
            Work?.Hurry();

            // What it waits for must not go on within the caller's lock.
            _ = Task.Run(_ended.Cancel);
        }
    }

    /// <summary>Ends it so that it is gone at once, as it is for one who waits for its end. Called under the gate.</summary>
    /// <param name="signal">By which signal.</param>
    /// <param name="time">The moment.</param>
    /// <param name="isPowerLost">Whether nothing can stay.</param>
    public void EndNow(int signal, DateTimeOffset time, bool isPowerLost = false)
    {
        Kill(signal, isPowerLost);
        if (Signal != 0)
        {
            Ended(128 + Signal, time);
        }
    }

    public void Dispose() => _ended.Dispose();
}
