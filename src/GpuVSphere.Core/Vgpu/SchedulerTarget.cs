using GpuVSphere.Inventory;

namespace GpuVSphere.Vgpu;

/// <summary>What one GPU's scheduler is to be, and how that comes into force.</summary>
/// <param name="Device">The GPU.</param>
/// <param name="Wanted">The setting; of an undo, what the parameters as they were make of it.</param>
/// <param name="IsLive">Whether nvidia-smi sets it at once.</param>
internal sealed record SchedulerTarget(GpuDevice Device, SchedulerSetting Wanted, bool IsLive);
