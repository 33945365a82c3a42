using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Model.Guest.Bitfusion;

/// <summary>The servers of a client, as its programs read them: an address on each line, or the later form's items under <c>addresses:</c>.</summary>
internal static class FlexDirectServersFile
{
    /// <summary>The file that the program reads for a user.</summary>
    public static string PathFor(string program, GuestUser user, SimulatedGuest guest)
    {
        string own = user.Home + "/.bitfusion/servers.conf";
        return program == "bitfusion" && guest.Files.Exists(own) ? own : "/etc/bitfusionio/servers.conf";
    }

    /// <summary>The servers; null when the text cannot be read.</summary>
    public static IReadOnlyList<FlexDirectEndpoint>? Read(string text)
    {
        string[] lines = text.Split('\n').Select(line => line.Split([" #"], StringSplitOptions.None)[0].TrimEnd()).Where(line => line.Trim().Length > 0 && !line.TrimStart().StartsWith("#", StringComparison.Ordinal)).ToArray();
        bool isYaml = lines.Any(line => line.StartsWith("servers:", StringComparison.Ordinal));
        List<FlexDirectEndpoint> found = [];
        foreach (string line in isYaml ? lines.Select(line => line.Trim()).Where(line => line.StartsWith("- ", StringComparison.Ordinal) && !line.EndsWith("addresses:", StringComparison.Ordinal) && !line.StartsWith("- reachable:", StringComparison.Ordinal)) : lines)
        {
            if (FlexDirectEndpoint.Read(line.Trim().TrimStart('-').Trim().Trim('"')) is not { } endpoint)
            {
                return null;
            }

            found.Add(endpoint);
        }

        return found;
    }
}
