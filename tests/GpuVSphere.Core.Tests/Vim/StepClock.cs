using System;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vim;

/// <summary>A clock whose waits end when the test says so.</summary>
internal sealed class StepClock : IClock
{
    private readonly SemaphoreSlim _asked = new(0);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _current;
    private TimeSpan _delay;

    public DateTimeOffset UtcNow { get; private set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public Task Cancelled => _cancelled.Task.WaitAsync(TimeSpan.FromSeconds(60));

    public async Task<TimeSpan> NextDelayAsync()
    {
        Assert.True(await _asked.WaitAsync(TimeSpan.FromSeconds(60)), "Nobody waited on the clock.");
        return _delay;
    }

    public Task<bool> HasNextDelayAsync() => _asked.WaitAsync(TimeSpan.FromMilliseconds(50));

    public void Step()
    {
        UtcNow += _delay;
        _current!.SetResult();
    }

    public Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        TaskCompletionSource source = new(TaskCreationOptions.RunContinuationsAsynchronously);
        cancellationToken.Register(() =>
        {
            source.TrySetCanceled(cancellationToken);
            _cancelled.TrySetResult();
        });
        _delay = delay;
        _current = source;
        _asked.Release();
        return source.Task;
    }
}
