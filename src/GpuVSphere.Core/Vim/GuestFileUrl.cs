using System;
using System.Globalization;

namespace GpuVSphere.Vim;

/// <summary>Where a file of a guest is transferred: at its ESXi host, or, with a star for the host, at the server that was called. The query holds a token and is a secret.</summary>
/// <param name="Scheme">https, or http of a simulator.</param>
/// <param name="Host">The host's name, or <c>*</c>.</param>
/// <param name="Port">The port.</param>
/// <param name="PathAndQuery">Such as <c>/guestFile?id=1&amp;token=1234</c>.</param>
/// <param name="HostCertificate">The certificate that the server has of that host, as PEM or DER; null when it has none.</param>
public sealed record GuestFileUrl(string Scheme, string Host, int Port, string PathAndQuery, byte[]? HostCertificate)
{
    /// <summary>Whether the server that was called has the file itself.</summary>
    public bool IsServer => Host == "*";

    /// <summary>Reads what InitiateFileTransferToGuest and -FromGuest give.</summary>
    /// <exception cref="GpuVSphereException">MalformedReply: it is no such address.</exception>
    internal static GuestFileUrl Parse(string url, byte[]? hostCertificate)
    {
        // A star is no name of a host that Uri would take.
        int scheme = url.IndexOf("://", StringComparison.Ordinal);
        int path = scheme < 0 ? -1 : url.IndexOf('/', scheme + 3);
        if (path > 0 && url.Substring(0, scheme) is "https" or "http")
        {
            string authority = url.Substring(scheme + 3, path - scheme - 3);
            int colon = authority.LastIndexOf(':');
            bool hasPort = colon > authority.LastIndexOf(']') && colon > 0;
            string host = (hasPort ? authority.Substring(0, colon) : authority).Trim('[', ']');
            int port = url.StartsWith("https", StringComparison.Ordinal) ? 443 : 80;
            if (host.Length > 0 && (!hasPort || int.TryParse(authority.Substring(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)))
            {
                return new GuestFileUrl(url.Substring(0, scheme), host, port, url.Substring(path), hostCertificate);
            }
        }

        throw VimReader.Malformed("the address for a file of a guest is none");
    }

    /// <summary>Without the token.</summary>
    public override string ToString() => $"{Scheme}://{Host}:{Port.ToString(CultureInfo.InvariantCulture)}{PathAndQuery.Split('?')[0]}";
}
