using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Model.Guest.Programs;

/// <summary>systemctl and service.</summary>
internal sealed class ServicePrograms : IGuestProgram
{
    public IReadOnlyList<string> Names { get; } = ["systemctl", "service"];

    public async Task<int> RunAsync(GuestCall call, CancellationToken cancellationToken)
    {
        List<string> words = call.Arguments.Where(word => !word.StartsWith("-", StringComparison.Ordinal)).ToList();
        if (call.Name == "service" && words.Count == 2)
        {
            words.Reverse();
        }

        string verb = words.Count > 0 ? words[0] : "list-units";
        List<string> units = words.Skip(1).ToList();
        if (verb is "start" or "stop" or "restart" or "reload" or "try-restart" or "enable" or "disable" or "daemon-reload" or "mask" or "unmask" or "isolate" or "reboot" or "reset-failed" && !call.User.IsRoot)
        {
            return call.Fail("Failed to " + verb + (units.Count > 0 ? " " + GuestUnits.NameOf(units[0]) : string.Empty) + ": Interactive authentication required.");
        }

        int status = 0;
        switch (verb)
        {
            case "start" or "stop" or "restart" or "reload" or "try-restart":
                foreach (string unit in units)
                {
                    status = Math.Max(status, await ChangeAsync(call, verb, unit, cancellationToken).ConfigureAwait(false));
                }

                return status;
            case "reboot":
                call.Locked(() =>
                {
                    call.Guest.Reboot();
                    return true;
                });
                return 0;
            case "isolate":
                return await ChangeAsync(call, units[0].StartsWith("graphical", StringComparison.Ordinal) ? "start" : "stop", "display-manager", cancellationToken).ConfigureAwait(false) & 0;
            case "daemon-reload" or "reset-failed" or "unmask":
                return 0;
        }

        return call.Locked(() => Tell(call, verb, units));
    }

    private static async Task<int> ChangeAsync(GuestCall call, string verb, string unit, CancellationToken cancellationToken)
    {
        string? wrong = call.Locked(() =>
        {
            string? found = null;
            if (verb == "try-restart" && !GuestUnits.IsActive(call.Guest, unit))
            {
                return null;
            }

            if (verb is "stop" or "restart" or "try-restart")
            {
                found = verb == "restart" && GuestUnits.FileOf(call.Guest, unit) is null ? "Failed to restart " + GuestUnits.NameOf(unit) + ": Unit " + GuestUnits.NameOf(unit) + " not found." : GuestUnits.Stop(call.Guest, unit);
            }

            return found ?? (verb is "start" or "restart" or "try-restart" ? GuestUnits.Start(call.Guest, unit) : null);
        });
        if (wrong is not null)
        {
            return call.Fail(wrong, 5);
        }

        if (verb == "stop")
        {
            return 0;
        }

        // A unit that does one thing is waited for; a daemon is started when it has begun, and what has forked away is the daemon then.
        (GuestUnit? started, bool waits) = call.Locked(() => (
            call.Guest.Units.TryGetValue(GuestUnits.NameOf(unit), out GuestUnit? found) ? found : null,
            GuestUnits.Values(call.Guest, unit, "Type").LastOrDefault() is "oneshot" or "forking"));
        if (started is not null)
        {
            await call.Guest.Inventory.RestAsync(Task.WhenAny(started.Process.End, waits ? Task.Delay(Timeout.Infinite, cancellationToken) : call.DelayAsync(TimeSpan.FromSeconds(1), cancellationToken))).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (waits && started.HasFailed)
            {
                return call.Fail("Job for " + started.Name + " failed because the control process exited with error code.\nSee \"systemctl status " + started.Name + "\" and \"journalctl -xeu " + started.Name + "\" for details.");
            }
        }

        return 0;
    }

