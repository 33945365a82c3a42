using GpuVSphere.Vim;

namespace GpuVSphere.Inventory;

/// <summary>A VM that holds a GPU, or is configured to.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="VmName">Its name.</param>
/// <param name="Kind">How the GPU is given to it.</param>
/// <param name="IsRunning">Whether the VM is powered on, so that the device is truly in use.</param>
public sealed record GpuAssignment(VimObjectId Vm, string VmName, VmGpuKind Kind, bool IsRunning);
