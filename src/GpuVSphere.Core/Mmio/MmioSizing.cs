using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Catalog;

namespace GpuVSphere.Mmio;

/// <summary>
/// The arithmetic of 64-bit memory-mapped I/O. Pure: the same input gives the same answer. A GB is 2^30 bytes throughout, as in ESXi's keys.
/// </summary>
public static class MmioSizing
{
    /// <summary>Bytes in a GB.</summary>
    public const long BytesPerGB = 1L << 30;

    /// <summary>Bytes in a page, as ESXi counts them.</summary>
    public const int PageBytes = 4096;

    /// <summary>The pages that ESXi was seen to allow when the keys are not set: 3.5 GB (a vmware.log that Dell published).</summary>
    public const long PageLimitWithoutKeys = 917_504;

    /// <summary>The pages that ESXi was seen to count on top of the regions' own (the same log).</summary>
    public const int PagesOnTop = 2;

    /// <summary>Up to this sum of regions the guide sets nothing: 16 GB.</summary>
    public const long GuideThresholdBytes = 16 * BytesPerGB;

    /// <summary>A region larger than this needs EFI: 256 MB.</summary>
    public const long EfiThresholdBytes = 256L << 20;

    /// <summary>The largest region that is believed: 16 TB, far more than any that is sold.</summary>
    public const long LargestBarBytes = 1L << 44;

    /// <summary>The most devices that a VM can have: 128, since vSphere 8.0 U2.</summary>
    public const int MostDevices = 128;

    // ESXi addresses 1,024 TiB at most (6.7 and later); a window larger than that cannot be.
    private const long LargestTotalBytes = (1L << 50) - 1;

    /// <summary>The smallest power of two, in GB, that is larger than a number of bytes: past the sum also when the sum is itself a power of two.</summary>
    /// <param name="totalBytes">The sum of the regions, from 0 to 1,024 TB.</param>
    /// <returns>1 to 1,048,576.</returns>
    /// <exception cref="GpuVSphereException">InvalidBarSize: the sum is negative or beyond what ESXi can address.</exception>
    public static int NextPowerOfTwoGB(long totalBytes)
    {
        if (totalBytes is < 0 or > LargestTotalBytes)
        {
            throw InvalidBar(
                $"The memory regions add up to {totalBytes.ToString(CultureInfo.InvariantCulture)} bytes; ESXi addresses 1,024 TB at most.",
                "Check the sizes: the largest region of a GPU sold today is 512 GB.");
        }

        long size = 1;
        while (size * BytesPerGB <= totalBytes)
        {
            size *= 2;
        }

        return (int)size;
    }

    /// <summary>The smallest power of two that is not smaller than a number.</summary>
    /// <param name="sizeGB">GB, 1 to 1,048,576.</param>
    public static int RoundUpToPowerOfTwo(long sizeGB)
    {
        if (sizeGB is < 1 or > LargestTotalBytes / BytesPerGB + 1)
        {
            throw InvalidBar($"{sizeGB.ToString(CultureInfo.InvariantCulture)} GB is not a size that a VM can map.", "Give 1 to 1048576 GB.");
        }

        long size = 1;
        while (size < sizeGB)
        {
            size *= 2;
        }

        return (int)size;
    }

    /// <summary>The pages that ESXi counts for a sum of regions: one for every 4 KiB, and two.</summary>
    /// <param name="totalBytes">The sum of the regions; not negative.</param>
    public static long PagesNeeded(long totalBytes) => (totalBytes / PageBytes) + (totalBytes % PageBytes == 0 ? 0 : 1) + PagesOnTop;

    /// <summary>The sum of regions that a page count from a failed power-on stands for.</summary>
    /// <param name="pages">The number after <c>total number of pages needed</c>.</param>
    /// <exception cref="GpuVSphereException">InvalidPageCount: fewer than one page, or more than ESXi can address.</exception>
    public static long BytesOfPages(long pages) =>
        pages is >= 1 and <= LargestTotalBytes / PageBytes
            ? Math.Max(0, pages - PagesOnTop) * PageBytes
            : throw new GpuVSphereException(
                "InvalidPageCount",
                GpuErrorCategory.InvalidArgument,
                $"{pages.ToString(CultureInfo.InvariantCulture)} pages of 4 KiB is not something a VM can ask for.",
                nextStep: "Take the number from the line 'total number of pages needed' of vmware.log.");

    /// <summary>Whether ESXi refuses a sum of regions when the keys are not set.</summary>
    /// <param name="totalBytes">The sum of the regions; not negative.</param>
    public static bool NeedsKeys(long totalBytes) => PagesNeeded(totalBytes) > PageLimitWithoutKeys;

