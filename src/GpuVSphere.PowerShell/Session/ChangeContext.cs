using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Security;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.PowerShell.Commands;
using GpuVSphere.Shell;
using GpuVSphere.State;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Session;

/// <summary>What a change of a cmdlet works with.</summary>
internal static class ChangeContext
{
    /// <param name="connections">The servers that are meant, one at least.</param>
    /// <param name="logInAgain">How to log in again after a reboot, or null.</param>
    /// <param name="hostCredential">The login at the hosts' shells, or null for the user's own.</param>
    /// <param name="relay">Where is told that a host's SSH was switched on and off again; null for nobody.</param>
    /// <param name="guests">The way into the guests, or null.</param>
    /// <param name="secrets">What the change needs and its intent may not hold, by name; null for none.</param>
    public static OperationContext Of(
        IReadOnlyList<GpuConnection> connections,
        Func<VimSession, CancellationToken, Task<VimSession>>? logInAgain = null,
        PSCredential? hostCredential = null,
        PipelineRelay? relay = null,
        IGuestShells? guests = null,
        IReadOnlyDictionary<string, SecureString>? secrets = null) =>
        new([.. connections.Select(connection => connection.Session)], connections[0].Session.Clock, StateDirectory.Resolve())
        {
            LogInAgain = logInAgain,
            Shells = HostShells.Of(connections, hostCredential),
            Guests = guests,
            Secrets = secrets ?? new Dictionary<string, SecureString>(),
            ShellNotes = relay is null ? new HostShellNotes() : new HostShellNotes(relay.Verbose, relay.Warning),
        };
}
