using System.Collections.Generic;
using GpuVSphere.Changes;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>What became of NVIDIA's software on one host: what esxcli printed, and what was seen afterwards.</summary>
public sealed record NvidiaVibResult
{
    /// <summary>The host.</summary>
    public required VimObjectId HostId { get; init; }

    /// <summary>The host's name.</summary>
    public required string HostName { get; init; }

    /// <summary>The server's name, as the user gave it.</summary>
    public required string ServerName { get; init; }

    /// <summary>What became of it.</summary>
    public required ChangeOutcome Outcome { get; init; }

    /// <summary>esxcli's own sentence, or what was seen when nothing was sent.</summary>
    public string Message { get; init; } = string.Empty;

    /// <summary>Whether a reboot is still needed. esxcli's own answer is not relied on: NVIDIA's driver runs after a reboot.</summary>
    public bool RebootRequired { get; init; }

    /// <summary>What was installed, as esxcli names it.</summary>
    public IReadOnlyList<string> VibsInstalled { get; init; } = [];

    /// <summary>What was removed.</summary>
    public IReadOnlyList<string> VibsRemoved { get; init; } = [];

    /// <summary>What was left out because it was there.</summary>
    public IReadOnlyList<string> VibsSkipped { get; init; } = [];

    /// <summary>What was read back, in words.</summary>
    public string Verified { get; init; } = string.Empty;

    /// <summary>What could not be verified, and why; empty when everything was.</summary>
    public IReadOnlyList<string> NotVerified { get; init; } = [];

    /// <summary>The id of the journal entry that can undo it, or null.</summary>
    public string? ChangeId { get; init; }
}
