using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Posix;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>
/// Runs one program of a Windows guest: the command line is taken apart by the rules of the C runtime. The programs are <see cref="IGuestProgram"/> with the
/// ending .exe in their name (<c>nvidia-smi.exe</c>), found in C:\Windows\System32 and by full path.
/// </summary>
internal static class WindowsCommand
{
    /// <summary>The path by which a guest's files are kept.</summary>
    public static string PathOf(string path) => ShPath.Absolute(path.Trim('"').Replace('\\', '/'), "/");

    public static Task<int> RunAsync(SimulatedGuest guest, GuestProcess process, GuestUser user, string commandLine, ShIo io)
    {
        List<string> words = Split(commandLine);
        IGuestProgram? program = null;
        lock (guest.Inventory.Gate)
        {
            string name = words.Count == 0 ? string.Empty : words[0].EndsWith(".exe", StringComparison.OrdinalIgnoreCase) ? words[0] : words[0] + ".exe";
            string file = name.IndexOfAny(['\\', '/']) >= 0 ? PathOf(name) : "/C:/Windows/System32/" + name;
            GuestFile? node = guest.Files.Find(file);
            string? known = node is null ? null : node.Program ?? GuestPrograms.All<IGuestFileFormat>().Select(format => format.ProgramOf(node.Content)).FirstOrDefault(found => found is not null);
            program = known is null ? null : GuestPrograms.Find(known);
            if (node?.Program is { } own)
            {
                // A binary under another name is what it is, and knows where it lies.
                words[0] = ShPath.Parent(file) + "/" + own;
            }
        }

        if (program is null)
        {
            io.Error.Write("'" + (words.FirstOrDefault() ?? string.Empty) + "' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n");
            return Task.FromResult(9009);
        }

        return program.RunAsync(new GuestCall(guest, process, user, words, guest.Environment, "/C:/", io), process.Token);
    }

    /// <summary>The arguments of a command line, as the C runtime finds them.</summary>
    public static List<string> Split(string line)
    {
        List<string> words = [];
        StringBuilder word = new();
        bool quoted = false;
        bool any = false;
        for (int i = 0; i < line.Length; i++)
        {
            int slashes = 0;
            while (i < line.Length && line[i] == '\\')
            {
                slashes++;
                i++;
            }

            if (i < line.Length && line[i] == '"')
            {
                word.Append('\\', slashes / 2);
                any = true;
                if (slashes % 2 == 1)
                {
                    word.Append('"');
                }
                else
                {
                    quoted = !quoted;
                }

                continue;
            }

            word.Append('\\', slashes);
            any |= slashes > 0;
            if (i >= line.Length)
            {
                break;
            }

            if (line[i] is ' ' or '\t' && !quoted)
            {
                End();
            }
            else
            {
                word.Append(line[i]);
                any = true;
            }
        }

        End();
        return words;

        void End()
        {
            if (any)
            {
                words.Add(word.ToString());
            }

            word.Clear();
            any = false;
        }
    }
}
