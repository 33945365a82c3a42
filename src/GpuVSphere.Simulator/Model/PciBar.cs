namespace GpuVSphere.Simulator.Model;

/// <summary>One memory window of a PCI function. A 64-bit window takes two registers, so the next index after 1 is 3.</summary>
/// <param name="Index">The base address register.</param>
/// <param name="Is64Bit">Type 3 with flags 12 in vmware.log; otherwise type 2 with flags 0 (vim25-gpu.md 5).</param>
/// <param name="Size">In bytes.</param>
internal sealed record PciBar(int Index, bool Is64Bit, long Size);
