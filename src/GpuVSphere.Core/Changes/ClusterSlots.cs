using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Changes;

/// <summary>How many hosts of one cluster may be down. A host that stays down keeps its place, so that no failure takes down one host more.</summary>
internal sealed class ClusterSlots(string? clusterName, int size)
{
    private readonly SemaphoreSlim _free = new(size, size);
    private readonly List<string> _stillDown = [];

    /// <exception cref="GpuVSphereException">ClusterHostDown: as many hosts as may be down stay down.</exception>
    public async Task EnterAsync(PlanTarget host, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (cancellationToken.IsCancellationRequested)
        {
            // The place became free in the moment of the stop: then nothing new begins.
            _free.Release();
            cancellationToken.ThrowIfCancellationRequested();
        }

        string down;
        lock (_stillDown)
        {
            if (_stillDown.Count < size)
            {
                return;
            }

            down = string.Join(", ", _stillDown);
        }

        // The next one in the queue is to hear it too.
        _free.Release();
        throw new GpuVSphereException(
            "ClusterHostDown",
            GpuErrorCategory.InvalidState,
            $"{host.Name} was not touched: {down}{(clusterName is null ? string.Empty : " of cluster " + clusterName)} did not come back from this change, and no more than {size} may be down.",
            host.Name,
            $"Bring {down} back, then run the command again.");
    }

    public void Leave(PlanTarget host, bool isStillDown)
    {
        lock (_stillDown)
        {
            if (isStillDown)
            {
                _stillDown.Add(host.Name);
                if (_stillDown.Count < size)
                {
                    return;
                }
            }
        }

        _free.Release();
    }
}
