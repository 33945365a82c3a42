using System;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.GuestOs;
using GpuVSphere.Shell;
using GpuVSphere.Vim;

namespace GpuVSphere.Operations;

/// <summary>
/// A folder of our own in a guest, for what is brought there to be run: only root or the login may look into it, and it is gone afterwards, also after a
/// failure or a stop. What is in it may have gigabytes.
/// </summary>
internal sealed class GuestFolder
{
    /// <summary>Where it is made on Linux: not /tmp, which is memory on some guests, and cleared by a restart.</summary>
    public const string LinuxPlace = "/var/tmp";

    /// <summary>Where it is made on Windows. Users other than administrators cannot list what is there, and our names cannot be guessed.</summary>
    public const string WindowsPlace = @"C:\Windows\Temp";

    private const int Tries = 6;
    private static readonly TimeSpan s_short = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_all = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    private readonly IGuestShell _shell;
    private readonly IClock _clock;
    private readonly Action<string> _warn;
    private bool _isGone;

    private GuestFolder(IGuestShell shell, IClock clock, Action<string> warn)
    {
        (_shell, _clock, _warn) = (shell, clock, warn);
        Path = (IsWindows ? WindowsPlace + "\\" : LinuxPlace + "/") + "gpuvsphere-" + Guid.NewGuid().ToString("N").Substring(0, 12);
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    private bool IsWindows => _shell.Family == GuestFamily.Windows;

    /// <summary>The path of a file in it.</summary>
    /// <param name="name">The file's name, without a folder.</param>
    public string PathOf(string name) => Path + (IsWindows ? "\\" : "/") + name;

    /// <summary>Makes a folder, has work done with it, and removes it whatever came of the work.</summary>
    /// <param name="shell">The guest.</param>
    /// <param name="vm">The VM's name, for messages.</param>
    /// <param name="clock">For the pauses before it is tried again to remove it.</param>
    /// <param name="warn">Takes that it could not be removed. That never hides what the work threw.</param>
    /// <param name="work">The work.</param>
    /// <param name="cancellationToken">Ends the making; the removal is never ended by it.</param>
    /// <exception cref="GpuVSphereException">GuestFolderFailed: it could not be made; those of the shell, and of the work.</exception>
    public static async Task UseAsync(IGuestShell shell, string vm, IClock clock, Action<string> warn, Func<GuestFolder, Task> work, CancellationToken cancellationToken)
    {
        GuestFolder folder = await MakeAsync(shell, vm, clock, warn, cancellationToken).ConfigureAwait(false);
        try
        {
            await work(folder).ConfigureAwait(false);
        }
        finally
        {
            await folder.RemoveAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Makes a folder. Who makes it removes it with <see cref="RemoveAsync"/>, whatever happens; where the making itself fails nothing is left.</summary>
    /// <exception cref="GpuVSphereException">GuestFolderFailed; those of the shell.</exception>
    public static async Task<GuestFolder> MakeAsync(IGuestShell shell, string vm, IClock clock, Action<string> warn, CancellationToken cancellationToken)
    {
        GuestFolder folder = new(shell, clock, warn);
        ShellResult made;
        try
        {
            // Both refuse a name that is there already, whatever it is.
            string line = folder.IsWindows ? WindowsQuoting.Join(["cmd.exe", "/c", "mkdir", folder.Path]) : "mkdir -m 0700 " + RemoteQuoting.Quote(folder.Path);
            made = await folder.RunAsync(line, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is GpuVSphereException { Id: not "GuestNotRoot" } or OperationCanceledException)
        {
            // It may have been made before the answer was lost.
            await folder.RemoveAsync().ConfigureAwait(false);
            throw;
        }

        return made.ExitCode == 0 ? folder : throw new GpuVSphereException(
            "GuestFolderFailed",
            GpuErrorCategory.OperationFailed,
            $"No folder could be made in {(folder.IsWindows ? WindowsPlace : LinuxPlace)} of {vm}: {GuestCommands.LastWords(made)}",
            vm,
            "See whether the login may write there, and whether there is room.");
    }

    /// <summary>Removes the folder and all that is in it, with a time limit of its own. That it cannot be removed is a warning.</summary>
    /// <returns>Whether it was there, as far as is known, and is gone now.</returns>
    public async Task<bool> RemoveAsync()
    {
        if (_isGone)
        {
            return false;
        }

        using CancellationTokenSource last = new(s_all);
        try
        {
            string? left = IsWindows ? await RemoveOnWindowsAsync(last.Token).ConfigureAwait(false) : await RemoveOnLinuxAsync(last.Token).ConfigureAwait(false);
            _isGone = left is null;
            if (left is not null)
            {
                _warn($"{Path} could not be removed: {left}");
            }
        }
        catch (Exception error) when (error is GpuVSphereException or OperationCanceledException)
        {
            _warn($"{Path} could not be removed: {error.Message}");
        }

        return _isGone;
    }

    private async Task<string?> RemoveOnLinuxAsync(CancellationToken cancellationToken)
    {
        ShellResult removed = await RunAsync("rm -rf " + RemoteQuoting.Quote(Path), cancellationToken).ConfigureAwait(false);
        return removed.ExitCode == 0 ? null : GuestCommands.LastWords(removed);
    }

    // Windows keeps the file of a program that ended a moment ago, or that a scanner still reads. By rmdir's exit code nothing can be told: cmd.exe gives 0 also
    // where it failed.
    private async Task<string?> RemoveOnWindowsAsync(CancellationToken cancellationToken)
    {
        for (int i = 1; ; i++)
        {
            ShellResult removed = await RunAsync(WindowsQuoting.Join(["cmd.exe", "/c", "rmdir", "/s", "/q", Path]), cancellationToken).ConfigureAwait(false);
            ShellResult there = await RunAsync(WindowsQuoting.Join(["cmd.exe", "/c", "if", "exist", Path, "exit", "1"]), cancellationToken).ConfigureAwait(false);
            if (there.ExitCode == 0)
            {
                return null;
            }

            if (i == Tries)
            {
                return GuestCommands.LastWords(removed with { ExitCode = there.ExitCode });
            }

            await _clock.DelayAsync(s_pause, cancellationToken).ConfigureAwait(false);
        }
    }

    private Task<ShellResult> RunAsync(string line, CancellationToken cancellationToken) =>
        _shell.RunAsync(new GuestCommand(line) { AsRoot = !IsWindows, Timeout = s_short }, cancellationToken);
}
