using System.Collections.Generic;

namespace GpuVSphere.Catalog;

/// <summary>What is known of one model of GPU. A board with several GPUs is several devices; all figures are for one of them.</summary>
public sealed record GpuModel
{
    /// <summary>The name of this project for it, such as <c>A100 PCIe 80GB</c>; unique in a catalogue.</summary>
    public required string Name { get; init; }

    /// <summary>Other names that are accepted.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>PCI vendor id, 0x10DE for NVIDIA.</summary>
    public required ushort VendorId { get; init; }

    /// <summary>PCI device id.</summary>
    public required ushort DeviceId { get; init; }

    /// <summary>The subsystem ids known for it; empty when none are, or when any will do.</summary>
    public IReadOnlyList<GpuSubsystem> Subsystems { get; init; } = [];

    /// <summary>The generation: Pascal, Volta, Turing, Ampere, Ada, Hopper, Blackwell.</summary>
    public required string Architecture { get; init; }

    /// <summary>PCIe, SXM4, MXM and the like.</summary>
    public required string Form { get; init; }

    /// <summary>Frame buffer of one GPU in GB, as the vendor counts it.</summary>
    public required int MemoryGB { get; init; }

    /// <summary>How many GPUs sit on one board: 4 on an A16.</summary>
    public required int GpusPerBoard { get; init; }

    /// <summary>BAR0 (control registers) in bytes; null when no source gives it.</summary>
    public long? Bar0Bytes { get; init; }

    /// <summary>BAR1 (the window on the frame buffer) in bytes; null when it is not known.</summary>
    public long? Bar1Bytes { get; init; }

    /// <summary>BAR3 in bytes; null when no source gives it.</summary>
    public long? Bar3Bytes { get; init; }

    /// <summary>How sure <see cref="Bar1Bytes"/> is; <see cref="FactConfidence.Unknown"/> when it is null.</summary>
    public required FactConfidence Bar1Confidence { get; init; }

    /// <summary>What the vendor publishes for <c>pciPassthru.64bitMMIOSizeGB</c> with one of these; null when it publishes nothing.</summary>
    public int? PublishedMmioGB { get; init; }

    /// <summary>Whether the vendor's display mode tool changes BAR1, so that a board may differ from <see cref="Bar1Bytes"/>.</summary>
    public bool DisplayModeChangesBar1 { get; init; }

    /// <summary>Where the figures come from, in short.</summary>
    public required string Source { get; init; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
