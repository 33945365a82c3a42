using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using GpuVSphere.Simulator.Posix;

namespace GpuVSphere.Simulator.Model.Guest.Programs;

/// <summary>What works on lines: grep, head, tail, wc, sort, uniq, cut, tr, sed (s and -n p), tee, base64, yes.</summary>
internal sealed class TextPrograms() : InstantProgram("grep", "head", "tail", "wc", "sort", "uniq", "cut", "tr", "sed", "tee", "base64", "yes", "dirname", "basename", "date", "pwd", "echo", "printf", "test", "true", "false", "sync")
{
    protected override int Run(GuestCall call)
    {
        switch (call.Name)
        {
            case "grep":
                return Grep(call);
            case "head" or "tail":
                return Ends(call);
            case "wc":
                byte[] counted = call.Operands.Count == 0 ? call.Input.ReadToEnd() : call.Guest.Files.Read(call.PathOf(call.Operands[0]), call.User).Content;
                call.Say((call.Has("-c") ? counted.Length : counted.Count(b => b == '\n')).ToString(CultureInfo.InvariantCulture));
                return 0;
            case "sort":
                IEnumerable<string> sorted = Lines(Text(call, call.Operands)).OrderBy(line => line, StringComparer.Ordinal);
                return SayAll(call, call.Has("-u") ? sorted.Distinct() : sorted);
            case "uniq":
                List<string> all = Lines(Text(call, call.Operands));
                return SayAll(call, all.Where((line, i) => i == 0 || all[i - 1] != line));
            case "cut":
                return Cut(call);
            case "tr":
                return Translate(call);
            case "sed":
                return Edit(call);
            case "tee":
                byte[] taken = call.Input.ReadToEnd();
                call.Io.Output.Write(taken);
                foreach (string path in call.Operands)
                {
                    GuestFile file = call.Guest.Files.Open(call.PathOf(path), call.Has("-a"), call.User);
                    file.Content = [.. file.Content, .. taken];
                }

                return 0;
            case "base64":
                byte[] bytes = call.Operands.Count > 0 ? call.Guest.Files.Read(call.PathOf(call.Operands[call.Operands.Count - 1]), call.User).Content : call.Input.ReadToEnd();
                if (call.Has("-d", "--decode"))
                {
                    call.Io.Output.Write(Convert.FromBase64String(Encoding.ASCII.GetString(bytes).Trim()));
                    return 0;
                }

                string encoded = Convert.ToBase64String(bytes);
                return SayAll(call, Enumerable.Range(0, (encoded.Length + 75) / 76).Select(i => encoded.Substring(i * 76, Math.Min(76, encoded.Length - (i * 76)))));
            case "yes":
                // As many as anybody reads.
                return SayAll(call, Enumerable.Repeat(call.Operands.FirstOrDefault() ?? "y", 500));
            case "dirname" or "basename":
                call.Say(call.Name == "dirname" ? ShPath.Parent(call.Operands[0]) : ShPath.Name(call.Operands[0]));
                return 0;
            case "pwd":
                call.Say(call.Directory);
                return 0;
            case "date":
                call.Say(call.Has("+%s") ? (call.Guest.Inventory.Now + call.Guest.State<GuestOrders>().ClockSkew).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) : (call.Guest.Inventory.Now + call.Guest.State<GuestOrders>().ClockSkew).UtcDateTime.ToString("ddd MMM dd HH:mm:ss 'UTC' yyyy", CultureInfo.InvariantCulture));
                return 0;
            case "false":
                return 1;
            case "true" or "sync":
                return 0;
            default:
                GuestSystem system = new(call.Guest, call.User);
                ShScope scope = GuestSystem.ScopeOf(call.Process, call.Environment, call.Directory);
                return ShBuiltins.TryRun(system, call.Words.Select((word, i) => i == 0 ? call.Name : word).ToList(), scope, call.Io) ?? 127;
        }
    }

    private static List<string> Lines(string text) => text.Length == 0 ? [] : (text.EndsWith("\n", StringComparison.Ordinal) ? text.Substring(0, text.Length - 1) : text).Split('\n').ToList();

    private static int SayAll(GuestCall call, IEnumerable<string> lines)
    {
        call.Print(string.Concat(lines.Select(line => line + "\n")));
        return 0;
    }

    private static string Text(GuestCall call, IReadOnlyList<string> files) =>
        files.Count == 0 ? call.Input.ReadText() : string.Concat(files.Select(file => file == "-" ? call.Input.ReadText() : call.Guest.Files.Read(call.PathOf(file), call.User).Text));

    private static int Grep(GuestCall call)
    {
        List<string> operands = [];
        string options = string.Empty;
        string? pattern = null;
        bool plain = false;
        for (int i = 0; i < call.Arguments.Count; i++)
        {
            string word = call.Arguments[i];
            if (plain || !word.StartsWith("-", StringComparison.Ordinal) || word == "-")
            {
                operands.Add(word);
            }
            else if (word == "--")
            {
                plain = true;
            }
            else if (word == "-e")
            {
                pattern = call.Arguments[++i];
            }
            else
            {
                options += word.TrimStart('-');
            }
        }

        if (pattern is null)
        {
            if (operands.Count == 0)
            {
                return call.Fail("Usage: grep [OPTION]... PATTERNS [FILE]...", 2);
            }

            pattern = operands[0];
            operands.RemoveAt(0);
        }

        bool Has(char option) => options.IndexOf(option) >= 0;
        string expression = Has('F') ? Regex.Escape(pattern) : Has('E') ? pattern : Basic(pattern);
        expression = expression.Replace("[[:space:]]", "\\s").Replace("[[:digit:]]", "\\d").Replace("[:space:]", "\\s").Replace("[:digit:]", "0-9");
        Regex regex = new(Has('x') ? "^(?:" + expression + ")$" : Has('w') ? "\\b(?:" + expression + ")\\b" : expression, (Has('i') ? RegexOptions.IgnoreCase : RegexOptions.None) | RegexOptions.CultureInvariant);
        int found = 0;
        int status = 0;
        foreach (string file in operands.Count == 0 ? ["-"] : operands)
        {
            string text;
            try
            {
                text = Text(call, [file]);
            }
            catch (ShError error)
            {
                status = 2;
                if (!Has('s'))
                {
                    call.Complain("grep: " + file + ": " + error.Message);
                }

                continue;
            }

            foreach (string line in Lines(text).Where(line => regex.IsMatch(line) != Has('v')))
            {
                found++;
                if (!Has('q') && !Has('c') && !Has('l'))
                {
                    string prefix = operands.Count > 1 && !Has('h') ? file + ":" : string.Empty;
                    call.Print(Has('o') ? string.Concat(regex.Matches(line).Cast<Match>().Select(match => prefix + match.Value + "\n")) : prefix + line + "\n");
                }
            }
        }

        if (Has('c'))
        {
            call.Say(found.ToString(CultureInfo.InvariantCulture));
        }

        return found > 0 ? 0 : status == 2 ? 2 : 1;
    }

    // In a basic expression + ? | ( ) { } are themselves, and with a backslash special.
    private static string Basic(string pattern)
    {
        StringBuilder text = new();
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                char next = pattern[++i];
                text.Append(next is '+' or '?' or '|' or '(' or ')' or '{' or '}' ? next.ToString() : "\\" + next);
            }
            else
            {
                text.Append(c is '+' or '?' or '|' or '(' or ')' or '{' or '}' ? "\\" + c : c.ToString());
            }
        }

        return text.ToString();
    }

    private static int Ends(GuestCall call)
    {
        int count = 10;
        List<string> files = [];
        for (int i = 0; i < call.Arguments.Count; i++)
        {
            string word = call.Arguments[i];
            if (word == "-c" && call.Name == "head")
            {
                byte[] bytes = Encoding.UTF8.GetBytes(Text(call, call.Arguments.Skip(i + 2).ToList()));
                call.Io.Output.Write([.. bytes.Take(int.Parse(call.Arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture))]);
                return 0;
            }

            if (word == "-n")
            {
                count = int.Parse(call.Arguments[++i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            }
            else if (word.StartsWith("-", StringComparison.Ordinal) && int.TryParse(word.TrimStart('-', 'n'), NumberStyles.None, CultureInfo.InvariantCulture, out int given))
            {
                count = given;
            }
            else
            {
                files.Add(word);
            }
        }

        List<string> lines = Lines(Text(call, files));
        return SayAll(call, call.Name == "head" ? lines.Take(count) : lines.Skip(Math.Max(0, lines.Count - count)));
    }

    private static int Cut(GuestCall call)
    {
        char delimiter = '\t';
        string fields = "1";
        List<string> files = [];
        for (int i = 0; i < call.Arguments.Count; i++)
        {
            string word = call.Arguments[i];
            if (word.StartsWith("-d", StringComparison.Ordinal))
            {
                delimiter = (word.Length > 2 ? word.Substring(2) : call.Arguments[++i])[0];
            }
            else if (word.StartsWith("-f", StringComparison.Ordinal))
            {
                fields = word.Length > 2 ? word.Substring(2) : call.Arguments[++i];
            }
            else
            {
                files.Add(word);
            }
        }

        return SayAll(call, Lines(Text(call, files)).Select(line =>
        {
            string[] parts = line.Split(delimiter);
            return parts.Length == 1 ? line : string.Join(delimiter.ToString(), fields.Split(',').SelectMany(range =>
            {
                string[] ends = range.Split('-');
                int first = ends[0].Length == 0 ? 1 : int.Parse(ends[0], CultureInfo.InvariantCulture);
                int last = ends.Length == 1 ? first : ends[1].Length == 0 ? parts.Length : int.Parse(ends[1], CultureInfo.InvariantCulture);
                return parts.Skip(first - 1).Take(last - first + 1);
            }));
        }));
    }

    private static int Translate(GuestCall call)
    {
        string text = call.Input.ReadText();
        string from = Set(call.Operands[0]);
        string to = call.Operands.Count > 1 ? Set(call.Operands[1]) : string.Empty;
        call.Print(call.Has("-d") ? new string(text.Where(c => from.IndexOf(c) < 0).ToArray())
            : new string(text.Select(c => from.IndexOf(c) is int at and >= 0 && to.Length > 0 ? to[Math.Min(at, to.Length - 1)] : c).ToArray()));
        return 0;
    }

    private static string Set(string text)
    {
        text = text.Replace("\\n", "\n").Replace("\\t", "\t").Replace("[:upper:]", "A-Z").Replace("[:lower:]", "a-z");
        StringBuilder set = new();
        for (int i = 0; i < text.Length; i++)
        {
            if (i + 2 < text.Length && text[i + 1] == '-')
            {
                for (char c = text[i]; c <= text[i + 2]; c++)
                {
                    set.Append(c);
                }

                i += 2;
            }
            else
            {
                set.Append(text[i]);
            }
        }

        return set.ToString();
    }

    private static int Edit(GuestCall call)
    {
        bool quiet = false;
        bool extended = false;
        bool inPlace = false;
        string? script = null;
        List<string> files = [];
        for (int i = 0; i < call.Arguments.Count; i++)
        {
            switch (call.Arguments[i])
            {
                case "-n":
                    quiet = true;
                    break;
                case "-E" or "-r":
                    extended = true;
                    break;
                case "-i":
                    inPlace = true;
                    break;
                case "-e":
                    script = call.Arguments[++i];
                    break;
                case { } word when script is null:
                    script = word;
                    break;
                case { } word:
                    files.Add(word);
                    break;
            }
        }

        // Substitution with an optional p, the one that scripts of ours and of others need most; deletion and printing by a pattern.
        Match substitution = Regex.Match(script ?? string.Empty, @"^s(.)((?:\\.|(?!\1).)*)\1((?:\\.|(?!\1).)*)\1([gpI]*)$");
        Match byPattern = Regex.Match(script ?? string.Empty, @"^/((?:\\.|[^/])*)/([dp])$");
        if (!substitution.Success && !byPattern.Success)
        {
            return call.Fail("sed: -e expression #1: this script is not known to the simulator: " + script);
        }

        string text = Text(call, files);
        StringBuilder result = new();
        foreach (string line in Lines(text))
        {
            if (byPattern.Success)
            {
                bool fits = Regex.IsMatch(line, extended ? byPattern.Groups[1].Value : Basic(byPattern.Groups[1].Value), RegexOptions.CultureInvariant);
                bool delete = byPattern.Groups[2].Value == "d";
                if (delete ? !fits && !quiet : fits || !quiet)
                {
                    result.Append(line).Append('\n');
                }

                continue;
            }

            string delimiter = substitution.Groups[1].Value;
            string pattern = substitution.Groups[2].Value.Replace("\\" + delimiter, delimiter);
            Regex regex = new(extended ? pattern : Basic(pattern), RegexOptions.CultureInvariant);
            string by = Regex.Replace(substitution.Groups[3].Value.Replace("\\" + delimiter, delimiter).Replace("$", "$$"), @"\\(\d)|(?<!\\)&", match => match.Value == "&" ? "$0" : "${" + match.Groups[1].Value + "}");
            string changed = regex.Replace(line, by, substitution.Groups[4].Value.Contains("g") ? -1 : 1);
            bool replaced = regex.IsMatch(line);
            if (!quiet)
            {
                result.Append(changed).Append('\n');
            }

            if (replaced && substitution.Groups[4].Value.Contains("p"))
            {
                result.Append(changed).Append('\n');
            }
        }

        if (inPlace)
        {
            call.Guest.Files.Open(call.PathOf(files[0]), false, call.User).Content = Encoding.UTF8.GetBytes(result.ToString());
        }
        else
        {
            call.Print(result.ToString());
        }

        return 0;
    }
}
