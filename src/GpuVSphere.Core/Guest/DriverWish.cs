using GpuVSphere.Catalog;

namespace GpuVSphere.Guest;

/// <summary>What somebody wants of a driver in a guest.</summary>
internal sealed record DriverWish
{
    /// <summary>The package's file on this machine.</summary>
    public required string Path { get; init; }

    /// <summary>What its name says.</summary>
    public required GuestDriverPackage Package { get; init; }

    /// <summary>How many bytes it has; null when it is not there any more.</summary>
    public long? Bytes { get; init; }

    /// <summary>Whether NVIDIA's licence is accepted.</summary>
    public bool IsEulaAccepted { get; init; }

    /// <summary>Whether all packages of the guest are upgraded first.</summary>
    public bool UpgradesPackages { get; init; }

    /// <summary>Whether programs that use a GPU may be ended.</summary>
    public bool EndsProcesses { get; init; }

    /// <summary>Whether the guest may be restarted.</summary>
    public bool Reboots { get; init; }
}
