using System;
using System.Globalization;
using System.Text.RegularExpressions;

namespace GpuVSphere.Catalog;

/// <summary>Reads a version of ESXi in the ways people write it: <c>8.0</c>, <c>8.0.3</c>, <c>8.0 U3</c>, <c>ESXi 7.0 Update 2a</c>.</summary>
internal static class EsxiVersionText
{
    private static readonly Regex s_form = new(
        @"^\s*(VMware\s+)?(ESXi\s*|vSphere\s*)?(?<main>[0-9]{1,2}\.[0-9])(\.(?<update>[0-9]{1,2})(\.[0-9]+)*)?(\s*(U|Update\s*)(?<word>[0-9]{1,2}))?[a-z]?\s*$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        TimeSpan.FromSeconds(1));

    /// <summary>Reads a version.</summary>
    /// <returns>The main version, such as <c>8.0</c>, and the update when it is said; null when the text is no version.</returns>
    public static (string Main, int? Update)? TryParse(string text)
    {
        Match match = s_form.Match(text);
        return match.Success ? (match.Groups["main"].Value, Number(match.Groups["word"]) ?? Number(match.Groups["update"])) : null;
    }

    private static int? Number(Group group) => group.Success ? int.Parse(group.Value, CultureInfo.InvariantCulture) : null;
}
