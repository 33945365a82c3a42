namespace GpuVSphere.Vim;

/// <summary>Adding, changing or removing one PCI passthrough device of a VM.</summary>
public sealed record PciDeviceChange
{
    private PciDeviceChange(bool isRemoval, int key, PciBacking? backing, DeviceGroupMember? group = null)
    {
        IsRemoval = isRemoval;
        Key = key;
        Backing = backing;
        Group = group;
    }

    /// <summary>Whether the device is taken away.</summary>
    public bool IsRemoval { get; }

    /// <summary>Whether a device that is there gets another backing.</summary>
    public bool IsEdit => !IsRemoval && Key != 0;

    /// <summary>The device group that a new device belongs to, or null.</summary>
    public DeviceGroupMember? Group { get; }

    /// <summary>The key of the device to change or take away; of a new one, 0: the spec numbers new devices itself.</summary>
    public int Key { get; }

    /// <summary>What stands behind a new or changed device; null for a removal.</summary>
    public PciBacking? Backing { get; }

    /// <summary>Adds a device.</summary>
    /// <param name="backing">What stands behind it.</param>
    /// <param name="group">The device group that it belongs to, or null.</param>
    public static PciDeviceChange Add(PciBacking backing, DeviceGroupMember? group = null) => new(false, 0, backing, group);

    /// <summary>Gives a device another backing; it keeps its key and its place in the VM.</summary>
    /// <param name="key">The device's key within the VM.</param>
    /// <param name="backing">What is to stand behind it.</param>
    public static PciDeviceChange Edit(int key, PciBacking backing) => new(false, key, backing);

    /// <summary>Takes a device away.</summary>
    /// <param name="key">The device's key within the VM.</param>
    public static PciDeviceChange Remove(int key) => new(true, key, null);
}
