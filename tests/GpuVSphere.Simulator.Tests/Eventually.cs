using System;
using System.Diagnostics;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Tests;

/// <summary>Waits for what must come, as long as it takes: a machine may be slow, or busy elsewhere.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static Task IsTrueAsync(Func<bool> condition) => IsTrueAsync(() => Task.FromResult(condition()));

    public static async Task IsTrueAsync(Func<Task<bool>> condition)
    {
        for (Stopwatch watch = Stopwatch.StartNew(); !await condition(); await Task.Delay(2))
        {
            Assert.True(watch.Elapsed < Limit, "It did not come to that.");
        }
    }
}
