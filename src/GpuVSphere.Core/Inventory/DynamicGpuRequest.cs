using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Inventory;

/// <summary>What a dynamic DirectPath device asks for: any one device with one of these ids, and with this label when one is given.</summary>
/// <param name="AllowedDevices">The ids that are accepted; at least one.</param>
/// <param name="Label">The hardware label that the device must carry, or null for any.</param>
public sealed record DynamicGpuRequest(IReadOnlyList<PciIdMatch> AllowedDevices, string? Label = null)
{
    /// <summary>Whether a device of a host would be accepted.</summary>
    /// <param name="device">The device.</param>
    public bool Accepts(GpuDevice device) =>
        (Label is null || string.Equals(Label, device.Label, System.StringComparison.Ordinal))
        && AllowedDevices.Any(ids => ids.VendorId == device.VendorId
            && ids.DeviceId == device.DeviceId
            && (ids.SubVendorId is null || ids.SubVendorId == device.SubVendorId)
            && (ids.SubDeviceId is null || ids.SubDeviceId == device.SubDeviceId));
}
