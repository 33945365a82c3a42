namespace GpuVSphere.Simulator.Model;

/// <summary>A device group of a VM.</summary>
/// <param name="Key">Its key in the VM, 0 or above.</param>
/// <param name="Name">The name the host offered it by.</param>
internal sealed record VmDeviceGroup(int Key, string Name);
