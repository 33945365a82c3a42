using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.GuestOs;
using GpuVSphere.Operations;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>A folder of our own in a guest for files of NVIDIA's, which is gone afterwards, also after a failure or Ctrl-C: what is in it has gigabytes.</summary>
internal sealed class CudaUpload
{
    private static readonly TimeSpan s_short = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    private readonly GuestRun _run;

    private CudaUpload(GuestRun run, string folder) => (_run, Folder) = (run, folder);

    /// <summary>The folder.</summary>
    public string Folder { get; }

    private bool IsWindows => _run.Shell.Family == GuestFamily.Windows;

    /// <summary>Makes the folder, has work done with it, and removes it.</summary>
    /// <exception cref="GpuVSphereException">CudaInstallFailed: it could not be made; those of the work.</exception>
    public static async Task UseAsync(GuestRun run, Func<CudaUpload, Task> work, CancellationToken cancellationToken)
    {
        bool isWindows = run.Shell.Family == GuestFamily.Windows;
        string made = isWindows ? $@"{DriverGuestReader.WindowsFolder}\gpuvsphere-{Guid.NewGuid().ToString("N").Substring(0, 12)}" : DriverGuestReader.LinuxFolder;

        // Not in /tmp, which is often small or in memory.
        string line = isWindows ? WindowsQuoting.Join(["cmd.exe", "/c", "mkdir", made]) : "mktemp -d " + made + "/gpuvsphere." + new string('X', 8);
        ShellResult result = await RunAsync(run, line, cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw new GpuVSphereException(
                "CudaInstallFailed",
                GpuErrorCategory.OperationFailed,
                $"{run.Target.Name}: no folder could be made in {(isWindows ? DriverGuestReader.WindowsFolder : made)}: {GuestCommands.LastWords(result)}",
                run.Target.Name,
                "See whether the login may write there, and whether there is room.");
        }

        CudaUpload upload = new(run, isWindows ? made : result.Output.Trim());
        try
        {
            await work(upload).ConfigureAwait(false);
        }
        finally
        {
            await upload.RemoveAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Brings a file of this machine into the folder.</summary>
    /// <returns>Its path in the guest.</returns>
    /// <exception cref="GpuVSphereException">CudaFileNotReadable; those of <see cref="IGuestShell"/>.</exception>
    public async Task<string> BringAsync(string path, CancellationToken cancellationToken)
    {
        string name = Path.GetFileName(path);

        // NVIDIA's own downloads of 8 and 9 have names that Windows would not start.
        string there = !IsWindows || name.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) ? name
            : (name.EndsWith("-exe", StringComparison.OrdinalIgnoreCase) ? name.Substring(0, name.Length - 4) : name) + ".exe";
        try
        {
            using FileStream file = File.OpenRead(path);
            _run.Progress(FormattableString.Invariant($"uploading {name} ({file.Length / 1024 / 1024} MB)"));
            string full = Folder + (IsWindows ? "\\" : "/") + there;
            await _run.Shell.WriteFileAsync(full, file, file.Length, IsWindows ? GuestFileOptions.Default : GuestFileOptions.Private, cancellationToken).ConfigureAwait(false);
            return full;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new GpuVSphereException("CudaFileNotReadable", GpuErrorCategory.PermissionDenied, $"{path} cannot be read: {error.Message}", path, "Check that it is there and may be read.", error);
        }
    }

    private async Task RemoveAsync()
    {
        using CancellationTokenSource last = new(s_short);
        try
        {
            string line = IsWindows ? WindowsQuoting.Join(["cmd.exe", "/c", "rmdir", "/s", "/q", Folder]) : "rm -rf " + RemoteQuoting.Quote(Folder);
            ShellResult removed = await RunAsync(_run, line, last.Token).ConfigureAwait(false);
            if (removed.ExitCode != 0 && IsWindows)
            {
                // Windows keeps the file of a program that was ended a moment ago.
                await _run.Clock.DelayAsync(s_pause, last.Token).ConfigureAwait(false);
                removed = await RunAsync(_run, line, last.Token).ConfigureAwait(false);
            }

            if (removed.ExitCode != 0)
            {
                _run.Warning($"{Folder} could not be removed: {GuestCommands.LastWords(removed)}");
            }
        }
        catch (Exception error) when (error is GpuVSphereException or OperationCanceledException)
        {
            _run.Warning($"{Folder} could not be removed: {error.Message}");
        }
    }

    private static Task<ShellResult> RunAsync(GuestRun run, string line, CancellationToken cancellationToken) =>
        run.Shell.RunAsync(new GuestCommand(line) { AsRoot = run.Shell.Family == GuestFamily.Linux, Timeout = s_short }, cancellationToken);
}
