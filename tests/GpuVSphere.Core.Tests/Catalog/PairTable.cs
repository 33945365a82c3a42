using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;

namespace GpuVSphere.Core.Tests.Catalog;

/// <summary>
/// Which guest driver a manager takes, written down by hand from the release notes of 8.x, 15.x and 19.0: same main release always; the main release before
/// from 12 on, refused up to 8, not known from 9 to 11; the long-term branch before for 13, 16 and 19, not known for 11. A line is a manager, a column a
/// guest: C compatible, - not, ? cannot be decided.
/// </summary>
internal static class PairTable
{
    private const string Text = """
               guest
        manager 2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21
             2  C  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -
             3  -  C  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -
             4  -  -  C  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -
             5  -  -  -  C  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -
             6  -  -  -  -  C  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -
             7  -  -  -  -  -  C  -  -  -  -  -  -  -  -  -  -  -  -  -  -
             8  -  -  -  -  -  -  C  -  -  -  -  -  -  -  -  -  -  -  -  -
             9  -  -  -  -  -  -  ?  C  -  -  -  -  -  -  -  -  -  -  -  -
            10  -  -  -  -  -  -  -  ?  C  -  -  -  -  -  -  -  -  -  -  -
            11  -  -  -  -  -  -  ?  -  ?  C  -  -  -  -  -  -  -  -  -  -
            12  -  -  -  -  -  -  -  -  -  C  C  -  -  -  -  -  -  -  -  -
            13  -  -  -  -  -  -  -  -  -  C  C  C  -  -  -  -  -  -  -  -
            14  -  -  -  -  -  -  -  -  -  -  -  C  C  -  -  -  -  -  -  -
            15  -  -  -  -  -  -  -  -  -  -  -  -  C  C  -  -  -  -  -  -
            16  -  -  -  -  -  -  -  -  -  -  -  C  -  C  C  -  -  -  -  -
            17  -  -  -  -  -  -  -  -  -  -  -  -  -  -  C  C  -  -  -  -
            18  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  C  C  -  -  -
            19  -  -  -  -  -  -  -  -  -  -  -  -  -  -  C  -  C  C  -  -
            20  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  C  C  -
            21  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  ?  C  C
        """;

    private static readonly IReadOnlyDictionary<(int Manager, int Guest), CompatibilityVerdict> s_cells = Read();

    public static IReadOnlyList<int> Majors { get; } = [.. Enumerable.Range(2, 20)];

    public static CompatibilityVerdict Of(int manager, int guest) => s_cells[(manager, guest)];

    private static Dictionary<(int Manager, int Guest), CompatibilityVerdict> Read()
    {
        string[][] lines = [.. Text.Split('\n').Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
        int[] guests = [.. lines[0].Skip(1).Select(int.Parse)];
        return lines.Skip(1)
            .SelectMany(line => line.Skip(1).Zip(guests, (cell, guest) => (Manager: int.Parse(line[0], System.Globalization.CultureInfo.InvariantCulture), Guest: guest, Cell: cell)))
            .ToDictionary(entry => (entry.Manager, entry.Guest), entry => entry.Cell switch
            {
                "C" => CompatibilityVerdict.Compatible,
                "-" => CompatibilityVerdict.NotCompatible,
                "?" => CompatibilityVerdict.Undecided,
                _ => throw new InvalidOperationException(entry.Cell),
            });
    }
}
