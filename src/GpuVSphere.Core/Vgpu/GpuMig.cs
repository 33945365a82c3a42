using System.Collections.Generic;
using GpuVSphere.Inventory;
using GpuVSphere.Smi;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>MIG of one GPU of a host: the mode, the GPU instances that there are, and what it can be parted into.</summary>
public sealed record GpuMig
{
    /// <summary>The host.</summary>
    public required VimObjectId HostId { get; init; }

    /// <summary>The host's name.</summary>
    public required string HostName { get; init; }

    /// <summary>The server's name, as the user gave it.</summary>
    public required string ServerName { get; init; }

    /// <summary>The GPU.</summary>
    public required PciAddress Address { get; init; }

    /// <summary>The GPU's product name.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>Whether MIG mode is in force; null when the GPU has none.</summary>
    public bool? Current { get; init; }

    /// <summary>Whether it will be after the next reset or reboot.</summary>
    public bool? Pending { get; init; }

    /// <summary>The GPU instances, with the place of each.</summary>
    public IReadOnlyList<MigInstance> Instances { get; init; } = [];

    /// <summary>The profiles that instances can be made of; empty while MIG mode is not in force.</summary>
    public IReadOnlyList<MigProfile> Profiles { get; init; } = [];

    /// <summary>Whether the GPU has MIG.</summary>
    public bool IsSupported => Current is not null;

    /// <summary>Whether a change of the mode waits for a reboot.</summary>
    public bool IsRebootPending => Current != Pending;

    /// <summary>Names the GPU across servers and processes, as <see cref="GpuDevice.Uid"/> does.</summary>
    public string Uid => GpuDevice.UidOf(HostId, Address);
}
