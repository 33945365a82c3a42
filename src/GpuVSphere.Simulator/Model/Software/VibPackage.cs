using System;
using System.Collections.Generic;

namespace GpuVSphere.Simulator.Model.Software;

/// <summary>A VIB as its descriptor tells of it.</summary>
internal sealed record VibPackage
{
    public required string Name { get; init; }

    public required string Version { get; init; }

    public string Vendor { get; init; } = string.Empty;

    public string Summary { get; init; } = string.Empty;

    public string Description { get; init; } = string.Empty;

    /// <summary><c>certified</c>, <c>accepted</c>, <c>partner</c> or <c>community</c>.</summary>
    public string Acceptance { get; init; } = "community";

    public DateTimeOffset? Released { get; init; }

    public IReadOnlyList<VibConstraint> Depends { get; init; } = [];

    public IReadOnlyList<VibConstraint> Conflicts { get; init; } = [];

    public IReadOnlyList<VibConstraint> Replaces { get; init; } = [];

    public IReadOnlyList<VibConstraint> Provides { get; init; } = [];

    public IReadOnlyList<string> Files { get; init; } = [];

    public IReadOnlyList<string> Tags { get; init; } = [];

    public bool NeedsMaintenanceMode { get; init; }

    public bool IsLiveInstallable { get; init; }

    public bool IsLiveRemovable { get; init; }

    public bool IsOverlay { get; init; }

    public bool IsSigned { get; init; }

    public IReadOnlyList<string> Payloads { get; init; } = [];

    public long SizeBytes { get; init; }

    /// <summary>The component that brings it, when it came with one.</summary>
    public SoftwareComponent? Component { get; init; }

    public string Id => Vendor + "_bootbank_" + Name + "_" + Version;
}
