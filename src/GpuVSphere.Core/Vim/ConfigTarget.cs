using System.Collections.Generic;

namespace GpuVSphere.Vim;

/// <summary>What a host or cluster offers to a VM, as far as GPUs are concerned.</summary>
public sealed record ConfigTarget
{
    /// <summary>PCI devices that can be passed through by address, virtual functions among them.</summary>
    public IReadOnlyList<ConfigTargetPciDevice> PciPassthrough { get; init; } = [];

    /// <summary>Kinds of device for Dynamic DirectPath I/O (7.0 and later).</summary>
    public IReadOnlyList<ConfigTargetDynamicDevice> DynamicPassthrough { get; init; } = [];

    /// <summary>Names of vGPU profiles.</summary>
    public IReadOnlyList<string> VgpuProfiles { get; init; } = [];

    /// <summary>Devices that are given together only, such as GPUs joined by NVLink (8.0 and later).</summary>
    public IReadOnlyList<ConfigTargetDeviceGroup> DeviceGroups { get; init; } = [];

    internal static ConfigTarget Read(VimReader reader)
    {
        List<ConfigTargetPciDevice> pci = [];
        List<ConfigTargetDynamicDevice> dynamic = [];
        List<string> profiles = [];
        List<ConfigTargetDeviceGroup> groups = [];
        while (reader.NextChild())
        {
            switch (reader.Name)
            {
                case "pciPassthrough" or "sriov":
                    ConfigTargetPciDevice device = ConfigTargetPciDevice.Read(reader.Object());
                    if (!pci.Exists(other => other.Id == device.Id))
                    {
                        pci.Add(device);
                    }

                    break;
                case "dynamicPassthrough":
                    dynamic.Add(ConfigTargetDynamicDevice.Read(reader.Object()));
                    break;
                case "vendorDeviceGroupInfo":
                    groups.Add(ConfigTargetDeviceGroup.Read(reader.Object()));
                    break;
                case "sharedGpuPassthroughTypes":
                    VimReader shared = reader.Object();
                    while (shared.NextChild())
                    {
                        if (shared.Name == "vgpu")
                        {
                            profiles.Add(shared.String());
                        }
                    }

                    break;
            }
        }

        return new ConfigTarget { PciPassthrough = pci, DynamicPassthrough = dynamic, VgpuProfiles = profiles, DeviceGroups = groups };
    }
}