    /// <summary>A region's size from GB.</summary>
    /// <param name="sizeGB">Larger than 0 and at most 16,384 (16 TB); 0.25 is the 256 MB of a T4.</param>
    /// <exception cref="GpuVSphereException">InvalidBarSize.</exception>
    public static long BarBytes(double sizeGB)
    {
        // Written so that NaN is refused too.
        if (!(sizeGB > 0 && sizeGB <= LargestBarBytes / BytesPerGB))
        {
            throw InvalidBar(
                $"A BAR of {sizeGB.ToString("R", CultureInfo.InvariantCulture)} GB cannot be; it must be more than 0 and at most {LargestBarBytes / BytesPerGB} GB.",
                "Give the size of one GPU's largest region in GB, such as -BarSizeGB 16. The catalogue knows it: Get-MmioSize -Model <name>.");
        }

        return Math.Max(1, (long)Math.Round(sizeGB * BytesPerGB));
    }

    /// <summary>Checks a number of devices.</summary>
    /// <param name="count">1 to 128.</param>
    /// <exception cref="GpuVSphereException">InvalidDeviceCount.</exception>
    public static int DeviceCount(int count) => count is >= 1 and <= MostDevices
        ? count
        : throw new GpuVSphereException(
            "InvalidDeviceCount",
            GpuErrorCategory.InvalidArgument,
            $"A VM cannot have {count.ToString(CultureInfo.InvariantCulture)} passthrough devices here; the count must be 1 to {MostDevices}.",
            nextStep: "Give the number of GPUs that the VM will have, such as -Count 2.");

    /// <summary>Sizes the window for a VM with these devices.</summary>
    /// <param name="subject">What the answer is about, in words.</param>
    /// <param name="devices">All devices of the VM that map memory; at most 128. Empty means that nothing is needed.</param>
    /// <param name="existingGB">The size that is set already; it is never lowered. Null when none is.</param>
    /// <param name="pagesNeeded">The page count of a failed power-on, or null.</param>
    /// <param name="notes">What else the answer should tell.</param>
    /// <param name="keyFindings">What is wrong with the keys that are set.</param>
    /// <exception cref="GpuVSphereException">InvalidDeviceCount, InvalidBarSize or InvalidPageCount.</exception>
    public static MmioReport Size(
        string subject,
        IReadOnlyList<MmioDevice> devices,
        int? existingGB = null,
        long? pagesNeeded = null,
        IReadOnlyList<string>? notes = null,
        IReadOnlyList<MmioKeyFinding>? keyFindings = null)
    {
        if (devices.Count > 0)
        {
            DeviceCount(devices.Count);
        }

        foreach (MmioDevice device in devices)
        {
            foreach (MmioBar bar in device.Bars)
            {
                CheckBar(device, bar);
            }
        }

        long barBytes = devices.Sum(device => device.BarBytes);
        long pageBytes = pagesNeeded is { } pages ? BytesOfPages(pages) : 0;
        long totalBytes = Math.Max(barBytes, pageBytes);

        var sources = new List<MmioSource>();
        MmioDevice[] withBars = [.. devices.Where(device => device.Bars.Count > 0)];
        if (withBars.Length > 0)
        {
            sources.Add(ByRule(withBars, barBytes));
        }

        if (pagesNeeded is { } counted)
        {
            sources.Add(ByPages(counted, pageBytes));
        }

        if (ByPublished(devices) is { } published)
        {
            sources.Add(published);
        }

        int? computed = sources.Max(source => source.SizeGB);
        int? kept = existingGB is { } present and > 0 ? RoundUpToPowerOfTwo(present) : null;
        if (existingGB is { } value && kept is { } rounded)
        {
            sources.Add(new MmioSource(
                MmioSourceKind.Existing,
                rounded,
                FactConfidence.Measured,
                value == rounded ? Text($"The VM has {value} GB set.") : Text($"The VM has {value} GB set, which is no power of two: {rounded} GB.")));
        }

        // Nothing to set stays nothing to set, also where somebody set a size: it does no harm and is left alone.
        int? size = computed is { } least ? Math.Max(least, kept ?? 0) : null;
        MmioSource? used = size is null
            ? null
            : sources.Where(source => source.SizeGB == size).OrderBy(source => source.Kind == MmioSourceKind.Existing).ThenByDescending(source => source.Confidence).First();

        MmioDevice[] forEfi = [.. devices.Where(device => device.RequiresEfi)];
        bool onlyPages = devices.Count == 0 && NeedsKeys(pageBytes);
        return new MmioReport
        {
            Subject = subject,
            SizeGB = size,
            RequiresEfi = forEfi.Length > 0 || onlyPages,
            EfiConfidence = forEfi.Length > 0 ? forEfi.Max(device => device.EfiConfidence)
                : devices.Count > 0 ? devices.Min(device => device.EfiConfidence)
                : FactConfidence.Computed,
            TotalBarBytes = totalBytes,
            Devices = devices,
            Sources = [.. sources.Select(source => source with { IsUsed = ReferenceEquals(source, used) })],
            Confidence = used?.Confidence ?? (sources.Count > 0 ? sources.Min(source => source.Confidence) : FactConfidence.Confirmed),
            ExistingSizeGB = existingGB,
            Reason = MmioWords.Reason(subject, devices, totalBytes, size, computed, existingGB, sources, used),
            Notes = notes ?? [],
            KeyFindings = keyFindings ?? [],
        };
    }

