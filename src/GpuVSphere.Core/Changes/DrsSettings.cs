using System.Collections.Generic;
using GpuVSphere.Vim;

namespace GpuVSphere.Changes;

/// <summary>Whether DRS moves VMs away from a host of a cluster by itself.</summary>
/// <param name="MovesByDefault">Whether DRS is on and fully automated.</param>
/// <param name="Overrides">VMs for which something else goes than for the cluster: whether DRS moves them by itself.</param>
public sealed record DrsSettings(bool MovesByDefault, IReadOnlyDictionary<ManagedObjectReference, bool> Overrides)
{
    /// <summary>Whether DRS moves a VM without being asked.</summary>
    /// <param name="vm">The VM.</param>
    public bool Moves(ManagedObjectReference vm) => Overrides.TryGetValue(vm, out bool moves) ? moves : MovesByDefault;
}
