using GpuVSphere.Vim;

namespace GpuVSphere.Bitfusion;

/// <summary>A server that a client VM is told to use, as its servers.conf names it.</summary>
public sealed record FlexDirectServer
{
    /// <summary>The client VM.</summary>
    public required VimObjectId VmId { get; init; }

    /// <summary>The client VM's name.</summary>
    public required string VmName { get; init; }

    /// <summary>The name of the vSphere server, as the user gave it.</summary>
    public required string ServerName { get; init; }

    /// <summary>The server's address as it is written, without its port; null when it is not understood.</summary>
    public string? ServerAddress { get; init; }

    /// <summary>The port that the client uses: the written one, or 56001; null when the address is not understood.</summary>
    public int? Port { get; init; }

    /// <summary>Whether the port is written in the file; else it is the usual one.</summary>
    public bool HasPort { get; init; }

    /// <summary>Other addresses of the same server, as the later form has them.</summary>
    public string[] OtherAddresses { get; init; } = [];

    /// <summary>How the file is written.</summary>
    public ServersConfForm Form { get; init; }

    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>What stands in the file.</summary>
    public required string Text { get; init; }
}
