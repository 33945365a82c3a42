using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Changes;

/// <summary>What the workflow does to one host and its VMs. One implementation speaks vim25; the tests have another.</summary>
internal interface IHostControl
{
    /// <summary>The session at present; a new one after <see cref="ReconnectAsync"/>.</summary>
    VimSession Session { get; }

    /// <summary>Whether the session is vCenter's, which stays when the host reboots.</summary>
    bool IsVCenter { get; }

    /// <summary>Whether a lost session can be replaced.</summary>
    bool CanReconnect { get; }

    Task<HostSituation> ReadAsync(CancellationToken cancellationToken);

    Task<HostRuntime> ReadRuntimeAsync(CancellationToken cancellationToken);

    /// <summary>Calls <paramref name="until"/> with every state seen, and again on the timer, until it says true.</summary>
    Task WaitAsync(Func<HostRuntime, bool> until, TimeSpan reread, CancellationToken cancellationToken);

    Task ReconnectAsync(CancellationToken cancellationToken);

    /// <summary>Enters maintenance mode. When cancelled, the server's task is cancelled too, and has ended when this ends.</summary>
    Task EnterMaintenanceAsync(VsanDecommissionMode vsanMode, TimeSpan timeout, Action<int> percent, CancellationToken cancellationToken);

    /// <summary>Stops an entering of maintenance mode that nobody waits for any more, and is sure then that none is under way.</summary>
    Task StopEnteringMaintenanceAsync(CancellationToken cancellationToken);

    Task LeaveMaintenanceAsync(CancellationToken cancellationToken);

    /// <summary>Tells the host to reboot; returns as soon as the server has taken the call. The task given fails when the server refuses later.</summary>
    Task<Task> RebootAsync(CancellationToken cancellationToken);

    Task ShutDownGuestAsync(VimObjectId vm, CancellationToken cancellationToken);

    Task PowerOffAsync(VimObjectId vm, CancellationToken cancellationToken);

    Task PowerOnAsync(VimObjectId vm, CancellationToken cancellationToken);

    /// <summary>The VMs of a list that are powered on at this moment.</summary>
    Task<IReadOnlyCollection<VimObjectId>> ReadRunningAsync(IReadOnlyCollection<VimObjectId> vms, CancellationToken cancellationToken);
}
