using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Changes;

namespace GpuVSphere.Operations;

/// <summary>How guests are to be changed. It travels in an intent as text, beside what the kind of change adds of its own.</summary>
public sealed record GuestChangeOptions
{
    /// <summary>Whether a guest may be rebooted where the change needs it; without it the reboot is left pending and said.</summary>
    public bool Reboot { get; init; }

    /// <summary>How long a guest may take to come back from a reboot. 10 minutes unless told otherwise.</summary>
    public TimeSpan RebootTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The ids of rules that do not block.</summary>
    public IReadOnlyList<string> SkipRules { get; init; } = [];

    /// <summary>How many guests are changed at the same time, 1 to 64.</summary>
    public int MaxParallel { get; init; } = 8;

    /// <summary>The options as text, with what a kind of change adds.</summary>
    internal IReadOnlyDictionary<string, string> ToText(params (string Name, string? Value)[] more)
    {
        SortedDictionary<string, string> text = new(StringComparer.Ordinal)
        {
            [nameof(RebootTimeout)] = RebootTimeout.ToString("c", CultureInfo.InvariantCulture),
            [nameof(MaxParallel)] = MaxParallel.ToString(CultureInfo.InvariantCulture),
        };
        if (Reboot)
        {
            text[nameof(Reboot)] = "true";
        }

        if (SkipRules.Count > 0)
        {
            text[nameof(SkipRules)] = string.Join(",", SkipRules);
        }

        foreach ((string name, string? value) in more.Where(pair => pair.Value is not null))
        {
            text[name] = value!;
        }

        return text;
    }

    internal static GuestChangeOptions FromText(IReadOnlyDictionary<string, string> text)
    {
        // Resume- and Undo-GpuChange are made for changes of hosts, and say how far a change may go by the names that those have.
        HostChangeOptions continued = HostChangeOptions.FromOptions(text);
        GuestChangeOptions defaults = new();
        return new GuestChangeOptions
        {
            Reboot = continued.Reboot || text.ContainsKey(nameof(Reboot)),
            RebootTimeout = continued.Reboot ? continued.RebootTimeout
                : text.TryGetValue(nameof(RebootTimeout), out string? timeout) && TimeSpan.TryParse(timeout, CultureInfo.InvariantCulture, out TimeSpan span) && span > TimeSpan.Zero ? span
                : defaults.RebootTimeout,
            MaxParallel = text.TryGetValue(nameof(MaxParallel), out string? parallel) && int.TryParse(parallel, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                ? Math.Min(64, Math.Max(1, number))
                : defaults.MaxParallel,
            SkipRules = text.TryGetValue(nameof(SkipRules), out string? rules) ? rules.Split([','], StringSplitOptions.RemoveEmptyEntries) : [],
        };
    }
}
