using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>Asks a guest by short commands. That one fails is an answer.</summary>
internal sealed class GuestAsk(IGuestShell shell)
{
    /// <summary>What a program that is not there ends with.</summary>
    public const int NotFound = 127;

    // A user who is not root has no sbin in its path on Debian, and lspci, modinfo and ldconfig are there.
    public const string Sbin = "PATH=\"$PATH:/usr/local/sbin:/usr/sbin:/sbin\"; ";

    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(5);

    private bool _isRootRefused;

    /// <summary>Runs a command of the login's user.</summary>
    public Task<ShellResult> RunAsync(string command, CancellationToken cancellationToken, TimeSpan? timeout = null) =>
        shell.RunAsync(Command(command, timeout), cancellationToken);

    /// <summary>Runs a command with root's rights where the user can have them, else as the user.</summary>
    public async Task<ShellResult> RunAsRootAsync(string command, CancellationToken cancellationToken, TimeSpan? timeout = null)
    {
        if (!_isRootRefused)
        {
            try
            {
                return await shell.RunAsync(Command(command, timeout) with { AsRoot = true }, cancellationToken).ConfigureAwait(false);
            }
            catch (GpuVSphereException error) when (error.Id == "GuestNotRoot")
            {
                _isRootRefused = true;
            }
        }

        return await RunAsync(command, cancellationToken, timeout).ConfigureAwait(false);
    }

    /// <summary>The first line of what a command wrote, trimmed; null when it failed or wrote nothing.</summary>
    public async Task<string?> LineAsync(string command, CancellationToken cancellationToken)
    {
        ShellResult result = await RunAsync(command, cancellationToken).ConfigureAwait(false);
        return result.ExitCode == 0 ? FirstLine(result.Output) : null;
    }

    /// <summary>Whether a command ends with 0.</summary>
    public async Task<bool> HoldsAsync(string command, CancellationToken cancellationToken) =>
        (await RunAsync(command, cancellationToken).ConfigureAwait(false)).ExitCode == 0;

    /// <summary>All that a command said, in one line.</summary>
    public static string Said(ShellResult result) => string.Join(" ", Lines(result.Output + "\n" + result.Error));

    /// <summary>The lines of a text that are not empty.</summary>
    public static string[] Lines(string text) => [.. text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];

    private static string? FirstLine(string text) => Lines(text).FirstOrDefault();

    private GuestCommand Command(string command, TimeSpan? timeout) =>
        new(shell.Family == GuestFamily.Linux ? Sbin + command : command) { Timeout = timeout ?? s_timeout };
}
