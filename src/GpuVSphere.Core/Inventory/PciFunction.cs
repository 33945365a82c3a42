namespace GpuVSphere.Inventory;

/// <summary>A PCI function of a host with its passthrough state, whatever kind of device it is.</summary>
public sealed record PciFunction
{
    /// <summary>Where it is.</summary>
    public required PciAddress Address { get; init; }

    /// <summary>The name the host reports.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>PCI vendor id.</summary>
    public ushort VendorId { get; init; }

    /// <summary>PCI class.</summary>
    public ushort ClassId { get; init; }

    /// <summary>The device that must leave the VMkernel with this one.</summary>
    public PciAddress? DependentDevice { get; init; }

    /// <summary>Whether the host can pass it through.</summary>
    public bool IsCapable { get; init; }

    /// <summary>Whether passthrough is configured.</summary>
    public bool IsEnabled { get; init; }

    /// <summary>Whether passthrough is in force.</summary>
    public bool IsActive { get; init; }
}
