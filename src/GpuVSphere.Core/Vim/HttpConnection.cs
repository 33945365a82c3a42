using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>
/// One server over HTTP, for calls and files alike: certificate check, time-outs, and errors in words. Nothing here is global: another
/// module's connections in the same process are not touched, and no cookie is kept that the caller did not give.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private const int ConnectionLimit = 16;

    private readonly string _name;
    private readonly VimHttpOptions _options;
    private readonly HttpClient _client;
    private readonly string? _thumbprint;
    private volatile UntrustedCertificate? _untrusted;

    public HttpConnection(string name, Uri address, VimHttpOptions options)
    {
        _name = name;
        _options = options;
        Address = address;
        _thumbprint = options.Thumbprint is null ? null : NormalizeThumbprint(options.Thumbprint);
        RefuseClearText(name, address, options);
        HttpClientHandler handler = new()
        {
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            MaxConnectionsPerServer = ConnectionLimit,
            UseProxy = options.UseSystemProxy && !address.IsLoopback,
            ServerCertificateCustomValidationCallback = (_, certificate, chain, errors) => IsTrusted(certificate, chain, errors),
        };
        if (RuntimeInformation.FrameworkDescription.StartsWith(".NET Framework", StringComparison.Ordinal))
        {
            // Windows PowerShell may still offer TLS 1.0 by default; this client asks for 1.2, for itself alone.
            handler.SslProtocols = SslProtocols.Tls12;
#pragma warning disable SYSLIB0014 // .NET Framework allows two connections to a server; only this server's own limit is raised.
            ServicePointManager.FindServicePoint(address).ConnectionLimit = ConnectionLimit;
#pragma warning restore SYSLIB0014
        }

        _client = new HttpClient(handler) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.ExpectContinue = false;
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("GpuVSphere/" + typeof(HttpConnection).Assembly.GetName().Version!.ToString(3));
    }

    public Uri Address { get; }

    public static Uri ParseAddress(string host)
    {
        string text = host.Trim();
        if (text.Length > 0 && !text.Contains("://"))
        {
            // A bare IPv6 address has several colons and no brackets.
            bool bareV6 = text.IndexOf(':') != text.LastIndexOf(':') && text[0] != '[';
            text = "https://" + (bareV6 ? "[" + text + "]" : text);
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("https" or "http") || uri.Host.Length == 0 || uri.UserInfo.Length > 0)
        {
            throw new GpuVSphereException(
                "InvalidServerName",
                GpuErrorCategory.InvalidArgument,
                $"'{host}' is not the name of a server.",
                host,
                "Give a name or address, with a port if needed: vcenter.example.com, vcenter.example.com:8443, [2001:db8::1]:443.");
        }

        return new Uri(uri.GetLeftPart(UriPartial.Authority));
    }

    /// <summary>Sends and waits for the head of the reply.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string? cookie, CancellationToken cancellationToken)
    {
        if (cookie is not null)
        {
            if (cookie.IndexOfAny(['\r', '\n']) >= 0)
            {
                throw SessionErrors.Expired(_name, isBorrowed: true);
            }

            request.Headers.TryAddWithoutValidation("Cookie", "vmware_soap_session=" + cookie);
        }

        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_options.Timeout);
        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OperationCanceledException e)
        {
            throw TimedOut(e);
        }
        catch (HttpRequestException e)
        {
            // A stop or a time-out tears the connection down, and which of the two exceptions comes of that is a race.
            cancellationToken.ThrowIfCancellationRequested();
            throw timeout.IsCancellationRequested ? TimedOut(e) : Translate(e);
        }
    }

    /// <summary>Opens the body of a reply, with the same errors and time-outs as its head.</summary>
    public async Task<Stream> OpenBodyAsync(HttpResponseMessage response)
    {
        Stream body = await response.Content.ReadAsStreamAsync().ConfigureAwait(false);
        return new WatchedStream(body, response, _options.Timeout, () => TimedOut(null), e => Cut(e));
    }

    public GpuVSphereException Cut(Exception inner) => new(
        "ConnectionCut",
        GpuErrorCategory.ConnectionFailed,
        $"The connection to {_name} was cut before the answer was complete.",
        _name,
        "Check the network and the server, read the state again, then repeat.",
        inner);

    public void Dispose() => _client.Dispose();

    /// <summary>Upper-case hexadecimal digits of a SHA-256 thumbprint.</summary>
    internal static string NormalizeThumbprint(string text)
    {
        string digits = new string(text.Where(c => c is not (':' or ' ' or '-')).ToArray()).ToUpperInvariant();
        if (digits.StartsWith("SHA256", StringComparison.Ordinal))
        {
            digits = digits.Substring(6);
        }

        return digits.Length == 64 && digits.All(c => c is (>= '0' and <= '9') or (>= 'A' and <= 'F'))
            ? digits
            : throw new GpuVSphereException(
                "InvalidThumbprint",
                GpuErrorCategory.InvalidArgument,
                $"'{text}' is not a SHA-256 thumbprint: it has {digits.Length.ToString(CultureInfo.InvariantCulture)} digits, 64 hexadecimal digits are needed (a SHA-1 thumbprint has 40 and is not accepted).",
                text,
                "openssl s_client -connect <server>:443 < /dev/null | openssl x509 -noout -fingerprint -sha256");
    }

    internal static string ThumbprintOf(X509Certificate certificate)
    {
        using SHA256 sha = SHA256.Create();
        return string.Concat(sha.ComputeHash(certificate.GetRawCertData()).Select(b => b.ToString("X2", CultureInfo.InvariantCulture)));
    }

    private static void RefuseClearText(string name, Uri address, VimHttpOptions options)
    {
        if (address.Scheme == "http" && (options.Thumbprint is not null || !(address.IsLoopback || options.SkipCertificateCheck)))
        {
            throw new GpuVSphereException(
                "ClearTextConnection",
                GpuErrorCategory.ConnectionFailed,
                $"{name} would be reached without encryption: the password could be read on the way, and there is no certificate to check.",
                name,
                "Give the name without http://, or, for a simulator in a lab, add -SkipCertificateCheck.");
        }
    }

    private bool IsTrusted(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (_options.SkipCertificateCheck)
        {
            return true;
        }

        if (certificate is null)
        {
            _untrusted = new UntrustedCertificate("(none)", "the server showed no certificate", string.Empty);
            return false;
        }

        string thumbprint = ThumbprintOf(certificate);
        if (_thumbprint is not null ? thumbprint == _thumbprint : errors == SslPolicyErrors.None)
        {
            _untrusted = null;
            return true;
        }

        _untrusted = new UntrustedCertificate(certificate.Subject, Reason(chain, errors), thumbprint);
        return false;
    }

    private string Reason(X509Chain? chain, SslPolicyErrors errors)
    {
        if (_thumbprint is not null)
        {
            return "its thumbprint is not the one that was given";
        }

        string[] reasons =
        [
            .. (errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0 ? [$"it was not issued for {Address.Host}"] : Array.Empty<string>(),
            .. (chain?.ChainStatus ?? [])
                .Select(status => status.Status)
                .Where(status => status != X509ChainStatusFlags.NoError)
                .Distinct()
                .Select(status => status switch
                {
                    X509ChainStatusFlags.UntrustedRoot or X509ChainStatusFlags.PartialChain => "its issuer is not trusted by this machine",
                    X509ChainStatusFlags.NotTimeValid => "it is expired or not yet valid",
                    X509ChainStatusFlags.Revoked => "it was revoked",
                    X509ChainStatusFlags.RevocationStatusUnknown or X509ChainStatusFlags.OfflineRevocation => "whether it was revoked could not be asked",
                    _ => status.ToString(),
                })
                .Distinct(),
        ];
        return reasons.Length == 0 ? errors.ToString() : string.Join(", ", reasons);
    }

    private GpuVSphereException Translate(HttpRequestException e)
    {
        UntrustedCertificate? untrusted = _untrusted;
        if (untrusted is not null)
        {
            return new GpuVSphereException(
                "UntrustedCertificate",
                GpuErrorCategory.ConnectionFailed,
                $"The certificate of {_name} is not trusted: {untrusted.Reason}. Subject: {untrusted.Subject}. SHA-256 thumbprint: {untrusted.Thumbprint}.",
                _name,
                $"Compare the thumbprint with the server's, then connect with -Thumbprint {untrusted.Thumbprint}; or, for a server in a lab, with -SkipCertificateCheck.",
                e);
        }

        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case GpuVSphereException known:
                    return known;
                case SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown }:
                    return Cut(e);
                case SocketException socket:
                    return Unreachable(socket.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain ? "its name is not known" : socket.Message, e);
                case WebException { Status: WebExceptionStatus.NameResolutionFailure }:
                    return Unreachable("its name is not known", e);
                case WebException { Status: WebExceptionStatus.ConnectFailure } web when web.InnerException is null:
                    return Unreachable(web.Message, e);
                case AuthenticationException tls:
                    return new GpuVSphereException(
                        "TlsFailed",
                        GpuErrorCategory.ConnectionFailed,
                        $"No encrypted connection to {_name} could be agreed on: {tls.Message}",
                        _name,
                        "Check that the port is the one of HTTPS (443 for vSphere).",
                        e);
            }
        }

        return Cut(e);
    }

    private GpuVSphereException Unreachable(string reason, Exception inner) => new(
        "ServerUnreachable",
        GpuErrorCategory.ConnectionFailed,
        $"{_name} cannot be reached: {reason}.",
        _name,
        $"Check the name, the port and the network: Test-NetConnection {Typed.Name(Address.Host)} -Port {Address.Port.ToString(CultureInfo.InvariantCulture)}.",
        inner);

    private GpuVSphereException TimedOut(Exception? inner) => new(
        "OperationTimeout",
        GpuErrorCategory.Timeout,
        $"{_name} did not answer within {_options.Timeout.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} seconds.",
        _name,
        "Try again, or allow more time; what was asked for may still be going on, so read the state first.",
        inner);

    private sealed class UntrustedCertificate(string subject, string reason, string thumbprint)
    {
        public string Subject { get; } = subject;

        public string Reason { get; } = reason;

        public string Thumbprint { get; } = thumbprint;
    }
}
