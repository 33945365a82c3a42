using System;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Sockets;

namespace GpuVSphere.Bitfusion;

/// <summary>Where a client finds the resource scheduler of a server: an IPv4 or IPv6 address or a host name, and a port when it is not the usual one.</summary>
/// <param name="Host">The address or name, an IPv6 address without brackets.</param>
/// <param name="Port">The port that was written with it; null for none, which means <see cref="DefaultPort"/>.</param>
internal sealed record FlexDirectAddress(string Host, int? Port)
{
    /// <summary>The port on which a scheduler listens unless told otherwise: the guide's example, and every public servers.conf.</summary>
    public const int DefaultPort = 56001;

    private const int LongestName = 253;
    private const int LongestLabel = 63;

    /// <summary>Reads an address: <c>10.0.0.5</c>, <c>gpu-01.lab:56001</c>, <c>2001:db8::5</c>, <c>[2001:db8::5]:56001</c>.</summary>
    /// <param name="text">The address.</param>
    /// <param name="address">The address read; null when it is none.</param>
    /// <returns>What is wrong with it, as the end of a sentence; null when nothing is.</returns>
    public static string? TryParse(string text, out FlexDirectAddress? address)
    {
        address = null;
        string host = text.Trim();
        string? port = null;
        if (host.StartsWith("[", StringComparison.Ordinal))
        {
            int end = host.IndexOf(']');
            string rest = end < 0 ? string.Empty : host.Substring(end + 1);
            if (end < 0 || (rest.Length > 0 && rest[0] != ':'))
            {
                return "has a bracket that is not closed before the port";
            }

            port = rest.Length > 0 ? rest.Substring(1) : null;
            host = host.Substring(1, end - 1);
            if (host.IndexOf(':') < 0)
            {
                return "has brackets, which are for IPv6 addresses";
            }
        }
        else if (host.IndexOf(':') is var colon and >= 0 && host.IndexOf(':', colon + 1) < 0)
        {
            port = host.Substring(colon + 1);
            host = host.Substring(0, colon);
        }

        int? number = null;
        if (port is not null)
        {
            if (!int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out int value) || value is < 1 or > 65535)
            {
                return "has a port that is not a number from 1 to 65535";
            }

            number = value;
        }

        if (WrongHost(host) is { } wrong)
        {
            return wrong;
        }

        address = new FlexDirectAddress(host, number);
        return null;
    }

    /// <summary>Reads an address that somebody typed.</summary>
    /// <exception cref="GpuVSphereException">InvalidServerAddress: it is none.</exception>
    public static FlexDirectAddress Parse(string text) => TryParse(text, out FlexDirectAddress? address) is { } wrong
        ? throw new GpuVSphereException(
            "InvalidServerAddress",
            GpuErrorCategory.InvalidArgument,
            $"'{text}' is not the address of a FlexDirect server: it {wrong}.",
            text,
            "Give a host name, an IPv4 or an IPv6 address, with a port where the scheduler does not listen on 56001: gpu-01.lab, 10.0.0.5:56002, [2001:db8::5]:56002.")
        : address!;

    /// <summary>Whether both lead to the same scheduler by the same name.</summary>
    public bool IsSameAs(FlexDirectAddress other) =>
        string.Equals(Plain(Host), Plain(other.Host), StringComparison.OrdinalIgnoreCase) && (Port ?? DefaultPort) == (other.Port ?? DefaultPort);

    /// <summary>The address with its port, whether one was written or not: the only form that the later servers.conf is seen with.</summary>
    public string WithPort() => (this with { Port = Port ?? DefaultPort }).ToString();

    /// <inheritdoc/>
    public override string ToString() => Port is not { } port ? Host
        : Host.IndexOf(':') >= 0 ? FormattableString.Invariant($"[{Host}]:{port}")
        : FormattableString.Invariant($"{Host}:{port}");

    private static string Plain(string host) => IPAddress.TryParse(host, out IPAddress? ip) && ip.AddressFamily == AddressFamily.InterNetworkV6 ? ip.ToString() : host.TrimEnd('.');

    private static string? WrongHost(string host)
    {
        if (host.Length == 0)
        {
            return "names no host";
        }

        if (host.IndexOf(':') >= 0)
        {
            // A zone is that of one machine's interfaces, and .NET would take a port or a prefix along.
            bool isAddress = host.All(c => Uri.IsHexDigit(c) || c is ':' or '.') && IPAddress.TryParse(host, out IPAddress? six) && six.AddressFamily == AddressFamily.InterNetworkV6;
            return !isAddress ? "is not an IPv6 address" : IPAddress.IPv6Any.Equals(IPAddress.Parse(host)) ? "stands for every address, and a client needs one" : null;
        }

        string[] labels = host.TrimEnd('.').Split('.');
        if (labels[labels.Length - 1].All(char.IsDigit))
        {
            // A name that ends in a number is an IPv4 address or a typing mistake; .NET would also take "10.1" and octal numbers.
            bool isAddress = labels.Length == 4 && labels.All(label => label.Length is > 0 and <= 3 && label.All(c => c is >= '0' and <= '9') && (label.Length == 1 || label[0] != '0') && int.Parse(label, CultureInfo.InvariantCulture) <= 255);
            return !isAddress ? "is not an IPv4 address of four numbers from 0 to 255"
                : host is "0.0.0.0" or "255.255.255.255" ? "stands for every address, and a client needs one"
                : null;
        }

        return host.Length > LongestName || labels.Any(label => label.Length is 0 or > LongestLabel || label[0] == '-' || label[label.Length - 1] == '-' || !label.All(IsOfName))
            ? "is neither an IP address nor a host name"
            : null;
    }

    // An underscore is in no host name by the book, and in some that are resolved all the same.
    private static bool IsOfName(char c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-' or '_';
}
