using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace GpuVSphere.Simulator.Model.Guest.Programs;

/// <summary>taskkill of Windows: a process, and with /T all that it has started.</summary>
internal sealed class TaskKillProgram() : InstantProgram("taskkill.exe")
{
    protected override int Run(GuestCall call)
    {
        List<string> words = call.Arguments.Select(word => word.ToUpperInvariant()).ToList();
        int at = words.IndexOf("/PID");
        if (at < 0 || at + 1 >= words.Count || !long.TryParse(words[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out long pid) || call.Guest.Process(pid) is not { } meant)
        {
            return call.Fail("ERROR: The process was not found.", 128);
        }

        List<GuestProcess> tree = [meant];
        for (int i = 0; words.Contains("/T") && i < tree.Count; i++)
        {
            tree.AddRange(call.Guest.Processes.Where(process => process.Parent == tree[i].Pid && !tree.Contains(process)));
        }

        foreach (GuestProcess process in tree)
        {
            process.Kill(15);
        }

        call.Say("SUCCESS: The process with PID " + words[at + 1] + " has been terminated.");
        return 0;
    }
}
