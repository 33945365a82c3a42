using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace GpuVSphere.Conventions.Tests;

/// <summary>The working tree that these tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] s_builtFolders = ["bin", "obj", "output", ".git", ".vs", "TestResults", "BenchmarkDotNet.Artifacts"];

    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A path below the root, from parts joined by slashes.</summary>
    public static string At(string relative) => Path.Combine(Root, relative.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>The text of a file below the root.</summary>
    public static string Read(string relative) => File.ReadAllText(At(relative));

    /// <summary>Every file that somebody wrote, relative to the root, with slashes.</summary>
    public static IReadOnlyList<string> Files()
    {
        List<string> found = [];
        Collect(Root, found);
        found.Sort(StringComparer.Ordinal);
        return found;
    }

    /// <summary>The C# files of the projects that ship or run, relative to the root.</summary>
    public static IReadOnlyList<string> Sources() =>
        [.. Files().Where(file => file.StartsWith("src/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal))];

    private static void Collect(string folder, List<string> found)
    {
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            found.Add(Path.GetRelativePath(Root, file).Replace(Path.DirectorySeparatorChar, '/'));
        }

        foreach (string child in Directory.EnumerateDirectories(folder))
        {
            if (!s_builtFolders.Contains(Path.GetFileName(child), StringComparer.OrdinalIgnoreCase))
            {
                Collect(child, found);
            }
        }
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "GpuVSphere.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds GpuVSphere.sln.");
    }
}
