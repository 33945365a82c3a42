using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Operations;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>Brings NVIDIA's files into a folder of our own in a guest.</summary>
internal sealed class CudaUpload(GuestRun run, GuestFolder folder)
{
    /// <summary>The folder.</summary>
    public string Folder => folder.Path;

    private bool IsWindows => run.Shell.Family == GuestFamily.Windows;

    /// <summary>Makes the folder, has work done with it, and removes it.</summary>
    /// <exception cref="GpuVSphereException">GuestFolderFailed: it could not be made; those of the work.</exception>
    public static Task UseAsync(GuestRun run, Func<CudaUpload, Task> work, CancellationToken cancellationToken) =>
        run.UseFolderAsync(folder => work(new CudaUpload(run, folder)), cancellationToken);

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
            run.Progress(FormattableString.Invariant($"uploading {name} ({file.Length / 1024 / 1024} MB)"));
            string full = folder.PathOf(there);
            await run.Shell.WriteFileAsync(full, file, file.Length, IsWindows ? GuestFileOptions.Default : GuestFileOptions.Private, cancellationToken).ConfigureAwait(false);
            return full;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new GpuVSphereException("CudaFileNotReadable", GpuErrorCategory.PermissionDenied, $"{path} cannot be read: {error.Message}", path, "Check that it is there and may be read.", error);
        }
    }
}
