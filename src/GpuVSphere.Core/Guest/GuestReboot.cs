using System;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Vim;

namespace GpuVSphere.Guest;

/// <summary>Restarts a guest from within, and waits until it has come back as another boot than before.</summary>
internal sealed class GuestReboot(Func<CancellationToken, Task<IGuestShell>> open, IClock clock, string vm, TimeSpan limit)
{
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_ask = TimeSpan.FromSeconds(60);

    private static string WindowsBoot => WindowsQuoting.Join(["powershell.exe", "-NoProfile", "-NonInteractive", "-Command", "(Get-WmiObject Win32_OperatingSystem).LastBootUpTime"]);

    /// <summary>Restarts the guest. The shell that is given is of no use afterwards.</summary>
    /// <param name="shell">The guest; the caller disposes it.</param>
    /// <param name="tell">Takes what is waited for.</param>
    /// <param name="cancellationToken">Ends the wait; the guest restarts all the same.</param>
    /// <returns>A new shell of the guest, which the caller disposes.</returns>
    /// <exception cref="GpuVSphereException">GuestRebootRefused, GuestRebootTimeout.</exception>
    public async Task<IGuestShell> RunAsync(IGuestShell shell, Action<string> tell, CancellationToken cancellationToken)
    {
        string? before = await BootAsync(shell, cancellationToken).ConfigureAwait(false);
        tell("restarting the guest");
        await SendAsync(shell, cancellationToken).ConfigureAwait(false);
        DateTimeOffset begun = clock.UtcNow;
        GpuVSphereException? last = null;
        while (clock.UtcNow - begun < limit)
        {
            await clock.DelayAsync(s_between, cancellationToken).ConfigureAwait(false);
            tell(FormattableString.Invariant($"waiting for the guest to come back, {(int)(clock.UtcNow - begun).TotalSeconds} s"));
            IGuestShell? other = null;
            try
            {
                other = await open(cancellationToken).ConfigureAwait(false);
                string? now = await BootAsync(other, cancellationToken).ConfigureAwait(false);
                if (now is not null && now != before)
                {
                    IGuestShell back = other;
                    other = null;
                    return back;
                }
            }
            catch (GpuVSphereException error)
            {
                // On its way down and up it refuses in every way there is: no Tools, no connection, and for a moment no login.
                last = error;
            }
            finally
            {
                other?.Dispose();
            }
        }

        throw new GpuVSphereException(
            "GuestRebootTimeout",
            GpuErrorCategory.Timeout,
            $"The guest of {vm} was restarted and has not come back in {limit.TotalMinutes.ToString("0", CultureInfo.InvariantCulture)} minutes.{(last is null ? string.Empty : " It says: " + last.Message)}",
            vm,
            "Look at its console. When it is back, run the same command again: it does what is missing.",
            last);
    }

    private static async Task<string?> BootAsync(IGuestShell shell, CancellationToken cancellationToken)
    {
        string command = shell.Family == GuestFamily.Windows ? WindowsBoot : "cat /proc/sys/kernel/random/boot_id";
        ShellResult result = await shell.RunAsync(new GuestCommand(command) { Timeout = s_ask }, cancellationToken).ConfigureAwait(false);
        string boot = result.Output.Trim();
        return result.ExitCode == 0 && boot.Length > 0 ? boot : null;
    }

    private async Task SendAsync(IGuestShell shell, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            ShellResult result = await shell.RunAsync(
                new GuestCommand(shell.Family == GuestFamily.Windows ? "shutdown.exe /r /t 0" : "shutdown -r now") { AsRoot = true, Timeout = s_ask }, cancellationToken).ConfigureAwait(false);

            // A shell that goes down with its guest is ended by a signal, or not told of at all.
            if (result.ExitCode is > 0 and < 128)
            {
                throw new GpuVSphereException(
                    "GuestRebootRefused", GpuErrorCategory.OperationFailed, $"The guest of {vm} does not restart: {GuestAsk.Said(result)}", vm, "Restart it by hand, then run the same command again.");
            }
        }
        catch (GpuVSphereException error) when (error.Id is not ("GuestRebootRefused" or "GuestNotRoot" or "GuestLoginFailed"))
        {
            // The connection went with the guest; whether it restarted is seen by its next boot.
        }
    }
}
