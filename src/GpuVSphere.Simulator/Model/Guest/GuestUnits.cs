using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Simulator.Posix;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>
/// systemd: units are the .service files in <c>/etc/systemd/system</c> and <c>/usr/lib/systemd/system</c>, and a unit runs the program of its ExecStart as
/// User. Called under the gate.
/// </summary>
internal static class GuestUnits
{
    private static readonly string[] s_folders = ["/etc/systemd/system/", "/usr/lib/systemd/system/"];

    public static string NameOf(string name) => name.IndexOf('.') >= 0 ? name : name + ".service";

    /// <summary>The path of a unit's file; null when there is no such unit.</summary>
    public static string? FileOf(SimulatedGuest guest, string name) => s_folders.Select(folder => folder + NameOf(name)).FirstOrDefault(guest.Files.Exists);

    /// <summary>Every unit that there is.</summary>
    public static IReadOnlyList<string> All(SimulatedGuest guest) =>
        s_folders.SelectMany(folder => guest.Files.List(folder)).Where(name => name.EndsWith(".service", StringComparison.Ordinal)).Distinct().OrderBy(name => name, StringComparer.Ordinal).ToList();

    /// <summary>The values of a key of a unit's file.</summary>
    public static IReadOnlyList<string> Values(SimulatedGuest guest, string name, string key) =>
        FileOf(guest, name) is not { } file ? [] : guest.Files.Text(file)!.Split('\n')
            .Select(line => line.Trim())
            .Where(line => line.StartsWith(key + "=", StringComparison.Ordinal))
            .Select(line => line.Substring(key.Length + 1).Trim())
            .ToList();

    public static bool IsActive(SimulatedGuest guest, string name) => guest.Units.TryGetValue(NameOf(name), out GuestUnit? unit) && unit.IsActive;

    /// <summary>Starts a unit; what systemctl says when that cannot be, or null.</summary>
    public static string? Start(SimulatedGuest guest, string name)
    {
        string unit = NameOf(name);
        if (FileOf(guest, unit) is null)
        {
            return "Failed to start " + unit + ": Unit " + unit + " not found.";
        }

        if (IsActive(guest, unit))
        {
            return null;
        }

        if (Values(guest, unit, "ExecStart").LastOrDefault() is not { Length: > 0 } command)
        {
            return "Failed to start " + unit + ": Unit " + unit + " has a bad unit file setting.";
        }

        GuestUser user = Values(guest, unit, "User").LastOrDefault() is { } named ? guest.User(named) ?? guest.Root : guest.Root;
        GuestSystem system = new(guest, user);
        string line = "exec " + command.TrimStart('-', '@', '+', '!');
        ShOutput log = new(bytes =>
        {
            foreach (string text in System.Text.Encoding.UTF8.GetString(bytes).Split(['\n'], StringSplitOptions.RemoveEmptyEntries))
            {
                lock (guest.Inventory.Gate)
                {
                    guest.Log(ShPath.Name(command.Split(' ')[0]), text);
                }
            }
        });
        bool remains = Values(guest, unit, "RemainAfterExit").LastOrDefault() is "yes" or "true";
        GuestProcess process = guest.Start(null, user, ShPath.Name(command.Split(' ')[0]), command, self => new ShInterpreter(system).RunAsync(line, system.NewScope(self), new ShIo(ShInput.Empty, log, log)));
        guest.Units[unit] = new GuestUnit(unit, process) { Remains = remains };
        guest.Log("systemd[1]", "Started " + (Values(guest, unit, "Description").LastOrDefault() ?? unit) + ".");
        return null;
    }

    /// <summary>Ends a unit with all that it started.</summary>
    public static string? Stop(SimulatedGuest guest, string name)
    {
        string unit = NameOf(name);
        if (FileOf(guest, unit) is null && !guest.Units.ContainsKey(unit))
        {
            return "Failed to stop " + unit + ": Unit " + unit + " not loaded.";
        }

        if (guest.Units.TryGetValue(unit, out GuestUnit? running))
        {
            foreach (GuestProcess process in guest.Processes.Where(process => process.Group == running.Process.Group))
            {
                // Whoever stops a unit waits until its processes are gone.
                process.EndNow(15, guest.Inventory.Now);
            }

            guest.Units.Remove(unit);
            guest.Log("systemd[1]", "Stopped " + unit + ".");
        }

        return null;
    }

    /// <summary><c>active</c>, <c>failed</c> or <c>inactive</c>.</summary>
    public static string StateOf(SimulatedGuest guest, string name) =>
        !guest.Units.TryGetValue(NameOf(name), out GuestUnit? unit) ? "inactive" : unit.IsActive ? "active" : unit.HasFailed ? "failed" : "inactive";

    public static string PidOf(SimulatedGuest guest, string name) =>
        guest.Units.TryGetValue(NameOf(name), out GuestUnit? unit) && unit.IsActive ? unit.Process.Pid.ToString(CultureInfo.InvariantCulture) : "0";
}
