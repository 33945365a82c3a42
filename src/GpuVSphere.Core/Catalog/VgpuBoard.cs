using System.Collections.Generic;

namespace GpuVSphere.Catalog;

/// <summary>A GPU that has vGPU types. Boards that differ in ids alone share one <see cref="Name"/>.</summary>
public sealed record VgpuBoard
{
    /// <summary>The word that its type names carry, such as <c>P100</c> or <c>A100D</c>.</summary>
    public required string Name { get; init; }

    /// <summary>PCI device id; the vendor is NVIDIA.</summary>
    public required ushort DeviceId { get; init; }

    /// <summary>The subsystem ids known for it; they decide only where boards share a device id.</summary>
    public IReadOnlyList<GpuSubsystem> Subsystems { get; init; } = [];

    /// <summary>The product's name, for a person.</summary>
    public required string Product { get; init; }

    /// <summary>The generation.</summary>
    public required string Architecture { get; init; }

    /// <summary>The frame buffer that vGPUs can be given, in MB, for one GPU: the size of its largest type.</summary>
    public required int MemoryMB { get; init; }

    /// <summary>How many GPUs sit on one board.</summary>
    public required int GpusPerBoard { get; init; }

    /// <summary>The compute slices of the GPU in MIG mode; null when it has no MIG.</summary>
    public int? ComputeSlices { get; init; }

    /// <summary>The memory slices of the GPU in MIG mode: one more than a GPU with seven compute slices has of those, else as many; null when it has no MIG.</summary>
    public int? MemorySlices => ComputeSlices is { } slices ? slices == 7 ? 8 : slices : null;

    /// <summary>Whether its vGPUs are SR-IOV virtual functions (Ampere and later).</summary>
    public bool UsesSriov { get; init; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
