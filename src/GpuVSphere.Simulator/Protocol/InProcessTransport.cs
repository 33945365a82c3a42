using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>Calls without a network: the same bytes, both ways, and the same accidents.</summary>
internal sealed class InProcessTransport(string name, RequestHandler handler, CancellationToken stopped) : IVimTransport
{
    public async Task<VimResponse> SendAsync(VimRequest request, CancellationToken cancellationToken)
    {
        WireReply reply = await ExchangeAsync(
            new WireRequest
            {
                Verb = request.Body is null ? "GET" : "POST",
                Target = request.Path,

                // The caller may wipe a password from its bytes when the call returns.
                Body = request.Body is null ? [] : (byte[])request.Body.Clone(),
                SoapAction = request.SoapAction,
                SessionCookie = request.Cookie,
                UserAgent = "GpuVSphere (in process)",
            },
            cancellationToken).ConfigureAwait(false);
        return new VimResponse(reply.Status, new ReplyStream(reply, name), reply.SetSession);
    }

    /// <summary>Sends a request; a connection that is dropped becomes the error that a network client would see.</summary>
    public async Task<WireReply> ExchangeAsync(WireRequest request, CancellationToken cancellationToken)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopped);
        using SimulatorWork work = handler.Begin();
        WireReply reply;
        try
        {
            // Never on the caller's thread: a server of the network is not there either.
            reply = await Task.Run(
                () =>
                {
                    work.Enter();
                    return handler.HandleAsync(request, either.Token);
                },
                either.Token).ConfigureAwait(false);
        }
        catch (System.OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw ReplyStream.Cut(name);
        }

        return reply.Status == 0 ? throw ReplyStream.Cut(name) : reply;
    }

    public void Dispose()
    {
    }
}
