using System.Collections.Generic;
using GpuVSphere.Inventory;

namespace GpuVSphere.PowerShell.Session;

/// <summary>A host that is meant, and which of its GPUs.</summary>
/// <param name="Connection">The server.</param>
/// <param name="Host">The host as it was read now.</param>
/// <param name="Devices">The GPUs; null for the host as a whole.</param>
internal sealed record HostMeant(GpuConnection Connection, GpuHost Host, IReadOnlyList<GpuDevice>? Devices)
{
    /// <summary>The names of its VIBs that are meant; null for all of NVIDIA's.</summary>
    public IReadOnlyList<string>? Vibs { get; init; }
}
