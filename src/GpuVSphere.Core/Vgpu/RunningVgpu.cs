using System;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>A vGPU that runs on a GPU.</summary>
/// <param name="VmId">The VM.</param>
/// <param name="VmName">The VM's name.</param>
/// <param name="Profile">Its profile; null when the VM may not be read.</param>
/// <param name="Placement">Where it is placed: GB of the frame buffer in mixed-size mode, the memory slice in MIG mode; null when nobody says. vim25 does not.</param>
public sealed record RunningVgpu(VimObjectId VmId, string VmName, string? Profile, int? Placement = null)
{
    /// <summary>The VM, the profile, and the place where it is known: <c>ml-01 grid_a100-10c @20</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{VmName} {Profile ?? "(not readable)"}{(Placement is { } place ? FormattableString.Invariant($" @{place}") : string.Empty)}");
}
