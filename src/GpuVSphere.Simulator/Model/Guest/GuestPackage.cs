using System;
using System.Collections.Generic;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>A package of a Linux distribution.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
internal sealed record GuestPackage(string Name, string Version)
{
    /// <summary>The packages that come with it.</summary>
    public IReadOnlyList<string> Depends { get; init; } = [];

    /// <summary>The programs in it, by path.</summary>
    public IReadOnlyList<string> Programs { get; init; } = [];

    /// <summary>Other files in it, by path.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>What its own script does when it was installed; null for nothing. Called under the gate.</summary>
    public Action<SimulatedGuest>? Installed { get; init; }

    /// <summary>What its own script does when it was removed; null for nothing. Called under the gate.</summary>
    public Action<SimulatedGuest>? Removed { get; init; }
}
