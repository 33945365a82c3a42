namespace GpuVSphere.Guest;

/// <summary>A region of memory that a PCI device asks for in a guest.</summary>
/// <param name="Index">Its number: BAR1 is 1.</param>
/// <param name="IsAssigned">Whether it has an address; without one the driver cannot use the device.</param>
/// <param name="Address">The address in hexadecimal digits; null when it has none.</param>
/// <param name="Size">Its size as lspci writes it, such as <c>32G</c>; null when it has no address, since lspci is then silent about it.</param>
public sealed record GuestPciBar(int Index, bool IsAssigned, string? Address, string? Size);
