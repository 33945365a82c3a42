using System.Collections.Generic;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>What changed lately, for property collectors that wait. All under the gate of the world.</summary>
internal sealed class ChangeLog
{
    private const int Kept = 4096;
    private readonly Queue<(MoRef Object, string Property)> _changes = new();
    private TaskCompletionSource<bool> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The number of changes so far.</summary>
    public long Count { get; private set; }

    /// <summary>Completes with the next change.</summary>
    public Task Next => _next.Task;

    /// <summary>Notes a change; without a property, that an object came or went.</summary>
    public void Add(MoRef reference, string property)
    {
        Count++;
        _changes.Enqueue((reference, property));
        if (_changes.Count > Kept)
        {
            _changes.Dequeue();
        }

        TaskCompletionSource<bool> woken = _next;
        _next = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        woken.TrySetResult(true);
    }

    /// <summary>The changes after the first <paramref name="count"/>, or null when they are not kept any more.</summary>
    public IReadOnlyList<(MoRef Object, string Property)>? Since(long count)
    {
        long skipped = Count - _changes.Count;
        if (count < skipped)
        {
            return null;
        }

        List<(MoRef Object, string Property)> after = [];
        long index = skipped;
        foreach ((MoRef Object, string Property) change in _changes)
        {
            if (index++ >= count)
            {
                after.Add(change);
            }
        }

        return after;
    }
}
