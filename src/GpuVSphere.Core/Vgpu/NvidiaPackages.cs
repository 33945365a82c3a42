using System;
using System.IO;
using System.Linq;

namespace GpuVSphere.Vgpu;

/// <summary>Finds NVIDIA's packages among the files of this machine.</summary>
public static class NvidiaPackages
{
    private const int Suggested = 4;

    /// <summary>Makes sure that a file is there.</summary>
    /// <param name="path">Its full path.</param>
    /// <returns>The path.</returns>
    /// <exception cref="GpuVSphereException">PackageNotFound: it is not; the packages beside it are named.</exception>
    public static string RequireFile(string path) => File.Exists(path) ? path : throw NotFound(path, null);

    internal static GpuVSphereException NotFound(string path, Exception? inner) => new(
        "PackageNotFound",
        GpuErrorCategory.ObjectNotFound,
        Directory.Exists(path) ? $"{path} is a folder." : $"There is no file {path}.",
        path,
        Beside(path) is { Length: > 0 } there
            ? $"There {(there.Length == 1 ? "is" : "are")} {string.Join(", ", there.Take(Suggested))}{(there.Length > Suggested ? " and more" : string.Empty)}."
            : "Check the path; it is one of this machine. A file on a datastore is '[datastore] folder/file'.",
        inner);

    // What looks like a package in the folder that was meant.
    private static string[] Beside(string path)
    {
        try
        {
            string? folder = Directory.Exists(path) ? path : Path.GetDirectoryName(path);
            return folder is null || !Directory.Exists(folder) ? [] :
            [
                .. Directory.EnumerateFiles(folder)
                    .Where(file => file.EndsWith(".vib", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
                    .Where(file => Path.GetFileName(file).StartsWith("NV", StringComparison.OrdinalIgnoreCase))
                    .OrderBy(file => file, StringComparer.OrdinalIgnoreCase),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return [];
        }
    }
}
