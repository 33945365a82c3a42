using GpuVSphere.Catalog;

namespace GpuVSphere.Mmio;

/// <summary>What one source says the size should be.</summary>
/// <param name="Kind">Which source.</param>
/// <param name="SizeGB">The size it gives for the whole VM, in GB; null when by this source nothing needs to be set.</param>
/// <param name="Confidence">How sure it is.</param>
/// <param name="Statement">What it says, in words.</param>
/// <param name="IsUsed">Whether the answer is its.</param>
public sealed record MmioSource(MmioSourceKind Kind, int? SizeGB, FactConfidence Confidence, string Statement, bool IsUsed = false);
