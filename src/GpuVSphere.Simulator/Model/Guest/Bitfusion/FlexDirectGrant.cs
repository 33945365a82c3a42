using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Model.Guest.Bitfusion;

/// <summary>GPUs that a program has for as long as it runs.</summary>
/// <param name="Daemon">Whose they are.</param>
/// <param name="Gpus">Which, and how much memory of each in MiB.</param>
internal sealed record FlexDirectGrant(FlexDirectDaemon Daemon, IReadOnlyList<(FlexDirectGpuShare Gpu, int MemoryMB)> Gpus)
{
    /// <summary>The numbers of the GPUs in the server's guest.</summary>
    public string Indices => string.Join(",", Gpus.Select(pair => pair.Gpu.Index));

    /// <summary>Gives them back.</summary>
    public void Release()
    {
        foreach ((FlexDirectGpuShare gpu, int memory) in Gpus)
        {
            gpu.UsedMB -= memory;
        }

        Daemon.Tasks--;
    }
}
