using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>A VM with what its host, and the other hosts of its cluster, have to say of vGPUs.</summary>
internal sealed record VmVgpuSituation : VmSituation
{
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public VmVgpuSituation(VmSituation situation)
        : base(situation)
    {
    }

    /// <summary>The VM's host; null when it could not be read.</summary>
    public VgpuHost? VgpuHost { get; init; }

    /// <summary>The other hosts of its cluster.</summary>
    public IReadOnlyList<VgpuHost> OtherHosts { get; init; } = [];

    /// <summary>The profiles that the host offers: by its graphics manager, else by what it offers to this VM; null when neither could be read.</summary>
    public IReadOnlyList<string>? Offered => VgpuHost?.OfferedProfiles ?? Offers?.VgpuProfiles;

    public IReadOnlyList<ConfigTargetDeviceGroup>? OfferedGroups => Offers?.DeviceGroups;

    /// <summary>A profile's name as the host spells it, else as the catalogue does.</summary>
    public string Spell(string profile) =>
        Offered?.FirstOrDefault(name => string.Equals(name, profile, StringComparison.OrdinalIgnoreCase))
        ?? VgpuCatalog.InUse.FindType(profile)?.Name
        ?? profile;
}
