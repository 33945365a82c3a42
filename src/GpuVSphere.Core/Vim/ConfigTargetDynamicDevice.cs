namespace GpuVSphere.Vim;

/// <summary>A kind of device that a host or cluster offers for Dynamic DirectPath I/O.</summary>
public sealed record ConfigTargetDynamicDevice
{
    /// <summary>The vendor's name.</summary>
    public string VendorName { get; init; } = string.Empty;

    /// <summary>The device's name.</summary>
    public string DeviceName { get; init; } = string.Empty;

    /// <summary>The hardware label, or null when the device has none.</summary>
    public string? CustomLabel { get; init; }

    /// <summary>PCI vendor id.</summary>
    public ushort VendorId { get; init; }

    /// <summary>PCI device id.</summary>
    public ushort DeviceId { get; init; }

    internal static ConfigTargetDynamicDevice Read(VimReader reader)
    {
        ConfigTargetDynamicDevice device = new();
        while (reader.NextChild())
        {
            switch (reader.Name)
            {
                case "vendorName": device = device with { VendorName = reader.String() }; break;
                case "deviceName": device = device with { DeviceName = reader.String() }; break;
                case "customLabel": device = device with { CustomLabel = reader.String() is { Length: > 0 } label ? label : null }; break;
                case "vendorId": device = device with { VendorId = reader.UInt16() }; break;
                case "deviceId": device = device with { DeviceId = reader.UInt16() }; break;
            }
        }

        return device;
    }
}
