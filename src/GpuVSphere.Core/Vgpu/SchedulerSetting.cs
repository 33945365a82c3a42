using System;
using System.Globalization;

namespace GpuVSphere.Vgpu;

/// <summary>A policy with its time slice.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="TimeSliceMs">The time slice in milliseconds; null for the driver's default, or where it was not told.</param>
internal sealed record SchedulerSetting(VgpuSchedulerPolicy Policy, double? TimeSliceMs = null)
{
    /// <summary>The shortest slice that the driver takes, in milliseconds (NVIDIA's user guide, RmPVMRL registry key).</summary>
    public const int ShortestMs = 1;

    /// <summary>The longest slice that the driver takes, in milliseconds (NVIDIA's user guide, RmPVMRL registry key).</summary>
    public const int LongestMs = 30;

    // The driver's own slices are 2 ms for up to 8 vGPUs on a GPU and 1 ms for more; as frequencies 480 and 960 Hz, 2.08 and 1.04 ms.
    private const double LongestDefaultMs = 2.1;
    private const double Rounding = 0.5;

    public static SchedulerSetting BestEffort { get; } = new(VgpuSchedulerPolicy.BestEffort);

    /// <summary>Reads what <see cref="ToWord"/> wrote.</summary>
    public static SchedulerSetting? Parse(string text)
    {
        string[] parts = text.Split('/');
        double slice = 0;
        return parts.Length > 2
            || !Enum.TryParse(parts[0], ignoreCase: true, out VgpuSchedulerPolicy policy) || !Enum.IsDefined(typeof(VgpuSchedulerPolicy), policy)
            || (parts.Length == 2 && !(double.TryParse(parts[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out slice) && slice is >= ShortestMs and <= LongestMs))
            ? null
            : new SchedulerSetting(policy, parts.Length == 2 ? slice : null);
    }

    /// <summary>Whether what is seen is what is wanted. A slice that was not told, or not asked for and one of the driver's own, is.</summary>
    public bool IsMetBy(SchedulerSetting seen) => seen.Policy == Policy
        && (Policy == VgpuSchedulerPolicy.BestEffort || seen.TimeSliceMs is not { } slice || (TimeSliceMs is { } wanted ? Math.Abs(wanted - slice) < Rounding : slice <= LongestDefaultMs));

    /// <summary>The setting as intents write it: <c>EqualShare</c>, or <c>EqualShare/3</c>.</summary>
    public string ToWord() => Policy + (TimeSliceMs is { } slice ? "/" + slice.ToString("0.##", CultureInfo.InvariantCulture) : string.Empty);

    /// <summary>The setting as plans and sentences write it.</summary>
    public override string ToString() =>
        Policy switch { VgpuSchedulerPolicy.EqualShare => "equal share", VgpuSchedulerPolicy.FixedShare => "fixed share", _ => "best effort" }
        + (TimeSliceMs is { } slice && Policy != VgpuSchedulerPolicy.BestEffort ? ", " + slice.ToString("0.##", CultureInfo.InvariantCulture) + " ms" : string.Empty);
}
