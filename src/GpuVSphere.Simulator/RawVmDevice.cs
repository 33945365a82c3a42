using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Simulator.Model;

namespace GpuVSphere.Simulator;

/// <summary>A PCI device of a simulated VM, as it was when it was read.</summary>
public sealed class RawVmDevice
{
    internal RawVmDevice(VmPassthroughDevice device)
    {
        Key = device.Key;
        Kind = device.Kind switch { PassthroughKind.Static => "static", PassthroughKind.Dynamic => "dynamic", _ => "vgpu" };
        Id = device.Id;
        DeviceId = device.DeviceId;
        SystemId = device.SystemId;
        VendorId = unchecked((ushort)device.VendorId);
        Label = device.Label;
        Vgpu = device.Vgpu;
        AllowedIds = device.Allowed.Select(a => string.Format(CultureInfo.InvariantCulture, "{0:x4}:{1:x4}", a.VendorId, a.DeviceId)).ToList();
        AssignedAddress = (device.AssignedFunction ?? device.VgpuFunction)?.Id.ToString();
    }

    /// <summary>The device key, from 13000 on.</summary>
    public int Key { get; }

    /// <summary><c>static</c>, <c>dynamic</c> or <c>vgpu</c>.</summary>
    public string Kind { get; }

    /// <summary>Static: the PCI address, as it was written.</summary>
    public string Id { get; }

    /// <summary>Static: the device id, as it was written.</summary>
    public string DeviceId { get; }

    /// <summary>Static: the systemId.</summary>
    public string SystemId { get; }

    /// <summary>Static: the vendor id, unsigned.</summary>
    public int VendorId { get; }

    /// <summary>Dynamic: the hardware label it asks for, or null.</summary>
    public string? Label { get; }

    /// <summary>Dynamic: the ids it takes, such as <c>10de:20b5</c>.</summary>
    public IReadOnlyList<string> AllowedIds { get; }

    /// <summary>vGPU: the profile.</summary>
    public string Vgpu { get; }

    /// <summary>The address of the host's device that the running VM uses, or null.</summary>
    public string? AssignedAddress { get; }
}
