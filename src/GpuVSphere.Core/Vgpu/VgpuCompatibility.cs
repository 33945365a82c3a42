using System.Collections.Generic;
using GpuVSphere.Catalog;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>Whether what makes up a vGPU works together: manager, guest driver, GPU, ESXi, licence server.</summary>
public sealed record VgpuCompatibility
{
    /// <summary>The host; null where versions were asked about.</summary>
    public VimObjectId? HostId { get; init; }

    /// <summary>The host's name; null where versions were asked about.</summary>
    public string? HostName { get; init; }

    /// <summary>The VM; null where none was asked about.</summary>
    public VimObjectId? VmId { get; init; }

    /// <summary>The VM's name; null where none was asked about.</summary>
    public string? VmName { get; init; }

    /// <summary>The server's name, as the user gave it; null where versions were asked about.</summary>
    public string? ServerName { get; init; }

    /// <summary>The manager as it was read or given; null when there is none.</summary>
    public string? Manager { get; init; }

    /// <summary>The releases that the manager can be, in words.</summary>
    public string? ManagerRelease { get; init; }

    /// <summary>The guest driver as it was read or given; null when it is not known.</summary>
    public string? GuestDriver { get; init; }

    /// <summary>The releases that the guest driver can be, in words.</summary>
    public string? GuestRelease { get; init; }

    /// <summary>The ESXi version; null when none was asked about.</summary>
    public string? EsxiVersion { get; init; }

    /// <summary>The GPUs, by product; empty when none was asked about.</summary>
    public IReadOnlyList<string> Gpu { get; init; } = [];

    /// <summary>The VM's vGPU profiles; empty where no VM was asked about.</summary>
    public IReadOnlyList<string> VgpuProfile { get; init; } = [];

    /// <summary>The licence server that was asked about; null when none was.</summary>
    public LicenseServerKind? LicenseServer { get; init; }

    /// <summary>NotCompatible when one check says so, else Undecided when one is, else Compatible.</summary>
    public required CompatibilityVerdict Verdict { get; init; }

    /// <summary>The checks, each with its reason, source and next step.</summary>
    public required IReadOnlyList<CompatibilityCheck> Checks { get; init; }

    /// <summary>The reasons of the checks that decide.</summary>
    public required string Reason { get; init; }

    /// <summary>The sources of the checks that decide.</summary>
    public string Source { get; init; } = string.Empty;

    /// <summary>The commands or versions that mend it; null when there is nothing to mend.</summary>
    public string? NextStep { get; init; }
}
