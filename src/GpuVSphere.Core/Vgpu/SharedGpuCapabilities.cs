namespace GpuVSphere.Vgpu;

/// <summary>What the host says a VM with a profile can do (6.7 and later).</summary>
/// <param name="CanMigrate">Whether it can be moved while it runs.</param>
/// <param name="CanSuspend">Whether it can be suspended.</param>
/// <param name="CanSnapshotDisk">Whether its disks can be snapshot while it runs.</param>
/// <param name="CanSnapshotMemory">Whether its memory can be.</param>
public sealed record SharedGpuCapabilities(bool CanMigrate, bool CanSuspend, bool CanSnapshotDisk, bool CanSnapshotMemory);
