using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace GpuVSphere.Catalog;

/// <summary>Names the versions that would do.</summary>
public static class VgpuAdvice
{
    private const int MostMajors = 3;

    /// <summary>The newest release of a main release whose driver for a side is known, for the manager also on an ESXi version.</summary>
    /// <param name="catalog">What is known.</param>
    /// <param name="major">The main release.</param>
    /// <param name="side">The side.</param>
    /// <param name="esxiMain">The host's ESXi, such as <c>8.0</c>; null when any will do.</param>
    /// <returns>The release, or null when there is none.</returns>
    public static VgpuRelease? Newest(VgpuCatalog catalog, int major, VgpuSide side, string? esxiMain = null) => catalog.Releases
        .Where(release => release.Major == major
            && (side == VgpuSide.Manager ? release.HostDriver is not null : release.LinuxDriver is not null || release.WindowsDriver is not null)
            && (side == VgpuSide.Guest || esxiMain is null || VgpuSupport.OnEsxi(release, esxiMain) == CompatibilityVerdict.Compatible))
        .OrderByDescending(release => release.Number)
        .FirstOrDefault();

    /// <summary>A release with the drivers of a side: <c>16.14 (Linux 535.309.01, Windows 539.72)</c>.</summary>
    /// <param name="release">The release.</param>
    /// <param name="side">The side.</param>
    public static string Text(VgpuRelease release, VgpuSide side) => side == VgpuSide.Manager
        ? $"{release.Name} ({release.HostDriver})"
        : $"{release.Name} ({string.Join(", ", new[] { ("Linux", release.LinuxDriver), ("Windows", release.WindowsDriver) }.Where(one => one.Item2 is not null).Select(one => $"{one.Item1} {one.Item2}"))})";

    /// <summary>The guest drivers that a manager takes, as a sentence; null when none is known.</summary>
    /// <param name="catalog">What is known.</param>
    /// <param name="manager">The manager's main release.</param>
    public static string? Guests(VgpuCatalog catalog, int manager) => Sentence(
        $"A manager of {manager.ToString(CultureInfo.InvariantCulture)}.x takes guest drivers ", VgpuPairing.GuestsOf(catalog, manager).Select(major => Newest(catalog, major, VgpuSide.Guest)), VgpuSide.Guest);

    /// <summary>The managers that take a guest driver, as a sentence; null when none is known.</summary>
    /// <param name="catalog">What is known.</param>
    /// <param name="guest">The guest driver's main release.</param>
    /// <param name="esxiMain">The host's ESXi; null when any will do.</param>
    /// <param name="boards">The host's boards, which the manager has to serve.</param>
    public static string? Managers(VgpuCatalog catalog, int guest, string? esxiMain, IReadOnlyCollection<string> boards) => Sentence(
        $"A guest driver of {guest.ToString(CultureInfo.InvariantCulture)}.x works with managers ",
        VgpuPairing.ManagersOf(catalog, guest).Where(major => Serves(catalog, major, boards)).Select(major => Newest(catalog, major, VgpuSide.Manager, esxiMain)),
        VgpuSide.Manager);

    /// <summary>Whether a main release of the manager serves boards, as far as it is known.</summary>
    internal static bool Serves(VgpuCatalog catalog, int major, IEnumerable<string> boards) => boards.All(board =>
        Newest(catalog, major, VgpuSide.Manager) is { } newest
        && VgpuSupport.JudgeGpu(catalog, catalog.ReadVersion(newest.Name, VgpuSide.Manager), board).Verdict != CompatibilityVerdict.NotCompatible);

    private static string? Sentence(string begin, IEnumerable<VgpuRelease?> releases, VgpuSide side)
    {
        VgpuRelease[] named = [.. releases.OfType<VgpuRelease>().Take(MostMajors)];
        return named.Length == 0 ? null : begin + string.Join(", ", named.Select(release => Text(release, side))) + ".";
    }
}
