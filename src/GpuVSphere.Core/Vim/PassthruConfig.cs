namespace GpuVSphere.Vim;

/// <summary>What to configure for one PCI device of a host (HostPciPassthruConfig).</summary>
/// <param name="Id">The device as the host writes it, such as <c>0000:3b:00.0</c>.</param>
/// <param name="PassthruEnabled">Whether it is to be passed through.</param>
/// <param name="ApplyNow">Whether to rebind it at once, where the host can (7.0 and later); null lets the host decide. Not sent to older servers.</param>
/// <param name="HardwareLabel">The label to set (7.0 U2 and later); empty removes it, null leaves it. Not sent to older servers.</param>
public sealed record PassthruConfig(string Id, bool PassthruEnabled, bool? ApplyNow = null, string? HardwareLabel = null);
