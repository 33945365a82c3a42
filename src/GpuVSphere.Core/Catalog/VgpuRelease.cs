using System.Collections.Generic;

namespace GpuVSphere.Catalog;

/// <summary>One release of NVIDIA's vGPU software: the host driver and the guest drivers that belong together.</summary>
public sealed record VgpuRelease
{
    /// <summary>The release, such as <c>6.0</c> or <c>16.10</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its main number: 16 for 16.10.</summary>
    public required int Major { get; init; }

    /// <summary>The driver branch, such as <c>R535</c>; empty when it is not known.</summary>
    public string Branch { get; init; } = string.Empty;

    /// <summary>The host driver for ESXi (the vGPU manager); null when it is not known. Releases may share one.</summary>
    public DriverVersion? HostDriver { get; init; }

    /// <summary>The guest driver for Linux; null when it is not known.</summary>
    public DriverVersion? LinuxDriver { get; init; }

    /// <summary>The guest driver for Windows; null when it is not known.</summary>
    public DriverVersion? WindowsDriver { get; init; }

    /// <summary>When it came out, as <c>2025-06-17</c> or, where the day is not known, <c>2025-06</c>.</summary>
    public string Date { get; init; } = string.Empty;

    /// <summary>Its number, to compare.</summary>
    public ReleaseNumber Number => ReleaseNumber.TryParse(Name) ?? new ReleaseNumber(Major, 0);

    /// <summary>Whether its branch has long-term support.</summary>
    public bool IsLongTerm { get; init; }

    /// <summary>production or long-term; empty before NVIDIA had that policy, and where it is not known.</summary>
    public string BranchKind { get; init; } = string.Empty;

    /// <summary>The month in which support of its branch ends, as <c>2026-07</c>; empty when it is not known.</summary>
    public string EndOfSupport { get; init; } = string.Empty;

    /// <summary>The ESXi versions it has packages for, such as <c>6.7</c>; empty when they are not known.</summary>
    public IReadOnlyList<string> EsxiVersions { get; init; } = [];

    /// <summary>How sure <see cref="EsxiVersions"/> is: confirmed where the packages were seen, computed where a neighbouring release tells.</summary>
    public FactConfidence EsxiConfidence { get; init; }

    /// <summary>How sure the versions and the date are.</summary>
    public FactConfidence Confidence { get; init; }

    /// <summary>The licence servers it works with for certain.</summary>
    public IReadOnlyList<LicenseServerKind> LicenseServers { get; init; } = [];

    /// <summary>What is shipped of it for each ESXi version, as far as it was seen.</summary>
    public IReadOnlyList<VgpuReleasePackage> Packages { get; init; } = [];

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
