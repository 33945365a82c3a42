using System.Collections.Generic;

namespace GpuVSphere.Guest;

/// <summary>What is to be done in a guest for its driver.</summary>
internal sealed record DriverPlan
{
    /// <summary>The barrier before what is done after a restart of the guest.</summary>
    public const string RebootBarrier = GpuVSphere.Operations.GuestProposal.RebootBarrier;

    /// <summary>The rows: what must have happened before, property, before, after.</summary>
    public IReadOnlyList<(string? Barrier, string Property, string? Before, string? After)> Rows { get; init; } = [];

    /// <summary>What it means, in words.</summary>
    public IReadOnlyList<string> Consequences { get; init; } = [];

    /// <summary>Which programs that others run end by it, in words.</summary>
    public IReadOnlyList<string> Endings { get; init; } = [];

    /// <summary>Whether all packages are upgraded.</summary>
    public bool UpgradesPackages { get; init; }

    /// <summary>The packages that are installed first.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>Whether nouveau is kept from being loaded from now on.</summary>
    public bool SilencesNouveau { get; init; }

    /// <summary>Whether nouveau, which nothing uses, is unloaded.</summary>
    public bool UnloadsNouveau { get; init; }

    /// <summary>Whether the guest has to be restarted before the driver can be installed.</summary>
    public bool RebootsFirst { get; init; }

    /// <summary>The programs that are ended.</summary>
    public IReadOnlyList<GpuProcess> Ends { get; init; } = [];

    /// <summary>The services that are stopped, and started again afterwards.</summary>
    public IReadOnlyList<string> Stops { get; init; } = [];

    /// <summary>The display manager that is stopped, and started again afterwards; null when none runs.</summary>
    public string? DisplayManager { get; init; }

    /// <summary>Whether DKMS is told of the module.</summary>
    public bool UsesDkms { get; init; }

    /// <summary>Whether the driver is installed; false when only what is installed has to be loaded by a restart.</summary>
    public bool Installs { get; init; }

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsEmpty => Rows.Count == 0;
}
