using System.Collections.Generic;

namespace GpuVSphere.Vim;

/// <summary>How a graphics device of a host is in use now: <c>HostGraphicsInfo</c>.</summary>
/// <param name="PciId">The device's PCI id, as the host writes it.</param>
/// <param name="DeviceName">Its name, as the host gives it.</param>
/// <param name="GraphicsType">basic (no host driver serves it), shared, direct (passthrough) or sharedDirect.</param>
/// <param name="VgpuMode">none, sameSize, mixedSize or multiInstanceGpu; null before 8.0 U3, which means none.</param>
/// <param name="MemoryKB">Its memory; 0 when the host does not know, as without NVIDIA's driver.</param>
/// <param name="Vms">The VMs that use it.</param>
public sealed record GraphicsInfo(string PciId, string DeviceName, string GraphicsType, string? VgpuMode, long MemoryKB, IReadOnlyList<ManagedObjectReference> Vms);
