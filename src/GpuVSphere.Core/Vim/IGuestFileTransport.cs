using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>Moves files to and from guests, by the addresses that guest operations give.</summary>
public interface IGuestFileTransport
{
    /// <summary>Opens a file for reading.</summary>
    /// <param name="url">Its address; it is good for one transfer.</param>
    /// <param name="cancellationToken">Ends the transfer.</param>
    /// <returns>The content; the caller disposes it.</returns>
    /// <exception cref="GpuVSphereException">GuestTransferUntrusted: the host shows another certificate than the server has of it. GuestTransferFailed; the host cannot be reached.</exception>
    Task<Stream> OpenReadAsync(GuestFileUrl url, CancellationToken cancellationToken);

    /// <summary>Writes a file.</summary>
    /// <param name="url">Its address; it is good for one transfer.</param>
    /// <param name="content">What to write, from its present position.</param>
    /// <param name="length">How many bytes that are.</param>
    /// <param name="cancellationToken">Ends the transfer; a part may then be in the guest.</param>
    /// <exception cref="GpuVSphereException">As for reading.</exception>
    Task WriteAsync(GuestFileUrl url, Stream content, long length, CancellationToken cancellationToken);
}
