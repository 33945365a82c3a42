using GpuVSphere.Inventory;

namespace GpuVSphere.Vgpu;

/// <summary>What nvidia-smi says of a running vGPU: more than vSphere does, and only where somebody asked it.</summary>
/// <param name="Address">The GPU.</param>
/// <param name="VmName">The VM's name.</param>
/// <param name="Profile">The profile, as vSphere names it.</param>
/// <param name="Placement">The placement id (mixed-size) or the first memory slice (MIG); null when the driver does not say.</param>
public sealed record PlacedVgpu(PciAddress Address, string VmName, string Profile, int? Placement);
