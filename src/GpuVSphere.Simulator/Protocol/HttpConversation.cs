using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>One kept-alive HTTP/1.1 connection, from its first request to its last.</summary>
internal sealed class HttpConversation(Stream stream, string remoteAddress, bool isSecure, RequestHandler handler)
{
    private const int MaxHead = 64 * 1024;
    private const int MaxBody = 1024 * 1024 * 1024;
    private const char TlsHandshake = '\u0016';
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;
    private Task<int>? _reading;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            string? requestLine = await ReadLineAsync(cancellationToken).ConfigureAwait(false);
            if (requestLine is null)
            {
                return;
            }

            if (requestLine.Length == 0)
            {
                // Some clients send an empty line after a body.
                continue;
            }

            Dictionary<string, string> headers = await ReadHeadersAsync(cancellationToken).ConfigureAwait(false);
            string[] words = requestLine.Split(' ');
            if (words.Length != 3 || !words[2].StartsWith("HTTP/1.", StringComparison.Ordinal))
            {
                await WriteAsync(WireReply.Text(400, "That is no HTTP/1.1 request."), isHead: false, keepAlive: false, cancellationToken).ConfigureAwait(false);
                return;
            }

            bool keepAlive = words[2] == "HTTP/1.0" ? HasToken(headers, "Connection", "keep-alive") : !HasToken(headers, "Connection", "close");
            if (HasToken(headers, "Expect", "100-continue"))
            {
                byte[] go = Encoding.ASCII.GetBytes("HTTP/1.1 100 Continue\r\n\r\n");
                await stream.WriteAsync(go, 0, go.Length, cancellationToken).ConfigureAwait(false);
                await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            }

