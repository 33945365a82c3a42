using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>What one vCenter or cluster is set to, in the words of a plan.</summary>
internal sealed record VgpuMigrationState
{
    public const string DrsProperty = "DRS";
    public const string AutomationProperty = "DRS automation level";
    public const string OptionProperty = "DRS option ";

    /// <summary>vCenter's setting; null for a cluster.</summary>
    public ServerSetting? Setting { get; init; }

    /// <summary>What DRS is set to; null for a vCenter.</summary>
    public DrsSettings? Drs { get; init; }

    /// <summary>The hosts of the cluster, as far as rules look at them.</summary>
    public IReadOnlyList<GpuHost> Hosts { get; init; } = [];

    /// <summary>The privileges of the account on the object; null when they could not be read.</summary>
    public IReadOnlyCollection<string>? Privileges { get; init; }

    /// <summary>The present value of a property of a plan; null for absent.</summary>
    public string? Value(string property) => property switch
    {
        MigrationReader.HotMigrateKey => Setting is not { Value: { } text } setting ? null
            : bool.TryParse(text, out bool value) ? (value ? "true" : "false") : setting.IsTrue ? "true" : text,
        DrsProperty => Drs is null ? null : Drs.IsEnabled ? "on" : "off",
        AutomationProperty => Drs?.Automation.ToString(),
        _ when property.StartsWith(OptionProperty, StringComparison.Ordinal) => Drs?.Option(property.Substring(OptionProperty.Length)),
        _ => null,
    };

    /// <summary>The property of a plan for a name of an intent, and the value that the intent wants of it; null for none.</summary>
    public static (string Property, string? After) Row(string name, string wanted) => name switch
    {
        // A vCenter has no call that takes a setting away; false is what its absence means.
        MigrationReader.HotMigrateKey => (MigrationReader.HotMigrateKey, wanted.Length == 0 ? "false" : wanted.ToLower(CultureInfo.InvariantCulture)),
        VgpuMigrationWish.EnabledName => (DrsProperty, wanted == "true" ? "on" : "off"),
        VgpuMigrationWish.AutomationName => (AutomationProperty, wanted),
        _ when name.StartsWith(VgpuMigrationWish.OptionPrefix, StringComparison.Ordinal) =>
            (OptionProperty + name.Substring(VgpuMigrationWish.OptionPrefix.Length), wanted.Length == 0 ? null : wanted),
        _ => throw new GpuVSphereException(
            "UnknownChangeKind", GpuErrorCategory.InvalidData, $"This version of GpuVSphere does not know the setting '{name}'.", name, "Use the version that made the plan, or a newer one."),
    };

    /// <summary>The value as an intent holds it: what an undo wants back.</summary>
    public static string? Field(string name, string? value) => name == VgpuMigrationWish.EnabledName ? (value == "on" ? "true" : "false") : value;

    /// <summary>DRS as it is once the rows are in force, for the rules.</summary>
    public DrsSettings? DrsAfter(IReadOnlyList<PlannedChange> rows)
    {
        if (Drs is null)
        {
            return null;
        }

        bool isEnabled = rows.FirstOrDefault(row => row.Property == DrsProperty)?.After is { } on ? on == "on" : Drs.IsEnabled;
        DrsAutomation level = rows.FirstOrDefault(row => row.Property == AutomationProperty)?.After is { } text ? Level(text) : Drs.Automation;
        return new DrsSettings(isEnabled && level == DrsAutomation.FullyAutomated, Drs.Overrides)
        {
            IsEnabled = isEnabled,
            Automation = level,
            VmLevels = Drs.VmLevels,
            Options = OptionsAfter(rows),
        };
    }

    /// <summary>All options as they are to be, those to be taken away with an empty value; empty when none changes.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> OptionsToSend(IReadOnlyList<PlannedChange> rows) =>
        rows.Any(row => row.Property.StartsWith(OptionProperty, StringComparison.Ordinal)) ? OptionsAfter(rows) : [];

    public static DrsAutomation Level(string text) => Enum.TryParse(text, true, out DrsAutomation level) ? level : throw new GpuVSphereException(
        "OptionInvalid", GpuErrorCategory.InvalidData, $"'{text}' is no automation level of DRS.", text, "Manual, PartiallyAutomated or FullyAutomated is expected.");

    private List<KeyValuePair<string, string>> OptionsAfter(IReadOnlyList<PlannedChange> rows)
    {
        List<KeyValuePair<string, string>> options = [.. Drs!.Options];
        foreach (PlannedChange row in rows.Where(row => row.Property.StartsWith(OptionProperty, StringComparison.Ordinal)))
        {
            string key = row.Property.Substring(OptionProperty.Length);
            options.RemoveAll(option => option.Key == key);
            options.Add(new KeyValuePair<string, string>(key, row.After ?? string.Empty));
        }

        return options;
    }
}
