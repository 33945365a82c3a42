using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Readiness;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>NVIDIA's software on a host, and what decides whether more can come.</summary>
internal sealed record SoftwareState
{
    /// <summary>The VIBs that the host lists now.</summary>
    public IReadOnlyList<InstalledSoftware> Live { get; init; } = [];

    /// <summary>The VIBs that the next boot runs; as now when nothing waits.</summary>
    public IReadOnlyList<InstalledSoftware> Next { get; init; } = [];

    /// <summary>The components; none before vSphere 7.0.</summary>
    public IReadOnlyList<InstalledSoftware> Components { get; init; } = [];

    public Evidence<string> Acceptance { get; init; } = Evidence<string>.Unknown("it was not asked for");

    public Evidence<bool> IsImageManaged { get; init; } = Evidence<bool>.Of(false);

    public Evidence<long> FreeBytes { get; init; } = Evidence<long>.Unknown("it was not asked for");

    /// <summary>NVIDIA's VIBs as they will be, by name.</summary>
    public IEnumerable<InstalledSoftware> Nvidia => Next.Where(IsNvidia);

    /// <summary>Whether a VIB or component is one of NVIDIA's for ESXi, by its names.</summary>
    public static bool IsNvidia(InstalledSoftware software) => Judge(software.Name, software.Version) is not null;

    public static VgpuPackage? Judge(string name, string version) => VgpuCatalog.InUse.ReadPackage(name + "_" + version);

    public string? VersionOf(string name) => Next.FirstOrDefault(vib => string.Equals(vib.Name, name, StringComparison.OrdinalIgnoreCase))?.Version;

    /// <summary>The present values of everything a plan may name.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Values() => Next.Select(vib => new KeyValuePair<string, string?>(VibWords.Property(vib.Name), vib.Version));
}
