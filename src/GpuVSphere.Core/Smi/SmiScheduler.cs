using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using GpuVSphere.Inventory;

namespace GpuVSphere.Smi;

/// <summary>What a host tells of the schedulers in force: the lines of NVRM in the kernel log, and what nvidia-smi answers.</summary>
internal static class SmiScheduler
{
    /// <summary>The lines that the driver writes as it is loaded (NVIDIA's user guide, "Getting the Current Time-Sliced vGPU Scheduling Policy").</summary>
    public const string LogCommand = "dmesg | grep NVRM | grep scheduler";

    /// <summary>What is asked of a driver that can be told live. How it answers is not documented: an answer that is not understood is none.</summary>
    public const string StateCommand = "nvidia-smi vgpu get-scheduler-state";

    private static readonly Regex s_logged = new(
        @"GPU at (?<address>[0-9A-Fa-f:.]+) has software scheduler \w+ with policy (?<policy>\w+)", RegexOptions.CultureInvariant);

    private static readonly Regex s_slice = new(@"scheduler timeslice set to (?<ms>[\d.]+) ?ms", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    private static readonly Regex s_gpu = new(@"^\s*GPU\s+(?<address>[0-9A-Fa-f]{4,8}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\.[0-9A-Fa-f])\s*$", RegexOptions.CultureInvariant);

    private static readonly Regex s_number = new(@"(?<number>\d+(?:\.\d+)?)\s*(?<unit>ns|us|ms)?", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    /// <summary>The GPUs of the kernel log with the policy's word (BEST_EFFORT, EQUAL_SHARE, FIXED_SHARE, NONE) and the slice; the last boot counts.</summary>
    public static IReadOnlyDictionary<PciAddress, (string Policy, double? SliceMs)> ReadLog(string text)
    {
        Dictionary<PciAddress, (string Policy, double? SliceMs)> found = [];
        PciAddress? last = null;
        foreach (string line in text.Split('\n'))
        {
            if (s_logged.Match(line) is { Success: true } logged)
            {
                last = PciAddress.TryParse(logged.Groups["address"].Value.TrimEnd('.'), out PciAddress address) ? address : null;
                if (last is { } gpu)
                {
                    found[gpu] = (logged.Groups["policy"].Value, null);
                }
            }
            else if (last is { } gpu && s_slice.Match(line) is { Success: true } slice)
            {
                // It follows the GPU that it is of.
                found[gpu] = (found[gpu].Policy, double.Parse(slice.Groups["ms"].Value, NumberStyles.Float, CultureInfo.InvariantCulture));
            }
        }

        return found;
    }

    /// <summary>The GPUs of nvidia-smi's answer, as far as it is understood: a line that names a policy, a line that names a time slice.</summary>
    public static IReadOnlyDictionary<PciAddress, (string Policy, double? SliceMs)> ReadState(string text)
    {
        Dictionary<PciAddress, (string? Policy, double? SliceMs)> found = [];
        PciAddress? gpu = null;
        foreach (string line in text.Split('\n'))
        {
            int colon = line.IndexOf(':');
            if (s_gpu.Match(line) is { Success: true } head)
            {
                gpu = PciAddress.TryParse(head.Groups["address"].Value, out PciAddress address) ? address : null;
            }
            else if (gpu is { } at && colon > 0)
            {
                string key = Letters(line.Substring(0, colon)), value = line.Substring(colon + 1).Trim();
                (string? Policy, double? SliceMs) known = found.TryGetValue(at, out (string? Policy, double? SliceMs) some) ? some : (null, null);
                found[at] = key.Contains("policy") && PolicyOf(value) is { } policy ? (policy, known.SliceMs)
                    : key.Contains("slice") ? (known.Policy, SliceOf(key, value))
                    : known;
            }
        }

        return found.Where(pair => pair.Value.Policy is not null).ToDictionary(pair => pair.Key, pair => (pair.Value.Policy!, pair.Value.SliceMs));
    }

    private static string Letters(string text) => new([.. text.ToLowerInvariant().Where(char.IsLetter)]);

    private static string? PolicyOf(string value)
    {
        string letters = Letters(value);
        return letters.Contains("best") ? "BEST_EFFORT" : letters.Contains("equal") ? "EQUAL_SHARE" : letters.Contains("fixed") ? "FIXED_SHARE" : null;
    }

    private static double? SliceOf(string key, string value)
    {
        Match match = s_number.Match(value);
        if (!match.Success || !double.TryParse(match.Groups["number"].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) || number <= 0)
        {
            return null;
        }

        // NVML tells it in nanoseconds; a unit in the value or the key goes before that.
        string unit = match.Groups["unit"].Value.ToLowerInvariant();
        return unit == "ms" || (unit.Length == 0 && key.EndsWith("ms", StringComparison.Ordinal)) ? number
            : unit == "us" || (unit.Length == 0 && key.EndsWith("us", StringComparison.Ordinal)) ? number / 1000
            : number / 1_000_000;
    }
}
