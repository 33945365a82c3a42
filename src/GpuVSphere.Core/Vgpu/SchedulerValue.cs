using System;
using System.Globalization;
using GpuVSphere.Catalog;

namespace GpuVSphere.Vgpu;

/// <summary>
/// The value of the driver's registry key RmPVMRL (NVIDIA's vGPU and AI Enterprise user guides, "RmPVMRL Registry Key"; nvrm_registry.h of NVIDIA's open
/// kernel modules): bit 0 a policy other than best effort, bit 1 without strict round-robin, bits 4 to 7 the policy, bits 16 to 23 the time slice in
/// milliseconds. From vGPU 15 on a share without bit 1 is strict round-robin, and takes bits 12 to 21 for a frequency and bits 24 to 31 for an averaging
/// factor instead of the time slice.
/// </summary>
internal static class SchedulerValue
{
    private const uint Enabled = 0x01;
    private const uint NotStrict = 0x02;
    private const uint Fixed = 0x10;
    private const int SliceShift = 16;
    private const int FrequencyShift = 12;

    // The branch of vGPU 15.0, the first release whose schedulers are strict unless told otherwise.
    private const int FirstStrictBranch = 525;

    // The frequencies that the driver keeps to, in Hz.
    private const uint LowestFrequency = 63;
    private const uint HighestFrequency = 960;

    /// <summary>The value for a setting. Best effort is 0.</summary>
    /// <param name="setting">The setting; a slice in whole milliseconds.</param>
    /// <param name="driver">The driver that is to read it; null when it is not known, which gives the form that every release's guide has.</param>
    public static uint Encode(SchedulerSetting setting, DriverVersion? driver)
    {
        if (setting.Policy == VgpuSchedulerPolicy.BestEffort)
        {
            return 0;
        }

        uint value = Enabled | (setting.Policy == VgpuSchedulerPolicy.FixedShare ? Fixed : 0);
        return setting.TimeSliceMs is not { } slice ? value : value | ((uint)Math.Round(slice) << SliceShift) | (IsStrictByDefault(driver) ? NotStrict : 0);
    }

    /// <summary>What a value means; null for a policy that is not known. A key that is not set means best effort.</summary>
    public static SchedulerSetting? Decode(uint? set, DriverVersion? driver)
    {
        if (set is not { } value || (value & Enabled) == 0)
        {
            return SchedulerSetting.BestEffort;
        }

        double? slice = Slice(value, driver);
        return (value & 0xF0) switch
        {
            0 => new SchedulerSetting(VgpuSchedulerPolicy.EqualShare, slice),
            Fixed => new SchedulerSetting(VgpuSchedulerPolicy.FixedShare, slice),
            _ => null,
        };
    }

    /// <summary>
    /// Whether a value has the driver do what is wanted. A slice written in the form of the other drivers does not count: NVIDIA's guides differ on what
    /// the driver makes of it.
    /// </summary>
    public static bool Means(uint? value, SchedulerSetting wanted, DriverVersion? driver) => Decode(value, driver) is { } found && found.Policy == wanted.Policy
        && (wanted.Policy == VgpuSchedulerPolicy.BestEffort || (wanted.TimeSliceMs is null ? value >> FrequencyShift == 0 : value == Encode(wanted, driver)));

    /// <summary>Whether what is seen in force can come of a value: in either way, where the guides differ on what the driver makes of it.</summary>
    public static bool MayBe(uint? value, SchedulerSetting seen, DriverVersion? driver) => Decode(value, driver) is { } found
        && (found.IsMetBy(seen) || (value is { } set && IsStrictByDefault(driver) && (set & NotStrict) == 0 && found with { TimeSliceMs = Frequency(set) } is var strict && strict.IsMetBy(seen)));

    /// <summary>The value as NVIDIA's guides write it: <c>0x01</c>, <c>0x00030001</c>.</summary>
    public static string Text(uint value) => string.Format(CultureInfo.InvariantCulture, value <= 0xFF ? "0x{0:x2}" : "0x{0:x8}", value);

    /// <summary>Reads a value as the driver does: hexadecimal with 0x, else decimal.</summary>
    public static bool TryParse(string text, out uint value)
    {
        string trimmed = text.Trim();
        return trimmed.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? uint.TryParse(trimmed.Substring(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            : uint.TryParse(trimmed, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    private static double? Slice(uint value, DriverVersion? driver)
    {
        uint slice = (value >> SliceShift) & 0xFF;

        // What cannot be a slice in milliseconds is a frequency; what can be either is taken as the guides' examples have it.
        bool isFrequency = IsStrictByDefault(driver) && (value & NotStrict) == 0 && (value >> 24 != 0 || ((value >> FrequencyShift) & 0xF) != 0);
        return isFrequency ? Frequency(value) : slice == 0 ? null : Math.Min(slice, SchedulerSetting.LongestMs);
    }

    // As a slice in milliseconds.
    private static double? Frequency(uint value) => ((value >> FrequencyShift) & 0x3FF) is var frequency && frequency == 0
        ? null
        : Math.Round(1000d / Math.Min(Math.Max(frequency, LowestFrequency), HighestFrequency), 2);

    private static bool IsStrictByDefault(DriverVersion? driver) => driver is not null && driver.Branch >= FirstStrictBranch;
}
