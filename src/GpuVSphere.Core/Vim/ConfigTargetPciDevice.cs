namespace GpuVSphere.Vim;

/// <summary>A PCI device that a host offers for passthrough (VirtualMachinePciPassthroughInfo, VirtualMachineSriovInfo).</summary>
public sealed record ConfigTargetPciDevice
{
    /// <summary>The device as the host writes it, such as <c>0000:3b:00.0</c>.</summary>
    public string Id { get; init; } = string.Empty;

    /// <summary>The host's system id, which a static backing must carry.</summary>
    public string SystemId { get; init; } = string.Empty;

    /// <summary>PCI vendor id.</summary>
    public ushort VendorId { get; init; }

    /// <summary>PCI device id.</summary>
    public ushort DeviceId { get; init; }

    /// <summary>PCI subsystem vendor id.</summary>
    public ushort SubVendorId { get; init; }

    /// <summary>PCI subsystem id.</summary>
    public ushort SubDeviceId { get; init; }

    /// <summary>PCI class.</summary>
    public ushort ClassId { get; init; }

    /// <summary>The host's name of the device.</summary>
    public string DeviceName { get; init; } = string.Empty;

    /// <summary>Whether it is a virtual function of a device with SR-IOV.</summary>
    public bool IsVirtualFunction { get; init; }

    internal static ConfigTargetPciDevice Read(VimReader reader)
    {
        ConfigTargetPciDevice device = new();
        while (reader.NextChild())
        {
            switch (reader.Name)
            {
                case "systemId": device = device with { SystemId = reader.String() }; break;
                case "virtualFunction": device = device with { IsVirtualFunction = reader.Boolean() }; break;
                case "pciDevice": device = ReadPci(reader.Object(), device); break;
            }
        }

        return device;
    }

    private static ConfigTargetPciDevice ReadPci(VimReader reader, ConfigTargetPciDevice device)
    {
        while (reader.NextChild())
        {
            switch (reader.Name)
            {
                case "id": device = device with { Id = reader.String() }; break;
                case "classId": device = device with { ClassId = reader.UInt16() }; break;
                case "vendorId": device = device with { VendorId = reader.UInt16() }; break;
                case "subVendorId": device = device with { SubVendorId = reader.UInt16() }; break;
                case "deviceId": device = device with { DeviceId = reader.UInt16() }; break;
                case "subDeviceId": device = device with { SubDeviceId = reader.UInt16() }; break;
                case "deviceName": device = device with { DeviceName = reader.String() }; break;
            }
        }

        return device;
    }
}
