using System;
using System.Collections.Generic;
using GpuVSphere.Vim;

namespace GpuVSphere.Inventory;

/// <summary>A host and its GPUs, as they were when they were read.</summary>
public sealed record GpuHost
{
    /// <summary>The host.</summary>
    public required VimObjectId Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The server's name, as the user gave it.</summary>
    public required string ServerName { get; init; }

    /// <summary>The cluster it is in, or null for a standalone host.</summary>
    public ManagedObjectReference? Cluster { get; init; }

    /// <summary>The cluster's name, or null.</summary>
    public string? ClusterName { get; init; }

    /// <summary>ESXi version, such as <c>8.0.3</c>; empty when the host is not connected.</summary>
    public string Version { get; init; } = string.Empty;

    /// <summary>ESXi build number.</summary>
    public string Build { get; init; } = string.Empty;

    /// <summary>connected, disconnected or notResponding.</summary>
    public string ConnectionState { get; init; } = "connected";

    /// <summary>Whether it is in maintenance mode.</summary>
    public bool InMaintenanceMode { get; init; }

    /// <summary>When it last booted; null when the server does not say.</summary>
    public DateTimeOffset? BootTime { get; init; }

    /// <summary>Whether the host itself says that a configuration change waits for a reboot.</summary>
    public bool IsRebootRequired { get; init; }

    /// <summary>Whether a device can be rebound without a reboot (7.0 and later, hardware permitting).</summary>
    public bool CanRebindWithoutReboot { get; init; }

    /// <summary>Whether hardware labels can be set (7.0 U2 and later).</summary>
    public bool CanSetHardwareLabel { get; init; }

    /// <summary>Whether the server allows this host to be rebooted by call.</summary>
    public bool IsRebootSupported { get; init; } = true;

    /// <summary>The privileges of this account on the host; null when they could not be read.</summary>
    public IReadOnlyCollection<string>? Privileges { get; init; }

    /// <summary>Its physical memory in MB; null when the server does not say.</summary>
    public long? MemoryMB { get; init; }

    /// <summary>The maker of the server, such as <c>Dell Inc.</c>; empty when the server does not say.</summary>
    public string Vendor { get; init; } = string.Empty;

    /// <summary>The model of the server, such as <c>PowerEdge R740</c>; empty when the server does not say.</summary>
    public string HardwareModel { get; init; } = string.Empty;

    /// <summary>The object that passthrough is configured through; empty when the host is not connected.</summary>
    public ManagedObjectReference PciPassthruSystem { get; init; }

    /// <summary>Its NVIDIA GPUs, by address.</summary>
    public IReadOnlyList<GpuDevice> Devices { get; init; } = [];

    /// <summary>Every PCI function of the host that takes part in passthrough, GPUs or not, for dependent devices.</summary>
    public IReadOnlyList<PciFunction> Functions { get; init; } = [];

    /// <summary>The VMs registered on it.</summary>
    public IReadOnlyList<ManagedObjectReference> Vms { get; init; } = [];

    /// <summary>Whether it answers: only a connected host can be changed.</summary>
    public bool IsConnected => ConnectionState == "connected";
}
