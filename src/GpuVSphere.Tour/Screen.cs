using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace GpuVSphere.Tour;

/// <summary>What the tour prints: at most 100 columns, coloured on a terminal only.</summary>
internal sealed class Screen(TextWriter output, bool hasColor)
{
    internal const int Width = 100;

    private const string Bold = "1";
    private const string Green = "32";
    private const string Red = "31";
    private const string Yellow = "33";
    private const string Cyan = "36";
    private const string Dim = "2";

    /// <summary>The heading of a step.</summary>
    internal void Heading(int number, string text)
    {
        output.WriteLine();
        Write($"{number}. ", text, Bold);
    }

    /// <summary>The name of the tour.</summary>
    internal void Title(string text) => output.WriteLine(Paint(Bold, text));

    /// <summary>An empty line.</summary>
    internal void Space() => output.WriteLine();

    /// <summary>
    /// The PowerShell line that does what the step does. One that is too long goes on in the next line as PowerShell lets it: with a backtick, outside of
    /// quotes, so that what is copied runs.
    /// </summary>
    internal void PowerShell(string line)
    {
        string margin = "PS> ";
        string[] parts = [.. Wrap(Words(line), Width - 8)];
        for (int index = 0; index < parts.Length; index++)
        {
            output.WriteLine(Paint(Cyan, margin + parts[index] + (index == parts.Length - 1 ? string.Empty : " `")));
            margin = ">>    ";
        }
    }

    /// <summary>A sentence.</summary>
    internal void Say(string text) => Write("   ", text, null);

    /// <summary>A line that is laid out already.</summary>
    internal void Verbatim(string line) => output.WriteLine(("   " + line).TrimEnd());

    /// <summary>Something on the side: what is being waited for.</summary>
    internal void Aside(string text) => Write("   . ", text, Dim);

    /// <summary>Something to heed.</summary>
    internal void Heed(string text) => Write("   ! ", text, Yellow);

    /// <summary>What a rule refused, and why.</summary>
    internal void Refused(string rule, string text) => Write("   !  ", $"refused by {rule}: {text}", Yellow);

    /// <summary>What the server refused.</summary>
    internal void Failed(string text) => Write("   !  ", $"failed with {text}", Yellow);

    /// <summary>Something that was right in the simulator's own state.</summary>
    internal void Right(string text) => Write("   ok  ", text, Green);

    /// <summary>Something that was wrong in the simulator's own state.</summary>
    internal void Wrong(string text) => Write("   NO  ", text, Red);

    /// <summary>Rows under headings, each column as wide as its widest text; the last is cut where a row is too long.</summary>
    internal void Table(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        IReadOnlyList<string>[] all = [headings, .. rows];
        int[] widths = [.. headings.Select((_, column) => all.Max(row => row[column].Length))];
        for (int index = 0; index < all.Length; index++)
        {
            string line = "   " + string.Join("  ", all[index].Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd();
            line = line.Length <= Width ? line : line[..(Width - 3)] + "...";
            output.WriteLine(index == 0 ? Paint(Dim, line) : line);
        }
    }

    private void Write(string margin, string text, string? color)
    {
        foreach (string line in Wrap(text.Split(' '), Width - margin.Length))
        {
            output.WriteLine(Paint(color, margin + line));
            margin = new string(' ', margin.Length);
        }
    }

    /// <summary>The words of a command line: what is in quotes is one.</summary>
    private static IEnumerable<string> Words(string line)
    {
        int start = 0;
        bool isQuoted = false;
        for (int index = 0; index < line.Length; index++)
        {
            isQuoted ^= line[index] == '\'';
            if (line[index] == ' ' && !isQuoted)
            {
                yield return line[start..index];
                start = index + 1;
            }
        }

        yield return line[start..];
    }

    private static IEnumerable<string> Wrap(IEnumerable<string> words, int width)
    {
        string line = string.Empty;
        foreach (string word in words)
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = word;
            }
            else
            {
                line = line.Length == 0 ? word : line + " " + word;
            }
        }

        yield return line;
    }

    private string Paint(string? code, string text) => hasColor && code is not null ? $"\u001b[{code}m{text}\u001b[0m" : text;
}
