namespace GpuVSphere.Vgpu;

/// <summary>How long a vMotion stuns a VM with a profile at a bandwidth, as the host's driver estimates (8.0 U2 and later).</summary>
/// <param name="BandwidthMbps">The bandwidth in Mbit/s.</param>
/// <param name="Seconds">The seconds.</param>
public sealed record VgpuStunTime(long BandwidthMbps, long Seconds);
