using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Vim;

namespace GpuVSphere.GuestOs;

/// <summary>Processes of a Linux guest.</summary>
internal static class GuestProcesses
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>All processes, as far as the guest shows them to the login.</summary>
    public static async Task<IReadOnlyList<GuestRunningProcess>> ReadAsync(IGuestShell shell, CancellationToken cancellationToken)
    {
        ShellResult result = await shell.RunAsync(new GuestCommand("ps -e -o pid= -o ppid= -o user= -o args="), cancellationToken).ConfigureAwait(false);
        return Parse(result.Output);
    }

    /// <summary>Ends processes: asks them first, and ends those that are still there after ten seconds.</summary>
    /// <param name="shell">The guest.</param>
    /// <param name="pids">Their numbers; none does nothing.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Those that are still there.</returns>
    public static async Task<IReadOnlyList<int>> EndAsync(IGuestShell shell, IReadOnlyList<int> pids, IClock clock, CancellationToken cancellationToken)
    {
        IReadOnlyList<int> left = pids;
        foreach (string signal in new[] { "TERM", "KILL" })
        {
            if (left.Count == 0)
            {
                break;
            }

            await shell.RunAsync(new GuestCommand($"kill -s {signal} {Numbers(left)} 2>/dev/null; true") { AsRoot = true }, cancellationToken).ConfigureAwait(false);
            DateTimeOffset deadline = clock.UtcNow + s_patience;
            for (bool isLast = false; !isLast;)
            {
                isLast = clock.UtcNow >= deadline;
                left = await LeftAsync(shell, left, cancellationToken).ConfigureAwait(false);
                if (left.Count == 0 || isLast)
                {
                    break;
                }

                await clock.DelayAsync(TimeSpan.FromSeconds(1), cancellationToken).ConfigureAwait(false);
            }
        }

        return left;
    }

    internal static IReadOnlyList<GuestRunningProcess> Parse(string output)
    {
        List<GuestRunningProcess> processes = [];
        foreach (string line in output.Split('\n'))
        {
            string[] fields = line.Trim().Split([' '], 4, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 4 && int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out int parent))
            {
                processes.Add(new GuestRunningProcess(pid, parent, fields[2], fields[3].Trim()));
            }
        }

        return processes;
    }

    private static async Task<IReadOnlyList<int>> LeftAsync(IGuestShell shell, IReadOnlyList<int> pids, CancellationToken cancellationToken)
    {
        // One that has ended and whose parent has not asked yet holds nothing any more.
        HashSet<int> there = [.. (await ReadAsync(shell, cancellationToken).ConfigureAwait(false)).Where(process => !process.CommandLine.EndsWith("<defunct>", StringComparison.Ordinal)).Select(process => process.Pid)];
        return [.. pids.Where(there.Contains)];
    }

    private static string Numbers(IEnumerable<int> pids) => string.Join(" ", pids.Select(pid => pid.ToString(CultureInfo.InvariantCulture)));
}
