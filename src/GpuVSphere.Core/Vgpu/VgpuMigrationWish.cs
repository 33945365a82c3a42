using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Changes;

namespace GpuVSphere.Vgpu;

/// <summary>What is wanted of DRS of clusters, beside vCenter's setting. What is not given stays as it is.</summary>
public sealed record VgpuMigrationWish
{
    internal const string EnabledName = "drs.enabled";
    internal const string AutomationName = "drs.automation";
    internal const string OptionPrefix = "drs.option:";

    // What a hand slips: a plural, a letter left out or twice, two exchanged. Other options of DRS are farther from both.
    private const int MostSlips = 4;

    private static readonly string[] s_known = [DrsSettings.MaintenanceOption, DrsSettings.ConsolidationOption];

    /// <summary>How much DRS does by itself; DRS is switched on with it. Null to leave both.</summary>
    public DrsAutomation? DrsAutomation { get; init; }

    /// <summary>The DRS option <c>VgpuMMAutomationTimeoutSecs</c> in seconds, 1 or more; null to leave it.</summary>
    public int? MaintenanceTimeoutSeconds { get; init; }

    /// <summary>Other advanced options of DRS, by name; an empty value takes one away.</summary>
    public IReadOnlyDictionary<string, string> DrsOptions { get; init; } = new Dictionary<string, string>();

    /// <summary>As an intent holds it.</summary>
    /// <exception cref="GpuVSphereException">InvalidDrsOption, InvalidTimeout.</exception>
    internal IReadOnlyDictionary<string, string> ToWanted()
    {
        var wanted = new Dictionary<string, string>(StringComparer.Ordinal);
        if (DrsAutomation is { } level)
        {
            wanted[EnabledName] = "true";
            wanted[AutomationName] = level.ToString();
        }

        foreach (KeyValuePair<string, string> option in DrsOptions)
        {
            string name = Canonical(option.Key.Trim());
            if (name.Length == 0 || !name.All(letter => letter is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_' or '-' or '.'))
            {
                throw Invalid($"'{option.Key}' cannot be the name of a DRS option: letters, digits, '.', '_' and '-' only.", option.Key);
            }

            // vCenter takes any name and ignores what it does not know. Taking one away stays possible, whatever its name.
            if (option.Value.Trim().Length > 0 && !s_known.Contains(name) && Array.Find(s_known, known => IsNear(name, known)) is { } near)
            {
                throw new GpuVSphereException(
                    "InvalidDrsOption",
                    GpuErrorCategory.InvalidArgument,
                    $"'{name}' is near the DRS option {near}, and vCenter would take it without a word and without effect.",
                    name,
                    $"Write {near}; an option that is really called {name} is set in the vSphere Client.");
            }

            if (option.Value.Any(char.IsControl))
            {
                throw Invalid($"The value of the DRS option {name} has a control character in it.", name);
            }

            wanted[OptionPrefix + name] = option.Value.Trim();
        }

        if (MaintenanceTimeoutSeconds is { } seconds)
        {
            string text = seconds.ToString(CultureInfo.InvariantCulture);
            if (seconds < 1)
            {
                throw new GpuVSphereException(
                    "InvalidTimeout", GpuErrorCategory.InvalidArgument, $"{text} seconds cannot be the time for maintenance mode.", text, "Give 1 or more.");
            }

            if (wanted.TryGetValue(OptionPrefix + DrsSettings.MaintenanceOption, out string? other) && other != text)
            {
                throw Invalid($"{DrsSettings.MaintenanceOption} is wanted as {text} and as {other} at once.", DrsSettings.MaintenanceOption);
            }

            wanted[OptionPrefix + DrsSettings.MaintenanceOption] = text;
        }

        return wanted;
    }

    private static bool IsNear(string name, string known) => EditDistance.Between(name.ToLowerInvariant(), known.ToLowerInvariant()) <= MostSlips;

    // These two are known by name, so a slip in upper and lower case does not make a second option of one.
    private static string Canonical(string name) =>
        s_known.FirstOrDefault(known => string.Equals(known, name, StringComparison.OrdinalIgnoreCase)) ?? name;

    private static GpuVSphereException Invalid(string message, string target) => new(
        "InvalidDrsOption", GpuErrorCategory.InvalidArgument, message, target, $"Write it as @{{ {DrsSettings.ConsolidationOption} = 1 }}.");
}
