using System.Collections.Generic;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness;

/// <summary>One vGPU that a VM is to have.</summary>
public sealed record VgpuWish
{
    /// <summary>The profile, as the host spells it.</summary>
    public required string Profile { get; init; }

    /// <summary>Whether the VM's host offers it; null when its offer could not be read.</summary>
    public bool? IsOffered { get; init; }

    /// <summary>The names nearest to it that the host offers.</summary>
    public IReadOnlyList<string> NearNames { get; init; } = [];

    /// <summary>Other hosts of the VM's cluster that offer it.</summary>
    public IReadOnlyList<string> OfferedBy { get; init; } = [];

    /// <summary>The GPUs of the VM's host that the profile is for; all of its GPUs when the catalogue does not know the profile.</summary>
    public IReadOnlyList<GpuDevice> Gpus { get; init; } = [];

    /// <summary>Whether it takes the whole frame buffer of a GPU; null when the catalogue does not know the profile.</summary>
    public bool? IsWholeGpu { get; init; }
}
