namespace GpuVSphere.Vim;

/// <summary>Adding or removing one PCI passthrough device of a VM.</summary>
public sealed record PciDeviceChange
{
    private PciDeviceChange(bool isRemoval, int key, PciBacking? backing)
    {
        IsRemoval = isRemoval;
        Key = key;
        Backing = backing;
    }

    /// <summary>Whether the device is taken away.</summary>
    public bool IsRemoval { get; }

    /// <summary>The key of the device to take away; of a new one, 0: the spec numbers new devices itself.</summary>
    public int Key { get; }

    /// <summary>What stands behind a new device; null for a removal.</summary>
    public PciBacking? Backing { get; }

    /// <summary>Adds a device.</summary>
    /// <param name="backing">What stands behind it.</param>
    public static PciDeviceChange Add(PciBacking backing) => new(false, 0, backing);

    /// <summary>Takes a device away.</summary>
    /// <param name="key">The device's key within the VM.</param>
    public static PciDeviceChange Remove(int key) => new(true, key, null);
}
