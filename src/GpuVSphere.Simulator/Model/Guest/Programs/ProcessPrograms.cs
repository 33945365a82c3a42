using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Model.Guest.Programs;

/// <summary>What starts and ends processes: setsid, nohup, timeout, sleep, kill, pkill.</summary>
internal sealed class ProcessPrograms : IGuestProgram
{
    public IReadOnlyList<string> Names { get; } = ["setsid", "nohup", "timeout", "sleep", "kill", "pkill"];

    public async Task<int> RunAsync(GuestCall call, CancellationToken cancellationToken)
    {
        List<string> words = call.Arguments.ToList();
        switch (call.Name)
        {
            case "sleep":
                TimeSpan time = words.Count == 1 && words[0] == "infinity" ? TimeSpan.FromDays(3650)
                    : words.Count == 1 && double.TryParse(words[0].TrimEnd('s'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) ? TimeSpan.FromSeconds(seconds)
                    : TimeSpan.MinValue;
                if (time == TimeSpan.MinValue)
                {
                    return call.Fail("sleep: invalid time interval");
                }

                await call.DelayAsync(time, cancellationToken).ConfigureAwait(false);
                return 0;
            case "setsid":
                // A leader of a group must fork to leave it, and does not wait for the child unless told to.
                words.RemoveAll(word => word is "-w" or "--wait" or "-f" or "--fork");
                call.Locked(() => call.Process.Group = call.Process.Pid);
                return await ReplaceAsync(call, words).ConfigureAwait(false);
            case "nohup":
                return await ReplaceAsync(call, words).ConfigureAwait(false);
            case "timeout":
                return await TimeoutAsync(call, words, cancellationToken).ConfigureAwait(false);
            default:
                return call.Locked(() => call.Name == "kill" ? Kill(call) : KillByName(call));
        }
    }

    private static Task<int> ReplaceAsync(GuestCall call, List<string> words) =>
        words.Count == 0 ? Task.FromResult(call.Fail(call.Name + ": no command specified", 125))
            : new GuestSystem(call.Guest, call.User).ReplaceAsync(words, call.Process, call.Environment, call.Directory, call.Io);

    private static async Task<int> TimeoutAsync(GuestCall call, List<string> words, CancellationToken cancellationToken)
    {
        words.RemoveAll(word => word.StartsWith("-", StringComparison.Ordinal) && words.IndexOf(word) == 0);
        double limit = double.Parse(words[0].TrimEnd('s'), CultureInfo.InvariantCulture);
        Task<int> running = call.RunAsync(words.Skip(1).ToList());
        await call.Guest.Inventory.RestAsync(Task.WhenAny(running, call.DelayAsync(TimeSpan.FromSeconds(limit), cancellationToken))).ConfigureAwait(false);
        if (running.IsCompleted)
        {
            return await running.ConfigureAwait(false);
        }

        call.Locked(() =>
        {
            foreach (GuestProcess child in call.Guest.Processes.Where(process => process.Parent == call.Process.Pid))
            {
                child.Kill(15);
            }

            return true;
        });
        return 124;
    }

    private static int Kill(GuestCall call)
    {
        List<string> words = call.Arguments.ToList();
        int signal = TakeSignal(words);
        words.Remove("--");
        int status = 0;
        foreach (string word in words)
        {
            if (!long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long pid))
            {
                status = call.Fail("kill: Illegal number: " + word, 2);
                continue;
            }

            List<GuestProcess> meant = call.Guest.Processes.Where(process => pid < 0 ? process.Group == -pid : process.Pid == pid).ToList();
            List<GuestProcess> allowed = meant.Where(process => call.User.IsRoot || process.User == call.User).ToList();
            if (meant.Count == 0 || allowed.Count == 0)
            {
                status = call.Fail("kill: (" + word + "): " + (meant.Count == 0 ? "No such process" : "Operation not permitted"));
                continue;
            }

            End(allowed, signal);
        }

        return status;
    }

    private static int KillByName(GuestCall call)
    {
        List<string> words = call.Arguments.ToList();
        bool whole = words.Remove("-f");
        bool exact = words.Remove("-x");
        int signal = TakeSignal(words);
        long? parent = words.IndexOf("-P") is int at and >= 0 ? long.Parse(words[at + 1], CultureInfo.InvariantCulture) : null;
        List<GuestProcess> meant = call.Guest.Processes
            .Where(process => process.Pid != call.Process.Pid && (parent is not null ? process.Parent == parent : SystemPrograms.Fits(words[words.Count - 1], whole ? process.CommandLine : process.Name, exact)))
            .Where(process => call.User.IsRoot || process.User == call.User)
            .ToList();
        End(meant, signal);
        return meant.Count > 0 ? 0 : 1;
    }

    private static void End(IEnumerable<GuestProcess> processes, int signal)
    {
        if (signal != 0)
        {
            foreach (GuestProcess process in processes)
            {
                process.Kill(signal);
            }
        }
    }

    private static int TakeSignal(List<string> words)
    {
        if (words.Count > 1 && words[0] == "-s")
        {
            int named = Number(words[1]);
            words.RemoveRange(0, 2);
            return named;
        }

        if (words.Count > 1 && words[0].StartsWith("-", StringComparison.Ordinal) && words[0] != "--" && words[0] != "-P")
        {
            int given = Number(words[0].Substring(1));
            words.RemoveAt(0);
            return given;
        }

        return 15;
    }

    private static int Number(string signal) => signal.ToUpperInvariant() switch
    {
        "0" => 0,
        "HUP" or "SIGHUP" or "1" => 1,
        "INT" or "SIGINT" or "2" => 2,
        "KILL" or "SIGKILL" or "9" => 9,
        _ => 15,
    };
}
