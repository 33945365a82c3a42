using System;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Protocol;

/// <summary>Simulated time, over a measure of real time that the test moves.</summary>
public sealed class ClockTests
{
    private static readonly DateTimeOffset s_start = new(2025, 3, 3, 8, 0, 0, TimeSpan.Zero);
    private TimeSpan _real;

    [Fact]
    public void AFastClock_RunsAsManyTimesFaster()
    {
        SimulatorClock clock = new(s_start, 1000, () => _real);
        for (int i = 0; i < 10; i++)
        {
            _real += TimeSpan.FromMilliseconds(6);
            Assert.Equal(s_start.AddSeconds(6 * (i + 1)), clock.UtcNow);
        }
    }

    [Fact]
    public void AFastClock_DoesNotRunWhileNobodyDoes()
    {
        SimulatorClock clock = new(s_start, 1000, () => _real);
        _real = TimeSpan.FromSeconds(10);
        Assert.Equal(s_start.AddSeconds(20), clock.UtcNow);
        Assert.Equal(s_start.AddSeconds(20), clock.UtcNow);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(s_start.AddSeconds(3620), clock.UtcNow);
    }

    [Fact]
    public async Task NoMoment_IsPassed_BeforeWhoWaitedForItWasWoken()
    {
        SimulatorClock clock = new(s_start, 1000, () => _real);
        Task wait = clock.DelayAsync(TimeSpan.FromSeconds(1), CancellationToken.None);
        for (int i = 0; i < 100; i++)
        {
            // Until it has looked for itself, which it does by a timer, no look of others brings it past its moment.
            _real += TimeSpan.FromMilliseconds(10);
            bool waits = clock.Waiting == 1;
            DateTimeOffset now = clock.UtcNow;
            Assert.True(!waits || clock.Waiting == 0 || now <= s_start.AddSeconds(1.001), $"It is {now:O}.");
        }

        await wait.WaitAsync(Eventually.Limit);
        Assert.True(clock.UtcNow >= s_start.AddSeconds(1));
    }

    [Fact]
    public async Task Work_TakesNoTime_ButWhatItWaitsFor()
    {
        SimulatorClock clock = new(s_start, 1000, () => _real);
        TaskCompletionSource<bool> other = new();
        SimulatorWork work = clock.Begin();
        Passes(0.1);
        work.Enter();
        Task rest = clock.RestAsync(other.Task);
        Passes(10);
        other.SetResult(true);
        Passes(0.1);
        await rest;

        // What was told to end waits for nothing more.
        TaskCompletionSource<bool> never = new();
        Task ending = clock.RestAsync(never.Task);
        Passes(10);
        work.Hurry();
        Passes(0.1);
        work.Dispose();
        Passes(10);
        never.SetResult(true);
        await ending;
        Passes(10);

        void Passes(double seconds)
        {
            DateTimeOffset before = clock.UtcNow;
            _real += TimeSpan.FromMilliseconds(10);
            Assert.Equal(TimeSpan.FromSeconds(seconds), clock.UtcNow - before);
        }
    }

    [Fact]
    public void RealTime_IsNeverHeldBack()
    {
        SimulatorClock clock = new(s_start, 1, () => _real);
        _real = TimeSpan.FromHours(3);
        Assert.Equal(s_start.AddHours(3), clock.UtcNow);
    }

    [Fact]
    public async Task AStoppedClock_StillLetsGoWhoWaits()
    {
        SimulatorClock clock = new(s_start, 10_000);
        Task wait = clock.DelayAsync(TimeSpan.FromMinutes(5), CancellationToken.None);
        clock.Stop();
        await wait.WaitAsync(Eventually.Limit);
        Assert.True(clock.UtcNow >= s_start.AddMinutes(5));
        Assert.Equal(0, clock.Waiting);
    }
}
