using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace GpuVSphere.Bitfusion;

/// <summary>A resource scheduler among the processes of a guest, whoever started it.</summary>
/// <param name="Id">Its process id.</param>
/// <param name="Arguments">Its options, in words.</param>
internal sealed record SchedulerProcess(int Id, IReadOnlyList<string> Arguments)
{
    /// <summary>The port that it listens at, from its options.</summary>
    public int Port => Option("-s") is { } port && int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : FlexDirectAddress.DefaultPort;

    /// <summary>Its options as one text; empty for none.</summary>
    public string Text => string.Join(" ", Arguments);

    /// <summary>Its command, without the program's name: <c>resource_scheduler -n 2</c>.</summary>
    public string Command => string.Join(" ", [FlexDirectProgram.SchedulerCommand, .. Arguments]);

    /// <summary>The schedulers in a list of processes, each with its id and its command line.</summary>
    public static IReadOnlyList<SchedulerProcess> Read(string processes)
    {
        List<SchedulerProcess> found = [];
        foreach (string line in processes.Split('\n'))
        {
            // A shell that starts one, or an editor with its log, has the words further on.
            string[] words = line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);

            // busybox writes the kernel's name of a process before its words, in braces, where the two differ.
            if (words.Length > 2 && words[1][0] == '{' && Array.FindIndex(words, word => word[word.Length - 1] == '}') is > 0 and var end)
            {
                words = [words[0], .. words.Skip(end + 1)];
            }

            if (words.Length > 2 && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                && words[1].Substring(words[1].LastIndexOf('/') + 1) is FlexDirectProgram.FlexDirect or FlexDirectProgram.Bitfusion
                && words[2] == FlexDirectProgram.SchedulerCommand)
            {
                found.Add(new SchedulerProcess(id, [.. words.Skip(3)]));
            }
        }

        return found;
    }

    /// <summary>Whether it runs as it is wished. What is not wished may be anything.</summary>
    /// <param name="wish">How it is to run.</param>
    /// <param name="report">What it said when it started; null when that is not known.</param>
    public bool Is(SchedulerWish wish, SchedulerReport? report) => Port == wish.PortMeant
        && Same("-n", wish.GpuCount?.ToString(CultureInfo.InvariantCulture), report?.GpuCount?.ToString(CultureInfo.InvariantCulture))
        && (wish.Devices.Count == 0 || string.Join(",", wish.Devices.Select(device => device.ToString(CultureInfo.InvariantCulture))) == Option("-d"))
        && Same("-l", wish.ListenAddress, "0.0.0.0")
        && Same("-p", wish.ServerPort?.ToString(CultureInfo.InvariantCulture), null);

    private bool Same(string option, string? wanted, string? usual) => wanted is null || (Option(option) ?? usual) == wanted;

    private string? Option(string name)
    {
        for (int i = 0; i < Arguments.Count; i++)
        {
            if (Arguments[i] == name)
            {
                return i + 1 < Arguments.Count ? Arguments[i + 1] : null;
            }

            if (Arguments[i].Length > name.Length && Arguments[i].StartsWith(name, StringComparison.Ordinal))
            {
                return Arguments[i].Substring(name.Length).TrimStart('=');
            }
        }

        return null;
    }
}
