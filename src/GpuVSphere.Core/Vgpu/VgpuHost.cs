using System;
using System.Collections.Generic;
using GpuVSphere.Inventory;

namespace GpuVSphere.Vgpu;

/// <summary>A host with what matters for vGPU: what it offers, how it places, and which VMs have vGPUs. As it was when it was read.</summary>
public sealed record VgpuHost
{
    /// <summary>The host with its GPUs.</summary>
    public required GpuHost Host { get; init; }

    /// <summary>The profiles it offers now, as its graphics manager says; null when that could not be read.</summary>
    public IReadOnlyList<string>? OfferedProfiles { get; init; }

    /// <summary>performance or consolidation: which GPU the next VM gets in same-size mode; null when that could not be read.</summary>
    public string? AssignmentPolicy { get; init; }

    /// <summary>The graphics types that are configured for devices, and maybe not in force yet: shared or sharedDirect.</summary>
    public IReadOnlyDictionary<PciAddress, string> ConfiguredTypes { get; init; } = new Dictionary<PciAddress, string>();

    /// <summary>The capability flags of the profiles, by name without regard to case (6.7 and later).</summary>
    public IReadOnlyDictionary<string, SharedGpuCapabilities> Capabilities { get; init; } = new Dictionary<string, SharedGpuCapabilities>(StringComparer.OrdinalIgnoreCase);

    /// <summary>What the driver says of profiles (7.0 U3 and later); empty when nothing could be read.</summary>
    public IReadOnlyList<VgpuProfileInfo> ProfileInfos { get; init; } = [];

    /// <summary>The VMs on the host that have vGPUs, running or not.</summary>
    public IReadOnlyList<GpuVm> Vms { get; init; } = [];
}
