using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Catalog;

namespace GpuVSphere.Mmio;

/// <summary>The answer to: how much 64-bit memory-mapped I/O does this VM need, and who says so?</summary>
public sealed record MmioReport
{
    /// <summary>What the answer is about: a VM, models, a log, numbers.</summary>
    public required string Subject { get; init; }

    /// <summary>
    /// The value for <c>pciPassthru.64bitMMIOSizeGB</c>, for all devices of the VM together, in GB (2^30 bytes); a power of two.
    /// Null when nothing needs to be set.
    /// </summary>
    public required int? SizeGB { get; init; }

    /// <summary>Whether the two keys must be set.</summary>
    public bool IsNeeded => SizeGB is not null;

    /// <summary>Whether the VM must boot by EFI: a region is larger than 256 MB.</summary>
    public required bool RequiresEfi { get; init; }

    /// <summary>How sure <see cref="RequiresEfi"/> is. Only what is <see cref="FactConfidence.Probable"/> or better should stop a change.</summary>
    public required FactConfidence EfiConfidence { get; init; }

    /// <summary>The sum of all regions in bytes.</summary>
    public required long TotalBarBytes { get; init; }

    /// <summary>The pages of 4 KiB that ESXi counts for these regions when it compares with its limit.</summary>
    public long PagesNeeded => MmioSizing.PagesNeeded(TotalBarBytes);

    /// <summary>The devices that were counted; empty when only a page count was known.</summary>
    public required IReadOnlyList<MmioDevice> Devices { get; init; }

    /// <summary>What each source says, and which was used.</summary>
    public required IReadOnlyList<MmioSource> Sources { get; init; }

    /// <summary>The source that was used; null when no source asks for anything.</summary>
    public MmioSource? UsedSource => Sources.FirstOrDefault(source => source.IsUsed);

    /// <summary>How sure the size is.</summary>
    public required FactConfidence Confidence { get; init; }

    /// <summary>The size that the VM has already, in GB; null when none or when there is no VM.</summary>
    public int? ExistingSizeGB { get; init; }

    /// <summary>The answer in words.</summary>
    public required string Reason { get; init; }

    /// <summary>What else should be known, each in a sentence: what was assumed, what was not counted.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What is wrong with the keys that the VM has.</summary>
    public IReadOnlyList<MmioKeyFinding> KeyFindings { get; init; } = [];

    /// <summary>The keys and values to set; empty when nothing needs to be set.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> ExtraConfig => SizeGB is { } size
        ? new KeyValuePair<string, string>[]
        {
            new(MmioKeys.Use64Bit, "TRUE"),
            new(MmioKeys.SizeGB, size.ToString(CultureInfo.InvariantCulture)),
        }
        : Array.Empty<KeyValuePair<string, string>>();

    /// <summary>The answer in words.</summary>
    public override string ToString() => Reason;
}
