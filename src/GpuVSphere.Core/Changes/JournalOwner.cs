using System;
using System.Diagnostics;

namespace GpuVSphere.Changes;

/// <summary>The process that works on a change or holds a host.</summary>
/// <param name="Machine">The computer it runs on.</param>
/// <param name="ProcessId">Its number there.</param>
/// <param name="User">The account, as the computer names it.</param>
/// <param name="Since">Since when.</param>
public sealed record JournalOwner(string Machine, int ProcessId, string User, DateTimeOffset Since)
{
    /// <summary>The computer, process and account, for messages.</summary>
    public override string ToString() => $"process {ProcessId} of {User} on {Machine}";

    internal static JournalOwner ThisProcess(DateTimeOffset now)
    {
        using Process process = Process.GetCurrentProcess();
        return new JournalOwner(Environment.MachineName, process.Id, Environment.UserName, now);
    }
}
