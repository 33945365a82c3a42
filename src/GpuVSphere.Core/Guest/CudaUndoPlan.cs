using System.Collections.Generic;

namespace GpuVSphere.Guest;

/// <summary>What is to be done in a guest so that CUDA is as it was before a change.</summary>
internal sealed record CudaUndoPlan
{
    /// <summary>The rows: property, before, after.</summary>
    public IReadOnlyList<(string Property, string? Before, string? After)> Rows { get; init; } = [];

    /// <summary>What it means, in words; and whether programs end by it.</summary>
    public IReadOnlyList<(string Text, bool EndsPrograms)> Consequences { get; init; } = [];

    /// <summary>What is removed, in words: <c>CUDA 9.1.85</c>.</summary>
    public string What { get; init; } = "CUDA";

    /// <summary>The program that removes the toolkit; null when none is run.</summary>
    public string? Uninstaller { get; init; }

    /// <summary>The folder of samples that is removed; null for none.</summary>
    public string? Samples { get; init; }

    /// <summary>Whether /usr/local/cuda is put back.</summary>
    public bool Links { get; init; }

    /// <summary>Where it pointed to before; null when it was not there.</summary>
    public string? LinkBefore { get; init; }

    /// <summary>The packages that are removed.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>The files that are removed.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Whether docker's settings are put back.</summary>
    public bool RestoresDocker { get; init; }

    /// <summary>Docker's settings before; null when there were none.</summary>
    public string? DockerBefore { get; init; }

    /// <summary>Whether docker stays, and is restarted with its former settings.</summary>
    public bool RestartsDocker { get; init; }
}
