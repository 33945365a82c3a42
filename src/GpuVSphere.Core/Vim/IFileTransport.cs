using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>Moves files to and from datastores over the server's <c>/folder</c> path.</summary>
public interface IFileTransport
{
    /// <summary>Opens a file for reading.</summary>
    /// <param name="pathAndQuery">Such as <c>/folder/vm1/vmware.log?dcPath=DC&amp;dsName=ds1</c>, encoded.</param>
    /// <param name="cookie">The session cookie's value, byte for byte.</param>
    /// <param name="cancellationToken">Ends the transfer.</param>
    /// <returns>The content; the caller disposes it.</returns>
    /// <exception cref="GpuVSphereException">The file is not there, or may not be read.</exception>
    Task<Stream> OpenReadAsync(string pathAndQuery, string? cookie, CancellationToken cancellationToken);

    /// <summary>Writes a file, replacing one of that name.</summary>
    /// <param name="pathAndQuery">As for reading.</param>
    /// <param name="cookie">The session cookie's value, byte for byte.</param>
    /// <param name="content">What to write, from its present position.</param>
    /// <param name="length">The number of bytes that will be written.</param>
    /// <param name="cancellationToken">Ends the transfer; a part may then be on the datastore.</param>
    /// <exception cref="GpuVSphereException">The datastore refused or is full.</exception>
    Task WriteAsync(string pathAndQuery, string? cookie, Stream content, long length, CancellationToken cancellationToken);
}
