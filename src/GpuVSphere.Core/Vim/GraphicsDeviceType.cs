namespace GpuVSphere.Vim;

/// <summary>What a host is configured to use one graphics device for: <c>HostGraphicsConfigDeviceType</c>.</summary>
/// <param name="DeviceId">The device's PCI id, as the host writes it.</param>
/// <param name="GraphicsType">shared or sharedDirect.</param>
/// <param name="VgpuMode">sameSize or mixedSize; null where the host does not say (before 8.0 U3), and to leave it as it is.</param>
public sealed record GraphicsDeviceType(string DeviceId, string GraphicsType, string? VgpuMode = null);
