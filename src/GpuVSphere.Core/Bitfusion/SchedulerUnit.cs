using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Shell;

namespace GpuVSphere.Bitfusion;

/// <summary>Where a resource scheduler that we start lives in its guest: its service, its log, its command line.</summary>
/// <param name="Program">The program.</param>
/// <param name="Wish">How it is to run.</param>
internal sealed record SchedulerUnit(FlexDirectProgram Program, SchedulerWish Wish)
{
    /// <summary>The folder of services that an admin brings.</summary>
    public const string Folder = "/etc/systemd/system/";

    // By it our own file is known from one that somebody else wrote under the same name.
    private const string Mark = "# Written by GpuVSphere's Start-FlexDirectScheduler; Stop-FlexDirectScheduler removes it.";

    /// <summary>The service's name, without its ending: one for each port.</summary>
    public string Name => NameFor(Wish.PortMeant);

    /// <summary>The service's file.</summary>
    public string Path => PathFor(Wish.PortMeant);

    /// <summary>The log: the scheduler says only at its start what it gives out.</summary>
    public string Log => LogFor(Wish.PortMeant);

    /// <summary>Its command line, for a shell.</summary>
    public string CommandLine => RemoteQuoting.Join(Words);

    /// <summary>The command line that starts it where there is no systemd; it goes on when the shell has ended.</summary>
    public string Background => InBackground(Words, Wish.PortMeant);

    // A log that systemd itself appends to needs a newer one than CentOS 7 has; the shell writes it for both ways.
    /// <summary>The text of the service's file.</summary>
    public string Text => string.Join("\n",
    [
        Mark,
        "[Unit]",
        "Description=FlexDirect resource scheduler, port " + Wish.PortMeant.ToString(CultureInfo.InvariantCulture),
        "Wants=network-online.target",
        "After=network-online.target",
        string.Empty,
        "[Service]",
        "ExecStart=/bin/sh -c \"" + ForUnit("exec " + CommandLine + " > " + Log + " 2>&1") + "\"",
        "Restart=on-failure",
        "RestartSec=10",
        string.Empty,
        "[Install]",
        "WantedBy=multi-user.target",
        string.Empty,
    ]);

    private IEnumerable<string> Words => [Program.Path, FlexDirectProgram.SchedulerCommand, .. Wish.Arguments];

    /// <summary>A scheduler's words as a command line that goes on when the shell has ended.</summary>
    public static string InBackground(IEnumerable<string> words, int port) => "nohup " + RemoteQuoting.Join(words) + " > " + LogFor(port) + " 2>&1 < /dev/null &";

    /// <summary>The name of the service for a port.</summary>
    public static string NameFor(int port) => port == FlexDirectAddress.DefaultPort ? "flexdirect-scheduler" : "flexdirect-scheduler-" + port.ToString(CultureInfo.InvariantCulture);

    /// <summary>The service's file for a port.</summary>
    public static string PathFor(int port) => Folder + NameFor(port) + ".service";

    /// <summary>The log for a port.</summary>
    public static string LogFor(int port) => "/var/log/" + NameFor(port) + ".log";

    /// <summary>Whether a service's file is one that we wrote.</summary>
    public static bool IsOurs(string? text) => text is not null && text.Split('\n').FirstOrDefault()?.TrimEnd('\r') == Mark;

    // systemd reads quotes, backslashes, percent signs and dollars in a command line before the shell does.
    private static string ForUnit(string text) => text.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("%", "%%").Replace("$", "$$");
}
