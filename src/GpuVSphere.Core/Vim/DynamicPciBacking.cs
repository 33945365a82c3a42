using System.Collections.Generic;

namespace GpuVSphere.Vim;

/// <summary>Any device of certain kinds, chosen by the host at power-on (Dynamic DirectPath I/O, 7.0 and later, hardware version 17).</summary>
/// <param name="AllowedDevices">The kinds.</param>
/// <param name="CustomLabel">The hardware label the device must have, or null.</param>
/// <param name="DeviceName">A name for the device; may be empty.</param>
public sealed record DynamicPciBacking(IReadOnlyList<AllowedPciDevice> AllowedDevices, string? CustomLabel = null, string DeviceName = "") : PciBacking
{
    internal override string XsiType => "VirtualPCIPassthroughDynamicBackingInfo";

    internal override void Write(VimWriter writer)
    {
        writer.Element("deviceName", DeviceName);
        foreach (AllowedPciDevice device in AllowedDevices)
        {
            writer.Element("allowedDevice", element => element
                .Element("vendorId", (int)device.VendorId)
                .Element("deviceId", (int)device.DeviceId)
                .Element("subVendorId", (int?)device.SubVendorId)
                .Element("subDeviceId", (int?)device.SubDeviceId));
        }

        writer.Element("customLabel", CustomLabel);
    }
}
