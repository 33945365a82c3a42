using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace GpuVSphere.Mmio;

/// <summary>The words of an answer.</summary>
internal static class MmioWords
{
    internal static string Number(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A size to read: whole MB below one GB, else GB with as many places as tell it from the next power of two.</summary>
    internal static string Size(long bytes) => bytes switch
    {
        < 1L << 20 => Number(bytes) + " bytes",
        < MmioSizing.BytesPerGB => Number(bytes >> 20) + " MB",
        _ => (bytes / (double)MmioSizing.BytesPerGB).ToString("#,0.##", CultureInfo.InvariantCulture) + " GB",
    };

    internal static string Devices(IReadOnlyList<MmioDevice> devices)
    {
        string[] parts = [.. devices.GroupBy(device => device.Name).Select(group => group.Count() == 1 ? group.Key : $"{Number(group.Count())} x {group.Key}")];
        return parts.Length < 2 ? string.Concat(parts) : string.Join(", ", parts.Take(parts.Length - 1)) + " and " + parts[parts.Length - 1];
    }

    internal static string Reason(
        string subject,
        IReadOnlyList<MmioDevice> devices,
        long totalBytes,
        int? size,
        int? computed,
        int? existing,
        IReadOnlyList<MmioSource> sources,
        MmioSource? used)
    {
        if (sources.Count == 0 || (devices.Count == 0 && totalBytes == 0))
        {
            return $"{subject}: there is no device that maps memory, so nothing needs to be set.";
        }

        var sentences = new List<string>();
        string who = devices.Count > 0 ? $"{Devices(devices)} {(devices.Count == 1 ? "maps" : "map")} {Size(totalBytes)}" : $"The devices map {Size(totalBytes)}";
        if (size is null)
        {
            sentences.Add($"{who}, which ESXi maps without the 64-bit MMIO keys (up to {Number(MmioSizing.PageLimitWithoutKeys)} pages, 3.5 GB): nothing needs to be set.");
            if (existing is { } unneeded)
            {
                sentences.Add($"The {Number(unneeded)} GB that are set do no harm and stay.");
            }

            return string.Join(" ", sentences);
        }

        if (totalBytes > 0)
        {
            sentences.Add($"{who}.");
        }

        sentences.AddRange(sources.Where(source => source.Kind is MmioSourceKind.BarRule or MmioSourceKind.PagesNeeded && source.SizeGB is not null)
            .Take(1)
            .Select(source => $"The next power of two past that is {Number(source.SizeGB!.Value)} GB."));
        sentences.AddRange(sources.Where(source => source.Kind is MmioSourceKind.Published or MmioSourceKind.DerivedFromPublished).Select(source => source.Statement));
        if (totalBytes is > 0 and <= MmioSizing.GuideThresholdBytes)
        {
            sentences.Add(
                $"The guide sets nothing up to 16 GB, but without the keys ESXi allows {Number(MmioSizing.PageLimitWithoutKeys)} pages (3.5 GB) and these devices need {Number(MmioSizing.PagesNeeded(totalBytes))}: both keys are set.");
        }

        sentences.Add(used?.Kind == MmioSourceKind.Existing
            ? $"The VM has {Number(existing!.Value)} GB already, which is more than the {Number(computed!.Value)} GB needed and is not lowered: {Number(size.Value)} GB."
            : $"Set {Number(size.Value)} GB for the VM as a whole.");
        return string.Join(" ", sentences);
    }
}
