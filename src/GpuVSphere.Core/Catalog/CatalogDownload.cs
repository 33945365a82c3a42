using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Catalog;

/// <summary>Downloads a catalogue. Over HTTPS, whose certificate is checked; over HTTP only what a SHA-256 vouches for.</summary>
public static class CatalogDownload
{
    private const int MostRedirects = 5;
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    /// <summary>Downloads an archive.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="sha256">The SHA-256 that it must have, in hexadecimal; null where HTTPS is enough.</param>
    /// <param name="cancellationToken">Ends the download.</param>
    /// <exception cref="GpuVSphereException">CatalogAddressNotSafe, CatalogDownloadFailed, CatalogHashDiffers, InvalidGpuCatalog: it is too large.</exception>
    public static async Task<byte[]> GetAsync(Uri address, string? sha256, CancellationToken cancellationToken)
    {
        // Followed by hand: a redirect may lead out of HTTPS.
        using HttpClientHandler handler = new() { AllowAutoRedirect = false };
        using HttpClient client = new(handler) { Timeout = s_limit };
        Uri at = address;
        for (int redirects = 0; ; redirects++)
        {
            if (at.Scheme != Uri.UriSchemeHttps && (at.Scheme != Uri.UriSchemeHttp || sha256 is null))
            {
                throw new GpuVSphereException(
                    "CatalogAddressNotSafe",
                    GpuErrorCategory.InvalidArgument,
                    $"{at} is not HTTPS, so anybody between could change what arrives.",
                    address.ToString(),
                    "Give an https address, or with an http address the -Sha256 that the file must have.");
            }

            try
            {
                using HttpResponseMessage reply = await client.GetAsync(at, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
                if ((int)reply.StatusCode is >= 300 and < 400 && reply.Headers.Location is { } next && redirects < MostRedirects)
                {
                    at = new Uri(at, next);
                    continue;
                }

                if (reply.StatusCode != HttpStatusCode.OK)
                {
                    throw Failed(at, $"the server says {(int)reply.StatusCode} {reply.ReasonPhrase}");
                }

                using Stream content = await reply.Content.ReadAsStreamAsync().ConfigureAwait(false);
                using CancellationTokenRegistration stop = cancellationToken.Register(content.Dispose);
                byte[] bytes = CatalogBundle.ReadAll(content, at.AbsolutePath);
                return sha256 is null || string.Equals(CatalogBundle.Hash(bytes), sha256.Trim(), StringComparison.OrdinalIgnoreCase) ? bytes : throw new GpuVSphereException(
                    "CatalogHashDiffers",
                    GpuErrorCategory.InvalidData,
                    $"What {at} gives has the SHA-256 {CatalogBundle.Hash(bytes)}, not {sha256.Trim()}.",
                    address.ToString(),
                    "Ask whoever published the catalogue for its SHA-256. The catalogue in use is unchanged.");
            }
            catch (Exception error) when (error is HttpRequestException or IOException or ObjectDisposedException or TaskCanceledException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw Failed(at, error is TaskCanceledException ? "the server does not answer in time" : (error.InnerException ?? error).Message, error);
            }
        }
    }

    private static GpuVSphereException Failed(Uri address, string why, Exception? inner = null) => new(
        "CatalogDownloadFailed",
        GpuErrorCategory.ConnectionFailed,
        $"{address} cannot be downloaded: {why}.",
        address.ToString(),
        "Download the file by other means, and give it with -Path. The catalogue in use is unchanged.",
        inner);
}
