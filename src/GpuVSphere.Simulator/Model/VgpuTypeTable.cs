using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

namespace GpuVSphere.Simulator.Model;

/// <summary>The vGPU types of every simulated card, from <c>VgpuTypes.txt</c>.</summary>
internal static class VgpuTypeTable
{
    private static readonly Lazy<ILookup<string, VgpuType>> s_types = new(() => Read().ToLookup(type => type.Card, StringComparer.Ordinal));

    public static IEnumerable<VgpuType> OfCard(CardModel card) => s_types.Value[card.VgpuToken];

    private static IEnumerable<VgpuType> Read()
    {
        using Stream stream = typeof(VgpuTypeTable).Assembly.GetManifestResourceStream("GpuVSphere.Simulator.Model.VgpuTypes.txt")!;
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is { } line)
        {
            string[] words = line.Split([' '], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0] == "#")
            {
                continue;
            }

            yield return new VgpuType
            {
                Card = words[0],
                Name = words[1],
                Series = words[2][0],
                Class = Optional(words[3]),
                FrameBufferMB = Number(words[5]),
                MigSlices = Optional(words[6]) is { } slices ? Number(slices) : 0,
                MaxEqualSize = Number(words[7]),
                Placements = Optional(words[9]) is { } ids ? ids.Split(',').Select(Number).ToList() : [],
                TypeId = Optional(words[10]) is { } id ? Number(id) : null,
                FirstBranch = Number(words[11]),
                LastBranch = Optional(words[12]) is { } last ? Number(last) : null,
                FirstApi = Optional(words[13]),
            };
        }
    }

    private static string? Optional(string word) => word == "-" ? null : word;

    private static int Number(string word) => int.Parse(word, NumberStyles.None, CultureInfo.InvariantCulture);
}
