using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Smi;

namespace GpuVSphere.Vgpu;

/// <summary>What nvidia-smi says of a running vGPU: more than vSphere does, and only where somebody asked it.</summary>
/// <param name="Address">The GPU.</param>
/// <param name="VmName">The VM's name.</param>
/// <param name="Profile">The profile, as vSphere names it.</param>
/// <param name="Placement">The placement id (mixed-size) or the first memory slice (MIG); null when the driver does not say.</param>
public sealed record PlacedVgpu(PciAddress Address, string VmName, string Profile, int? Placement)
{
    /// <summary>The vGPUs that nvidia-smi lists on a GPU, as far as it names the GPU and the VM.</summary>
    /// <param name="gpu">The GPU.</param>
    public static IReadOnlyList<PlacedVgpu> Of(NvidiaSmiGpu gpu)
    {
        if (gpu.Address is not { } address)
        {
            return [];
        }

        // The driver's spelling is GRID A100-10C; vSphere's is the same in lower case, with underscores for blanks.
        return [.. gpu.Vgpus
            .Where(vgpu => vgpu.VmName is { Length: > 0 } && vgpu.Name.Length > 0)
            .Select(vgpu => new PlacedVgpu(
                address,
                vgpu.VmName!,
                vgpu.Name.Trim().ToLowerInvariant().Replace(' ', '_'),
                vgpu.PlacementId ?? gpu.MigInstances.FirstOrDefault(instance => instance.Id == vgpu.GpuInstanceId)?.Start))];
    }
}
