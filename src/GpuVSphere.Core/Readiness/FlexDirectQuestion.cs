using System.Collections.Generic;
using GpuVSphere.Shell;

namespace GpuVSphere.Readiness;

/// <summary>What is to be done with FlexDirect in a guest, and what was read of the guest for it.</summary>
public sealed record FlexDirectQuestion
{
    /// <summary>What the guest runs.</summary>
    public required GuestFamily Family { get; init; }

    /// <summary>The guest's system in words, such as <c>Ubuntu 18.04</c>; empty when it is not known.</summary>
    public string System { get; init; } = string.Empty;

    /// <summary>Whether the system is of a kind that FlexDirect was made for; null when it is not known.</summary>
    public bool? IsKnownSystem { get; init; }

    /// <summary>The guest's machine, as <c>uname -m</c> names it; null when it is not known.</summary>
    public string? Architecture { get; init; }

    /// <summary>Where the guest's shell finds the program; null when it does not.</summary>
    public string? Program { get; init; }

    /// <summary>How many GPUs nvidia-smi shows in the guest. Asked for where a scheduler is to give them out.</summary>
    public Evidence<int> Gpus { get; init; } = Evidence<int>.Unknown("it was not asked for");

    /// <summary>Why nvidia-smi shows none, in its own words; null when it shows some, or says nothing.</summary>
    public string? GpuTrouble { get; init; }

    /// <summary>The indices by which nvidia-smi shows them.</summary>
    public IReadOnlyList<int> GpuIndices { get; init; } = [];

    /// <summary>How many GPUs are to be given out; null for whatever is there.</summary>
    public int? GpusWanted { get; init; }

    /// <summary>The indices of the GPUs that are to be given out; empty where none are named.</summary>
    public IReadOnlyList<int> GpuIndicesWanted { get; init; } = [];

    /// <summary>Whether the program says that its licence is ready; null when it does not say.</summary>
    public bool? IsLicensed { get; init; }

    /// <summary>Where the guest itself is to fetch the installer; null when it is uploaded.</summary>
    public string? Download { get; init; }

    /// <summary>Whether what is fetched is compared with a checksum.</summary>
    public bool HasChecksum { get; init; }

    /// <summary>What fetches files in the guest, such as <c>wget</c>; null when nothing does.</summary>
    public string? Fetcher { get; init; }

    /// <summary>The addresses that are to be written with a port into a servers.conf of one address per line.</summary>
    public IReadOnlyList<string> PortsInLines { get; init; } = [];

    /// <summary>What stands in servers.conf where an address should be and is none.</summary>
    public IReadOnlyList<string> WrongAddresses { get; init; } = [];
}
