namespace GpuVSphere.Inventory;

/// <summary>The PCI ids that a device must have.</summary>
/// <param name="VendorId">Vendor id.</param>
/// <param name="DeviceId">Device id.</param>
/// <param name="SubVendorId">Subsystem vendor id, or null for any.</param>
/// <param name="SubDeviceId">Subsystem id, or null for any.</param>
public sealed record PciIdMatch(ushort VendorId, ushort DeviceId, ushort? SubVendorId = null, ushort? SubDeviceId = null);
