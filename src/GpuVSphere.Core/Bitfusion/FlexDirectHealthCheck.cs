using GpuVSphere.Vim;

namespace GpuVSphere.Bitfusion;

/// <summary>A health check of FlexDirect and what it came to.</summary>
public sealed record FlexDirectHealthCheck
{
    /// <summary>The VM that was asked.</summary>
    public required VimObjectId VmId { get; init; }

    /// <summary>The VM's name.</summary>
    public required string VmName { get; init; }

    /// <summary>The name of the vSphere server, as the user gave it.</summary>
    public required string ServerName { get; init; }

    /// <summary>Which report: <c>localhealth</c> of a server, <c>health</c> of a client.</summary>
    public required string Report { get; init; }

    /// <summary>The machine that the report names for it; null when it names none.</summary>
    public string? Node { get; init; }

    /// <summary>What was checked.</summary>
    public required string Check { get; init; }

    /// <summary>What it came to.</summary>
    public FlexDirectHealthStatus Status { get; init; }

    /// <summary>What is said besides.</summary>
    public string? Detail { get; init; }

    /// <summary>The line that it was read from, or the whole report when nothing could be made out.</summary>
    public required string Text { get; init; }
}
