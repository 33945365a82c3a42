using System.Collections.Generic;
using GpuVSphere.Inventory;

namespace GpuVSphere.PowerShell.Session;

/// <summary>A host whose compatibility is asked, and which of its VMs.</summary>
/// <param name="Connection">The server.</param>
/// <param name="Host">The host as it was read now.</param>
/// <param name="Vms">The VMs with vGPUs that are meant.</param>
/// <param name="IsNamed">Whether the host was meant by itself, not as one of a cluster or of a wildcard's matches.</param>
internal sealed record CompatibilityTarget(GpuConnection Connection, GpuHost Host, IReadOnlyList<GpuVm> Vms, bool IsNamed);
