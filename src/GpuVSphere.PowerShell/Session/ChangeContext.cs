using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Session;

/// <summary>What a change of a cmdlet works with.</summary>
internal static class ChangeContext
{
    public static OperationContext Of(
        IReadOnlyList<GpuConnection> connections, System.Func<VimSession, System.Threading.CancellationToken, System.Threading.Tasks.Task<VimSession>>? logInAgain = null) =>
        new([.. connections.Select(connection => connection.Session)], connections[0].Session.Clock, StateDirectory.Resolve()) { LogInAgain = logInAgain };
}
