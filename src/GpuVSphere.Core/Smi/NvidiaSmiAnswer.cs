using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using GpuVSphere.Inventory;
using GpuVSphere.Shell;

namespace GpuVSphere.Smi;

/// <summary>What nvidia-smi answers to a switch of ECC (<c>-e</c>) or MIG mode (<c>-mig</c>). What is in force is read afterwards, never taken from this.</summary>
/// <param name="Switched">The GPUs that it says to have switched.</param>
/// <param name="NeedsReboot">Whether it says that a reboot or reset is needed.</param>
/// <param name="Text">All that it said, in one line.</param>
public sealed record NvidiaSmiAnswer(IReadOnlyList<PciAddress> Switched, bool NeedsReboot, string Text)
{
    private static readonly Regex s_switched = new(
        @"\b(?:Enabled|Disabled) (?:ECC support|MIG Mode) for GPU (?<address>[0-9A-Fa-f]+:[0-9A-Fa-f]+:[0-9A-Fa-f]+\.[0-9A-Fa-f])", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    private static readonly Regex s_reboot = new(@"Reboot required|pending (?:enable|disable) state", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    /// <summary>Reads an answer. One that says nothing says how it ended.</summary>
    internal static NvidiaSmiAnswer Of(ShellResult result) => Read(result.Output + "\n" + result.Error) is { Text.Length: > 0 } answer
        ? answer
        : new NvidiaSmiAnswer([], false, FormattableString.Invariant($"it ended with {result.ExitCode}."));

    /// <summary>Reads an answer.</summary>
    /// <param name="text">What nvidia-smi wrote.</param>
    public static NvidiaSmiAnswer Read(string text) => new(
        [.. s_switched.Matches(text).Cast<Match>().Select(match => PciAddress.TryParse(match.Groups["address"].Value, out PciAddress address) ? address : default)],
        s_reboot.IsMatch(text),
        string.Join(" ", text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#')));
}
