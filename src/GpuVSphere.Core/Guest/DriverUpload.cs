using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Operations;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>A driver's package in a guest, in a folder of its own that only its owner may enter, for as long as it is needed.</summary>
internal sealed class DriverUpload(GuestRun run, DriverWish wish)
{
    private GuestFolder? _folder;

    /// <summary>The folder; empty before the upload.</summary>
    public string Folder => _folder?.Path ?? string.Empty;

    /// <summary>The package; empty before the upload. Its own name without what a browser made of it.</summary>
    public string Path => _folder?.PathOf(wish.Package.Name.Replace(' ', '_')) ?? string.Empty;

    /// <summary>Uploads the package.</summary>
    /// <exception cref="GpuVSphereException">PackageNotFound, GuestFolderFailed, GuestFileFailed.</exception>
    public async Task BringAsync(CancellationToken cancellationToken)
    {
        FileStream content;
        try
        {
            content = new FileStream(wish.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 128 * 1024);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new GpuVSphereException("PackageNotFound", GpuErrorCategory.ObjectNotFound, $"{wish.Path} cannot be read: {error.Message}", wish.Path, "Check the path; it is one of this machine.", error);
        }

        using (content)
        {
            run.Progress("uploading " + wish.Package.Name);
            _folder = await run.MakeFolderAsync(cancellationToken).ConfigureAwait(false);
            GuestFileOptions options = run.Shell.Family == GuestFamily.Windows ? GuestFileOptions.Default : new GuestFileOptions { Mode = "0700", Owner = "root" };
            await run.Shell.WriteFileAsync(Path, content, content.Length, options, cancellationToken).ConfigureAwait(false);
            run.Verbose($"{wish.Package.Name} was uploaded to {Path}.");
        }
    }

    /// <summary>Takes it away, also after a failure or a stop.</summary>
    /// <returns>Whether there was something to take away, and it is gone.</returns>
    public async Task<bool> TakeAwayAsync() => _folder is not null && await _folder.RemoveAsync().ConfigureAwait(false);
}
