using System.Collections.Generic;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness;

namespace GpuVSphere.Methods;

/// <summary>What a host is asked about: whether it is ready for one method or for both.</summary>
/// <param name="Host">The host, as the inventory has it.</param>
/// <param name="Methods"><see cref="ReadinessAction.UsePassthrough"/>, <see cref="ReadinessAction.UseVgpu"/>, or both; None for what its GPUs are configured for, and for both where they are not configured at all.</param>
/// <param name="Devices">Only these of its GPUs; null for all.</param>
public sealed record HostUse(GpuHost Host, ReadinessAction Methods = ReadinessAction.None, IReadOnlyList<GpuDevice>? Devices = null);
