namespace GpuVSphere.Vgpu;

/// <summary>Whether certain vGPUs start together on a host.</summary>
/// <param name="Verdict">True for certain, false for certain not, null when it is not certain.</param>
/// <param name="Profile">The first profile that has no place; null when all have.</param>
/// <param name="Fit">Of that profile: how many start, and what stands in the way; null when all have a place.</param>
/// <param name="Why">Why not, or why it is not certain, in a sentence; null when all have a place.</param>
public sealed record VgpuStart(bool? Verdict, string? Profile, VgpuFit? Fit, string? Why);
