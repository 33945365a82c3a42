using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Vgpu.Maintenance;

/// <summary>How long a vMotion stuns a VM with vGPUs, as far as it can be told beforehand. Pure.</summary>
/// <param name="Seconds">The seconds.</param>
/// <param name="Source">What they rest on; of several vGPUs the weakest.</param>
internal sealed record StunTime(double Seconds, StunSource Source)
{
    // A MB is 8.388608 megabits.
    private const double MegabitsPerMB = 8 * 1.048576;

    /// <summary>Estimates for the vGPUs of a VM: their states are transferred one after the other.</summary>
    /// <param name="vgpus">The vGPUs.</param>
    /// <param name="infos">What the host's driver says of profiles.</param>
    /// <param name="memoryMB">The frame buffer of a profile in MB; null when it is not known.</param>
    /// <param name="bandwidthMbps">The bandwidth of the vMotion network in Mbit/s, above 0.</param>
    /// <returns>Null when nothing tells the size of a vGPU.</returns>
    public static StunTime? Of(IReadOnlyList<VmGpu> vgpus, IReadOnlyList<VgpuProfileInfo> infos, Func<string, int?> memoryMB, int bandwidthMbps)
    {
        StunTime?[] each = [.. vgpus.Select(vgpu => Of(vgpu, infos, memoryMB, bandwidthMbps))];
        return each.Length == 0 || each.Any(one => one is null) ? null : new StunTime(each.Sum(one => one!.Seconds), each.Max(one => one!.Source));
    }

    /// <summary>The time for a bandwidth from those for others: it falls as one over the bandwidth, and something of it stays.</summary>
    internal static (double Seconds, bool IsExact) At(IReadOnlyList<VgpuStunTime> points, int bandwidthMbps)
    {
        VgpuStunTime[] known = [.. points.Where(point => point.BandwidthMbps > 0).GroupBy(point => point.BandwidthMbps).Select(same => same.First()).OrderBy(point => point.BandwidthMbps)];
        if (known.FirstOrDefault(point => point.BandwidthMbps == bandwidthMbps) is { } exact)
        {
            return (exact.Seconds, true);
        }

        VgpuStunTime slowest = known[0], fastest = known[known.Length - 1];
        if (bandwidthMbps < slowest.BandwidthMbps)
        {
            // At most in proportion: what does not depend on the bandwidth is stretched along.
            return (slowest.Seconds * (double)slowest.BandwidthMbps / bandwidthMbps, false);
        }

        if (bandwidthMbps > fastest.BandwidthMbps)
        {
            return (fastest.Seconds, false);
        }

        int above = Array.FindIndex(known, point => point.BandwidthMbps > bandwidthMbps);
        double low = 1.0 / known[above - 1].BandwidthMbps, high = 1.0 / known[above].BandwidthMbps;
        double part = (low - (1.0 / bandwidthMbps)) / (low - high);
        return (known[above - 1].Seconds + (part * (known[above].Seconds - known[above - 1].Seconds)), false);
    }

    private static StunTime? Of(VmGpu vgpu, IReadOnlyList<VgpuProfileInfo> infos, Func<string, int?> memoryMB, int bandwidthMbps)
    {
        string profile = vgpu.VgpuProfile ?? string.Empty;
        VgpuProfileInfo? info = infos.FirstOrDefault(info => info.StunTimes.Any(point => point.BandwidthMbps > 0) && string.Equals(info.Name, profile, StringComparison.OrdinalIgnoreCase));
        if (info is not null)
        {
            (double seconds, bool isExact) = At(info.StunTimes, bandwidthMbps);
            return new StunTime(seconds, isExact ? StunSource.Driver : StunSource.DriverInterpolated);
        }

        return vgpu.MigrationSizeMB is > 0 and { } size ? new StunTime(size * MegabitsPerMB / bandwidthMbps, StunSource.MigrationSize)
            : memoryMB(profile) is { } memory ? new StunTime(memory * MegabitsPerMB / bandwidthMbps, StunSource.FrameBuffer)
            : null;
    }
}
