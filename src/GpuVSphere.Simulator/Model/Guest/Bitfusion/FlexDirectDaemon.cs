using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Model.Guest.Bitfusion;

/// <summary>A resource scheduler that runs in a guest and gives out GPUs.</summary>
/// <param name="Guest">The guest.</param>
/// <param name="Address">Where it listens: 0.0.0.0 for everywhere.</param>
/// <param name="Port">At which port.</param>
/// <param name="Gpus">What it gives out.</param>
internal sealed record FlexDirectDaemon(SimulatedGuest Guest, string Address, int Port, IReadOnlyList<FlexDirectGpuShare> Gpus)
{
    /// <summary>Whether it has begun to listen.</summary>
    public bool IsReady { get; set; }

    /// <summary>The programs of clients that use its GPUs.</summary>
    public int Tasks { get; set; }

    /// <summary>Takes memory of so many GPUs; null when they have not that much.</summary>
    /// <param name="count">How many.</param>
    /// <param name="memoryMB">How much of each; null for a part.</param>
    /// <param name="part">Which part of each, when no size is given.</param>
    public FlexDirectGrant? Take(int count, int? memoryMB, double part)
    {
        List<(FlexDirectGpuShare Gpu, int MemoryMB)> taken = Gpus
            .Select(gpu => (gpu, memoryMB ?? (int)(gpu.TotalMB * part)))
            .Where(pair => pair.gpu.TotalMB - pair.gpu.UsedMB >= pair.Item2)
            .Take(count)
            .ToList();
        if (taken.Count < count)
        {
            return null;
        }

        foreach ((FlexDirectGpuShare gpu, int memory) in taken)
        {
            gpu.UsedMB += memory;
        }

        Tasks++;
        return new FlexDirectGrant(this, taken);
    }
}
