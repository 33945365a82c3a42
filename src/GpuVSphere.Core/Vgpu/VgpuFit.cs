using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;

namespace GpuVSphere.Vgpu;

/// <summary>How many more vGPUs of a profile start on one host, where, and why not more.</summary>
public sealed record VgpuFit
{
    /// <summary>The profile.</summary>
    public required string Profile { get; init; }

    /// <summary>How many start for certain.</summary>
    public required int CanStart { get; init; }

    /// <summary>How many start at most. The two differ only where something that decides is not readable; <see cref="Notes"/> says what.</summary>
    public required int MayStart { get; init; }

    /// <summary>Every GPU of the host.</summary>
    public required IReadOnlyList<GpuFit> Gpus { get; init; }

    /// <summary>The GPUs of which the host gives one to the next vGPU: one where the assignment policy decides, several where it may be any of them.</summary>
    public IReadOnlyList<PciAddress> Next { get; init; } = [];

    /// <summary>What the numbers rest on where it is less than a documented maximum and a reading.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>How sure the maximum of the profile is: computed where it follows from the frame buffer alone.</summary>
    public FactConfidence Confidence { get; init; }

    /// <summary>Why not more, in a sentence; null when every GPU of the host is free for the profile.</summary>
    public string? Why { get; init; }

    /// <summary>The VMs that would have to go for more to start.</summary>
    public IReadOnlyList<RunningVgpu> InTheWay => Gpus.SelectMany(gpu => gpu.InTheWay).Distinct().ToArray();

    /// <summary>Whether so many more start: true for certain, false for certain not, null when it is not certain.</summary>
    /// <param name="count">How many; 1 or more.</param>
    public bool? Fits(int count) => count <= CanStart ? true : count > MayStart ? false : null;
}
