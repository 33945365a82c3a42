using GpuVSphere.Inventory;

namespace GpuVSphere.PowerShell.Session;

/// <summary>A host that was meant, with its server.</summary>
/// <param name="Connection">The server.</param>
/// <param name="Host">The host.</param>
/// <param name="IsNamed">Whether it was meant by itself, not as one of a cluster or of a wildcard's matches.</param>
internal sealed record NamedHost(GpuConnection Connection, NamedObject Host, bool IsNamed);
