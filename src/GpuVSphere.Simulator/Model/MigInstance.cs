using System.Collections.Generic;

namespace GpuVSphere.Simulator.Model;

/// <summary>A GPU instance of a GPU in MIG mode.</summary>
/// <param name="Id">Its number on the GPU, from 1.</param>
/// <param name="Profile">What it is made of.</param>
/// <param name="Start">Its first memory slice, 0 to 7.</param>
internal sealed record MigInstance(int Id, MigProfile Profile, int Start)
{
    /// <summary>Whether the host made it for a VM that powered on, and takes it away when the VM powers off.</summary>
    public bool IsAutomatic { get; init; }

    /// <summary>The sizes, in compute slices, of its compute instances.</summary>
    public List<int> ComputeInstances { get; } = [];
}
