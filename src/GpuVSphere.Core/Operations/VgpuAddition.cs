using GpuVSphere.Vim;

namespace GpuVSphere.Operations;

/// <summary>A vGPU that a VM gets.</summary>
/// <param name="Profile">Its profile.</param>
/// <param name="Group">The device group that it comes in, or null.</param>
internal sealed record VgpuAddition(string Profile, DeviceGroupMember? Group = null);
