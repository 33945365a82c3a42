using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Simulator.Posix;

namespace GpuVSphere.Simulator.Model.Guest.Programs;

/// <summary>What tells of the system: uname, id, whoami, hostname, which, ps, pgrep, getent, dmesg, journalctl, mokutil.</summary>
internal sealed class SystemPrograms() : InstantProgram("uname", "id", "whoami", "hostname", "which", "ps", "pgrep", "getent", "dmesg", "journalctl", "mokutil", "depmod", "update-initramfs", "dracut", "env")
{
    protected override int Run(GuestCall call)
    {
        SimulatedGuest guest = call.Guest;
        switch (call.Name)
        {
            case "uname":
                call.Say(call.Has("-a") ? "Linux " + guest.HostName + " " + guest.Distribution.Kernel + " #1 SMP x86_64 x86_64 x86_64 GNU/Linux"
                    : call.Has("-r") ? guest.Distribution.Kernel
                    : call.Has("-m") ? "x86_64"
                    : call.Has("-n") ? guest.HostName
                    : "Linux");
                return 0;
            case "id":
                call.Say(call.Has("-u") ? Text(call.User.Id) : call.Has("-un") ? call.User.Name : "uid=" + Text(call.User.Id) + "(" + call.User.Name + ") gid=" + Text(call.User.Id) + "(" + call.User.Name + ")");
                return 0;
            case "whoami":
                call.Say(call.User.Name);
                return 0;
            case "hostname":
                call.Say(call.Has("-I") ? guest.Address + " " : guest.HostName);
                return 0;
            case "which":
                return Which(call);
            case "ps":
                return ListProcesses(call);
            case "pgrep":
                return Search(call);
            case "getent":
                string? entry = call.Operands.Count > 1 && call.Operands[0] == "passwd"
                    ? guest.Files.Text("/etc/passwd")!.Split('\n').FirstOrDefault(line => line.StartsWith(call.Operands[1] + ":", StringComparison.Ordinal))
                    : null;
                if (entry is not null)
                {
                    call.Say(entry);
                }

                return entry is null ? 2 : 0;
            case "dmesg":
                call.Print(string.Concat(guest.KernelLog.Select(line => line + "\n")));
                return 0;
            case "journalctl":
                return Journal(call);
            case "mokutil":
                return guest.Vm.Config.Firmware != "efi" ? call.Fail("EFI variables are not supported on this system") : Said(call, guest.SecureBoot ? "SecureBoot enabled" : "SecureBoot disabled");
            case "env":
                call.Print(string.Concat(call.Environment.Select(pair => pair.Key + "=" + pair.Value + "\n")));
                return 0;
            default:
                return call.User.IsRoot ? 0 : call.Fail(call.Name + ": Permission denied");
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static int Said(GuestCall call, string line)
    {
        call.Say(line);
        return 0;
    }

    private static int Which(GuestCall call)
    {
        int status = 0;
        GuestSystem system = new(call.Guest, call.User);
        ShScope scope = GuestSystem.ScopeOf(call.Process, call.Environment, call.Directory);
        foreach (string name in call.Operands)
        {
            if (system.Find(name, scope) is { } path)
            {
                call.Say(path);
            }
            else
            {
                status = 1;
            }
        }

        return status;
    }

    private static int ListProcesses(GuestCall call)
    {
        // -o chooses columns; an equals sign behind one takes its headline away.
        string[] chosen = call.Arguments.Where((_, at) => at > 0 && call.Arguments[at - 1] == "-o").ToArray();
        string[] columns = (chosen.Length > 0 ? string.Join(",", chosen) : "user,pid,ppid,args").Split(',');
        int byPid = call.Arguments.ToList().IndexOf("-p");
        if (!columns.All(column => column.EndsWith("=", StringComparison.Ordinal)))
        {
            call.Say(string.Join(" ", columns.Select(column => column.TrimEnd('=').ToUpperInvariant())));
        }

        IEnumerable<GuestProcess> processes = call.Guest.Processes;
        if (byPid >= 0)
        {
            string[] pids = call.Arguments[byPid + 1].Split(',');
            processes = processes.Where(process => pids.Contains(Text(process.Pid))).ToList();
            if (!processes.Any())
            {
                return 1;
            }
        }

        foreach (GuestProcess process in processes)
        {
            call.Say(string.Join(" ", columns.Select(column => column.TrimEnd('=') switch
            {
                "pid" => Text(process.Pid),
                "ppid" => Text(process.Parent),
                "pgid" or "sid" => Text(process.Group),
                "comm" or "ucmd" => process.Name,
                "user" or "euser" => process.User.Name,
                "args" or "cmd" or "command" => process.CommandLine,
                "stat" => "S",
                _ => "-",
            })));
        }

        return 0;
    }

    private static int Search(GuestCall call)
    {
        bool whole = call.Has("-f", "-af", "-fa");
        bool exact = call.Has("-x");
        List<GuestProcess> found = call.Guest.Processes
            .Where(process => process.Pid != call.Process.Pid && call.Operands.Any(pattern => Fits(pattern, whole ? process.CommandLine : process.Name, exact)))
            .ToList();
        foreach (GuestProcess process in found)
        {
            call.Say(Text(process.Pid) + (call.Has("-a", "-l", "-af", "-fa") ? " " + process.CommandLine : string.Empty));
        }

        return found.Count > 0 ? 0 : 1;
    }

    internal static bool Fits(string pattern, string text, bool exact) =>
        System.Text.RegularExpressions.Regex.IsMatch(text, exact ? "^(?:" + pattern + ")$" : pattern, System.Text.RegularExpressions.RegexOptions.CultureInvariant);

    private static int Journal(GuestCall call)
    {
        if (!call.User.IsRoot && !call.User.IsSudoer)
        {
            return call.Fail("No journal files were opened due to insufficient permissions.");
        }

        List<string> words = call.Arguments.ToList();
        string? unit = words.IndexOf("-u") is int at and >= 0 ? words[at + 1] : words.FirstOrDefault(word => word.StartsWith("--unit=", StringComparison.Ordinal))?.Substring(7);
        string? tag = words.IndexOf("-t") is int tagged and >= 0 ? words[tagged + 1] : null;
        int count = words.IndexOf("-n") is int number and >= 0 ? int.Parse(words[number + 1], CultureInfo.InvariantCulture) : int.MaxValue;
        unit = unit?.EndsWith(".service", StringComparison.Ordinal) == true ? unit.Substring(0, unit.Length - 8) : unit;
        List<GuestLogLine> lines = call.Guest.Journal.Where(line => (unit is null || line.Program.StartsWith(unit, StringComparison.Ordinal)) && (tag is null || line.Program.StartsWith(tag, StringComparison.Ordinal))).ToList();
        call.Print(string.Concat(lines.Skip(Math.Max(0, lines.Count - count)).Select(line => line.Text(call.Guest.HostName) + "\n")));
        return 0;
    }
}
