using System;
using System.Globalization;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Decision;

/// <summary>Version and update of a host's ESXi. Before 7.0 the version has no update in it; the build tells.</summary>
internal static class VsphereLevel
{
    /// <summary>Whether a host has at least a version, such as <c>6.7.1</c> for 6.7 U1.</summary>
    public static bool IsAtLeast(GpuHost host, string level)
    {
        int[] wanted = Parts(level);
        int[] has = Parts(host.Version);
        if (has[0] < 7)
        {
            has[2] = Math.Max(has[2], Update(host, has));
        }

        for (int part = 0; part < 3; part++)
        {
            if (has[part] != wanted[part])
            {
                return has[part] > wanted[part];
            }
        }

        return true;
    }

    /// <summary>A version as people say it: <c>8.0 U3</c>.</summary>
    public static string Say(string level)
    {
        int[] parts = Parts(level);
        return string.Format(CultureInfo.InvariantCulture, parts[2] > 0 ? "{0}.{1} U{2}" : "{0}.{1}", parts[0], parts[1], parts[2]);
    }

    private static int Update(GpuHost host, int[] version)
    {
        string prefix = string.Format(CultureInfo.InvariantCulture, "{0}.{1} U", version[0], version[1]);
        return int.TryParse(host.Build, NumberStyles.None, CultureInfo.InvariantCulture, out int build)
            ? VgpuCatalog.InUse.EsxiBuilds
                .Where(known => known.Build is { } number && number <= build && known.Name.StartsWith(prefix, StringComparison.Ordinal))
                .Select(known => int.TryParse(known.Name.Substring(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int update) ? update : 0)
                .DefaultIfEmpty(0)
                .Max()
            : 0;
    }

    private static int[] Parts(string version)
    {
        int[] parts = new int[3];
        string[] texts = version.Split('.');
        for (int part = 0; part < 3 && part < texts.Length; part++)
        {
            _ = int.TryParse(texts[part], NumberStyles.None, CultureInfo.InvariantCulture, out parts[part]);
        }

        return parts;
    }
}
