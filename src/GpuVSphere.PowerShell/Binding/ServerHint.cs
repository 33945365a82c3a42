using System;
using System.Globalization;

namespace GpuVSphere.PowerShell.Binding;

/// <summary>What an object says about the server it came from.</summary>
/// <param name="ServerUuid">The instanceUuid of the server, from this module's own objects; else null.</param>
/// <param name="ConnectionUid">PowerCLI's name of the connection, such as <c>/VIServer=root@esx-01:443/</c>; else null.</param>
/// <param name="HostAndPort">The server's name and port in lower case, such as <c>vc.example.com:443</c>; else null.</param>
public sealed record ServerHint(string? ServerUuid, string? ConnectionUid, string? HostAndPort)
{
    private const string PowerCliPrefix = "/VIServer=";
    private const string OwnPrefix = "/GpuVSphere=";

    /// <summary>Reads the server's part of a <c>Uid</c>, of PowerCLI's or of this module's objects.</summary>
    /// <param name="uid">The text.</param>
    /// <param name="rest">What follows the server's part, such as <c>VMHost=HostSystem-host-61</c>; empty when nothing does.</param>
    /// <returns>The hint, or null when the text is not a Uid.</returns>
    public static ServerHint? FromUid(string? uid, out string rest)
    {
        rest = string.Empty;
        bool isOwn = uid is not null && uid.StartsWith(OwnPrefix, StringComparison.Ordinal);
        if (uid is null || (!isOwn && !uid.StartsWith(PowerCliPrefix, StringComparison.OrdinalIgnoreCase)))
        {
            return null;
        }

        int start = isOwn ? OwnPrefix.Length : PowerCliPrefix.Length;
        int end = uid.IndexOf('/', start);
        string server = end < 0 ? uid.Substring(start) : uid.Substring(start, end - start);
        rest = end < 0 ? string.Empty : uid.Substring(end + 1).Trim('/');
        if (isOwn)
        {
            return new ServerHint(server, null, null);
        }

        // The user's part may hold @ and \ itself, so the server follows the last @.
        string hostAndPort = server.Substring(server.LastIndexOf('@') + 1).ToLowerInvariant();
        return new ServerHint(null, PowerCliPrefix + server + "/", hostAndPort);
    }

    /// <summary>The name and port of a service address, in the form that a Uid has.</summary>
    /// <param name="uri">Such as <c>https://vc.example.com/sdk</c>.</param>
    public static string HostAndPortOf(Uri uri) =>
        (uri.IdnHost.Length == 0 ? uri.Host : uri.IdnHost).Trim('[', ']').ToLowerInvariant() + ":" + uri.Port.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether both name the same server and port; brackets round an IPv6 address make no difference.</summary>
    /// <param name="hostAndPort">The other's name and port.</param>
    public bool IsAt(string? hostAndPort) =>
        HostAndPort is not null && hostAndPort is not null
        && string.Equals(HostAndPort.Replace("[", string.Empty).Replace("]", string.Empty), hostAndPort, StringComparison.OrdinalIgnoreCase);
}
