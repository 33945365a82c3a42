using System.Collections.Generic;
using GpuVSphere.Vim;

namespace GpuVSphere.Inventory;

/// <summary>One NVIDIA GPU of a host, as it was when it was read.</summary>
public sealed record GpuDevice
{
    /// <summary>The host that has it.</summary>
    public required VimObjectId HostId { get; init; }

    /// <summary>The host's name.</summary>
    public required string HostName { get; init; }

    /// <summary>The server's name, as the user gave it.</summary>
    public required string ServerName { get; init; }

    /// <summary>Where it is on the host.</summary>
    public required PciAddress Address { get; init; }

    /// <summary>The name the host reports; never used to decide anything.</summary>
    public required string Name { get; init; }

    /// <summary>The model by the catalogue, found by PCI ids; null when the catalogue does not know the ids.</summary>
    public string? Model { get; init; }

    /// <summary>PCI vendor id, 0x10DE for NVIDIA.</summary>
    public required ushort VendorId { get; init; }

    /// <summary>PCI device id.</summary>
    public required ushort DeviceId { get; init; }

    /// <summary>PCI subsystem vendor id.</summary>
    public ushort SubVendorId { get; init; }

    /// <summary>PCI subsystem id: tells boards apart that share a device id.</summary>
    public ushort SubDeviceId { get; init; }

    /// <summary>PCI class: 0x0300 VGA, 0x0302 3D, 0x0380 other display controller.</summary>
    public ushort ClassId { get; init; }

    /// <summary>Whether the host can pass it through.</summary>
    public bool IsCapable { get; init; }

    /// <summary>Whether passthrough is configured.</summary>
    public bool IsEnabled { get; init; }

    /// <summary>Whether passthrough is in force (configured, and the host was rebooted or the device rebound).</summary>
    public bool IsActive { get; init; }

    /// <summary>The hardware label (vSphere 7.0 U2 and later), or null.</summary>
    public string? Label { get; init; }

    /// <summary>The device that must leave the VMkernel with this one; often the device itself, sometimes a bridge or another function.</summary>
    public PciAddress? DependentDevice { get; init; }

    /// <summary>basic, shared, direct or sharedDirect, as the host's graphics manager says; null when it says nothing of this device.</summary>
    public string? GraphicsType { get; init; }

    /// <summary>none, sameSize, mixedSize or multiInstanceGpu (8.0 U3 and later), or null.</summary>
    public string? VgpuMode { get; init; }

    /// <summary>Whether the host sees SR-IOV on it; null when the host lists it without a word on SR-IOV.</summary>
    public bool? IsSriovCapable { get; init; }

    /// <summary>How many virtual functions it can have, as the host says; 0 when it says nothing of them.</summary>
    public int VirtualFunctions { get; init; }

    /// <summary>Frame buffer in MB as the host's driver reports it; null without a driver.</summary>
    public long? MemoryMB { get; init; }

    /// <summary>The VMs that hold the device or are configured to, by passthrough or vGPU.</summary>
    public IReadOnlyList<GpuAssignment> Assignments { get; init; } = [];

    /// <summary>Whether what is configured is not yet in force.</summary>
    public bool IsRebootPending => IsEnabled != IsActive;

    /// <summary>Names the GPU across servers and processes: what is left of the object in a job or a file still says which one it is.</summary>
    public string Uid => UidOf(HostId, Address);

    /// <summary>The state in one word.</summary>
    public PassthroughState State => (IsCapable || IsEnabled || IsActive, IsEnabled, IsActive) switch
    {
        (false, _, _) => PassthroughState.NotCapable,
        (_, true, true) => PassthroughState.Active,
        (_, true, false) => PassthroughState.EnabledPendingReboot,
        (_, false, true) => PassthroughState.DisabledPendingReboot,
        _ => PassthroughState.Disabled,
    };

    /// <summary>What <see cref="Uid"/> is of a GPU; every object that is about one has the same.</summary>
    internal static string UidOf(VimObjectId host, PciAddress address) => $"/GpuVSphere={host.ServerUuid}/VMHost={host.Reference}/GpuDevice={address}/";
}
