using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>Calls over HTTP: POST for SOAP, GET for the list of versions.</summary>
internal sealed class HttpVimTransport(HttpConnection connection) : IVimTransport
{
    public async Task<VimResponse> SendAsync(VimRequest request, CancellationToken cancellationToken)
    {
        using HttpRequestMessage message = new(request.Body is null ? HttpMethod.Get : HttpMethod.Post, new Uri(connection.Address, request.Path));
        if (request.Body is not null)
        {
            message.Content = new OneTimeContent(request.Body);
            message.Headers.TryAddWithoutValidation("SOAPAction", "\"" + request.SoapAction + "\"");
        }

        HttpResponseMessage response = await connection.SendAsync(message, request.Cookie, cancellationToken).ConfigureAwait(false);
        try
        {
            Stream body = await connection.OpenBodyAsync(response).ConfigureAwait(false);
            return new VimResponse((int)response.StatusCode, body, SessionCookie(response), response);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    public void Dispose() => connection.Dispose();

    private static string? SessionCookie(HttpResponseMessage response)
    {
        const string Prefix = "vmware_soap_session=";
        if (response.Headers.TryGetValues("Set-Cookie", out IEnumerable<string>? cookies))
        {
            foreach (string cookie in cookies)
            {
                if (cookie.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
                {
                    int end = cookie.IndexOf(';');
                    return cookie.Substring(Prefix.Length, (end < 0 ? cookie.Length : end) - Prefix.Length).Trim();
                }
            }
        }

        return null;
    }

    /// <summary>
    /// The envelope. It goes out once: HTTP clients resend a request by themselves when a kept connection turns out closed, and a call
    /// that changes something must never be made twice. What may be repeated is repeated by <see cref="RetryingTransport"/>.
    /// </summary>
    private sealed class OneTimeContent : HttpContent
    {
        private readonly byte[] _body;
        private int _sent;

        public OneTimeContent(byte[] body)
        {
            _body = body;
            Headers.ContentType = new MediaTypeHeaderValue("text/xml") { CharSet = "\"utf-8\"" };
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            if (Interlocked.Exchange(ref _sent, 1) != 0)
            {
                throw new IOException("The connection was closed after the request had been sent.");
            }

            return stream.WriteAsync(_body, 0, _body.Length);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _body.Length;
            return true;
        }
    }
}
