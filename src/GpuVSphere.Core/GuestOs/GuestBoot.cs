using System;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;

namespace GpuVSphere.GuestOs;

/// <summary>The start of a guest: which one it runs since, and how it is started anew.</summary>
internal static class GuestBoot
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>What is another after each boot; empty when the guest does not tell.</summary>
    public static async Task<string> IdAsync(IGuestShell shell, CancellationToken cancellationToken)
    {
        string command = shell.Family == GuestFamily.Linux
            ? "cat /proc/sys/kernel/random/boot_id"
            : WindowsQuoting.Join(["powershell.exe", "-NoProfile", "-NonInteractive", "-Command", "(Get-CimInstance Win32_OperatingSystem).LastBootUpTime.Ticks"]);
        ShellResult result = await shell.RunAsync(new GuestCommand(command) { Timeout = s_limit }, cancellationToken).ConfigureAwait(false);
        return result.ExitCode == 0 ? result.Output.Trim() : string.Empty;
    }

    /// <summary>Tells the guest to reboot. That the way into it breaks meanwhile is no error.</summary>
    /// <exception cref="GpuVSphereException">GuestCommandFailed: it refused; GuestNotRoot.</exception>
    public static async Task RebootAsync(IGuestShell shell, string vm, CancellationToken cancellationToken)
    {
        // A moment later, so that the command has ended before the guest goes down.
        GuestCommand command = shell.Family == GuestFamily.Linux
            ? new GuestCommand("command -v shutdown >/dev/null && { (sleep 2; shutdown -r now) >/dev/null 2>&1 & }") { AsRoot = true, Timeout = s_limit }
            : new GuestCommand(WindowsQuoting.Join(["shutdown.exe", "/r", "/t", "2"])) { Timeout = s_limit };
        try
        {
            await shell.RunCheckedAsync(vm, "The guest could not be told to reboot", command, cancellationToken).ConfigureAwait(false);
        }
        catch (GpuVSphereException error) when (error.Category is GpuErrorCategory.ConnectionFailed or GpuErrorCategory.Timeout || error.Id is "GuestToolsNotRunning" or "GuestPoweredOff")
        {
            // It went faster than its own answer.
        }
    }
}
