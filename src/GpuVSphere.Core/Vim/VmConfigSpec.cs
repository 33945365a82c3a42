using System.Collections.Generic;

namespace GpuVSphere.Vim;

/// <summary>What to change of a VM in one call (VirtualMachineConfigSpec). What is null stays as it is.</summary>
public sealed record VmConfigSpec
{
    /// <summary>The stamp that was read: the server refuses with ConcurrentAccess when somebody changed the VM since.</summary>
    public string? ChangeVersion { get; init; }

    /// <summary>The guest's id, such as <c>ubuntu64Guest</c>.</summary>
    public string? GuestId { get; init; }

    /// <summary>The note shown in the client.</summary>
    public string? Annotation { get; init; }

    /// <summary>The number of CPUs.</summary>
    public int? NumCpus { get; init; }

    /// <summary>The memory in MB.</summary>
    public long? MemoryMB { get; init; }

    /// <summary>Whether memory can be added while the VM runs.</summary>
    public bool? IsMemoryHotAddEnabled { get; init; }

    /// <summary>Whether CPUs can be added while the VM runs.</summary>
    public bool? IsCpuHotAddEnabled { get; init; }

    /// <summary>PCI devices to take away, to change and to add; they are sent in this order.</summary>
    public IReadOnlyList<PciDeviceChange> Devices { get; init; } = [];

    /// <summary>The memory to reserve in MB.</summary>
    public long? MemoryReservationMB { get; init; }

    /// <summary>Keys of the extraConfig with their values; an empty value removes the key.</summary>
    public IReadOnlyDictionary<string, string> ExtraConfig { get; init; } = new Dictionary<string, string>();

    /// <summary>bios or efi.</summary>
    public string? Firmware { get; init; }

    /// <summary>Whether all memory is kept reserved, whatever its size becomes.</summary>
    public bool? IsMemoryReservationLocked { get; init; }

    /// <summary>Device groups that the VM gets; their devices are among <see cref="Devices"/> (8.0 and later).</summary>
    public IReadOnlyList<NewDeviceGroup> DeviceGroups { get; init; } = [];

    /// <summary>Whether it asks for nothing.</summary>
    public bool IsEmpty => GuestId is null && Annotation is null && NumCpus is null && MemoryMB is null && IsMemoryHotAddEnabled is null && IsCpuHotAddEnabled is null
        && Devices.Count == 0 && MemoryReservationMB is null && ExtraConfig.Count == 0 && Firmware is null && IsMemoryReservationLocked is null;

    /// <summary>Writes the fields in the order of the schema; vSphere refuses another.</summary>
    internal void Write(VimWriter writer)
    {
        writer
            .Element("changeVersion", ChangeVersion)
            .Element("guestId", GuestId)
            .Element("annotation", Annotation)
            .Element("numCPUs", NumCpus)
            .Element("memoryMB", MemoryMB)
            .Element("memoryHotAddEnabled", IsMemoryHotAddEnabled)
            .Element("cpuHotAddEnabled", IsCpuHotAddEnabled);
        foreach (PciDeviceChange change in Devices)
        {
            if (change.IsRemoval)
            {
                writer.Element("deviceChange", element => element
                    .Element("operation", "remove")
                    .Element("device", device => device.Element("key", change.Key), "VirtualPCIPassthrough"));
            }
        }

        foreach (PciDeviceChange change in Devices)
        {
            if (change.IsEdit && change.Backing is PciBacking backing)
            {
                writer.Element("deviceChange", element => element
                    .Element("operation", "edit")
                    .Element("device", device => device.Element("key", change.Key).Element("backing", backing.Write, backing.XsiType), "VirtualPCIPassthrough"));
            }
        }

        int key = -101; // New devices are told apart by negative keys; the server gives the real ones.
        foreach (PciDeviceChange change in Devices)
        {
            if (!change.IsEdit && change.Backing is PciBacking backing)
            {
                int newKey = key--;
                writer.Element("deviceChange", element => element
                    .Element("operation", "add")
                    .Element("device", device => WriteNew(device, newKey, backing, change.Group), "VirtualPCIPassthrough"));
            }
        }

        if (MemoryReservationMB is long reservation)
        {
            writer.Element("memoryAllocation", allocation => allocation.Element("reservation", reservation));
        }

        foreach (KeyValuePair<string, string> pair in ExtraConfig)
        {
            writer.Element("extraConfig", option => option.Element("key", pair.Key).AnyString("value", pair.Value));
        }

        writer
            .Element("firmware", Firmware)
            .Element("memoryReservationLockedToMax", IsMemoryReservationLocked);
        if (DeviceGroups.Count > 0)
        {
            writer.Element("deviceGroups", groups =>
            {
                foreach (NewDeviceGroup group in DeviceGroups)
                {
                    groups.Element(
                        "deviceGroup",
                        element => element.Element("groupInstanceKey", group.Key).Element("deviceGroupName", group.Name),
                        "VirtualMachineVirtualDeviceGroupsVendorDeviceGroup");
                }
            });
        }
    }

    private static void WriteNew(VimWriter device, int key, PciBacking backing, DeviceGroupMember? group)
    {
        device.Element("key", key).Element("backing", backing.Write, backing.XsiType);
        if (group is { } member)
        {
            device.Element("deviceGroupInfo", info => info.Element("groupInstanceKey", member.GroupKey).Element("sequenceId", member.Sequence));
        }
    }
}
