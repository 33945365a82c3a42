namespace GpuVSphere.Vgpu.Maintenance;

/// <summary>Whether a host takes a VM: true for certain, false for certain not, null when it is not certain; and why not, or why it is not certain.</summary>
internal sealed record EvacuationTarget(string HostName, bool? Verdict, string? Why);
