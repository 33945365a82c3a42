using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using GpuVSphere.Catalog;

namespace GpuVSphere.Vgpu;

/// <summary>A profile with what is known of it: from the catalogue, else from what the host's driver says, else from its name.</summary>
internal sealed record ProfileFacts
{
    // An unknown profile's name still tells: <board>-<slices>-<size><series>, or <board>-<size><series>.
    private static readonly Regex s_name = new(
        @"^(grid_|nvidia_)?(?<board>.+?)-((?<slices>[1-7])-)?(?<size>[0-9]{1,3})(?<series>[abcq])(?<end>4|me)?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        TimeSpan.FromSeconds(1));

    public required string Name { get; init; }

    /// <summary>The catalogue's entry, or null.</summary>
    public VgpuType? Type { get; init; }

    /// <summary>The ids of the GPUs that have it, as the host's driver says; empty when it does not.</summary>
    public IReadOnlyList<(ushort Vendor, ushort Device)> Devices { get; init; } = [];

    /// <summary>Frame buffer in MB; null when nothing tells.</summary>
    public int? MemoryMB { get; init; }

    /// <summary>The letter of its series; null when nothing tells.</summary>
    public VgpuSeries? Series { get; init; }

    public bool? IsMig { get; init; }

    public int? ComputeSlices { get; init; }

    /// <summary>Whether its GPU instance holds the media engines.</summary>
    public bool HasMediaEngines { get; init; }

    public FactConfidence Confidence => Type?.MaxPerGpuConfidence ?? (MemoryMB is null ? FactConfidence.Unknown : FactConfidence.Computed);

    public static ProfileFacts Of(string name, VgpuCatalog catalog, IReadOnlyList<VgpuProfileInfo> infos)
    {
        VgpuType? type = catalog.FindType(name);
        VgpuProfileInfo[] said = [.. infos.Where(info => string.Equals(info.Name, name.Trim(), StringComparison.OrdinalIgnoreCase))];
        Match match = s_name.Match(name.Trim());
        int? sizeInName = match.Success ? int.Parse(match.Groups["size"].Value, NumberStyles.None, CultureInfo.InvariantCulture) : null;
        return new ProfileFacts
        {
            Name = type?.Name ?? (said.Length > 0 ? said[0].Name : name.Trim()),
            Type = type,
            Devices = [.. said.Select(info => (info.VendorId, info.DeviceId)).Distinct()],
            MemoryMB = type?.MemoryMB
                ?? (said.Length > 0 && said[0].MemoryGB is > 0 and < int.MaxValue / 1024 ? (int?)said[0].MemoryGB * 1024 : null)
                ?? (sizeInName is { } gigabytes ? (int?)(gigabytes == 0 ? 512 : gigabytes * 1024) : null),
            Series = type?.Series ?? (match.Success && Enum.TryParse(match.Groups["series"].Value, ignoreCase: true, out VgpuSeries series) ? series : null),
            IsMig = type is not null ? type.Sharing == VgpuSharing.Mig : said.Length > 0 ? said[0].IsMig : match.Success ? match.Groups["slices"].Success : null,
            HasMediaEngines = type?.HasMediaEngines ?? match.Groups["end"].Value.Equals("me", StringComparison.OrdinalIgnoreCase),
            ComputeSlices = type?.ComputeSlices
                ?? (match.Groups["slices"].Success ? (int?)int.Parse(match.Groups["slices"].Value, NumberStyles.None, CultureInfo.InvariantCulture) : null),
        };
    }

    /// <summary>Whether two profiles can share a GPU in same-size mode by their size; a size that is not known is another.</summary>
    public bool HasSizeOf(ProfileFacts other) => MemoryMB is not null && MemoryMB == other.MemoryMB;
}
