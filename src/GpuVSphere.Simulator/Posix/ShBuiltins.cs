using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace GpuVSphere.Simulator.Posix;

/// <summary>What the shell does itself.</summary>
internal static class ShBuiltins
{
    private static readonly string[] s_names = [":", "true", "false", "exit", "cd", "export", "unset", "umask", "read", "test", "[", "echo", "printf", "command", "set", "shift", "trap", "ulimit", "wait", "exec"];

    /// <summary>Runs a builtin; null when the name is none.</summary>
    public static int? TryRun(IShSystem system, IReadOnlyList<string> words, ShScope scope, ShIo io)
    {
        switch (words[0])
        {
            case "set" when words.Count > 1 && words[1] == "--":
                scope.Arguments = [scope.Arguments[0], .. words.Skip(2)];
                return 0;
            case ":" or "true" or "trap" or "set" or "ulimit":
                return 0;
            case "false":
                return 1;
            case "exit":
                throw new ShExit(words.Count > 1 && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out int status) ? status & 0xff : scope.Status);
            case "cd":
                string target = words.Count > 1 ? words[1] : scope.Variables.TryGetValue("HOME", out string? home) ? home : "/";
                string path = ShPath.Absolute(target, scope.Directory);
                if (!system.Test('d', path, scope))
                {
                    io.Error.Write(system.ShellName + ": 1: cd: can't cd to " + target + "\n");
                    return 2;
                }

                scope.Directory = path;
                return 0;
            case "export":
                foreach (string word in words.Skip(1))
                {
                    string[] pair = word.Split(['='], 2);
                    scope.Exported.Add(pair[0]);
                    if (pair.Length == 2)
                    {
                        scope.Variables[pair[0]] = pair[1];
                    }
                }

                return 0;
            case "unset":
                foreach (string word in words.Skip(1))
                {
                    scope.Variables.Remove(word);
                    scope.Exported.Remove(word);
                }

                return 0;
            case "umask":
                if (words.Count > 1)
                {
                    scope.Umask = Convert.ToInt32(words[1], 8);
                }
                else
                {
                    io.Output.Write(Convert.ToString(scope.Umask, 8).PadLeft(4, '0') + "\n");
                }

                return 0;
            case "read":
                string? line = io.Input.ReadLine();
                if (words.LastOrDefault() is { } name && ShWord.IsName(name) && name != "read")
                {
                    scope.Variables[name] = line ?? string.Empty;
                }

                return line is null ? 1 : 0;
            case "shift":
                scope.Arguments = [scope.Arguments[0], .. scope.Arguments.Skip(2)];
                return 0;
            case "test" or "[":
                return Test(system, words, scope, io);
            case "echo":
                bool bare = words.Count > 1 && words[1] == "-n";
                io.Output.Write(string.Join(" ", words.Skip(bare ? 2 : 1)) + (bare ? string.Empty : "\n"));
                return 0;
            case "printf":
                io.Output.Write(Printf(words));
                return 0;
            case "command" when words.Count > 2 && words[1] is "-v" or "-V":
                string? found = s_names.Contains(words[2]) ? words[2] : system.Find(words[2], scope);
                if (found is not null)
                {
                    io.Output.Write(found + "\n");
                }

                return found is null ? 127 : 0;
            default:
                return null;
        }
    }

    private static int Test(IShSystem system, IReadOnlyList<string> words, ShScope scope, ShIo io)
    {
        List<string> args = words.Skip(1).ToList();
        if (words[0] == "[")
        {
            if (args.LastOrDefault() != "]")
            {
                io.Error.Write(system.ShellName + ": 1: [: missing ]\n");
                return 2;
            }

            args.RemoveAt(args.Count - 1);
        }

        bool negated = false;
        while (args.Count > 1 && args[0] == "!")
        {
            negated = !negated;
            args.RemoveAt(0);
        }

        bool? holds = args.Count switch
        {
            0 => false,
            1 => args[0].Length > 0,
            2 when args[0] == "-n" => args[1].Length > 0,
            2 when args[0] == "-z" => args[1].Length == 0,
            2 when args[0].Length == 2 && args[0][0] == '-' && "edfrwxsLh".IndexOf(args[0][1]) >= 0 => system.Test(args[0][1] == 'h' ? 'L' : args[0][1], args[1], scope),
            3 when args[1] is "=" or "==" => args[0] == args[2],
            3 when args[1] == "!=" => args[0] != args[2],
            3 when Number(args[0]) is { } left && Number(args[2]) is { } right => args[1] switch
            {
                "-eq" => left == right,
                "-ne" => left != right,
                "-lt" => left < right,
                "-le" => left <= right,
                "-gt" => left > right,
                "-ge" => left >= right,
                _ => null,
            },
            _ => null,
        };
        if (holds is null)
        {
            io.Error.Write(system.ShellName + ": 1: [: " + (args.Count > 1 ? args[1] : string.Empty) + ": unexpected operator\n");
            return 2;
        }

        return holds.Value != negated ? 0 : 1;
    }

    private static long? Number(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static string Printf(IReadOnlyList<string> words)
    {
        string format = words.Count > 1 ? words[1] : string.Empty;
        Queue<string> values = new(words.Skip(2));
        StringBuilder text = new();
        do
        {
            int before = values.Count;
            for (int i = 0; i < format.Length; i++)
            {
                if (format[i] == '\\' && i + 1 < format.Length)
                {
                    text.Append(format[++i] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var c => c });
                }
                else if (format[i] == '%' && i + 1 < format.Length)
                {
                    text.Append(format[++i] switch { '%' => "%", _ => values.Count > 0 ? values.Dequeue() : string.Empty });
                }
                else
                {
                    text.Append(format[i]);
                }
            }

            if (values.Count == before)
            {
                break;
            }
        }
        while (values.Count > 0);
        return text.ToString();
    }
}
