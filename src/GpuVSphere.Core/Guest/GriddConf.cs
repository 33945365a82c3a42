using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace GpuVSphere.Guest;

/// <summary>
/// The settings of NVIDIA's licensing daemon, /etc/nvidia/gridd.conf: a line <c>Name=value</c> each, comments behind <c>#</c>. What is not set anew stays byte
/// for byte: comments, order, line ends, and settings that nobody here knows.
/// </summary>
internal sealed class GriddConf
{
    // One byte is one character, so that what is not touched comes out as it went in.
    private static readonly Encoding s_bytes = Encoding.GetEncoding(28591);

    private readonly IReadOnlyList<string> _lines;

    private GriddConf(IReadOnlyList<string> lines) => _lines = lines;

    /// <summary>Reads a file; null and empty are a file without settings.</summary>
    public static GriddConf Parse(byte[]? content) => new(Cut(s_bytes.GetString(content ?? [])));

    /// <summary>The value of a setting; null where it is not set, or set to nothing, which is the same to the daemon.</summary>
    public string? Value(string name) => _lines.Where(line => IsSetting(line, name)).Select(ValueOf).LastOrDefault() is { Length: > 0 } value ? value : null;

    /// <summary>
    /// The same with a setting. A line that sets it is changed in its place, each where there are several; else the line comes behind the comment that shows it,
    /// as the template has one for every setting; else at the end. Null unsets it; there is then nothing to do where it is not set.
    /// </summary>
    public GriddConf With(string name, string? value)
    {
        if (string.Equals(Value(name), value, StringComparison.Ordinal))
        {
            return this;
        }

        List<string> lines = [.. _lines];
        int[] at = [.. Enumerable.Range(0, lines.Count).Where(index => IsSetting(lines[index], name))];
        foreach (int index in at.Reverse())
        {
            // A comment behind the value gets a line of its own: it is kept, and is never taken for a part of the new value.
            string? comment = CommentOf(lines[index]);
            string ending = EndOf(lines[index]);
            lines[index] = $"{name}={value}{ending}";
            if (comment is not null)
            {
                lines.Insert(index, comment + (ending.Length > 0 ? ending : "\n"));
            }
        }

        if (at.Length == 0)
        {
            int shown = lines.FindLastIndex(line => IsShown(line, name));
            string end = lines.Select(EndOf).FirstOrDefault(one => one.Length > 0) ?? "\n";
            int place = shown < 0 ? lines.Count : shown + 1;
            if (place > 0 && EndOf(lines[place - 1]).Length == 0)
            {
                lines[place - 1] += end;
            }

            lines.Insert(place, $"{name}={value}{end}");
        }

        return new GriddConf(lines);
    }

    /// <summary>The file.</summary>
    public byte[] ToBytes() => s_bytes.GetBytes(string.Concat(_lines));

    private static bool IsSetting(string line, string name) => NameOf(line) is { } found && string.Equals(found, name, StringComparison.OrdinalIgnoreCase);

    private static bool IsShown(string line, string name) =>
        line.TrimStart() is { Length: > 0 } text && text[0] == '#' && NameOf(text.TrimStart('#')) is { } found && string.Equals(found, name, StringComparison.OrdinalIgnoreCase);

    private static string? NameOf(string line)
    {
        int equals = line.IndexOf('=');
        string name = equals < 0 ? string.Empty : line.Substring(0, equals).Trim();
        return name.Length > 0 && name.All(char.IsLetterOrDigit) ? name : null;
    }

    private static string ValueOf(string line)
    {
        string value = line.Substring(line.IndexOf('=') + 1).Trim();
        int comment = value.IndexOf('#');
        value = comment < 0 ? value : value.Substring(0, comment).TrimEnd();

        // The template gives a value's form as "<address>", and some write the quotes too.
        return value.Length >= 2 && value[0] == '"' && value[value.Length - 1] == '"' ? value.Substring(1, value.Length - 2) : value;
    }

    private static string? CommentOf(string line) => line.IndexOf('#') is int at and >= 0 ? line.Substring(at).TrimEnd() : null;

    private static string EndOf(string line) => line.EndsWith("\r\n", StringComparison.Ordinal) ? "\r\n" : line.EndsWith("\n", StringComparison.Ordinal) ? "\n" : string.Empty;

    private static List<string> Cut(string text)
    {
        List<string> lines = [];
        int start = 0;
        while (start < text.Length)
        {
            int end = text.IndexOf('\n', start);
            int next = end < 0 ? text.Length : end + 1;
            lines.Add(text.Substring(start, next - start));
            start = next;
        }

        return lines;
    }
}
