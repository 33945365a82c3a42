using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.GuestOs;

/// <summary>
/// The text of a file of settings, <c>Key=Value</c> on a line, with comments behind a number sign. Everything that is not meant stays as it is: comments,
/// order, blank lines, line ends.
/// </summary>
internal static class SettingsText
{
    /// <summary>The value of a key; null when it is not set. Of several the last counts, as programs that read such files have it.</summary>
    public static string? Get(string? text, string key) =>
        Lines(text).Select(line => Value(line, key)).LastOrDefault(value => value is not null);

    /// <summary>
    /// Sets a key: its last line gets the value and further ones go. Where there is none, it comes behind a comment that holds it
    /// (<c>#Key=</c>), else at the end.
    /// </summary>
    /// <param name="text">The text; null for an empty one.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; null to take the key away.</param>
    public static string Set(string? text, string key, string? value)
    {
        string end = text?.Contains("\r\n") == true ? "\r\n" : "\n";
        List<string> lines = Lines(text);
        List<int> at = [.. Enumerable.Range(0, lines.Count).Where(i => Value(lines[i], key) is not null)];
        if (value is not null && at.Count > 0 && Value(lines[at[at.Count - 1]], key) == value && at.Count == 1)
        {
            return text!;
        }

        int place = at.Count > 0 ? at[at.Count - 1] : value is null ? -1 : lines.FindLastIndex(line => Commented(line, key)) + 1;
        if (at.Count > 0)
        {
            if (value is not null)
            {
                lines[place] = key + "=" + value;
                at.RemoveAt(at.Count - 1);
            }

            foreach (int index in Enumerable.Reverse(at))
            {
                lines.RemoveAt(index);
            }
        }
        else if (value is not null)
        {
            lines.Insert(place > 0 ? place : lines.Count, key + "=" + value);
        }

        return lines.Count == 0 ? string.Empty : string.Join(end, lines) + end;
    }

    private static string? Value(string line, string key)
    {
        int equals = line.IndexOf('=');
        return equals > 0 && string.Equals(line.Substring(0, equals).Trim(), key, StringComparison.Ordinal) ? line.Substring(equals + 1).Trim() : null;
    }

    private static bool Commented(string line, string key) =>
        line.TrimStart().StartsWith("#", StringComparison.Ordinal) && Value(line.TrimStart().TrimStart('#').Trim(), key) is not null;

    private static List<string> Lines(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return [];
        }

        List<string> lines = [.. text!.Split('\n').Select(line => line.TrimEnd('\r'))];
        if (lines[lines.Count - 1].Length == 0)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        return lines;
    }
}
