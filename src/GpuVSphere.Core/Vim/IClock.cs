using System;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>Time, as something that can be replaced: the simulator's hosts reboot in no time.</summary>
public interface IClock
{
    /// <summary>The present moment, in UTC.</summary>
    DateTimeOffset UtcNow { get; }

    /// <summary>Waits.</summary>
    /// <param name="delay">How long; zero or more.</param>
    /// <param name="cancellationToken">Ends the wait early with <see cref="OperationCanceledException"/>.</param>
    Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken);
}
