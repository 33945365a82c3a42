using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Bitfusion;

/// <summary>Which servers a client is to use: exactly these, or these besides, or these no longer.</summary>
public sealed record ServersWish
{
    /// <summary>The servers, and no others; empty for none at all; null to leave those that are there.</summary>
    public IReadOnlyList<string>? Addresses { get; init; }

    /// <summary>Servers that are added.</summary>
    public IReadOnlyList<string> Add { get; init; } = [];

    /// <summary>Servers that are taken away; one that is not there is no error. What stands there and is no address may be named as it stands.</summary>
    public IReadOnlyList<string> Remove { get; init; } = [];

    /// <summary>How the file is to be written; null for as it is, and for a new one as the guest's release reads it.</summary>
    public ServersConfForm? Form { get; init; }

    /// <summary>The file; null for the one that the guest's release reads.</summary>
    public string? Path { get; init; }

    /// <summary>Refuses what cannot be written.</summary>
    /// <exception cref="GpuVSphereException">InvalidServerAddress: an address is none. NothingToDo: no server was named. ConflictingParameters. InvalidServersPath.</exception>
    public void Check()
    {
        if (Addresses is null && Add.Count == 0 && Remove.Count == 0 && Form is null)
        {
            throw new GpuVSphereException("NothingToDo", GpuErrorCategory.InvalidArgument, "No server was named.", null, "Name the servers with -Address, or those to add or take away with -Add and -Remove.");
        }

        if (Addresses is not null && Add.Count + Remove.Count > 0)
        {
            throw new GpuVSphereException(
                "ConflictingParameters", GpuErrorCategory.InvalidArgument, "-Address names all servers, so that none is left to add or to take away.", null, "Give -Address, or -Add and -Remove.");
        }

        foreach (string address in (Addresses ?? []).Concat(Add))
        {
            FlexDirectAddress.Parse(address);
        }

        if (Remove.FirstOrDefault(text => text.Trim().Length == 0 || text.Any(char.IsControl) || text.IndexOf(',') >= 0) is { } wrong)
        {
            FlexDirectAddress.Parse(wrong);
        }

        if (Path is { } path && (path[0] != '/' || path.EndsWith("/", System.StringComparison.Ordinal) || path.Any(char.IsControl)))
        {
            throw new GpuVSphereException("InvalidServersPath", GpuErrorCategory.InvalidArgument, $"'{path}' is not the path of a file in a Linux guest.", path, "Give an absolute path, such as /etc/bitfusionio/servers.conf.");
        }
    }
}
