namespace GpuVSphere.Catalog;

/// <summary>What is known of a main release of the manager with one of the guest.</summary>
/// <param name="Verdict">Whether they work together.</param>
/// <param name="Confidence">How sure the source is.</param>
/// <param name="Reason">Why, as half a sentence about the two.</param>
/// <param name="Source">Where that is written.</param>
internal sealed record PairAnswer(CompatibilityVerdict Verdict, FactConfidence Confidence, string Reason, string Source);
