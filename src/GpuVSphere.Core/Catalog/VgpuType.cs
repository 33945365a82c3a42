using System.Collections.Generic;

namespace GpuVSphere.Catalog;

/// <summary>What is known of one vGPU type, which vSphere calls a profile.</summary>
public sealed record VgpuType
{
    /// <summary>The name as vSphere has it, such as <c>grid_p100-8q</c>. Names ignore case.</summary>
    public required string Name { get; init; }

    /// <summary>The board, by the word that its type names carry: <c>A100D</c> is the A100 PCIe with 80 GB.</summary>
    public required string Board { get; init; }

    /// <summary>The series.</summary>
    public required VgpuSeries Series { get; init; }

    /// <summary>Frame buffer in MB.</summary>
    public required int MemoryMB { get; init; }

    /// <summary>How it shares the GPU.</summary>
    public required VgpuSharing Sharing { get; init; }

    /// <summary>The compute slices of its GPU instance; null when it is time-sliced on the whole GPU.</summary>
    public int? ComputeSlices { get; init; }

    /// <summary>The memory slices of its GPU instance, of eight where the GPU has seven compute slices; null when it is time-sliced on the whole GPU.</summary>
    public int? MemorySlices { get; init; }

    /// <summary>Whether its GPU instance holds the media engines, of which there is one set (names that end with <c>me</c>).</summary>
    public bool HasMediaEngines { get; init; }

    /// <summary>How many of it share one GPU instance; 1 for most MIG-backed types, null when it is time-sliced on the whole GPU.</summary>
    public int? MaxPerInstance { get; init; }

    /// <summary>How many fit on one GPU when nothing else is on it: in same-size mode, or on its GPU instances; null when nobody says.</summary>
    public int? MaxPerGpu { get; init; }

    /// <summary>How sure <see cref="MaxPerGpu"/> is: computed where it follows from the frame buffer alone.</summary>
    public FactConfidence MaxPerGpuConfidence { get; init; }

    /// <summary>How many fit on one GPU in mixed-size mode; null where the board or the type has no such mode.</summary>
    public int? MaxPerGpuMixed { get; init; }

    /// <summary>Where it can be placed in mixed-size mode: the placement ids, in GB of the frame buffer from its start; empty where there is no such mode.</summary>
    public IReadOnlyList<int> Placements { get; init; } = [];

    /// <summary>How sure <see cref="Placements"/> are: computed where a rule gives them that gives every documented row too.</summary>
    public FactConfidence PlacementConfidence { get; init; }

    /// <summary>The first driver branch that has it, such as <c>R580</c>. R515 is the oldest list that was read: the type may be older.</summary>
    public string FirstBranch { get; init; } = string.Empty;

    /// <summary>The last driver branch that has it; null when the newest one does.</summary>
    public string? LastBranch { get; init; }

    /// <summary>The vSphere version from which ESXi offers it, such as <c>8.0 U3</c>; null when nothing is said.</summary>
    public string? MinimumVSphere { get; init; }

    /// <summary>The licence that a VM with it needs.</summary>
    public string Licence => LicenceOf(Series);

    /// <summary>The licence that VMs with profiles of a series need.</summary>
    /// <param name="series">The series.</param>
    public static string LicenceOf(VgpuSeries series) => series switch
    {
        VgpuSeries.Q => "vWS",
        VgpuSeries.B => "vPC or vWS",
        VgpuSeries.A => "vApps",
        // vCS was sold up to vGPU 13; who has it keeps it.
        _ => "vCS/AI Enterprise",
    };

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
