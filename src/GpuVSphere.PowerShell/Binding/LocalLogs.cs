using System;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.PowerShell.Errors;

namespace GpuVSphere.PowerShell.Binding;

/// <summary>Files of vmware.log on this machine, as <c>-LogPath</c> names them.</summary>
internal static class LocalLogs
{
    private const string NextStep = "Check the path; wildcards may be used.";

    /// <summary>The files that are meant; what fits none is an error each, and the others go on.</summary>
    /// <param name="cmdlet">The cmdlet, on the pipeline thread.</param>
    /// <param name="typed">What was typed.</param>
    public static IEnumerable<string> Find(PSCmdlet cmdlet, IEnumerable<string> typed)
    {
        List<string> found = [];
        foreach (string path in typed)
        {
            try
            {
                found.AddRange(LocalPaths.All(cmdlet, path, "LogNotFound", NextStep));
            }
            catch (GpuVSphereException error)
            {
                cmdlet.WriteError(ErrorMapper.ToRecord(error));
            }
        }

        return found;
    }

    /// <summary>Reads a file, also one that is still written.</summary>
    /// <param name="file">The full path.</param>
    /// <param name="read">What is made of its bytes and its name.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="GpuVSphereException">LogNotFound, LogNotReadable, and what the reading says.</exception>
    public static async Task<T> ReadAsync<T>(string file, Func<Stream, string, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return await read(stream, Path.GetFileName(file), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new GpuVSphereException("LogNotFound", GpuErrorCategory.ObjectNotFound, $"There is no file {file}.", file, NextStep, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new GpuVSphereException("LogNotReadable", GpuErrorCategory.InvalidData, $"{file} cannot be read: {error.Message}", file, "Check that the file may be read.", error);
        }
    }
}
