using System;
using System.Collections.Generic;
using GpuVSphere.Catalog;
using GpuVSphere.Shell;
using GpuVSphere.Vim;

namespace GpuVSphere.Guest;

/// <summary>The licence of a guest with a vGPU: how it is configured, whether it has it, and if not, why.</summary>
public sealed record VgpuLicense
{
    /// <summary>The VM.</summary>
    public required VimObjectId VmId { get; init; }

    /// <summary>The VM's name.</summary>
    public required string VmName { get; init; }

    /// <summary>The server that the VM is on.</summary>
    public required string ServerName { get; init; }

    /// <summary>What the guest runs.</summary>
    public required GuestFamily Family { get; init; }

    /// <summary>The guest's driver; null where there is none, or it does not answer.</summary>
    public string? DriverVersion { get; init; }

    /// <summary>The vGPU releases that the driver is of, such as 16.4/16.5; null where that is not known.</summary>
    public string? Release { get; init; }

    /// <summary>Whether it has the licence, as nvidia-smi says.</summary>
    public VgpuLicenseStatus Status { get; init; }

    /// <summary>The status in the driver's own words; null where it says nothing.</summary>
    public string? StatusText { get; init; }

    /// <summary>The licensed product.</summary>
    public string? Product { get; init; }

    /// <summary>When the licence ends; it is renewed before. Null for one without an end, or none.</summary>
    public DateTimeOffset? Expiry { get; init; }

    /// <summary>Where the licence comes from by what is configured; null where neither kind is.</summary>
    public LicenseServerKind? ServerKind { get; init; }

    /// <summary>The legacy licence server.</summary>
    public string? ServerAddress { get; init; }

    /// <summary>Its port; null for the daemon's default, 7070.</summary>
    public int? ServerPort { get; init; }

    /// <summary>The legacy licence server that is asked where the first does not answer.</summary>
    public string? BackupServerAddress { get; init; }

    /// <summary>Its port; null for the daemon's default, 7070.</summary>
    public int? BackupServerPort { get; init; }

    /// <summary>What the guest asks for; null where it is not set.</summary>
    public LicenseFeature? Feature { get; init; }

    /// <summary>The client configuration tokens in the guest, by file name; one is right.</summary>
    public IReadOnlyList<string> Tokens { get; init; } = [];

    /// <summary>Whether the licensing service runs; null where that could not be read.</summary>
    public bool? IsServiceRunning { get; init; }

    /// <summary>The server that gave the licence, or was asked for it, as the log names it.</summary>
    public string? LicensedBy { get; init; }

    /// <summary>Why it has no licence.</summary>
    public LicenseTrouble Trouble { get; init; }

    /// <summary>The same in words; null where there is nothing wrong.</summary>
    public string? Reason { get; init; }

    /// <summary>What to do; null where there is nothing to do.</summary>
    public string? NextStep { get; init; }

    /// <summary>The line of the guest's log that decides; null where there is none.</summary>
    public string? LogLine { get; init; }

    /// <summary>How far the guest's clock is ahead of the vSphere server's, in seconds; behind is negative. Null where it could not be read.</summary>
    public double? ClockSkewSeconds { get; init; }
}
