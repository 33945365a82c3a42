using System;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>Writes the conversation with a server to a text, without what is secret: passwords, cookies, tickets.</summary>
/// <param name="inner">The transport that is watched.</param>
/// <param name="trace">Where to write; the caller closes it.</param>
/// <param name="clock">The times in the trace.</param>
public sealed class TracingTransport(IVimTransport inner, TextWriter trace, IClock clock) : IVimTransport
{
    /// <summary>How much of one body is written, in bytes.</summary>
    public const int MaxBody = 1024 * 1024;

    private readonly object _lock = new();
    private int _exchanges;

    /// <inheritdoc/>
    public async Task<VimResponse> SendAsync(VimRequest request, CancellationToken cancellationToken)
    {
        int number = Interlocked.Increment(ref _exchanges);
        string method = request.Method ?? "GET";
        Write($"> {Number(number)} {Now()} {method} {request.Path} {request.SoapAction}{(request.Cookie is null ? string.Empty : " cookie=***")}", method, request.Body, request.Body?.Length ?? 0);
        try
        {
            VimResponse response = await inner.SendAsync(request, cancellationToken).ConfigureAwait(false);
            string head = $"< {Number(number)} {method} HTTP {Number(response.StatusCode)}{(response.SessionCookie is null ? string.Empty : " sets cookie=***")}";
            CopyingStream body = new(response.Body, MaxBody, (bytes, length) => Write($"{head} {Now()}", method, bytes, length));
            return new VimResponse(response.StatusCode, body, response.SessionCookie, response);
        }
        catch (Exception e)
        {
            Write($"! {Number(number)} {Now()} {method} {e.GetType().Name}: {e.Message}", method, null, 0);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private string Now() => clock.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private void Write(string head, string method, byte[]? body, long length)
    {
        StringBuilder text = new(head);
        text.AppendLine();
        if (body is not null)
        {
            int kept = (int)Math.Min(length, Math.Min(body.Length, MaxBody));
            text.AppendLine(TraceMask.Apply(method, Encoding.UTF8.GetString(body, 0, kept)));
            if (kept < length)
            {
                text.AppendLine($"({(length - kept).ToString(CultureInfo.InvariantCulture)} more bytes)");
            }
        }

        lock (_lock)
        {
            trace.Write(text.ToString());
            trace.Flush();
        }
    }
}
