namespace GpuVSphere.Mmio;

/// <summary>One region of a device as vmware.log lists it.</summary>
/// <param name="Index">The register, 0 to 6.</param>
/// <param name="Type">The type as logged: 2 for a region below 4 GB, 3 for a 64-bit one; others are kept as they are.</param>
/// <param name="SizeBytes">Its size in bytes.</param>
public sealed record VmwareLogBar(int Index, int Type, long SizeBytes);
