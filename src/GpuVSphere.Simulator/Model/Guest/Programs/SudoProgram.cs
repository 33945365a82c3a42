using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Model.Guest.Programs;

/// <summary>sudo, for root alone: whether the user may, with the password from standard input (-S) or without (-n). Nothing is remembered from one call to the next.</summary>
internal sealed class SudoProgram : IGuestProgram
{
    public IReadOnlyList<string> Names { get; } = ["sudo"];

    public Task<int> RunAsync(GuestCall call, CancellationToken cancellationToken)
    {
        List<string> words = call.Arguments.ToList();
        bool fromInput = false;
        bool asksNobody = false;
        string prompt = "[sudo] password for " + call.User.Name + ": ";
        while (words.Count > 0 && words[0].StartsWith("-", StringComparison.Ordinal))
        {
            string option = words[0];
            words.RemoveAt(0);
            switch (option)
            {
                case "--":
                    goto command;
                case "-S":
                    fromInput = true;
                    break;
                case "-n":
                    asksNobody = true;
                    break;
                case "-p":
                    prompt = words[0];
                    words.RemoveAt(0);
                    break;
                case "-u":
                    if (words[0] != "root")
                    {
                        return Task.FromResult(call.Fail("sudo: the simulator knows root only"));
                    }

                    words.RemoveAt(0);
                    break;
                case "-k" or "-E" or "-H":
                    break;
                default:
                    return Task.FromResult(call.Fail("sudo: invalid option -- '" + option.TrimStart('-') + "'"));
            }
        }

    command:
        if (words.Count == 0)
        {
            return Task.FromResult(call.Fail("usage: sudo [-knS] [-p prompt] [-u user] command"));
        }

        GuestUser user = call.User;
        if (!user.IsRoot && (!user.IsSudoer || user.SudoAsks) && !Ask(call, fromInput, asksNobody, prompt))
        {
            return Task.FromResult(1);
        }

        Dictionary<string, string> environment = new(StringComparer.Ordinal) { ["HOME"] = "/root", ["USER"] = "root", ["SUDO_USER"] = user.Name, ["PATH"] = GuestSystem.SearchPath };
        return new GuestSystem(call.Guest, call.Guest.Root).RunAsync(words, call.Process, environment, call.Directory, call.Io);
    }

    private static bool Ask(GuestCall call, bool fromInput, bool asksNobody, string prompt)
    {
        if (asksNobody)
        {
            call.Complain("sudo: a password is required");
            return false;
        }

        if (!fromInput)
        {
            call.Complain("sudo: a terminal is required to read the password; either use the -S option to read from standard input or configure an askpass helper\nsudo: a password is required");
            return false;
        }

        for (int attempt = 1; attempt <= 3; attempt++)
        {
            call.Io.Error.Write(prompt);
            string? line = call.Input.ReadLine();
            if (line is null)
            {
                call.Complain("sudo: no password was provided\nsudo: a password is required");
                return false;
            }

            if (line == call.User.Password)
            {
                if (call.User.IsSudoer)
                {
                    return true;
                }

                call.Complain(call.User.Name + " is not in the sudoers file.");
                return false;
            }

            call.Complain("Sorry, try again.");
        }

        call.Complain("sudo: 3 incorrect password attempts");
        return false;
    }
}
