using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;

namespace GpuVSphere.Vgpu;

/// <summary>
/// Where GPU instances may begin, in memory slices. On a GPU with seven compute and eight memory slices: 7g and 4g at 0, 3g at 0 or 4, 2g at 0, 2 or 4,
/// 1g at any of the first seven, and 1g with double memory at 0, 2, 4 or 6. On the smaller ones an instance begins at a multiple of its size.
/// </summary>
internal static class MigGeometry
{
    private const int LargeGpu = 8;

    /// <summary>The row of a profile's instance; null when its slices are not known.</summary>
    /// <param name="profile">A MIG-backed profile.</param>
    /// <param name="memorySlices">The memory slices of the GPU.</param>
    public static PlacementSpace.Kind? KindOf(ProfileFacts profile, int memorySlices)
    {
        if (profile.ComputeSlices is not { } compute)
        {
            return null;
        }

        int memory = profile.Type?.MemorySlices ?? (memorySlices == LargeGpu && compute >= 3 ? compute == 7 ? 8 : 4 : compute);
        IEnumerable<int> starts = memorySlices != LargeGpu
            ? Multiples(memory, memorySlices)
            : (compute, memory) switch
            {
                (7 or 4, _) => [0],
                (3, _) => [0, 4],
                (2, _) => [0, 2, 4],
                (1, 1) => Enumerable.Range(0, 7),
                _ => Multiples(memory, memorySlices),
            };
        return new PlacementSpace.Kind(memory, [.. starts]);
    }

    /// <summary>How many vGPUs of a profile share one GPU instance.</summary>
    public static int SeatsOf(ProfileFacts profile) => Math.Max(1, profile.Type?.MaxPerInstance ?? 1);

    /// <summary>The memory slices of a GPU; null when it is not known to have MIG.</summary>
    public static int? MemorySlices(IReadOnlyList<VgpuBoard> boards) => boards.Select(board => board.MemorySlices).Distinct().ToList() is { Count: 1 } slices ? slices[0] : null;

    private static IEnumerable<int> Multiples(int size, int all) => Enumerable.Range(0, all / size).Select(index => index * size);
}
