using System.Collections.Generic;

namespace GpuVSphere.Catalog;

/// <summary>What NVIDIA ships of one vGPU release for one ESXi version.</summary>
public sealed record VgpuReleasePackage
{
    /// <summary>The release, such as <c>16.10</c>.</summary>
    public required string Release { get; init; }

    /// <summary>The ESXi version, such as <c>8.0</c>.</summary>
    public required string EsxiVersion { get; init; }

    /// <summary>The archive to download.</summary>
    public required string Archive { get; init; }

    /// <summary>The host driver in it; null when it is not known.</summary>
    public DriverVersion? HostDriver { get; init; }

    /// <summary>The least ESXi that the driver says it needs, such as <c>702.0.0.17630552</c>; empty when it is not known.</summary>
    public string Base { get; init; } = string.Empty;

    /// <summary>The files in it that a host can install: VIBs, offline bundles, components.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];
}
