namespace GpuVSphere.Vim;

/// <summary>A device group that a VM gets; all its devices come in the same spec (8.0 and later).</summary>
/// <param name="Key">A negative key, until the server gives one.</param>
/// <param name="Name">Its name, as the host offers it.</param>
public readonly record struct NewDeviceGroup(int Key, string Name);
