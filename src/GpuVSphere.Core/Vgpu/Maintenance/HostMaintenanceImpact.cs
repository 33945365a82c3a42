using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu.Maintenance;

/// <summary>What it takes for a host to enter maintenance mode.</summary>
public sealed record HostMaintenanceImpact
{
    /// <summary>The host.</summary>
    public required VimObjectId HostId { get; init; }

    /// <summary>Its name.</summary>
    public required string HostName { get; init; }

    /// <summary>Its cluster; null for none.</summary>
    public string? ClusterName { get; init; }

    /// <summary>The server's name, as the user gave it.</summary>
    public required string ServerName { get; init; }

    /// <summary>Whether it is in maintenance mode already.</summary>
    public bool InMaintenanceMode { get; init; }

    /// <summary>connected, disconnected or notResponding.</summary>
    public string ConnectionState { get; init; } = "connected";

    /// <summary>The VMs on it, in the order of what is to be done; those that are in nobody's way at the end.</summary>
    public required IReadOnlyList<VmMaintenanceImpact> VMs { get; init; }

    /// <summary>What the hardest of its VMs takes: <see cref="MaintenanceWay.MovedByDrs"/> when DRS empties the host by itself, <see cref="MaintenanceWay.NotRunning"/> when nothing runs.</summary>
    public MaintenanceWay Way => VMs.Select(vm => vm.Way).DefaultIfEmpty(MaintenanceWay.NotRunning).Max();

    /// <summary>Whether it can be emptied without powering a VM off, as settings are now.</summary>
    public bool CanEnterWithoutPowerOff => ConnectionState == "connected" && Way is MaintenanceWay.NotRunning or MaintenanceWay.MovedByDrs or MaintenanceWay.MoveByHand;

    /// <summary>Whether all of that is certain.</summary>
    public bool IsCertain => ConnectionState == "connected" && VMs.All(vm => vm.IsCertain);

    /// <summary>VMs that DRS moves by itself.</summary>
    public int MovedByDrsCount => VMs.Count(vm => vm.Way == MaintenanceWay.MovedByDrs);

    /// <summary>VMs that somebody has to move, in order.</summary>
    public IReadOnlyList<string> MoveByHand => Names(MaintenanceWay.MoveByHand);

    /// <summary>VMs that could be moved while they run if a setting let them, in order.</summary>
    public IReadOnlyList<string> MoveAfterSetting => Names(MaintenanceWay.MoveAfterSetting);

    /// <summary>VMs that have to be powered off whatever the settings are, in order.</summary>
    public IReadOnlyList<string> PowerOff => VMs.Where(vm => vm.Way is MaintenanceWay.PowerOffAndMove or MaintenanceWay.PowerOff).Select(vm => vm.VmName).ToArray();

    /// <summary>The longest stun of a VM that is moved, in seconds; null when none is stunned, or nothing tells.</summary>
    public double? LongestStunSeconds => VMs.Max(vm => vm.StunSeconds);

    /// <summary>The bandwidth that stun times are estimated for, in Mbit/s.</summary>
    public required int BandwidthMbps { get; init; }

    /// <summary>What the rules say of the settings that empty a host: what is in the way blocks, what could not be read warns.</summary>
    public IReadOnlyList<Finding> Settings { get; init; } = [];

    /// <summary>What to do, in order, until the host enters maintenance mode.</summary>
    public IReadOnlyList<string> Steps { get; init; } = [];

    /// <summary>What the answer rests on, and what it does not look at.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    private IReadOnlyList<string> Names(MaintenanceWay way) => VMs.Where(vm => vm.Way == way).Select(vm => vm.VmName).ToArray();
}