            byte[] body = HasToken(headers, "Transfer-Encoding", "chunked")
                ? await ReadChunkedAsync(cancellationToken).ConfigureAwait(false)
                : await ReadBodyAsync(ContentLength(headers), cancellationToken).ConfigureAwait(false);
            headers.TryGetValue("SOAPAction", out string? action);
            headers.TryGetValue("User-Agent", out string? agent);
            headers.TryGetValue("Range", out string? range);
            WireRequest request = new()
            {
                Verb = words[0],
                Network = isSecure ? "https" : "http",
                Target = Target(words[1]),
                Body = body,
                SoapAction = action,
                SessionCookie = SessionCookie(headers),
                Range = range,
                UserAgent = agent ?? string.Empty,
                RemoteAddress = remoteAddress,
            };
            WireReply reply = await AnswerAsync(request, cancellationToken).ConfigureAwait(false);
            using (reply.Body)
            {
                if (reply.Status == 0 || !await WriteAsync(reply, words[0] == "HEAD", keepAlive, cancellationToken).ConfigureAwait(false) || !keepAlive)
                {
                    return;
                }
            }
        }
    }

    private static string Target(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? absolute) && absolute.Scheme.StartsWith("http", StringComparison.Ordinal) ? absolute.PathAndQuery : text;

    private static bool HasToken(Dictionary<string, string> headers, string name, string token) =>
        headers.TryGetValue(name, out string? value) && value.IndexOf(token, StringComparison.OrdinalIgnoreCase) >= 0;

    private static long ContentLength(Dictionary<string, string> headers) =>
        headers.TryGetValue("Content-Length", out string? text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long length) ? length : 0;

    private static string? SessionCookie(Dictionary<string, string> headers)
    {
        const string Name = "vmware_soap_session=";
        if (headers.TryGetValue("Cookie", out string? cookies))
        {
            foreach (string cookie in cookies.Split(';'))
            {
                if (cookie.TrimStart().StartsWith(Name, StringComparison.Ordinal))
                {
                    return cookie.Trim().Substring(Name.Length);
                }
            }
        }

        return null;
    }

    private static string Reason(int status) => status switch
    {
        200 => "OK",
        201 => "Created",
        206 => "Partial Content",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        416 => "Range Not Satisfiable",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Status",
    };

    /// <summary>
    /// Answers while the client is there: a client that closes its connection takes its call back, as on a vCenter. Otherwise a wait for updates
    /// would go on for nobody and swallow the next update.
    /// </summary>
    private async Task<WireReply> AnswerAsync(WireRequest request, CancellationToken cancellationToken)
    {
        using CancellationTokenSource gone = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using SimulatorWork work = handler.Begin();
        work.Enter();
        Task<WireReply> answering = handler.HandleAsync(request, gone.Token);
        if (!answering.IsCompleted && _start == _end)
        {
            // What the client sends meanwhile stays in the buffer for the next request.
            _reading ??= stream.ReadAsync(_buffer, 0, _buffer.Length, cancellationToken);
            if (await Task.WhenAny(answering, _reading).ConfigureAwait(false) == _reading && (_reading.Status != TaskStatus.RanToCompletion || _reading.Result == 0))
            {
                gone.Cancel();
            }
        }

        return await answering.ConfigureAwait(false);
    }

    /// <summary>False when the reply was broken off on purpose.</summary>
    private async Task<bool> WriteAsync(WireReply reply, bool isHead, bool keepAlive, CancellationToken cancellationToken)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        StringBuilder head = new();
        head.Append("HTTP/1.1 ").Append(reply.Status.ToString(invariant)).Append(' ').Append(Reason(reply.Status)).Append("\r\n");
        head.Append("Date: ").Append(DateTime.UtcNow.ToString("R", invariant)).Append("\r\n");
        head.Append("Cache-Control: no-cache\r\nConnection: ").Append(keepAlive ? "Keep-Alive" : "close").Append("\r\n");
        head.Append("Content-Type: ").Append(reply.ContentType).Append("\r\n");
        head.Append("Content-Length: ").Append(reply.Length.ToString(invariant)).Append("\r\n");
        if (reply.ContentRange is not null)
        {
            head.Append("Content-Range: ").Append(reply.ContentRange).Append("\r\n");
        }

        if (reply.SetSession is not null)
        {
            head.Append("Set-Cookie: vmware_soap_session=").Append(reply.SetSession).Append("; Path=/; HttpOnly;").Append(isSecure ? " Secure;" : string.Empty).Append("\r\n");
        }

        head.Append("\r\n");
        byte[] bytes = Encoding.ASCII.GetBytes(head.ToString());
        await stream.WriteAsync(bytes, 0, bytes.Length, cancellationToken).ConfigureAwait(false);
        long left = isHead ? 0 : reply.BreakAfter ?? reply.Length;
        byte[] block = new byte[64 * 1024];
        while (left > 0)
        {
            int read = await reply.Body.ReadAsync(block, 0, (int)Math.Min(block.Length, left), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return false;
            }

            await stream.WriteAsync(block, 0, read, cancellationToken).ConfigureAwait(false);
            left -= read;
        }

        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        return reply.BreakAfter is null;
    }

    private async Task<Dictionary<string, string>> ReadHeadersAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        while (true)
        {
            string line = await ReadLineAsync(cancellationToken).ConfigureAwait(false) ?? throw new EndOfStreamException();
            if (line.Length == 0)
            {
                return headers;
            }

            int colon = line.IndexOf(':');
            if (colon > 0 && headers.Count < 200)
            {
                string name = line.Substring(0, colon).Trim();
                string value = line.Substring(colon + 1).Trim();

                // Cookies of several headers belong together.
                headers[name] = headers.TryGetValue(name, out string? before) ? before + (name.Equals("Cookie", StringComparison.OrdinalIgnoreCase) ? "; " : ", ") + value : value;
            }
        }
    }

    private async Task<byte[]> ReadChunkedAsync(CancellationToken cancellationToken)
    {
        using MemoryStream body = new();
        while (true)
        {
            string line = await ReadLineAsync(cancellationToken).ConfigureAwait(false) ?? throw new EndOfStreamException();
            if (!int.TryParse(line.Split(';')[0].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int size) || size < 0 || body.Length + size > MaxBody)
            {
                throw new IOException("A chunk of the request has no length.");
            }

            if (size == 0)
            {
                // Trailers end with an empty line, as headers do.
                await ReadHeadersAsync(cancellationToken).ConfigureAwait(false);
                return body.ToArray();
            }

            byte[] chunk = await ReadBodyAsync(size, cancellationToken).ConfigureAwait(false);
            body.Write(chunk, 0, chunk.Length);
            await ReadLineAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<byte[]> ReadBodyAsync(long length, CancellationToken cancellationToken)
    {
        if (length > MaxBody)
        {
            throw new IOException("The request is too long.");
        }

        byte[] body = new byte[length];
        int filled = 0;
        while (filled < body.Length)
        {
            if (_start == _end && !await FillAsync(cancellationToken).ConfigureAwait(false))
            {
                throw new EndOfStreamException();
            }

            int taken = Math.Min(_end - _start, body.Length - filled);
            Buffer.BlockCopy(_buffer, _start, body, filled, taken);
            _start += taken;
            filled += taken;
        }

        return body;
    }

    private async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        // Byte for byte: a cookie must not change on its way.
        StringBuilder line = new();
        while (true)
        {
            if (_start == _end && !await FillAsync(cancellationToken).ConfigureAwait(false))
            {
                return line.Length == 0 ? null : throw new EndOfStreamException();
            }

            char c = (char)_buffer[_start++];
            if (line.Length == 0 && c == TlsHandshake)
            {
                // A TLS client that took the port for HTTPS: it waits for an answer and sends no line.
                throw new IOException("The client speaks TLS, and this port does not.");
            }

            if (c == '\n')
            {
                return line.Length > 0 && line[line.Length - 1] == '\r' ? line.ToString(0, line.Length - 1) : line.ToString();
            }

            if (line.Append(c).Length > MaxHead)
            {
                throw new IOException("A line of the request's head is too long.");
            }
        }
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        _start = 0;
        Task<int> reading = _reading ?? stream.ReadAsync(_buffer, 0, _buffer.Length, cancellationToken);
        _reading = null;
        _end = await reading.ConfigureAwait(false);
        return _end > 0;
    }
}
