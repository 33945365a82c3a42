using System;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>
/// Something that the simulator does: an answer to a request, a task, a process of a guest. Only what it waits for takes simulated time; its own steps take
/// none, however busy the machine is. Otherwise a time limit of two simulated minutes would pass while a processor is shared for a tenth of a second.
/// </summary>
internal sealed class SimulatorWork : IDisposable
{
    private readonly SimulatorClock _clock;
    private int _rests;
    private bool _isUrgent;
    private bool _isOver;

    /// <summary>Begins it.</summary>
    /// <param name="clock">The clock that it holds. Called under the clock's gate, as all that is private to the clock.</param>
    internal SimulatorWork(SimulatorClock clock) => _clock = clock;

    /// <summary>Whether simulated time has to wait for it. Read under the clock's gate.</summary>
    internal bool Holds => !_isOver && (_isUrgent || _rests == 0);

    /// <summary>Makes what follows in this flow of calls part of it.</summary>
    public void Enter() => _clock.Enter(this);

    /// <summary>From now on it waits for nothing any more: it was told to end.</summary>
    public void Hurry() => _clock.Change(this, () => _isUrgent = true);

    public void Dispose() => _clock.Change(this, () => _isOver = true);

    /// <summary>It waits for something.</summary>
    internal void Rest() => _rests++;

    /// <summary>What it waited for has come.</summary>
    internal void GoOn() => _rests--;
}
