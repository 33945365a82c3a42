using System;
using System.Collections.Generic;

namespace GpuVSphere.Inventory;

/// <summary>What one server has, read at one time.</summary>
public sealed record GpuInventory
{
    /// <summary>The instanceUuid of the server.</summary>
    public required string ServerUuid { get; init; }

    /// <summary>The server's name, as the user gave it.</summary>
    public required string ServerName { get; init; }

    /// <summary>When it was read.</summary>
    public required DateTimeOffset ReadAt { get; init; }

    /// <summary>The hosts, also those without a GPU, by name.</summary>
    public IReadOnlyList<GpuHost> Hosts { get; init; } = [];

    /// <summary>The VMs, by name.</summary>
    public IReadOnlyList<GpuVm> Vms { get; init; } = [];
}
