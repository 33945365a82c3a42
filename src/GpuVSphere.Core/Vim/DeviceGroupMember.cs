namespace GpuVSphere.Vim;

/// <summary>That a new device belongs to a device group of the same spec.</summary>
/// <param name="GroupKey">The key of the group: negative for one that the spec brings.</param>
/// <param name="Sequence">The device's place in the group.</param>
public readonly record struct DeviceGroupMember(int GroupKey, int Sequence);
