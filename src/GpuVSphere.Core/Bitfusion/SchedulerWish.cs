using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Sockets;

namespace GpuVSphere.Bitfusion;

/// <summary>How a resource scheduler is to run. What is null is left to the program.</summary>
public sealed record SchedulerWish
{
    /// <summary>How many of the guest's GPUs it gives out (<c>-n</c>).</summary>
    public int? GpuCount { get; init; }

    /// <summary>Which of them, by the driver's numbers (<c>-d</c>); empty for no choice.</summary>
    public IReadOnlyList<int> Devices { get; init; } = [];

    /// <summary>The address of the guest's own that it listens at (<c>-l</c>).</summary>
    public string? ListenAddress { get; init; }

    /// <summary>The port for its clients (<c>-s</c>): 56001 unless told otherwise.</summary>
    public int? Port { get; init; }

    /// <summary>The port of the processes that serve the clients (<c>-p</c>).</summary>
    public int? ServerPort { get; init; }

    /// <summary>The port that it will listen at.</summary>
    internal int PortMeant => Port ?? FlexDirectAddress.DefaultPort;

    /// <summary>The options for the program, in words; empty when nothing is asked of it.</summary>
    internal IReadOnlyList<string> Arguments =>
    [
        .. GpuCount is { } count ? ["-n", Text(count)] : Array.Empty<string>(),
        .. Devices.Count > 0 ? ["-d", string.Join(",", Devices.Select(Text))] : Array.Empty<string>(),
        .. ListenAddress is { } address ? ["-l", address] : Array.Empty<string>(),
        .. Port is { } port ? ["-s", Text(port)] : Array.Empty<string>(),
        .. ServerPort is { } server ? ["-p", Text(server)] : Array.Empty<string>(),
    ];

    /// <summary>Refuses what no scheduler can do.</summary>
    /// <exception cref="GpuVSphereException">InvalidFlexDirectScheduler: the wishes contradict each other, or one is out of its range.</exception>
    public void Check()
    {
        if (GpuCount is not null && Devices.Count > 0)
        {
            throw Wrong("A number of GPUs was given, and which ones.", "Give -GpuCount or -GpuIndex.");
        }

        if (GpuCount is < 1 || Devices.Any(device => device < 0) || Devices.Distinct().Count() != Devices.Count)
        {
            throw Wrong("The GPUs to give out are not right: a number is 1 or more, and each index is 0 or more and given once.", "nvidia-smi -L in the guest lists them with their indices.");
        }

        if (new[] { Port, ServerPort }.Any(port => port is < 1 or > 65535))
        {
            throw Wrong("A port is a number from 1 to 65535.", "Leave it out for the usual one, 56001.");
        }

        if (ServerPort is { } server && server == PortMeant)
        {
            throw Wrong($"The scheduler and the processes behind it cannot share port {Text(server)}.", "Give another -ServerPort, or leave it out.");
        }

        if (ListenAddress is { } address && !(IsIPv4(address) || (address.IndexOf(':') >= 0 && address.IndexOf('%') < 0 && address[0] != '[' && IPAddress.TryParse(address, out IPAddress? ip) && ip.AddressFamily == AddressFamily.InterNetworkV6)))
        {
            throw Wrong($"'{address}' is not an IP address to listen at.", "Give one of the guest's own addresses, or 0.0.0.0 for all.");
        }
    }

    private static bool IsIPv4(string text) => text == "0.0.0.0" || (text.IndexOf(':') < 0 && FlexDirectAddress.TryParse(text, out FlexDirectAddress? address) is null && IPAddress.TryParse(address!.Host, out _));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static GpuVSphereException Wrong(string message, string nextStep) => new("InvalidFlexDirectScheduler", GpuErrorCategory.InvalidArgument, message, null, nextStep);
}
