using GpuVSphere.Changes;

namespace GpuVSphere.Operations;

/// <summary>What became of the work in one guest.</summary>
/// <typeparam name="T">What the work gives.</typeparam>
/// <param name="Target">The VM.</param>
/// <param name="Value">What the work gave; null when it failed or was not begun.</param>
/// <param name="Error">Why it failed; null when it did not. Neither value nor error: it was stopped before its begin.</param>
internal sealed record GuestAnswer<T>(PlanTarget Target, T? Value, GpuVSphereException? Error)
    where T : class;
