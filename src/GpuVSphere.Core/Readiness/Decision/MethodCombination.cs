namespace GpuVSphere.Readiness.Decision;

/// <summary>Two methods that work together.</summary>
/// <param name="First">One.</param>
/// <param name="Second">The other.</param>
/// <param name="How">How, in a sentence.</param>
/// <param name="Source">What that rests on.</param>
public sealed record MethodCombination(GpuMethod First, GpuMethod Second, string How, string Source);
