using System.Collections.Generic;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu.Maintenance;

/// <summary>What becomes of one VM when its host is to enter maintenance mode.</summary>
public sealed record VmMaintenanceImpact
{
    /// <summary>The VM.</summary>
    public required VimObjectId VmId { get; init; }

    /// <summary>Its name.</summary>
    public required string VmName { get; init; }

    /// <summary>The host that it is on.</summary>
    public required string HostName { get; init; }

    /// <summary>The host's cluster; null for none.</summary>
    public string? ClusterName { get; init; }

    /// <summary>The server's name, as the user gave it.</summary>
    public required string ServerName { get; init; }

    /// <summary>poweredOn, poweredOff or suspended.</summary>
    public required string PowerState { get; init; }

    /// <summary>Its GPUs and other PCI devices: profiles of vGPUs, addresses, <c>dynamic</c> with model and label; a device group is in parentheses.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];

    /// <summary>What becomes of it.</summary>
    public required MaintenanceWay Way { get; init; }

    /// <summary>Whether that is certain; <see cref="Why"/> says what it depends on where it is not.</summary>
    public bool IsCertain { get; init; } = true;

    /// <summary>Its place in the order of what is to be done, from 1; 0 where nothing is to be done.</summary>
    public int Order { get; init; }

    /// <summary>The host where there is room for it when all VMs of the host go; null for none.</summary>
    public string? Target { get; init; }

    /// <summary>The hosts that could take it now, if it went alone, for certain.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [];

    /// <summary>The hosts that may take it; <see cref="Why"/> says what is not certain.</summary>
    public IReadOnlyList<string> PossibleTargets { get; init; } = [];

    /// <summary>How long a vMotion stuns it, in seconds, rounded up to tenths; null where it has no vGPU, is not moved while it runs, or nothing tells.</summary>
    public double? StunSeconds { get; init; }

    /// <summary>What <see cref="StunSeconds"/> rests on.</summary>
    public StunSource? StunSource { get; init; }

    /// <summary>The settings that keep it from moving, or keep DRS from moving it, as ids of rules.</summary>
    public IReadOnlyList<string> BlockedBy { get; init; } = [];

    /// <summary>Why it is so, in sentences.</summary>
    public IReadOnlyList<string> Why { get; init; } = [];

    /// <summary>What to do with it; null where nothing is to be done.</summary>
    public string? NextStep { get; init; }

    /// <summary>What is left to do with it once the settings are set, for the steps of its host, which set them once for all; null where nothing is.</summary>
    internal string? StepAfterSetting { get; init; }

    /// <summary>Whether it has to be powered off as things are.</summary>
    public bool MustPowerOff => Way is MaintenanceWay.MoveAfterSetting or MaintenanceWay.PowerOffAndMove or MaintenanceWay.PowerOff;
}
