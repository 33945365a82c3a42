using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>Reads what a driver needs of a guest. Changes nothing.</summary>
internal static class DriverGuestReader
{
    /// <summary>What is asked of Windows: what is free on its drive, and whether NVIDIA's licensing client of vGPU is there.</summary>
    public const string WindowsScript = "'free=' + (Get-WmiObject Win32_LogicalDisk -Filter 'DeviceID=''C:''').FreeSpace; 'grid=' + (Test-Path 'HKLM:\\SOFTWARE\\NVIDIA Corporation\\Global\\GridLicensing')";

    /// <summary>Daemons of NVIDIA's that hold the module while they run.</summary>
    private const string Daemons = "nvidia-persistenced nvidia-gridd nvidia-fabricmanager nvidia-dcgm dcgm nvidia-powerd nvidia-topologyd";

    // One command, since each takes its way through VMware Tools: a word in a line of its own for everything that holds.
    private const string LinuxScript =
        "command -v gcc >/dev/null 2>&1 && command -v make >/dev/null 2>&1 && echo compiler; "
        + "test -e \"/lib/modules/$(uname -r)/build/Makefile\" && echo headers; "
        + "command -v dkms >/dev/null 2>&1 && echo dkms; "
        + "grep -rhs '^ *blacklist  *nouveau' /etc/modprobe.d /usr/lib/modprobe.d >/dev/null && echo blacklisted; "
        + "command -v nvidia-gridd >/dev/null 2>&1 && echo grid; "
        + "test -e /etc/nvidia/gridd.conf.template && echo grid; "
        + "test -e /usr/bin/nvidia-uninstall && echo runfile; "
        + "readlink -f /etc/systemd/system/display-manager.service | sed 's/^/manager=/'; "
        + "for unit in " + Daemons + "; do systemctl is-active \"$unit\" 2>/dev/null | sed \"s/^/$unit=/\"; done; "
        + "true";

    /// <summary>Reads it.</summary>
    /// <param name="shell">The guest.</param>
    /// <param name="guest">What is known of the system; the rest of it is filled in.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<DriverGuest> ReadAsync(IGuestShell shell, DriverGuest guest, CancellationToken cancellationToken)
    {
        GuestGpuState gpu = await GuestGpuReader.ReadAsync(shell, guest.Gpu, cancellationToken).ConfigureAwait(false);
        GuestAsk ask = new(shell);
        return shell.Family == GuestFamily.Windows
            ? await ReadWindowsAsync(ask, guest with { Gpu = gpu }, cancellationToken).ConfigureAwait(false)
            : await ReadLinuxAsync(ask, guest with { Gpu = gpu }, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<DriverGuest> ReadLinuxAsync(GuestAsk ask, DriverGuest guest, CancellationToken cancellationToken)
    {
        ShellResult facts = await ask.RunAsync(LinuxScript, cancellationToken).ConfigureAwait(false);
        string[] words = GuestAsk.Lines(facts.Output);
        string? manager = words.FirstOrDefault(word => word.StartsWith("manager=/", StringComparison.Ordinal));
        manager = manager?.Substring(manager.LastIndexOf('/') + 1);
        if (manager is not null && await ask.LineAsync($"systemctl is-active {RemoteQuoting.Quote(manager)}", cancellationToken).ConfigureAwait(false) != "active")
        {
            manager = null;
        }

        ShellResult processes = await ask.RunAsync("ps -e -o pid,comm", cancellationToken).ConfigureAwait(false);
        ShellResult free = await ask.RunAsync("df -P -k " + GuestFolder.LinuxPlace, cancellationToken).ConfigureAwait(false);
        string? mount = await ask.LineAsync("findmnt -n -o OPTIONS -T " + GuestFolder.LinuxPlace, cancellationToken).ConfigureAwait(false);
        return guest with
        {
            HasCompiler = words.Contains("compiler"),
            HasHeaders = words.Contains("headers"),
            HasDkms = words.Contains("dkms"),
            IsNouveauBlacklisted = words.Contains("blacklisted"),
            IsGrid = words.Contains("grid"),
            CameByRunFile = words.Contains("runfile") ? true : guest.Gpu.Installed is null && !guest.Gpu.HasSmi ? null : false,
            DisplayManager = manager?.Replace(".service", string.Empty),
            Services = [.. words.Where(word => word.EndsWith("=active", StringComparison.Ordinal)).Select(word => word.Split('=')[0])],
            XServers = [.. ReadProcesses(processes.Output).Where(process => process.Name is "X" or "Xorg" or "Xorg.bin" or "Xvnc")],
            FreeBytes = ReadFree(free),
            IsNoExec = mount?.Split(',').Contains("noexec") == true,
        };
    }

    private static async Task<DriverGuest> ReadWindowsAsync(GuestAsk ask, DriverGuest guest, CancellationToken cancellationToken)
    {
        ShellResult facts = await ask.RunAsync(WindowsQuoting.Join(["powershell.exe", "-NoProfile", "-NonInteractive", "-Command", WindowsScript]), cancellationToken).ConfigureAwait(false);
        string[] words = GuestAsk.Lines(facts.Output);
        string? free = words.FirstOrDefault(word => word.StartsWith("free=", StringComparison.Ordinal))?.Substring(5);
        return guest with
        {
            IsGrid = words.Contains("grid=True"),
            FreeBytes = long.TryParse(free, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) ? Evidence<long>.Of(bytes) : Evidence<long>.Unknown("Windows does not say it: " + GuestAsk.Said(facts)),
        };
    }

    /// <summary>Reads <c>ps -e -o pid,comm</c>.</summary>
    public static IReadOnlyList<GpuProcess> ReadProcesses(string text) =>
    [
        .. GuestAsk.Lines(text)
            .Select(line => line.Split([' ', '\t'], 2, StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length == 2 && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(words => new GpuProcess(int.Parse(words[0], CultureInfo.InvariantCulture), words[1].Trim(), string.Empty)),
    ];

    /// <summary>Reads the fourth column of the last line of <c>df -P -k</c>.</summary>
    public static Evidence<long> ReadFree(ShellResult df)
    {
        string[] columns = GuestAsk.Lines(df.Output).LastOrDefault()?.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) ?? [];
        return columns.Length >= 6 && long.TryParse(columns[3], NumberStyles.None, CultureInfo.InvariantCulture, out long kilobytes)
            ? Evidence<long>.Of(kilobytes * 1024)
            : Evidence<long>.Unknown("df says: " + GuestAsk.Said(df));
    }
}
