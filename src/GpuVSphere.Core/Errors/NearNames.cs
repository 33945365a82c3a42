using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere;

/// <summary>Finds the names that a mistyped one may have meant.</summary>
internal static class NearNames
{
    /// <summary>The nearest names, best first.</summary>
    /// <param name="typed">What was typed.</param>
    /// <param name="names">The names there are.</param>
    /// <param name="max">How many to give at most.</param>
    public static IReadOnlyList<string> Find(string typed, IEnumerable<string> names, int max = 3)
    {
        string bare = Fold(typed.Trim('*', '?'));
        int allowed = Math.Max(2, bare.Length / 3);
        return names
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Select(name => (name, distance: DistanceOf(bare, Fold(name))))
            .Where(near => near.distance <= allowed)
            .OrderBy(near => near.distance)
            .ThenBy(near => near.name, StringComparer.OrdinalIgnoreCase)
            .Take(max)
            .Select(near => near.name)
            .ToList();
    }

    /// <summary>The nearest names as the first sentence of a next step, with a blank behind it; empty where none is near.</summary>
    /// <param name="what">What they are, such as <c>releases</c>.</param>
    /// <param name="typed">What was typed.</param>
    /// <param name="names">The names there are.</param>
    public static string Say(string what, string typed, IEnumerable<string> names)
    {
        const int Most = 5;
        IReadOnlyList<string> near = typed.Trim().Length == 0 ? [] : Find(typed.Trim(), names, Most);
        return near.Count == 0 ? string.Empty : $"Near {what}: {string.Join(", ", near)}. ";
    }

    // A short name typed for a long one (esx-01 for esx-01.corp.example) is near, whatever the length of the rest.
    private static int DistanceOf(string typed, string name) =>
        typed.Length >= 3 && name.IndexOf(typed, StringComparison.Ordinal) >= 0 ? 1 : EditDistance.Between(typed, name);

    private static string Fold(string text) => text.ToLowerInvariant();
}
