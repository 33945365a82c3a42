using System.Collections.Generic;

namespace GpuVSphere.Vim;

/// <summary>How a host is configured to use its graphics devices: <c>HostGraphicsConfig</c>, vSphere 6.5 and later. It is sent as a whole.</summary>
/// <param name="DefaultType">The type of devices that are not named: shared or sharedDirect.</param>
/// <param name="AssignmentPolicy">performance or consolidation.</param>
/// <param name="Devices">The devices that are named.</param>
public sealed record GraphicsConfig(string DefaultType, string AssignmentPolicy, IReadOnlyList<GraphicsDeviceType> Devices);
