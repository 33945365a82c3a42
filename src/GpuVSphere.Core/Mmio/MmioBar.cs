using GpuVSphere.Catalog;

namespace GpuVSphere.Mmio;

/// <summary>One memory region that a PCI device asks for (a Base Address Register).</summary>
/// <param name="Index">The register, 0 to 6. A 64-bit region takes two registers, so 3 follows 1.</param>
/// <param name="SizeBytes">Its size in bytes.</param>
/// <param name="Confidence">How sure the size is.</param>
public sealed record MmioBar(int Index, long SizeBytes, FactConfidence Confidence);
