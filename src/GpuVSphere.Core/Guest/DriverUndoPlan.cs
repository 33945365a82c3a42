using System.Collections.Generic;

namespace GpuVSphere.Guest;

/// <summary>What is to be done in a guest so that a driver that was installed is gone again.</summary>
internal sealed record DriverUndoPlan
{
    /// <summary>The rows: property, before, after.</summary>
    public IReadOnlyList<(string Property, string? Before, string? After)> Rows { get; init; } = [];

    /// <summary>What it means, in words; and whether programs end by it.</summary>
    public IReadOnlyList<(string Text, bool EndsPrograms)> Consequences { get; init; } = [];

    /// <summary>The driver that is removed, in words; null when none is.</summary>
    public string? Driver { get; init; }

    /// <summary>Whether it is gone from the disk already, so that only its module is to be unloaded.</summary>
    public bool IsOnlyLoaded { get; init; }

    /// <summary>The packages that are removed; empty when the driver came by a .run file, whose own program removes it.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>Whether the file that keeps nouveau from being loaded is removed.</summary>
    public bool FreesNouveau { get; init; }

    /// <summary>Whether nouveau was loaded before the change, so that a restart of the guest brings it back.</summary>
    public bool HadNouveau { get; init; }

    /// <summary>The display manager that is stopped, and started again afterwards; null when none has to be.</summary>
    public string? DisplayManager { get; init; }

    /// <summary>The services of the driver's own that are stopped, and go with it.</summary>
    public IReadOnlyList<string> Stops { get; init; } = [];

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsEmpty => Rows.Count == 0;
}
