using System.Threading;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>A running task, as its work sees it.</summary>
internal interface ITaskHandle
{
    /// <summary>Signalled when somebody calls CancelTask.</summary>
    CancellationToken Cancelled { get; }

    /// <summary>Percent done, 0 to 100.</summary>
    void Progress(int percent);
}
