using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace GpuVSphere.Guest;

/// <summary>A kernel module as modinfo tells of it: what is on the disk, loaded or not.</summary>
internal sealed record KernelModule
{
    /// <summary>The module's version, such as <c>390.42</c>; null when it does not say.</summary>
    public string? Version { get; init; }

    /// <summary>Its licence: <c>NVIDIA</c>, or <c>Dual MIT/GPL</c> for NVIDIA's open one.</summary>
    public string? License { get; init; }

    /// <summary>Who signed it; null when nobody did.</summary>
    public string? Signer { get; init; }

    /// <summary>Reads what <c>modinfo</c> writes; null when it knows no such module.</summary>
    public static KernelModule? Read(string text)
    {
        Dictionary<string, string> fields = new(StringComparer.OrdinalIgnoreCase);
        foreach (string line in text.Split('\n'))
        {
            int colon = line.IndexOf(':');
            if (colon > 0 && line.Substring(0, colon).Trim() is { } name && !fields.ContainsKey(name))
            {
                fields[name] = line.Substring(colon + 1).Trim();
            }
        }

        string? Field(string name) => fields.TryGetValue(name, out string? value) && value.Length > 0 ? value : null;
        return Field("filename") is null ? null : new KernelModule { Version = Field("version"), License = Field("license"), Signer = Field("signer") };
    }

    /// <summary>The names of the modules that <c>lsmod</c> or <c>/proc/modules</c> lists as loaded.</summary>
    public static IReadOnlyList<string> ReadLoaded(string text) =>
    [
        .. text.Split('\n')
            .Select(line => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length >= 3 && words[1].All(char.IsDigit))
            .Select(words => words[0]),
    ];

    /// <summary>How many use a module, by the third column of <c>lsmod</c> or <c>/proc/modules</c>; 0 for one that is not loaded.</summary>
    public static int ReadUses(string text, string module) => text.Split('\n')
        .Select(line => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words.Length >= 3 && words[0] == module && int.TryParse(words[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
        .Select(words => int.Parse(words[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))
        .FirstOrDefault();
}
