namespace GpuVSphere.Peers.Tests;

/// <summary>A device of a host as a peer saw it.</summary>
/// <param name="IsCapable">Whether passthrough is possible.</param>
/// <param name="IsEnabled">Whether it is configured.</param>
/// <param name="IsActive">Whether it is in force.</param>
/// <param name="DeviceId">The PCI device id, unsigned.</param>
/// <param name="Name">Its name.</param>
internal sealed record PeerDevice(bool IsCapable, bool IsEnabled, bool IsActive, int DeviceId, string Name);
