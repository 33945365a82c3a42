using System.Collections.Generic;
using GpuVSphere.Vim;

namespace GpuVSphere.Inventory;

/// <summary>A VM with what matters for GPUs, as it was when it was read.</summary>
public sealed record GpuVm
{
    /// <summary>The VM.</summary>
    public required VimObjectId Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The server's name, as the user gave it.</summary>
    public required string ServerName { get; init; }

    /// <summary>vCenter's own id of the VM; a clone gets another.</summary>
    public string InstanceUuid { get; init; } = string.Empty;

    /// <summary>The host where it is registered, or null.</summary>
    public ManagedObjectReference? Host { get; init; }

    /// <summary>That host's name, or null.</summary>
    public string? HostName { get; init; }

    /// <summary>poweredOn, poweredOff or suspended.</summary>
    public string PowerState { get; init; } = "poweredOff";

    /// <summary>connected, disconnected, orphaned, inaccessible or invalid.</summary>
    public string ConnectionState { get; init; } = "connected";

    /// <summary>Whether it is a template.</summary>
    public bool IsTemplate { get; init; }

    /// <summary>bios or efi.</summary>
    public string Firmware { get; init; } = "bios";

    /// <summary>Whether the firmware starts only what is signed; null when that could not be read.</summary>
    public bool? IsSecureBootEnabled { get; init; }

    /// <summary>The guest system that the VM is configured for, as vSphere names it, such as <c>ubuntu64Guest</c>; empty when it is not told.</summary>
    public string GuestId { get; init; } = string.Empty;

    /// <summary>The number of the hardware version: 19 for vmx-19.</summary>
    public int HardwareVersion { get; init; }

    /// <summary>Configured memory in MB.</summary>
    public int MemoryMB { get; init; }

    /// <summary>Reserved memory in MB.</summary>
    public long MemoryReservationMB { get; init; }

    /// <summary>Whether all memory is kept reserved, whatever its size becomes.</summary>
    public bool IsMemoryReservationLocked { get; init; }

    /// <summary>Whether CPUs can be added while it runs.</summary>
    public bool IsCpuHotAddEnabled { get; init; }

    /// <summary>Whether memory can be added while it runs.</summary>
    public bool IsMemoryHotAddEnabled { get; init; }

    /// <summary>Whether it has snapshots.</summary>
    public bool HasSnapshots { get; init; }

    /// <summary>Whether VMware Tools run in the guest, so that it can be asked to shut down.</summary>
    public bool IsToolsRunning { get; init; }

    /// <summary>The stamp that a reconfigure call must carry to be refused when another change came between.</summary>
    public string ChangeVersion { get; init; } = string.Empty;

    /// <summary>The folder on the datastore that holds vmware.log, as <c>[datastore] folder/</c>; null when unknown.</summary>
    public string? LogDirectory { get; init; }

    /// <summary>Where the host's offer of devices is asked for.</summary>
    public ManagedObjectReference EnvironmentBrowser { get; init; }

    /// <summary>All extraConfig keys and values of the VM; keys compare without case, as ESXi does.</summary>
    public IReadOnlyDictionary<string, string> ExtraConfig { get; init; } = new Dictionary<string, string>();

    /// <summary>The privileges of this account on the VM; null when they could not be read.</summary>
    public IReadOnlyCollection<string>? Privileges { get; init; }

    /// <summary>Every PCI passthrough device in its configuration: GPUs by any way, and others.</summary>
    public IReadOnlyList<VmGpu> PciDevices { get; init; } = [];

    /// <summary>Whether it is powered on.</summary>
    public bool IsRunning => PowerState == "poweredOn";
}
