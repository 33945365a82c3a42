using System.Collections.Generic;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Decision;

/// <summary>A host that a method may use.</summary>
/// <param name="Host">The host with its GPUs.</param>
/// <param name="OfferedProfiles">The vGPU profiles that it offers; null when they could not be read.</param>
public sealed record DecisionHost(GpuHost Host, IReadOnlyList<string>? OfferedProfiles);
