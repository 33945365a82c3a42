using System;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>
/// One round trip to a vSphere server: bytes in, a stream out. The real one speaks HTTP; retry and wire trace wrap another
/// transport; the simulator answers in process, and serialises too.
/// </summary>
public interface IVimTransport : IDisposable
{
    /// <summary>Sends one request and gives the reply as soon as its head has arrived; the body is still being read.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The reply, with HTTP status 200 (result) or 500 (SOAP fault in the body) when it came from a vSphere server.</returns>
    /// <exception cref="GpuVSphereException">The server could not be reached or its certificate is not trusted.</exception>
    Task<VimResponse> SendAsync(VimRequest request, CancellationToken cancellationToken);
}
