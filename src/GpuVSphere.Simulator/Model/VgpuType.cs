using System.Collections.Generic;

namespace GpuVSphere.Simulator.Model;

/// <summary>A vGPU type that NVIDIA's host driver knows for a card.</summary>
internal sealed class VgpuType
{
    /// <summary>The part of the card's vGPU names, as in <see cref="CardModel.VgpuToken"/>.</summary>
    public required string Card { get; init; }

    /// <summary>The name in vSphere, such as <c>grid_a100d-40c</c>.</summary>
    public required string Name { get; init; }

    /// <summary><c>Q</c>, <c>C</c>, <c>B</c> or <c>A</c>.</summary>
    public required char Series { get; init; }

    /// <summary><c>compute</c>, <c>quadro</c>, or null where no source says it.</summary>
    public string? Class { get; init; }

    /// <summary>Whether it runs on an instance of a GPU in MIG mode.</summary>
    public bool IsMig => MigSlices > 0;

    public required int FrameBufferMB { get; init; }

    /// <summary>The compute slices of its instance; 0 for time-sliced types.</summary>
    public int MigSlices { get; init; }

    /// <summary>Whether it takes the one media engine of a GPU in MIG mode.</summary>
    public bool HasMediaEngine => Name.EndsWith("me", System.StringComparison.Ordinal);

    /// <summary>How many run on a GPU whose vGPUs are all of one size.</summary>
    public required int MaxEqualSize { get; init; }

    /// <summary>The places it can take on a GPU in mixed-size mode, in GB from the begin of the frame buffer; empty where it cannot run there.</summary>
    public IReadOnlyList<int> Placements { get; init; } = [];

    /// <summary>NVIDIA's number for it; null where no source says it.</summary>
    public int? TypeId { get; init; }

    public required int FirstBranch { get; init; }

    /// <summary>The last driver branch that has it; null when the newest still has it.</summary>
    public int? LastBranch { get; init; }

    /// <summary>The API version of the first ESXi that offers it; null for all.</summary>
    public string? FirstApi { get; init; }

    /// <summary>The size in a mixed-size placement, in the unit of <see cref="Placements"/>.</summary>
    public int PlacementSize => (FrameBufferMB + 1023) / 1024;

    /// <summary>As NVIDIA's tools write it: <c>GRID A100D-40C</c>, <c>NVIDIA A40-48Q</c>.</summary>
    public string NvidiaName => Name.Replace('_', ' ').ToUpperInvariant();
}
