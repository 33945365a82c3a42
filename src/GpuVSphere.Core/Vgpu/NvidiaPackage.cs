using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Vgpu;

/// <summary>One of NVIDIA's packages for ESXi, by what is in it.</summary>
public sealed record NvidiaPackage
{
    /// <summary>Where it is: a local path, a path on a datastore, or a URL.</summary>
    public required string Source { get; init; }

    /// <summary>In which form it comes.</summary>
    public required PackageKind Kind { get; init; }

    /// <summary>The VIBs in it.</summary>
    public required IReadOnlyList<PackageVib> Vibs { get; init; }

    /// <summary>The component's name, such as <c>NVD-AIE-800</c>; null when it declares none.</summary>
    public string? ComponentName { get; init; }

    /// <summary>The component's version, such as <c>525.105.14-1OEM.800.1.0.20613240</c>; null when it declares none.</summary>
    public string? ComponentVersion { get; init; }

    /// <summary>Its size in bytes; null when it is not known.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>Its file name.</summary>
    public string FileName => Source.Substring(Source.LastIndexOfAny(['/', '\\', ']', ' ']) + 1);

    /// <summary>In words: the component, or the VIBs.</summary>
    public string Title => ComponentName is { } name ? $"{name} {ComponentVersion}" : string.Join(", ", Vibs.Select(vib => vib.NameAndVersion));
}
