using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Posix;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>
/// cmd.exe, as far as it runs a batch file of programs with redirections, and the programs that guest operations start beside it. Carets, doubled percent
/// signs and quotes are read as cmd.exe reads them in a batch file.
/// </summary>
internal static class WindowsInterpreter
{
    public static async Task<int> RunAsync(SimulatedGuest guest, GuestProcess process, GuestUser user, string path, string arguments)
    {
        if (!path.EndsWith("/cmd.exe", StringComparison.OrdinalIgnoreCase))
        {
            return await WindowsCommand.RunAsync(guest, process, user, "\"" + path.Substring(1) + "\" " + arguments, new ShIo(ShInput.Empty, ShOutput.Nowhere, ShOutput.Nowhere)).ConfigureAwait(false);
        }

        // /d /s /c "line": the outer quotes go, whatever is between them.
        int at = arguments.IndexOf("/c ", StringComparison.OrdinalIgnoreCase);
        string line = at < 0 ? string.Empty : arguments.Substring(at + 3).Trim();
        if (line.Length > 1 && line[0] == '"' && line[line.Length - 1] == '"')
        {
            line = line.Substring(1, line.Length - 2);
        }

        ShIo io = new(ShInput.Empty, ShOutput.Nowhere, ShOutput.Nowhere);
        List<string> words = [];
        try
        {
            foreach (string word in Words(line))
            {
                switch (word)
                {
                    case { } output when output.StartsWith("2>", StringComparison.Ordinal):
                        io = io.With(2, Writer(guest, user, output.Substring(2)));
                        break;
                    case { } output when output.StartsWith(">", StringComparison.Ordinal):
                        io = io.With(1, Writer(guest, user, output.Substring(1)));
                        break;
                    case { } input when input.StartsWith("<", StringComparison.Ordinal):
                        io = io.With(0, Reader(guest, user, input.Substring(1)));
                        break;
                    default:
                        words.Add(word);
                        break;
                }
            }
        }
        catch (ShError)
        {
            return 1;
        }

        if (words.Count == 1 && words[0].EndsWith(".cmd", StringComparison.OrdinalIgnoreCase))
        {
            return await BatchAsync(guest, process, user, words[0], io).ConfigureAwait(false);
        }

        return await WindowsCommand.RunAsync(guest, process, user, line, io).ConfigureAwait(false);
    }

    private static async Task<int> BatchAsync(SimulatedGuest guest, GuestProcess process, GuestUser user, string path, ShIo io)
    {
        string text;
        lock (guest.Inventory.Gate)
        {
            text = guest.Files.Read(WindowsCommand.PathOf(path), user).Text;
        }

        int status = 0;
        foreach (string line in text.Split(["\r\n"], StringSplitOptions.RemoveEmptyEntries).Select(Plain))
        {
            if (line.StartsWith("exit /b", StringComparison.OrdinalIgnoreCase))
            {
                return status;
            }

            if (!line.StartsWith("@echo off", StringComparison.OrdinalIgnoreCase) && !line.StartsWith("chcp ", StringComparison.OrdinalIgnoreCase))
            {
                GuestProcess child = guest.Start(process, user, "program", line, self => WindowsCommand.RunAsync(guest, self, user, line, io));
                await guest.Inventory.RestAsync(child.End).ConfigureAwait(false);
                status = await child.End.ConfigureAwait(false);
                process.Token.ThrowIfCancellationRequested();
            }
        }

        return status;
    }

    /// <summary>A line as the program gets it: a caret makes what follows itself, two percent signs are one.</summary>
    internal static string Plain(string line)
    {
        StringBuilder plain = new();
        bool quoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (c == '%' && i + 1 < line.Length && line[i + 1] == '%')
            {
                i++;
            }
            else if (c == '^' && !quoted && i + 1 < line.Length)
            {
                plain.Append(line[++i]);
                continue;
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }

            plain.Append(c);
        }

        return plain.ToString();
    }

    // Words with their redirection sign; quotes keep blanks together.
    private static IEnumerable<string> Words(string line)
    {
        StringBuilder word = new();
        bool quoted = false;
        foreach (char c in line + " ")
        {
            if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == ' ' && !quoted)
            {
                if (word.Length > 0)
                {
                    yield return word.ToString();
                }

                word.Clear();
            }
            else
            {
                word.Append(c);
            }
        }
    }

    private static ShOutput Writer(SimulatedGuest guest, GuestUser user, string path)
    {
        lock (guest.Inventory.Gate)
        {
            GuestFile file = guest.Files.Open(WindowsCommand.PathOf(path), false, user);
            return new ShOutput(bytes =>
            {
                lock (guest.Inventory.Gate)
                {
                    file.Content = [.. file.Content, .. bytes];
                }
            });
        }
    }

    private static ShInput Reader(SimulatedGuest guest, GuestUser user, string path)
    {
        if (path == "nul")
        {
            return ShInput.Empty;
        }

        lock (guest.Inventory.Gate)
        {
            return new ShInput(guest.Files.Read(WindowsCommand.PathOf(path), user).Content);
        }
    }
}
