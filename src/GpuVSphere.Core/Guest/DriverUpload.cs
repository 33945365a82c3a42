using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>A driver's package in a guest, in a folder of its own that only its owner may enter, for as long as it is needed.</summary>
internal sealed class DriverUpload
{
    private static readonly TimeSpan s_cleanUp = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_short = TimeSpan.FromMinutes(1);

    private readonly IGuestShell _shell;
    private readonly DriverWish _wish;
    private readonly DriverRunContext _context;
    private bool _isThere;

    public DriverUpload(IGuestShell shell, DriverWish wish, DriverRunContext context)
    {
        _shell = shell;
        _wish = wish;
        _context = context;
        string name = "gpuvsphere-" + Guid.NewGuid().ToString("N").Substring(0, 12);
        Folder = IsWindows ? DriverGuestReader.WindowsFolder + "\\" + name : DriverGuestReader.LinuxFolder + "/" + name;

        // The package's own name without what a shell or a browser made of it.
        Path = Folder + (IsWindows ? "\\" : "/") + wish.Package.Name.Replace(' ', '_');
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The package.</summary>
    public string Path { get; }

    private bool IsWindows => _shell.Family == GuestFamily.Windows;

    /// <summary>Uploads the package.</summary>
    /// <exception cref="GpuVSphereException">PackageNotFound, GuestFolderFailed, GuestFileFailed.</exception>
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
            _context.Tell("uploading " + _wish.Package.Name);
            _isThere = true;
            string make = IsWindows ? WindowsQuoting.Join(["cmd.exe", "/c", "mkdir", Folder]) : $"mkdir -m 0700 {RemoteQuoting.Quote(Folder)}";
            ShellResult made = await _shell.RunAsync(new GuestCommand(make) { AsRoot = !IsWindows, Timeout = s_short }, cancellationToken).ConfigureAwait(false);
            if (made.ExitCode != 0)
            {
                throw new GpuVSphereException("GuestFolderFailed", GpuErrorCategory.OperationFailed, $"{Folder} could not be made in {_context.VmName}: {GuestAsk.Said(made)}", _context.VmName, "Look at the room and the rights of the folder above it in the guest.");
            }

            await _shell.WriteFileAsync(Path, content, content.Length, IsWindows ? GuestFileOptions.Default : new GuestFileOptions { Mode = "0700", Owner = "root" }, cancellationToken).ConfigureAwait(false);
            _context.Verbose($"{_context.VmName}: {_wish.Package.Name} was uploaded to {Path}.");
        }
    }

    /// <summary>Takes it away, also after a failure or a stop.</summary>
    public async Task TakeAwayAsync()
    {
        if (!_isThere)
        {
            return;
        }

        using CancellationTokenSource limit = new(s_cleanUp);
        string remove = IsWindows ? WindowsQuoting.Join(["cmd.exe", "/c", "rmdir", "/s", "/q", Folder]) : $"rm -rf {RemoteQuoting.Quote(Folder)}";
        try
        {
            ShellResult removed = await _shell.RunAsync(new GuestCommand(remove) { AsRoot = !IsWindows, Timeout = s_short }, limit.Token).ConfigureAwait(false);
            if (removed.ExitCode != 0)
            {
                _context.Warn($"{_context.VmName}: {Folder} could not be removed: {GuestAsk.Said(removed)}");
            }

            _isThere = false;
        }
        catch (Exception error) when (error is GpuVSphereException or OperationCanceledException)
        {
            _context.Warn($"{_context.VmName}: {Folder} could not be removed: {error.Message}");
        }
    }
}
