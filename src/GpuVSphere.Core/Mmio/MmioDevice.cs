using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;

namespace GpuVSphere.Mmio;

/// <summary>One device whose memory regions count for a VM.</summary>
public sealed record MmioDevice
{
    /// <summary>What to call it: its model, its address, or what was typed.</summary>
    public required string Name { get; init; }

    /// <summary>The host that has it, or null when a model was asked for and not a device.</summary>
    public string? HostName { get; init; }

    /// <summary>Where it is on its host, or null.</summary>
    public PciAddress? Address { get; init; }

    /// <summary>Its memory regions, by index; empty for a vGPU, of which only the size of the window is published.</summary>
    public required IReadOnlyList<MmioBar> Bars { get; init; }

    /// <summary>What the vendor publishes for one such GPU, in GB; null when nothing.</summary>
    public int? PublishedGB { get; init; }

    /// <summary>Where the figures come from.</summary>
    public required string Source { get; init; }

    /// <summary>The sum of its regions in bytes.</summary>
    public long BarBytes => Bars.Sum(bar => bar.SizeBytes);

    /// <summary>Its largest region in bytes: BAR1 on a GPU.</summary>
    public long LargestBarBytes => Bars.Count == 0 ? 0 : Bars.Max(bar => bar.SizeBytes);

    /// <summary>How sure the largest region is; the small ones never change a size.</summary>
    public FactConfidence Confidence => Bars.Count == 0 ? FactConfidence.Confirmed : Bars.First(bar => bar.SizeBytes == LargestBarBytes).Confidence;

    /// <summary>Whether a region is larger than what firmware in BIOS mode can place, so that the VM must boot by EFI.</summary>
    public bool RequiresEfi => IsWindowPublished || LargestBarBytes > MmioSizing.EfiThresholdBytes;

    // The keys have no effect on a VM that boots by BIOS.
    private bool IsWindowPublished => Bars.Count == 0 && PublishedGB is not null;

    /// <summary>
    /// How sure <see cref="RequiresEfi"/> is. Sources that disagree on the size of a region agree that it is far past 256 MB, and a vendor publishes a
    /// figure only for GPUs with a large one, so either makes it probable.
    /// </summary>
    public FactConfidence EfiConfidence =>
        RequiresEfi && Confidence < FactConfidence.Probable && (Confidence == FactConfidence.Doubtful || PublishedGB is not null)
            ? FactConfidence.Probable
            : Confidence;
}
