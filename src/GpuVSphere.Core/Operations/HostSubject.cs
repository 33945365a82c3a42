using System.Collections.Generic;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;

namespace GpuVSphere.Operations;

/// <summary>A host with what every change of a host is planned from.</summary>
internal sealed record HostSubject
{
    public required IntentTarget Intent { get; init; }

    public required GpuHost Host { get; init; }

    /// <summary>The VMs of the same server that were read with the host.</summary>
    public IReadOnlyList<GpuVm> Vms { get; init; } = [];

    /// <summary>What DRS does on the host's cluster; null without a cluster, or when it was not read because nothing has to be moved.</summary>
    public DrsSettings? Drs { get; init; }

    /// <summary>Whether there is a session after a reboot.</summary>
    public bool CanComeBack { get; init; } = true;

    /// <summary>Whether the host is in maintenance mode because of the change that is being continued.</summary>
    public bool OwnsMaintenance { get; init; }

    /// <summary>The id of the change that told the host to reboot and has not seen it come back, or null.</summary>
    public string? RebootedBy { get; init; }

    /// <summary>Another change that put the host into maintenance mode and came to no end, or null.</summary>
    public JournalEntry? HeldBy { get; init; }

    public PlanTarget Target => Intent.Target;

    public IReadOnlyList<VmInTheWay> VmsInTheWay => VmInTheWay.Find(Host, Vms, Drs);
}
