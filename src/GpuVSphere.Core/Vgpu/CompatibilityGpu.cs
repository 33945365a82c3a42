using System.Collections.Generic;

namespace GpuVSphere.Vgpu;

/// <summary>A GPU whose compatibility is asked.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Boards">The boards that it can be, by the word in the names of their types; empty when the catalogue has none.</param>
public sealed record CompatibilityGpu(string Name, IReadOnlyList<string> Boards);
