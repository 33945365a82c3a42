using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Operations;

/// <summary>Files of this machine that a change needs and that are not where they were said to be.</summary>
internal static class LocalFiles
{
    private const int Most = 4;

    /// <summary>What to type instead: the file of nearly this name, or those of the folder that would do.</summary>
    /// <param name="path">What was given.</param>
    /// <param name="wouldDo">Whether a file is of the kind that is wanted, by its name.</param>
    /// <param name="otherwise">What to do when there is none.</param>
    public static string Beside(string path, Func<string, bool> wouldDo, string otherwise)
    {
        try
        {
            string? folder = Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path));
            string[] there = folder is null || !Directory.Exists(folder) ? []
                : [.. Directory.EnumerateFiles(folder).Where(wouldDo).Select(file => Path.GetFileName(file)).OrderBy(name => name, StringComparer.OrdinalIgnoreCase)];
            IReadOnlyList<string> near = NearNames.Find(Path.GetFileName(path), there, max: 2);
            return near.Count > 0 ? $"Did you mean {string.Join(" or ", near)}?"
                : there.Length == 0 ? otherwise
                : $"In {folder} there {(there.Length == 1 ? "is" : "are")} {string.Join(", ", there.Take(Most))}{(there.Length > Most ? " and more" : string.Empty)}.";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return otherwise;
        }
    }
}
