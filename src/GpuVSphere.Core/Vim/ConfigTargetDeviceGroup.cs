using System.Collections.Generic;

namespace GpuVSphere.Vim;

/// <summary>Devices that a host gives together only, such as GPUs joined by NVLink (VirtualMachineVendorDeviceGroupInfo, 8.0 and later).</summary>
public sealed record ConfigTargetDeviceGroup
{
    /// <summary>Its name, such as <c>Nvidia:2@grid_a100-40c%NVLink</c>.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>What it is, in the vendor's words; may be empty.</summary>
    public string Description { get; init; } = string.Empty;

    /// <summary>Its devices, in their order.</summary>
    public IReadOnlyList<ConfigTargetGroupDevice> Devices { get; init; } = [];

    internal static ConfigTargetDeviceGroup Read(VimReader reader)
    {
        ConfigTargetDeviceGroup group = new();
        List<ConfigTargetGroupDevice> devices = [];
        while (reader.NextChild())
        {
            switch (reader.Name)
            {
                case "deviceGroupName": group = group with { Name = reader.String() }; break;
                case "deviceGroupDescription": group = group with { Description = reader.String() }; break;
                case "componentDeviceInfo": devices.Add(ConfigTargetGroupDevice.Read(reader.Object(), devices.Count + 1)); break;
            }
        }

        return group with { Devices = devices };
    }
}
