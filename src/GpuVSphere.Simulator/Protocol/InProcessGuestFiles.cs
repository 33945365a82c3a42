using System.IO;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>Files of guests without a network, with the errors that a network client gives.</summary>
internal sealed class InProcessGuestFiles(string name, InProcessTransport transport) : IGuestFileTransport
{
    public async Task<Stream> OpenReadAsync(GuestFileUrl url, CancellationToken cancellationToken)
    {
        WireReply reply = await transport.ExchangeAsync(new WireRequest { Verb = "GET", Target = url.PathAndQuery }, cancellationToken).ConfigureAwait(false);
        ThrowUnlessSuccess(reply, url);
        return new ReplyStream(reply, name);
    }

    public async Task WriteAsync(GuestFileUrl url, Stream content, long length, CancellationToken cancellationToken)
    {
        using MemoryStream bytes = new();
        await content.CopyToAsync(bytes, 81920, cancellationToken).ConfigureAwait(false);
        WireReply reply = await transport.ExchangeAsync(new WireRequest { Verb = "PUT", Target = url.PathAndQuery, Body = bytes.ToArray() }, cancellationToken).ConfigureAwait(false);
        ThrowUnlessSuccess(reply, url);
    }

    private static void ThrowUnlessSuccess(WireReply reply, GuestFileUrl url)
    {
        if (reply.Status >= 400)
        {
            throw new GpuVSphereException(
                "GuestTransferFailed", GpuErrorCategory.OperationFailed, $"{url.Host} did not transfer a file of a guest: HTTP {reply.Status}.", url.Host, "Check that the guest has room for the file, then run the command again.");
        }
    }
}
