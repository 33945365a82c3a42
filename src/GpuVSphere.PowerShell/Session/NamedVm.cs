using GpuVSphere.Inventory;

namespace GpuVSphere.PowerShell.Session;

/// <summary>A VM that was meant, with its server.</summary>
/// <param name="Connection">The server.</param>
/// <param name="Vm">The VM.</param>
internal sealed record NamedVm(GpuConnection Connection, NamedObject Vm);
