using System;
using System.Globalization;
using System.Linq;
using System.Net;

namespace GpuVSphere.Simulator.Model.Guest.Bitfusion;

/// <summary>Where a client looks for a scheduler, and what it finds there.</summary>
/// <param name="Host">The address or name.</param>
/// <param name="Port">The port.</param>
internal sealed record FlexDirectEndpoint(string Host, int Port)
{
    public const int UsualPort = 56001;

    /// <summary>As it is written in messages.</summary>
    public override string ToString() => (Host.IndexOf(':') >= 0 ? "[" + Host + "]" : Host) + ":" + Port.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads an address with or without a port; null when it is none.</summary>
    public static FlexDirectEndpoint? Read(string text)
    {
        string host = text;
        int port = UsualPort;
        int end = text.StartsWith("[", StringComparison.Ordinal) ? text.IndexOf("]:", StringComparison.Ordinal) + 1 : text.IndexOf(':') == text.LastIndexOf(':') ? text.IndexOf(':') : -1;
        if (end > 0)
        {
            host = text.Substring(0, end);
            if (!int.TryParse(text.Substring(end + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port))
            {
                return null;
            }
        }

        host = host.Trim('[', ']');
        return host.Length == 0 || host.Any(char.IsWhiteSpace) ? null : new FlexDirectEndpoint(host, port);
    }

    /// <summary>Looks for the scheduler from a guest; what the dialler says when there is none, as Go's network code words it.</summary>
    public string? Dial(SimulatedGuest from, out FlexDirectDaemon? daemon)
    {
        daemon = null;
        bool isAddress = IPAddress.TryParse(Host, out _);
        bool isSelf = Host is "127.0.0.1" or "::1" or "localhost";
        SimulatedGuest? there = isSelf ? from : from.Inventory.Vms.Select(vm => vm.Guest).FirstOrDefault(guest => isAddress ? guest.Address == Host : string.Equals(guest.HostName, Host.Split('.')[0], StringComparison.OrdinalIgnoreCase));
        if (there is null && !isAddress)
        {
            return "dial tcp: lookup " + Host + ": no such host";
        }

        // Nothing answers for a machine that is off, nor for an address that nobody has.
        if (there is null || !there.IsUp)
        {
            return "dial tcp " + this + ": i/o timeout";
        }

        daemon = there.State<FlexDirectState>().Daemons.FirstOrDefault(one => one.IsReady && one.Port == Port && (one.Address is "0.0.0.0" or "::" || one.Address == (isSelf ? "127.0.0.1" : there.Address)));
        return daemon is null ? "dial tcp " + this + ": connect: connection refused" : null;
    }
}
