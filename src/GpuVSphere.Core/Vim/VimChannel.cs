using System;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>Calls on one server with one cookie: envelopes out, replies and faults in. Safe for several threads.</summary>
internal sealed class VimChannel
{
    private const string EnvelopeStart =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\""
        + " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">";

    private readonly string _operationPrefix = "gpuvsphere-" + Guid.NewGuid().ToString("N").Substring(0, 8) + "-";
    private int _operations;
    private volatile string? _cookie;
    private volatile bool _isReachable = true;

    public VimChannel(VimServer server, ApiVersion apiVersion, string? borrowedCookie)
    {
        Server = server;
        ApiVersion = apiVersion;
        IsBorrowed = borrowedCookie is not null;
        _cookie = borrowedCookie;
    }

    public VimServer Server { get; }

    public ApiVersion ApiVersion { get; }

    public bool IsBorrowed { get; }

    /// <summary>The session cookie's value, byte for byte as it came; null before login.</summary>
    public string? Cookie => _cookie;

    /// <summary>Whether the last call of a logged-in session found the server; true before the first.</summary>
    public bool IsReachable => _isReachable;

    /// <summary>Forgets the cookie after a logout.</summary>
    public void ForgetCookie() => _cookie = null;

    /// <summary>Calls a method.</summary>
    /// <param name="self">The object.</param>
    /// <param name="method">The method.</param>
    /// <param name="arguments">Writes the arguments after _this.</param>
    /// <param name="read">Reads the response element: walks its returnval children. Called once for a streamed reply.</param>
    /// <param name="isStreamed">Whether <paramref name="read"/> gives data away as it goes, so that a reply that breaks off cannot be asked for again.</param>
    /// <param name="isSecret">Whether the arguments hold a secret to wipe.</param>
    /// <param name="cancellationToken">Ends the wait and the reading.</param>
    public async Task<T> CallAsync<T>(
        ManagedObjectReference self,
        string method,
        Action<VimWriter>? arguments,
        Func<VimReader, T> read,
        CancellationToken cancellationToken,
        bool isStreamed = false,
        bool isSecret = false)
    {
        byte[] body = Write(self, method, arguments, isSecret);
        VimRequest request = new(method, "urn:vim25/" + ApiVersion.Text, body) { Cookie = _cookie };
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                bool hasBegun = false;
                try
                {
                    using VimResponse response = await Server.Transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
                    hasBegun = true;
                    _isReachable = true;
                    if (isStreamed)
                    {
                        // Parsed as it arrives, by a thread of its own: waiting for bytes must not hold one of the pool.
                        return await Task.Factory.StartNew(
                            () => Read(response, response.Body, self, method, read, cancellationToken),
                            CancellationToken.None,
                            TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
                            TaskScheduler.Default).ConfigureAwait(false);
                    }

                    using MemoryStream whole = await BufferAsync(response.Body, cancellationToken).ConfigureAwait(false);
                    return Read(response, whole, self, method, read, cancellationToken);
                }
                catch (GpuVSphereException e) when (e.Id == "ServerUnreachable" && request.Cookie is not null)
                {
                    _isReachable = false;
                    throw SessionErrors.ServerGone(e, Server.Name, IsBorrowed);
                }
                catch (GpuVSphereException e) when (e.Id == "ConnectionCut" && hasBegun && !isStreamed && attempt < RetryingTransport.Attempts && ReadMethods.Contains(method))
                {
                    // Cut in the middle of the answer; before its beginning the transport has repeated already.
                    await Server.Clock.DelayAsync(RetryingTransport.Pause(attempt), cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            if (isSecret)
            {
                Array.Clear(body, 0, body.Length);
            }
        }
    }

    public VimFaultContext Context(string method, ManagedObjectReference self, string? objectName = null) => new(Server.Name, method, self, IsBorrowed, objectName);

    private byte[] Write(ManagedObjectReference self, string method, Action<VimWriter>? arguments, bool isSecret)
    {
        VimWriter writer = new();
        writer.Raw(EnvelopeStart)
            .Raw("<soapenv:Header><operationID>").Raw(_operationPrefix)
            .Raw(Interlocked.Increment(ref _operations).ToString(CultureInfo.InvariantCulture))
            .Raw("</operationID></soapenv:Header><soapenv:Body><").Raw(method).Raw(" xmlns=\"urn:vim25\">");
        writer.Element("_this", self);
        arguments?.Invoke(writer);
        writer.Raw("</").Raw(method).Raw("></soapenv:Body></soapenv:Envelope>");
        byte[] body = writer.ToArray();
        if (isSecret)
        {
            writer.Wipe();
        }

        return body;
    }

    private static async Task<MemoryStream> BufferAsync(Stream body, CancellationToken cancellationToken)
    {
        MemoryStream whole = new(8 * 1024);
        byte[] buffer = new byte[8 * 1024];
        while (true)
        {
            int read = await body.ReadAsync(buffer, 0, buffer.Length, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                whole.Position = 0;
                return whole;
            }

            whole.Write(buffer, 0, read);
        }
    }

    private T Read<T>(VimResponse response, Stream body, ManagedObjectReference self, string method, Func<VimReader, T> read, CancellationToken cancellationToken)
    {
        if (response.StatusCode is not (200 or 500))
        {
            throw UnexpectedStatus(response.StatusCode, method);
        }

        // Closing the reply is what ends a reading early.
        using CancellationTokenRegistration registration = cancellationToken.Register(response.Dispose);
        try
        {
            using XmlCursor cursor = new(body);
            VimReader envelope = VimReader.Open(cursor);
            if (envelope.Name != "Envelope")
            {
                throw VimReader.Malformed($"no SOAP envelope came for {method} (HTTP {response.StatusCode.ToString(CultureInfo.InvariantCulture)})");
            }

            T? result = default;
            bool isRead = false;
            while (envelope.NextChild())
            {
                if (envelope.Name != "Body")
                {
                    continue;
                }

                VimReader content = envelope.Object();
                if (!content.NextChild())
                {
                    break;
                }

                if (content.Name == "Fault")
                {
                    throw VimFault.ReadSoap(content.Object()).ToException(Context(method, self));
                }

                result = read(content.Object());
                isRead = true;
            }

            if (!isRead)
            {
                throw VimReader.Malformed($"the SOAP envelope for {method} is empty");
            }

            // To the end, so that the connection can be used again.
            cursor.Drain();
            string? cookie = response.SessionCookie;
            if (!IsBorrowed && !string.IsNullOrEmpty(cookie))
            {
                _cookie = cookie;
            }

            return result!;
        }
        catch (GpuVSphereException e) when (e.Id == "MalformedReply" && e.Target is null && !cancellationToken.IsCancellationRequested)
        {
            throw new GpuVSphereException(e.Id, e.Category, $"{Server.Name}, {method}: {e.Message}", Server.Name, e.NextStep, e);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private GpuVSphereException UnexpectedStatus(int status, string method) => status switch
    {
        401 => SessionErrors.Expired(Server.Name, IsBorrowed),
        502 or 503 or 504 => new GpuVSphereException(
            "ServerUnavailable",
            GpuErrorCategory.ConnectionFailed,
            $"{Server.Name} is there but its vSphere service does not answer (HTTP {status.ToString(CultureInfo.InvariantCulture)}); it may be starting.",
            Server.Name,
            "Wait a few minutes and try again."),
        _ => NotVSphere(Server.Name, $"it answered {method} with HTTP {status.ToString(CultureInfo.InvariantCulture)}"),
    };

    internal static GpuVSphereException NotVSphere(string server, string why, Exception? inner = null) => new(
        "NotVSphereServer",
        GpuErrorCategory.ConnectionFailed,
        $"{server} is not a vSphere server: {why}.",
        server,
        "Give the name of a vCenter or an ESXi host, and its HTTPS port if it is not 443.",
        inner);
}
