namespace GpuVSphere.Simulator.Model;

/// <summary>What a HostPciPassthruConfig asks for.</summary>
/// <param name="Id">The device.</param>
/// <param name="IsEnabled">Whether it shall be in passthrough.</param>
/// <param name="ApplyNow">Whether without a reboot; null leaves it to the host.</param>
/// <param name="Label">The new hardware label; null leaves it as it is.</param>
internal sealed record PassthruChange(string Id, bool IsEnabled, bool? ApplyNow, string? Label);
