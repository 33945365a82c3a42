using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;

namespace GpuVSphere.Vgpu;

/// <summary>What a user can ask for of NVIDIA's software on hosts, as intents.</summary>
public static class NvidiaVibIntents
{
    /// <summary>Packages are to be installed: in one change, with one maintenance mode and one reboot for each host.</summary>
    /// <param name="hosts">The hosts.</param>
    /// <param name="sources">Files of this machine, paths on datastores (<c>[ds] folder/x.vib</c>), or URLs that the hosts can reach.</param>
    /// <param name="setGraphicsMode">Whether the hosts and their GPUs are set to Shared Direct in the same change.</param>
    /// <param name="datastore">The datastore for files of this machine; null for the one that most of the hosts share.</param>
    /// <param name="options">How far the change may go.</param>
    public static ChangeIntent Install(IEnumerable<GpuHost> hosts, IReadOnlyList<string> sources, bool setGraphicsMode, string? datastore, HostChangeOptions options)
    {
        options.Validate();
        return new ChangeIntent(
            VibOperation.IntentKind,
            "Install " + string.Join(", ", sources.Select(Name)),
            [.. hosts.Select(host =>
            {
                Dictionary<string, string> wanted = setGraphicsMode ? GraphicsIntents.Wanted(null, GraphicsType.SharedDirect, null, null) : new(StringComparer.Ordinal);
                for (int i = 0; i < sources.Count; i++)
                {
                    wanted[VibWords.SourcePrefix + (i + 1).ToString("00", CultureInfo.InvariantCulture)] = sources[i];
                }

                if (!string.IsNullOrEmpty(datastore))
                {
                    wanted[VibWords.Datastore] = datastore!;
                }

                return new IntentTarget(new PlanTarget(host.Id, host.Name, host.ServerName), wanted);
            })],
            options.ToOptions());
    }

    /// <summary>NVIDIA's VIBs are to be removed.</summary>
    /// <param name="hosts">The hosts, each with the names of its VIBs, wildcards allowed; none for all of NVIDIA's.</param>
    /// <param name="options">How far the change may go.</param>
    public static ChangeIntent Uninstall(IEnumerable<KeyValuePair<GpuHost, IReadOnlyList<string>>> hosts, HostChangeOptions options)
    {
        options.Validate();
        KeyValuePair<GpuHost, IReadOnlyList<string>>[] meant = [.. hosts];
        string[] named = [.. meant.SelectMany(host => host.Value).Distinct(StringComparer.OrdinalIgnoreCase)];
        return new ChangeIntent(
            VibOperation.IntentKind,
            "Uninstall " + (named.Length == 0 || meant.Any(host => host.Value.Count == 0) ? "NVIDIA's VIBs" : string.Join(", ", named)),
            [.. meant.Select(host => new IntentTarget(
                new PlanTarget(host.Key.Id, host.Key.Name, host.Key.ServerName),
                (host.Value.Count == 0 ? [VibWords.Every] : host.Value).Distinct(StringComparer.OrdinalIgnoreCase).ToDictionary(name => VibWords.VibPrefix + name, _ => string.Empty, StringComparer.Ordinal)))],
            options.ToOptions());
    }

    /// <summary>Whether a package is named by a place that hosts reach, a path on a datastore or a URL, and not as a file of this machine.</summary>
    /// <param name="source">What was typed.</param>
    public static bool IsRemote(string source) => PackageSources.IsUrl(source) || PackageSources.IsDatastorePath(source) || PackageSources.IsHostPath(source);

    private static string Name(string source) => IsRemote(source)
        ? source.Substring(source.LastIndexOfAny(['/', ']']) + 1).Trim()
        : Path.GetFileName(source);
}