    private static int Tell(GuestCall call, string verb, List<string> units)
    {
        SimulatedGuest guest = call.Guest;
        int status = 0;
        switch (verb)
        {
            case "enable" or "disable" or "mask":
                foreach (string unit in units)
                {
                    if (GuestUnits.FileOf(guest, unit) is null)
                    {
                        status = call.Fail("Failed to " + verb + " unit: Unit file " + GuestUnits.NameOf(unit) + " does not exist.");
                    }
                    else if (verb == "enable")
                    {
                        guest.EnabledUnits.Add(GuestUnits.NameOf(unit));
                        if (call.Has("--now") && GuestUnits.Start(guest, unit) is { } wrong)
                        {
                            status = call.Fail(wrong);
                        }
                    }
                    else
                    {
                        guest.EnabledUnits.Remove(GuestUnits.NameOf(unit));
                        if (call.Has("--now"))
                        {
                            GuestUnits.Stop(guest, unit);
                        }
                    }
                }

                return status;
            case "is-active" or "is-failed":
                foreach (string unit in units)
                {
                    string state = GuestUnits.StateOf(guest, unit);
                    if (!call.Has("-q", "--quiet"))
                    {
                        call.Say(state);
                    }

                    status = state == (verb == "is-active" ? "active" : "failed") ? status : verb == "is-active" ? 3 : 1;
                }

                return status;
            case "is-enabled":
                foreach (string unit in units)
                {
                    if (GuestUnits.FileOf(guest, unit) is null)
                    {
                        return call.Fail("Failed to get unit file state for " + GuestUnits.NameOf(unit) + ": No such file or directory");
                    }

                    bool isEnabled = guest.EnabledUnits.Contains(GuestUnits.NameOf(unit));
                    call.Say(isEnabled ? "enabled" : "disabled");
                    status = isEnabled ? status : 1;
                }

                return status;
            case "status":
                foreach (string unit in units)
                {
                    if (GuestUnits.FileOf(guest, unit) is not { } file)
                    {
                        return call.Fail("Unit " + GuestUnits.NameOf(unit) + " could not be found.", 4);
                    }

                    string state = GuestUnits.StateOf(guest, unit);
                    call.Say("● " + GuestUnits.NameOf(unit) + " - " + (GuestUnits.Values(guest, unit, "Description").LastOrDefault() ?? GuestUnits.NameOf(unit)));
                    call.Say("     Loaded: loaded (" + file + "; " + (guest.EnabledUnits.Contains(GuestUnits.NameOf(unit)) ? "enabled" : "disabled") + ")");
                    call.Say("     Active: " + state + (state == "active" ? " (running)" : state == "inactive" ? " (dead)" : string.Empty));
                    status = state == "active" ? status : 3;
                }

                return status;
            case "show":
                foreach (string unit in units)
                {
                    call.Say("MainPID=" + GuestUnits.PidOf(guest, unit));
                    call.Say("LoadState=" + (GuestUnits.FileOf(guest, unit) is null ? "not-found" : "loaded"));
                    call.Say("ActiveState=" + GuestUnits.StateOf(guest, unit));
                    call.Say("UnitFileState=" + (guest.EnabledUnits.Contains(GuestUnits.NameOf(unit)) ? "enabled" : "disabled"));
                }

                return 0;
            case "cat":
                foreach (string unit in units)
                {
                    if (GuestUnits.FileOf(guest, unit) is not { } file)
                    {
                        return call.Fail("No files found for " + GuestUnits.NameOf(unit) + ".");
                    }

                    call.Print("# " + file + "\n" + guest.Files.Text(file));
                }

                return 0;
            case "list-units" or "list-unit-files":
                foreach (string unit in GuestUnits.All(guest).Where(unit => verb == "list-unit-files" || GuestUnits.IsActive(guest, unit)))
                {
                    call.Say(unit + " " + (verb == "list-unit-files" ? guest.EnabledUnits.Contains(unit) ? "enabled" : "disabled" : "loaded active running"));
                }

                return 0;
            case "is-system-running":
                call.Say("running");
                return 0;
            default:
                return call.Fail("Unknown command verb " + verb + ".");
        }
    }
}
