using System.Collections.Generic;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness;

/// <summary>What decides whether VMs with vGPUs move, and whether DRS moves them by itself: settings of the vCenter and of the cluster.</summary>
public sealed record MigrationEvidence
{
    /// <summary>vCenter's advanced setting <c>vgpu.hotmigrate.enabled</c>, without which no running VM with a vGPU moves; one that is not there counts as false.</summary>
    public Evidence<bool> HotMigrate { get; init; } = Evidence<bool>.Unknown("it was not asked for");

    /// <summary>The cluster's name; null for a host that is in none.</summary>
    public string? ClusterName { get; init; }

    /// <summary>What DRS of the cluster is set to.</summary>
    public Evidence<DrsSettings> Drs { get; init; } = Evidence<DrsSettings>.Unknown("it was not asked for");

    /// <summary>What the account may do on the vCenter, by its role on the root folder; null when that cannot be read.</summary>
    internal IReadOnlyCollection<string>? VCenterPrivileges { get; init; }

    /// <summary>What the account may do on the cluster; null when that cannot be read.</summary>
    internal IReadOnlyCollection<string>? ClusterPrivileges { get; init; }

    /// <summary>The hosts of the cluster, where the cluster as a whole is asked about.</summary>
    public IReadOnlyList<GpuHost> ClusterHosts { get; init; } = [];
}
