using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Peers.Tests;

/// <summary>A clock that runs faster than the real one: what waits between two looks at a guest does not hold up a test.</summary>
internal sealed class QuickClock : IClock
{
    private const int Speed = 20;

    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow;
    private readonly Stopwatch _real = Stopwatch.StartNew();

    public DateTimeOffset UtcNow => _start + (_real.Elapsed * Speed);

    public Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken) => Task.Delay(delay / Speed, cancellationToken);
}
