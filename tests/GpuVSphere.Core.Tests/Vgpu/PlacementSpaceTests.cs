using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Vgpu;

namespace GpuVSphere.Core.Tests.Vgpu;

public sealed class PlacementSpaceTests
{
    private static readonly PlacementSpace.Kind s_quarter = new(10, [0, 10, 20, 30]);
    private static readonly PlacementSpace.Kind s_half = new(20, [0, 20]);

    [Fact]
    public void What_is_placed_takes_the_starts_it_overlaps()
    {
        Assert.Equal((4, 4), PlacementSpace.FreeStarts(s_quarter, [], []));
        Assert.Equal((2, 2), PlacementSpace.FreeStarts(s_quarter, [(20, 20)], []));
        Assert.Equal((1, 1), PlacementSpace.FreeStarts(s_half, [(25, 5)], []));
    }

    [Fact]
    public void What_cannot_stand_at_all_has_no_answer() =>
        Assert.Null(PlacementSpace.FreeStarts(s_quarter, [], [s_half, s_half, s_half]));

    /// <summary>The walk against trying every arrangement one by one.</summary>
    [Theory]
    [InlineData("A100")]
    [InlineData("A40")]
    [InlineData("H100L")]
    [InlineData("A10")]
    public void The_bounds_are_those_of_every_arrangement(string board)
    {
        PlacementSpace.Kind[] kinds = [.. VgpuCatalog.Default.TypesOf(board)
            .Where(type => type.Placements.Count is > 0 and <= 16)
            .GroupBy(type => type.MemoryMB)
            .Select(same => new PlacementSpace.Kind((same.Key + 1023) / 1024, same.First().Placements))];
        var random = new Random(20261121);
        for (int round = 0; round < 300; round++)
        {
            PlacementSpace.Kind wanted = kinds[random.Next(kinds.Length)];
            PlacementSpace.Kind[] unplaced = [.. Enumerable.Range(0, random.Next(4)).Select(_ => kinds[random.Next(kinds.Length)])];
            PlacementSpace.Kind fixedKind = kinds[random.Next(kinds.Length)];
            (int, int)[] placed = random.Next(2) == 0 ? [] : [(fixedKind.Starts[random.Next(fixedKind.Starts.Count)], fixedKind.Size)];

            Assert.Equal(EveryWay(wanted, placed, unplaced), PlacementSpace.FreeStarts(wanted, placed, unplaced));
        }
    }

    [Fact]
    public void Many_small_ones_are_counted_in_no_time()
    {
        VgpuType small = VgpuCatalog.Default.FindType("nvidia_a40-1q")!;
        VgpuType large = VgpuCatalog.Default.FindType("nvidia_a40-24q")!;
        var kind = new PlacementSpace.Kind(1, small.Placements);

        Assert.Equal((0, 1), PlacementSpace.FreeStarts(new PlacementSpace.Kind(24, large.Placements), [], [.. Enumerable.Repeat(kind, 12)]));
    }

    private static (int Least, int Most)? EveryWay(PlacementSpace.Kind wanted, IReadOnlyList<(int Start, int Size)> placed, IReadOnlyList<PlacementSpace.Kind> rest)
    {
        if (rest.Count == 0)
        {
            int free = wanted.Starts.Count(start => placed.All(one => start + wanted.Size <= one.Start || one.Start + one.Size <= start));
            return (free, free);
        }

        (int Least, int Most)? all = null;
        foreach (int start in rest[0].Starts.Where(start => placed.All(one => start + rest[0].Size <= one.Start || one.Start + one.Size <= start)))
        {
            if (EveryWay(wanted, [.. placed, (start, rest[0].Size)], [.. rest.Skip(1)]) is { } way)
            {
                all = all is { } other ? (Math.Min(other.Least, way.Least), Math.Max(other.Most, way.Most)) : way;
            }
        }

        return all;
    }
}
