using System;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>
/// Files of guests over HTTP. They go past vCenter to the ESXi host of the VM, whose certificate is as a rule its own: it must be the one that vCenter
/// has of that host. Where vCenter tells none, it is checked as any other.
/// </summary>
internal sealed class HttpGuestFiles(HttpConnection server, VimHttpOptions options) : IGuestFileTransport, IDisposable
{
    private readonly ConcurrentDictionary<string, HttpConnection> _hosts = new(StringComparer.OrdinalIgnoreCase);

    public async Task<Stream> OpenReadAsync(GuestFileUrl url, CancellationToken cancellationToken)
    {
        HttpConnection connection = ConnectionTo(url);
        using HttpRequestMessage message = new(HttpMethod.Get, new Uri(connection.Address, url.PathAndQuery));
        HttpResponseMessage response = await SendAsync(connection, message, url, cancellationToken).ConfigureAwait(false);
        try
        {
            ThrowUnlessSuccess(response, url);
            return await connection.OpenBodyAsync(response).ConfigureAwait(false);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    public async Task WriteAsync(GuestFileUrl url, Stream content, long length, CancellationToken cancellationToken)
    {
        HttpConnection connection = ConnectionTo(url);
        using StreamContent body = new(content, 128 * 1024);
        body.Headers.ContentLength = length;
        body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using HttpRequestMessage message = new(HttpMethod.Put, new Uri(connection.Address, url.PathAndQuery)) { Content = body };
        using HttpResponseMessage response = await SendAsync(connection, message, url, cancellationToken).ConfigureAwait(false);
        ThrowUnlessSuccess(response, url);
    }

    public void Dispose()
    {
        foreach (HttpConnection connection in _hosts.Values)
        {
            connection.Dispose();
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpConnection connection, HttpRequestMessage message, GuestFileUrl url, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.SendAsync(message, null, cancellationToken).ConfigureAwait(false);
        }
        catch (GpuVSphereException error) when (error.Id == "UntrustedCertificate" && !url.IsServer)
        {
            throw new GpuVSphereException(
                "GuestTransferUntrusted",
                GpuErrorCategory.ConnectionFailed,
                url.HostCertificate is null
                    ? $"A file of a guest goes through {url.Host}, whose certificate is not trusted, and the server tells none to compare it with."
                    : $"A file of a guest goes through {url.Host}, which shows another certificate than the server has of it: it may be another machine.",
                url.Host,
                "Have vCenter renew what it knows of the host (Configure, System, Certificate), or go by SSH with -Ssh.",
                error);
        }
        catch (GpuVSphereException error) when (error.Id is "ServerUnreachable" && !url.IsServer)
        {
            throw new GpuVSphereException(
                "GuestTransferFailed",
                GpuErrorCategory.ConnectionFailed,
                $"A file of a guest goes through its host, and {url.Host} cannot be reached from here: {error.Message}",
                url.Host,
                $"Let this machine reach {url.Host} on port {url.Port.ToString(CultureInfo.InvariantCulture)}, or go by SSH with -Ssh.",
                error);
        }
    }

    private static void ThrowUnlessSuccess(HttpResponseMessage response, GuestFileUrl url)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw new GpuVSphereException(
                "GuestTransferFailed",
                GpuErrorCategory.OperationFailed,
                $"{url.Host} did not transfer a file of a guest: HTTP {((int)response.StatusCode).ToString(CultureInfo.InvariantCulture)} {response.ReasonPhrase}.",
                url.Host,
                "Check that the guest has room for the file, then run the command again.");
        }
    }

    private HttpConnection ConnectionTo(GuestFileUrl url)
    {
        if (url.IsServer)
        {
            return server;
        }

        string? thumbprint = url.HostCertificate is null ? null : Thumbprint(url.HostCertificate);
        string authority = (url.Host.IndexOf(':') >= 0 ? "[" + url.Host + "]" : url.Host) + ":" + url.Port.ToString(CultureInfo.InvariantCulture);
        return _hosts.GetOrAdd(url.Scheme + "|" + authority + "|" + thumbprint, _ => new HttpConnection(url.Host, new Uri(url.Scheme + "://" + authority), new VimHttpOptions
        {
            Thumbprint = thumbprint,
            SkipCertificateCheck = options.SkipCertificateCheck,
            Timeout = options.Timeout,
            UseSystemProxy = options.UseSystemProxy,
        }));
    }

    // X509Certificate2 reads PEM and DER alike.
    private static string? Thumbprint(byte[] certificate)
    {
        try
        {
#pragma warning disable SYSLIB0057 // X509CertificateLoader is not in netstandard2.0.
            using X509Certificate2 read = new(certificate);
#pragma warning restore SYSLIB0057
            return HttpConnection.ThumbprintOf(read);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
