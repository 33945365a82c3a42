using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Operations;

/// <summary>Which method a device of a VM belongs to.</summary>
internal static class VmGpuDevices
{
    private const ushort Nvidia = 0x10DE;

    /// <summary>Whether a device of a VM is a GPU given by passthrough.</summary>
    public static bool IsPassthrough(VmGpu device) =>
        device.Kind is VmGpuKind.StaticPassthrough or VmGpuKind.DynamicPassthrough && device.AllowedDevices.Any(ids => ids.VendorId == Nvidia);

    /// <summary>Whether a device of a VM is a vGPU.</summary>
    public static bool IsVgpu(VmGpu device) => device.Kind == VmGpuKind.Vgpu;

    /// <summary>Whether a device of a VM is a GPU, given by either method.</summary>
    public static bool IsGpu(VmGpu device) => IsPassthrough(device) || IsVgpu(device);
}
