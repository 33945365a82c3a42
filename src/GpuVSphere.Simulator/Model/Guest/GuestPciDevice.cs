namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>A PCI device as the guest finds it.</summary>
/// <param name="Address">In the guest, such as <c>0000:0b:00.0</c>.</param>
/// <param name="Card">What it is.</param>
internal sealed record GuestPciDevice(string Address, CardModel Card)
{
    /// <summary>The host's function behind it; null for VMware's own devices.</summary>
    public PciFunction? Function { get; init; }

    /// <summary>The device of the VM's configuration; null for VMware's own devices.</summary>
    public VmPassthroughDevice? Device { get; init; }

    /// <summary>The vGPU type, such as <c>grid_p100-8q</c>; null for anything but a vGPU.</summary>
    public string? Vgpu => Device is { Kind: PassthroughKind.Vgpu } device ? device.Vgpu : null;

    public bool IsGpu => Card.IsGpu;

    /// <summary>Whether the memory windows got addresses; without, a driver cannot use the device.</summary>
    public bool HasBars { get; init; } = true;
}
