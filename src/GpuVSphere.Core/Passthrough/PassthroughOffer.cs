using GpuVSphere.Inventory;

namespace GpuVSphere.Passthrough;

/// <summary>A device that a host offers to a VM for static passthrough, with what the VM's backing must carry.</summary>
/// <param name="Id">Its address as the host writes it.</param>
/// <param name="Address">Where it is.</param>
/// <param name="VendorId">PCI vendor id.</param>
/// <param name="DeviceId">PCI device id.</param>
/// <param name="SystemId">The id of the host as a system; a backing with another one fails at power-on.</param>
/// <param name="Name">The device's name.</param>
internal sealed record PassthroughOffer(string Id, PciAddress Address, ushort VendorId, ushort DeviceId, string SystemId, string Name);
