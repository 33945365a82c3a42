namespace GpuVSphere.Catalog;

/// <summary>One build of ESXi.</summary>
/// <param name="Version">The version it belongs to, such as <c>8.0</c>.</param>
/// <param name="Name">The name, such as <c>8.0 U3</c>.</param>
/// <param name="Build">The build number; null when it is not known.</param>
/// <param name="Date">When it came out, as <c>2024-06-25</c>; empty when it is not known.</param>
/// <param name="Confidence">How sure that is.</param>
public sealed record EsxiBuild(string Version, string Name, int? Build, string Date, FactConfidence Confidence);
