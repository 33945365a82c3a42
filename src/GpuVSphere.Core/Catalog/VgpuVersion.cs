using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Catalog;

/// <summary>A release or a driver as it was given, and every vGPU release that it can be.</summary>
public sealed record VgpuVersion
{
    /// <summary>What was given, such as <c>16.4</c> or <c>535.161.05</c>.</summary>
    public required string Text { get; init; }

    /// <summary>On which side it runs.</summary>
    public required VgpuSide Side { get; init; }

    /// <summary>The driver, where one was given; null for a release.</summary>
    public DriverVersion? Driver { get; init; }

    /// <summary>The releases that it can be, oldest first: several where releases share a driver; empty when the catalogue does not have it.</summary>
    public IReadOnlyList<VgpuRelease> Releases { get; init; } = [];

    /// <summary>The main number of the release; null when the driver's branch has no vGPU release that is known.</summary>
    public int? Major { get; init; }

    /// <summary>How sure that is: computed where only the driver's branch tells.</summary>
    public FactConfidence Confidence { get; init; }

    /// <summary>What is odd about it, such as a guest driver given as the host's; null when nothing is.</summary>
    public string? Note { get; init; }

    /// <summary>In words: <c>6.0</c>, <c>17.2 or 17.3</c>, <c>a 16.x release</c>, <c>no vGPU release that is known</c>.</summary>
    public string ReleaseText => Releases.Count is > 0 and <= MostNamed
        ? string.Join(" or ", Releases.Select(release => release.Name))
        : Major is { } major ? $"{Article.With($"{major}.x")} release" : "no vGPU release that is known";

    private const int MostNamed = 4;

    /// <summary>The release, with the driver where one was given.</summary>
    public override string ToString() => Driver is null ? ReleaseText : $"{Driver} ({ReleaseText})";
}
