namespace GpuVSphere.Vim;

/// <summary>A kind of device that a dynamic backing accepts.</summary>
/// <param name="VendorId">PCI vendor id.</param>
/// <param name="DeviceId">PCI device id.</param>
/// <param name="SubVendorId">PCI subsystem vendor id, or null for any.</param>
/// <param name="SubDeviceId">PCI subsystem id, or null for any.</param>
public sealed record AllowedPciDevice(ushort VendorId, ushort DeviceId, ushort? SubVendorId = null, ushort? SubDeviceId = null);
