using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Shell;

/// <summary>A guest in which commands are run and files are read and written, one at a time. Disposing it ends what it holds open.</summary>
public interface IGuestShell : IDisposable
{
    /// <summary>What the guest runs.</summary>
    GuestFamily Family { get; }

    /// <summary>The guest's user that everything is done as; with <see cref="GuestCommand.AsRoot"/> and for files on Linux, root.</summary>
    string UserName { get; }

    /// <summary>
    /// Runs a command and waits for its end. A command that fails is a result, not an exception. When the wait is cancelled or its time is
    /// over, the program is ended in the guest, with its children.
    /// </summary>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    /// <exception cref="GpuVSphereException">
    /// GuestCommandTimeout: it took longer than <see cref="GuestCommand.Timeout"/>. GuestNotRoot: root's rights are needed and cannot be had.
    /// ShellOutputTooLong. Those of <see cref="IGuestShells.OpenAsync"/>.
    /// </exception>
    Task<ShellResult> RunAsync(GuestCommand command, CancellationToken cancellationToken);

    /// <summary>Reads a whole file, on Linux with root's rights.</summary>
    /// <param name="path">Its absolute path.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Its bytes; null when there is no such file.</returns>
    /// <exception cref="GpuVSphereException">GuestFileFailed: it is there and cannot be read, or is a folder. Those of <see cref="RunAsync"/>.</exception>
    Task<byte[]?> ReadFileAsync(string path, CancellationToken cancellationToken);

    /// <summary>
    /// Writes a whole file, on Linux with root's rights: first beside its place, with mode and owner, then renamed, so that whoever reads it
    /// finds the old one or the new one. The folder must be there. What was written beside is removed when it fails.
    /// </summary>
    /// <param name="path">Its absolute path.</param>
    /// <param name="content">What to write, from its present position.</param>
    /// <param name="length">How many bytes that are.</param>
    /// <param name="options">Mode and owner.</param>
    /// <param name="cancellationToken">Ends the writing; the old file is then still there.</param>
    /// <exception cref="GpuVSphereException">GuestFileFailed. Those of <see cref="RunAsync"/>.</exception>
    Task WriteFileAsync(string path, Stream content, long length, GuestFileOptions options, CancellationToken cancellationToken);

    /// <summary>Removes a file, on Linux with root's rights. One that is not there is no error.</summary>
    /// <param name="path">Its absolute path.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GpuVSphereException">GuestFileFailed. Those of <see cref="RunAsync"/>.</exception>
    Task DeleteFileAsync(string path, CancellationToken cancellationToken);
}