    private static MmioSource ByRule(IReadOnlyList<MmioDevice> devices, long barBytes)
    {
        FactConfidence confidence = devices.Min(device => device.Confidence);
        int next = NextPowerOfTwoGB(barBytes);
        return NeedsKeys(barBytes)
            ? new MmioSource(
                MmioSourceKind.BarRule,
                next,
                confidence,
                $"The regions add up to {MmioWords.Size(barBytes)}; the next power of two past that is {MmioWords.Number(next)} GB.")
            : new MmioSource(
                MmioSourceKind.BarRule,
                null,
                confidence,
                $"The regions add up to {MmioWords.Size(barBytes)}, {MmioWords.Number(PagesNeeded(barBytes))} pages: within the {MmioWords.Number(PageLimitWithoutKeys)} that ESXi allows without the keys.");
    }

    private static MmioSource ByPages(long pages, long pageBytes)
    {
        int? size = NeedsKeys(pageBytes) ? NextPowerOfTwoGB(pageBytes) : null;
        string statement = $"ESXi counted {MmioWords.Number(pages)} pages, which is {MmioWords.Size(pageBytes)} of regions"
            + (size is { } next ? $"; the next power of two past that is {MmioWords.Number(next)} GB." : ": within its limit without the keys.");

        // One published log carries the arithmetic, so it is not called confirmed.
        return new MmioSource(MmioSourceKind.PagesNeeded, size, FactConfidence.Probable, statement);
    }

    private static MmioSource? ByPublished(IReadOnlyList<MmioDevice> devices)
    {
        MmioDevice[] named = [.. devices.Where(device => device.PublishedGB is not null)];
        if (named.Length == 0)
        {
            return null;
        }

        if (devices.Count == 1)
        {
            return new MmioSource(
                MmioSourceKind.Published,
                named[0].PublishedGB,
                FactConfidence.Confirmed,
                $"NVIDIA publishes {MmioWords.Number(named[0].PublishedGB!.Value)} GB for one {named[0].Name}.");
        }

        long sum = named.Sum(device => (long)device.PublishedGB!.Value);
        int size = RoundUpToPowerOfTwo(sum);
        string parts = string.Join(
            " + ",
            named.GroupBy(device => (device.Name, device.PublishedGB))
                .Select(group => $"{group.Count().ToString(CultureInfo.InvariantCulture)} x {MmioWords.Number(group.Key.PublishedGB!.Value)} GB ({group.Key.Name})"));
        string others = named.Length < devices.Count ? "; for the other devices nothing is published" : string.Empty;
        string rounded = sum == size ? string.Empty : $", as a power of two {MmioWords.Number(size)} GB";
        return new MmioSource(
            MmioSourceKind.DerivedFromPublished,
            size,
            FactConfidence.Computed,
            $"Derived from what NVIDIA publishes for one GPU: {parts} = {MmioWords.Number(sum)} GB{rounded}{others}.");
    }

    private static void CheckBar(MmioDevice device, MmioBar bar)
    {
        if (bar.SizeBytes is < 1 or > LargestBarBytes)
        {
            throw new GpuVSphereException(
                "InvalidBarSize",
                GpuErrorCategory.InvalidData,
                $"BAR{bar.Index.ToString(CultureInfo.InvariantCulture)} of {device.Name} is given as {bar.SizeBytes.ToString(CultureInfo.InvariantCulture)} bytes, which cannot be (1 byte to 16 TB).",
                device.Name,
                "Check where the size comes from; a log that was cut or edited is no use. Get-MmioSize -Model <name> answers from the catalogue.");
        }
    }

    private static GpuVSphereException InvalidBar(string message, string nextStep) =>
        new("InvalidBarSize", GpuErrorCategory.InvalidArgument, message, nextStep: nextStep);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
