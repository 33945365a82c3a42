using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;

namespace GpuVSphere.GuestOs;

/// <summary>Text files of a guest: read whole, and changed as a whole or not at all.</summary>
internal static class GuestTextFile
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>A file as text; null when there is none.</summary>
    public static async Task<string?> ReadAsync(IGuestShell shell, string path, CancellationToken cancellationToken) =>
        await shell.ReadFileAsync(path, cancellationToken).ConfigureAwait(false) is { } bytes ? s_utf8.GetString(bytes) : null;

    /// <summary>Writes a file, replacing one that is there.</summary>
    public static async Task WriteAsync(IGuestShell shell, string path, string text, GuestFileOptions options, CancellationToken cancellationToken)
    {
        byte[] bytes = s_utf8.GetBytes(text);
        using MemoryStream content = new(bytes, writable: false);
        await shell.WriteFileAsync(path, content, bytes.Length, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a file, changes its text, and writes it when that made a difference. Mode and owner stay unless they are given.</summary>
    /// <param name="shell">The guest.</param>
    /// <param name="path">Its path.</param>
    /// <param name="edit">Gives the new text for the present one, or for null when there is no file.</param>
    /// <param name="options">Mode and owner.</param>
    /// <param name="cancellationToken">Ends it; the file is then as it was or as it was to be.</param>
    /// <returns>Whether it was written.</returns>
    public static async Task<bool> EditAsync(IGuestShell shell, string path, Func<string?, string> edit, GuestFileOptions options, CancellationToken cancellationToken)
    {
        string? before = await ReadAsync(shell, path, cancellationToken).ConfigureAwait(false);
        string after = edit(before);
        if (string.Equals(before, after, StringComparison.Ordinal))
        {
            return false;
        }

        await WriteAsync(shell, path, after, options, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
