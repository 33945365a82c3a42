using System;
using System.Collections.Generic;
using System.Threading;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>A login.</summary>
internal sealed class SimulatedSession(string key, string userName)
{
    private readonly CancellationTokenSource _ended = new();

    public string Key { get; } = key;

    public string UserName { get; } = userName;

    /// <summary>What the account may do everywhere; null for an administrator, who may do all.</summary>
    public IReadOnlyCollection<string>? Privileges { get; init; }

    /// <summary>The id of the role that the account has on the root folder.</summary>
    public int RoleId { get; init; } = -1;

    /// <summary>The cookie's value, byte for byte as it was given out.</summary>
    public string Cookie { get; init; } = string.Empty;

    public DateTimeOffset LoginTime { get; init; }

    public DateTimeOffset LastActive { get; set; }

    public string UserAgent { get; init; } = string.Empty;

    public string IpAddress { get; init; } = "127.0.0.1";

    public long CallCount { get; set; }

    /// <summary>Calls that are being answered: a session that waits is not idle.</summary>
    public int CallsInProgress { get; set; }

    /// <summary>Signalled when the session is over.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>What lives in the session alone: views, filters and property collectors.</summary>
    public Dictionary<MoRef, ManagedObject> Objects { get; } = [];

    /// <summary>Clone tickets that were given out and not used yet.</summary>
    public HashSet<string> CloneTickets { get; } = [];

    public bool May(string privilege)
    {
        if (Privileges is null || privilege is "System.Anonymous" or "System.View" or "System.Read")
        {
            return true;
        }

        foreach (string held in Privileges)
        {
            if (held == privilege)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Ends it. Who waits in it goes on in its own time, not on this thread, which holds the gate.</summary>
    public void End() => System.Threading.Tasks.Task.Run(_ended.Cancel);
}
