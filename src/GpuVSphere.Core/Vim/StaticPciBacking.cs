using System.Globalization;

namespace GpuVSphere.Vim;

/// <summary>
/// One device by its address on one host. The device id is sent as hexadecimal digits of the unsigned number without a prefix, as two
/// shipping tools do; the sources disagree about the form (facts/vim25-gpu.md 3.2).
/// </summary>
/// <param name="Id">The address as the host writes it, such as <c>0000:3b:00.0</c>.</param>
/// <param name="DeviceId">PCI device id.</param>
/// <param name="SystemId">The host's system id, from <see cref="ConfigTargetPciDevice"/>.</param>
/// <param name="VendorId">PCI vendor id.</param>
/// <param name="DeviceName">The host's name of the device; may be empty.</param>
public sealed record StaticPciBacking(string Id, ushort DeviceId, string SystemId, ushort VendorId, string DeviceName = "") : PciBacking
{
    internal override string XsiType => "VirtualPCIPassthroughDeviceBackingInfo";

    internal override void Write(VimWriter writer) => writer
        .Element("deviceName", DeviceName)
        .Element("id", Id)
        .Element("deviceId", DeviceId.ToString("x", CultureInfo.InvariantCulture))
        .Element("systemId", SystemId)
        .Element("vendorId", unchecked((short)VendorId));
}
