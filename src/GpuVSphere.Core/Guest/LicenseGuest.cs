using System;
using System.Collections.Generic;
using GpuVSphere.Catalog;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>What was read of a guest and its licence.</summary>
internal sealed record LicenseGuest
{
    public required GuestFamily Family { get; init; }

    /// <summary>The driver; null where there is none, or it does not answer.</summary>
    public DriverVersion? Driver { get; init; }

    /// <summary>Why the driver could not be asked; null when it was.</summary>
    public GpuVSphereException? DriverTrouble { get; init; }

    /// <summary>VGPU or Pass-Through as the driver says it; null where it says neither.</summary>
    public string? VirtualizationMode { get; init; }

    /// <summary>The licensed product as the driver names it.</summary>
    public string? Product { get; init; }

    /// <summary>The licence's status in the driver's words; null where it needs none.</summary>
    public string? StatusText { get; init; }

    /// <summary>Whether the licensing service is there.</summary>
    public bool HasService { get; init; }

    /// <summary>Whether it runs.</summary>
    public bool? IsServiceRunning { get; init; }

    /// <summary>gridd.conf; null where it is not there, and on Windows.</summary>
    public byte[]? Conf { get; init; }

    /// <summary>gridd.conf.template; null where it is not there, and on Windows.</summary>
    public byte[]? Template { get; init; }

    /// <summary>The mode of gridd.conf in octal digits; null where it is not there.</summary>
    public string? ConfMode { get; init; }

    /// <summary>The settings by name, as <see cref="LicenseSettings.All"/> has them; what is not set is null.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>The folder of the token.</summary>
    public required string TokenFolder { get; init; }

    /// <summary>The tokens that are in it.</summary>
    public IReadOnlyList<GuestToken> Tokens { get; init; } = [];

    /// <summary>The licensing service's log, or its end.</summary>
    public string Log { get; init; } = string.Empty;

    /// <summary>How far the guest's clock is ahead of the vSphere server's; null where it could not be read.</summary>
    public TimeSpan? Skew { get; init; }

    public bool IsVgpu => string.Equals(VirtualizationMode, "VGPU", StringComparison.OrdinalIgnoreCase);

    public bool IsPassthrough => string.Equals(VirtualizationMode, "Pass-Through", StringComparison.OrdinalIgnoreCase);

    public VgpuLicenseStatus Status =>
        Driver is null && StatusText is null ? VgpuLicenseStatus.Unknown
        : StatusText is null ? IsVgpu ? VgpuLicenseStatus.Unknown : VgpuLicenseStatus.NotNeeded
        : StatusText.StartsWith("Licensed", StringComparison.OrdinalIgnoreCase) ? VgpuLicenseStatus.Licensed
        : VgpuLicenseStatus.Unlicensed;

    /// <summary>The value of a setting; null where it is not set.</summary>
    public string? Setting(string name) => Settings.TryGetValue(name, out string? value) ? value : null;

    /// <summary>Where the licence comes from by what is configured. The legacy server counts first, as gridd.conf was there first.</summary>
    public LicenseServerKind? Kind =>
        Setting(LicenseSettings.ServerAddress) is not null ? LicenseServerKind.Legacy : Tokens.Count > 0 ? LicenseServerKind.Nls : null;
}
