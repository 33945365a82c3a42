namespace GpuVSphere.Vim;

/// <summary>A file system that a host has mounted.</summary>
/// <param name="MountPoint">Such as <c>/vmfs/volumes/5e8f...</c>.</param>
/// <param name="Name">The volume's name; empty when it has none.</param>
/// <param name="Type">Such as <c>VMFS-6</c>, <c>vfat</c>, <c>VMFSOS</c>; empty when it is not said.</param>
/// <param name="SizeBytes">Its size; null when it is not said.</param>
/// <param name="FreeBytes">What is free; null when it is not said.</param>
public sealed record FileSystemVolume(string MountPoint, string Name, string Type, long? SizeBytes, long? FreeBytes);
