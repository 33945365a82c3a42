using System;

namespace GpuVSphere.Guest;

/// <summary>What a guest's log says of its licence.</summary>
/// <param name="State">How far it is.</param>
/// <param name="Trouble">Why it has none.</param>
/// <param name="Line">The line that decides, without time and program; null where there is none.</param>
internal sealed record LicenseLogVerdict(LicenseLogState State, LicenseTrouble Trouble = LicenseTrouble.None, string? Line = null)
{
    /// <summary>The licence server, where the line names one.</summary>
    public string? Server { get; init; }

    /// <summary>The licensed product, where the line names it.</summary>
    public string? Product { get; init; }

    /// <summary>When the licence ends, where the line says so.</summary>
    public DateTimeOffset? Expiry { get; init; }

    /// <summary>How many times the daemon was refused since it was started.</summary>
    public int Refusals { get; init; }
}
