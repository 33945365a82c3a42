using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace GpuVSphere.Simulator.Model;

/// <summary>
/// A kind of GPU instance: seven compute and eight memory slices to a GPU; 4g only at memory slice 0, 3g at 0 or 4 (facts/catalog/compat.md). Where the
/// smaller ones go follows from the numbers of each that fit (max_per_gpu of the MIG types in facts/catalog/vgpu-types.csv).
/// </summary>
internal sealed record MigProfile(int Id, int ComputeSlices, int MemorySlices, bool HasMediaEngine, int MemoryMB)
{
    public const int AllComputeSlices = 7;
    public const int AllMemorySlices = 8;

    /// <summary>As nvidia-smi writes it, such as <c>MIG 3g.20gb</c>.</summary>
    public string Name => string.Format(CultureInfo.InvariantCulture, "MIG {0}g.{1}gb{2}", ComputeSlices, MemoryMB / 1024, HasMediaEngine ? "+me" : string.Empty);

    /// <summary>The memory slices it can begin at.</summary>
    public IEnumerable<int> Starts => (ComputeSlices, MemorySlices) switch
    {
        (7, _) or (4, _) => [0],
        (3, _) => [0, 4],
        (2, _) => [0, 2, 4],
        (_, 2) => [0, 2, 4, 6],
        _ => Enumerable.Range(0, AllComputeSlices),
    };

    /// <summary>The profiles of a card, largest first; none for a card without MIG.</summary>
    public static IReadOnlyList<MigProfile> OfCard(CardModel card) => VgpuTypeTable.OfCard(card).Where(type => type.IsMig)
        .Select(type => Of(card, type)).OrderByDescending(profile => profile.MemorySlices).ThenByDescending(profile => profile.ComputeSlices).ToList();

    /// <summary>The instance that a MIG type runs on.</summary>
    public static MigProfile Of(CardModel card, VgpuType type)
    {
        int memory = type.FrameBufferMB * AllMemorySlices / card.FrameBufferMB;
        int id = (type.MigSlices, memory, type.HasMediaEngine) switch
        {
            (7, _, _) => 0,
            (4, _, _) => 5,
            (3, _, _) => 9,
            (2, _, _) => 14,
            (_, 2, _) => 15,
            (_, _, true) => 20,
            _ => 19,
        };
        return new MigProfile(id, type.MigSlices, memory, type.HasMediaEngine, type.FrameBufferMB);
    }
}
