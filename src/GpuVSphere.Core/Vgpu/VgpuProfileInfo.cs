using System.Collections.Generic;

namespace GpuVSphere.Vgpu;

/// <summary>What a host's driver says of a profile (7.0 U3 and later). It lists also profiles that the GPU's present mode does not offer.</summary>
/// <param name="Name">The profile.</param>
/// <param name="VendorId">PCI vendor id of the GPUs that have it.</param>
/// <param name="DeviceId">PCI device id of the GPUs that have it.</param>
/// <param name="MemoryGB">Frame buffer in GB.</param>
/// <param name="IsMig">Whether it runs on a GPU instance; else it is time-sliced.</param>
/// <param name="IsCompute">Whether it is for compute; else for graphics.</param>
public sealed record VgpuProfileInfo(string Name, ushort VendorId, ushort DeviceId, long MemoryGB, bool IsMig, bool IsCompute)
{
    /// <summary>How long a vMotion stuns a VM with it, at several bandwidths (8.0 U2 and later); empty where the driver does not say.</summary>
    public IReadOnlyList<VgpuStunTime> StunTimes { get; init; } = [];
}
