using System.Collections.Generic;
using GpuVSphere.Changes;

namespace GpuVSphere.Guest;

/// <summary>What was seen in one guest.</summary>
/// <param name="Target">The VM.</param>
/// <param name="Checks">The checks, in the order in which one rests on the other; empty when the guest could not be asked.</param>
/// <param name="Error">Why it could not be asked; null when it was.</param>
public sealed record GuestGpuTestResult(PlanTarget Target, IReadOnlyList<GuestGpuCheck> Checks, GpuVSphereException? Error);
