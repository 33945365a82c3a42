using System.Collections.Generic;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Operations;

/// <summary>A device that a host offers to a VM for static passthrough, with what the VM's backing must carry.</summary>
/// <param name="Id">Its address as the host writes it.</param>
/// <param name="Address">Where it is.</param>
/// <param name="VendorId">PCI vendor id.</param>
/// <param name="DeviceId">PCI device id.</param>
/// <param name="SystemId">The id of the host as a system; a backing with another one fails at power-on.</param>
/// <param name="Name">The device's name.</param>
internal sealed record PassthroughOffer(string Id, PciAddress Address, ushort VendorId, ushort DeviceId, string SystemId, string Name)
{
    /// <summary>What a host offers, without a device whose address cannot be read.</summary>
    public static IEnumerable<PassthroughOffer> In(ConfigTarget target)
    {
        foreach (ConfigTargetPciDevice device in target.PciPassthrough)
        {
            if (PciAddress.TryParse(device.Id, out PciAddress address))
            {
                yield return new PassthroughOffer(device.Id, address, device.VendorId, device.DeviceId, device.SystemId, device.DeviceName);
            }
        }
    }
}
