namespace GpuVSphere.Simulator.Protocol;

/// <summary>One HTTP request, however it came.</summary>
internal sealed class WireRequest
{
    public required string Verb { get; init; }

    /// <summary>Path and query.</summary>
    public required string Target { get; init; }

    public byte[] Body { get; init; } = [];

    public string? SoapAction { get; init; }

    /// <summary>The value of the vmware_soap_session cookie, byte for byte.</summary>
    public string? SessionCookie { get; init; }

    /// <summary><c>http</c> or <c>https</c> when it came over the network; null within this process.</summary>
    public string? Network { get; init; }

    public string? Range { get; init; }

    public string UserAgent { get; init; } = string.Empty;

    public string RemoteAddress { get; init; } = "127.0.0.1";
}
