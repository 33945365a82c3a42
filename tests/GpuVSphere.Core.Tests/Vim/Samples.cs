using System;
using System.IO;

namespace GpuVSphere.Core.Tests.Vim;

/// <summary>The real output that lies beside the checkout, under shared/facts/samples. It is read there and not copied.</summary>
internal static class Samples
{
    public static string Require(string file)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            foreach (string root in new[] { folder.FullName, Path.Combine(folder.FullName, "..") })
            {
                string path = Path.GetFullPath(Path.Combine(root, "shared", "facts", "samples", file));
                if (File.Exists(path))
                {
                    return path;
                }
            }
        }

        Skip.If(true, "The samples under ../shared/facts/samples are not on this machine: " + file + " is needed.");
        return string.Empty;
    }
}
