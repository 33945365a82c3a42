using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Changes;

/// <summary>
/// What is changed on one host, as <see cref="HostChangeWorkflow"/> needs to know it. The workflow does what is around it: VMs,
/// maintenance mode, reboot, waiting, the journal.
/// </summary>
public interface IHostChange
{
    /// <summary>The host.</summary>
    PlanTarget Host { get; }

    /// <summary>The host's cluster, for the number of hosts that may be down; null for a standalone host.</summary>
    ManagedObjectReference? Cluster { get; }

    /// <summary>The cluster's name, or null.</summary>
    string? ClusterName { get; }

    /// <summary>The planned changes of the host; empty when it is already as wanted.</summary>
    IReadOnlyList<PlannedChange> Changes { get; }

    /// <summary>What the journal keeps for an undo.</summary>
    IReadOnlyList<JournalField> Fields { get; }

    /// <summary>Whether <see cref="ApplyAsync"/> has something to send; false when only the reboot is missing.</summary>
    bool HasSomethingToApply { get; }

    /// <summary>Whether the host must be in maintenance mode already when the change is applied, as for software; then it is not staged.</summary>
    bool NeedsMaintenanceToApply { get; }

    /// <summary>Whether a reboot is expected to be needed. When the host turns out to do without one, it is not rebooted.</summary>
    bool NeedsReboot { get; }

    /// <summary>What waits for a reboot although nothing is to be changed, in words; null when nothing does.</summary>
    string? Pending { get; }

    /// <summary>Reads the present values of the properties in <see cref="Changes"/>, by property name.</summary>
    /// <param name="session">The session to read with.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    Task<IReadOnlyDictionary<string, string?>> ReadAsync(VimSession session, CancellationToken cancellationToken);

    /// <summary>Sends everything of this host in as few calls as can be.</summary>
    /// <param name="session">The session to work with.</param>
    /// <param name="cancellationToken">Ends the wait for the answer.</param>
    /// <exception cref="GpuVSphereException">The host refused.</exception>
    Task ApplyAsync(VimSession session, CancellationToken cancellationToken);

    /// <summary>Reads back how far it has come.</summary>
    /// <param name="session">The session to read with.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    Task<HostVerification> VerifyAsync(VimSession session, CancellationToken cancellationToken);
}
