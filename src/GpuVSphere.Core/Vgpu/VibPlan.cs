using System.Collections.Generic;

namespace GpuVSphere.Vgpu;

/// <summary>What is installed on one host and what is removed from it.</summary>
internal sealed record VibPlan
{
    /// <summary>The packages that are installed.</summary>
    public IReadOnlyList<PackageAt> Install { get; init; } = [];

    /// <summary>The packages that are there already.</summary>
    public IReadOnlyList<PackageAt> Present { get; init; } = [];

    /// <summary>The names of the VIBs that are removed.</summary>
    public IReadOnlyList<string> Remove { get; init; } = [];

    /// <summary>Whether each package replaces an older one that is there.</summary>
    public bool IsUpdate { get; init; }

    /// <summary>Every VIB that is to be there with its version, or to be gone with null.</summary>
    public IReadOnlyDictionary<string, string?> Wanted { get; init; } = new Dictionary<string, string?>();

    /// <summary>The versions that are there before, by name: of the VIBs that are replaced or removed.</summary>
    public IReadOnlyDictionary<string, string> Before { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether a driver is to serve the GPUs afterwards.</summary>
    public bool BringsDriver { get; init; }

    public bool IsEmpty => Install.Count == 0 && Remove.Count == 0;
}
