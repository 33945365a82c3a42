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

    /// <summary>The PowerShell line that does what the step does.</summary>
    internal void PowerShell(string line) => Write("PS> ", line, Cyan);

    /// <summary>A sentence.</summary>
    internal void Say(string text) => Write("   ", text, null);

    /// <summary>A line that is laid out already.</summary>
    internal void Verbatim(string line) => output.WriteLine(("   " + line).TrimEnd());

    /// <summary>Something on the side: what is being waited for.</summary>
    internal void Aside(string text) => Write("   . ", text, Dim);

    /// <summary>Something to heed.</summary>
    internal void Heed(string text) => Write("   ! ", text, Yellow);

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
        foreach (string line in Wrap(text, Width - margin.Length))
        {
            output.WriteLine(Paint(color, margin + line));
            margin = new string(' ', margin.Length);
        }
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        string line = string.Empty;
        foreach (string word in text.Split(' '))
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
