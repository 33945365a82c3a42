using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.GuestOs;
using GpuVSphere.Operations;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>A driver's package in a guest, in a folder of its own that only its owner may enter, for as long as it is needed.</summary>
internal sealed class DriverUpload
{
    private static readonly TimeSpan s_short = TimeSpan.FromMinutes(5);

    private readonly GuestRun _run;
    private readonly DriverWish _wish;
    private bool _isThere;

    public DriverUpload(GuestRun run, DriverWish wish)
    {
        _run = run;
        _wish = wish;
        string name = "gpuvsphere-" + Guid.NewGuid().ToString("N").Substring(0, 12);
        Folder = IsWindows ? DriverGuestReader.WindowsFolder + "\\" + name : DriverGuestReader.LinuxFolder + "/" + name;

        // The package's own name without what a browser made of it.
        Path = Folder + (IsWindows ? "\\" : "/") + wish.Package.Name.Replace(' ', '_');
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The package.</summary>
    public string Path { get; }

    private bool IsWindows => _run.Shell.Family == GuestFamily.Windows;

    /// <summary>Uploads the package.</summary>
    /// <exception cref="GpuVSphereException">PackageNotFound, GuestCommandFailed, GuestFileFailed.</exception>
    public async Task BringAsync(CancellationToken cancellationToken)
    {
        FileStream content;
        try
        {
            content = new FileStream(_wish.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 128 * 1024);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new GpuVSphereException("PackageNotFound", GpuErrorCategory.ObjectNotFound, $"{_wish.Path} cannot be read: {error.Message}", _wish.Path, "Check the path; it is one of this machine.", error);
        }

        using (content)
        {
            _run.Progress("uploading " + _wish.Package.Name);
            _isThere = true;
            await _run.RunAsync(
                $"{Folder} could not be made",
                Command(IsWindows ? WindowsQuoting.Join(["cmd.exe", "/c", "mkdir", Folder]) : $"mkdir -m 0700 {RemoteQuoting.Quote(Folder)}"),
                cancellationToken).ConfigureAwait(false);
            await _run.Shell.WriteFileAsync(
                Path, content, content.Length, IsWindows ? GuestFileOptions.Default : new GuestFileOptions { Mode = "0700", Owner = "root" }, cancellationToken).ConfigureAwait(false);
            _run.Verbose($"{_wish.Package.Name} was uploaded to {Path}.");
        }
    }

    /// <summary>Takes it away, also after a failure or a stop.</summary>
    /// <returns>Whether there was something to take away, and it is gone.</returns>
    public async Task<bool> TakeAwayAsync(CancellationToken cancellationToken)
    {
        if (!_isThere)
        {
            return false;
        }

        try
        {
            ShellResult removed = await _run.Shell.RunAsync(
                Command(IsWindows ? WindowsQuoting.Join(["cmd.exe", "/c", "rmdir", "/s", "/q", Folder]) : $"rm -rf {RemoteQuoting.Quote(Folder)}"), cancellationToken).ConfigureAwait(false);
            _isThere = removed.ExitCode != 0;
            if (_isThere)
            {
                _run.Warning($"{Folder} could not be removed: {GuestCommands.LastWords(removed)}");
            }

            return !_isThere;
        }
        catch (Exception error) when (error is GpuVSphereException or OperationCanceledException)
        {
            _run.Warning($"{Folder} could not be removed: {error.Message}");
            return false;
        }
    }

    private GuestCommand Command(string line) => new(line) { AsRoot = !IsWindows, Timeout = s_short };
}
