namespace GpuVSphere.Catalog;

/// <summary>Which vGPU releases serve a board.</summary>
/// <param name="Board">The word in the names of its types, such as <c>P100</c>.</param>
/// <param name="First">The first release, such as <c>12.2</c>; null when it is not known.</param>
/// <param name="FirstConfidence">How sure that is.</param>
/// <param name="Last">The last main release for which all sources agree; null when the newest still serves it.</param>
/// <param name="LastListed">The last main release that any source has.</param>
/// <param name="Source">Where that is from.</param>
public sealed record GpuReleaseRange(string Board, ReleaseNumber? First, FactConfidence FirstConfidence, int? Last, int? LastListed, string Source);
