using System;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Vim;

namespace GpuVSphere.Guest;

/// <summary>What a run of an installation works with.</summary>
internal sealed record DriverRunContext
{
    /// <summary>The VM's name.</summary>
    public required string VmName { get; init; }

    /// <summary>The time.</summary>
    public required IClock Clock { get; init; }

    /// <summary>Opens the guest once more, after a restart.</summary>
    public required Func<CancellationToken, Task<IGuestShell>> OpenAsync { get; init; }

    /// <summary>Reads the guest.</summary>
    public required Func<IGuestShell, CancellationToken, Task<DriverGuest>> ReadAsync { get; init; }

    /// <summary>How long a restart may take.</summary>
    public TimeSpan RebootTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Takes what is being done.</summary>
    public Action<string> Tell { get; init; } = _ => { };

    /// <summary>Takes what was done, and what programs said.</summary>
    public Action<string> Verbose { get; init; } = _ => { };

    /// <summary>Takes what went wrong although the work goes on.</summary>
    public Action<string> Warn { get; init; } = _ => { };
}
