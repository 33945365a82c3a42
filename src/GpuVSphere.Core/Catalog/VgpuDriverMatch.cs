using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Catalog;

/// <summary>What a host driver's version says of the vGPU release.</summary>
public sealed record VgpuDriverMatch
{
    /// <summary>The driver that was asked for.</summary>
    public required DriverVersion Driver { get; init; }

    /// <summary>The releases with exactly this host driver: several share one, and none is in the catalogue for a version it does not have.</summary>
    public IReadOnlyList<VgpuRelease> Releases { get; init; } = [];

    /// <summary>The main number of the release; null when the driver's branch has no vGPU release that is known.</summary>
    public int? Major { get; init; }

    /// <summary>The driver branch, such as <c>R570</c>.</summary>
    public string Branch => "R" + Driver.Branch.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Confirmed (or as sure as the entry is) where the catalogue has the version, computed where only the branch tells, else unknown.</summary>
    public FactConfidence Confidence { get; init; }

    /// <summary>In words: <c>6.0</c>, <c>17.2 or 17.3</c>, <c>a 17.x release</c>, <c>no vGPU release that is known</c>.</summary>
    public string ReleaseText => Releases.Count > 0
        ? string.Join(" or ", Releases.Select(release => release.Name))
        : Major is { } major ? $"{Article.With($"{major}.x")} release" : "no vGPU release that is known";
}
