using System;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Core.Tests.Changes;

/// <summary>Lets runs that go on side by side wait for each other at one call. Runs that do not are let go after a while, and it shows.</summary>
internal sealed class Rendezvous(int count, string call)
{
    private readonly TaskCompletionSource<bool> _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _arrived;

    public bool HaveMet => _all.Task.IsCompleted;

    public async Task ArriveAsync(string name)
    {
        if (name == call)
        {
            if (Interlocked.Increment(ref _arrived) == count)
            {
                _all.TrySetResult(true);
            }

            await Task.WhenAny(_all.Task, Task.Delay(TimeSpan.FromSeconds(30)));
        }
    }
}
