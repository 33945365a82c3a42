using GpuVSphere.Vim;

namespace GpuVSphere.Guest;

/// <summary>One thing that was looked at in a guest.</summary>
public sealed record GuestGpuCheck
{
    /// <summary>The VM.</summary>
    public required VimObjectId VmId { get; init; }

    /// <summary>The VM's name.</summary>
    public required string VmName { get; init; }

    /// <summary>The server's name, as the user gave it.</summary>
    public required string ServerName { get; init; }

    /// <summary>
    /// What was looked at: Guest, GpuSeen, BarAssigned, Driver, SecureBoot, NvidiaSmi, VirtualizationMode, VgpuManager, Cuda, DeviceQuery or VectorAdd.
    /// </summary>
    public required string Check { get; init; }

    /// <summary>What it came to.</summary>
    public required GuestCheckOutcome Outcome { get; init; }

    /// <summary>What was seen, with the values.</summary>
    public required string Seen { get; init; }

    /// <summary>What to type or do; null when there is nothing to mend.</summary>
    public string? NextStep { get; init; }

    /// <summary>The check and what it came to.</summary>
    public override string ToString() => $"{Check}: {Outcome}";
}
