using System.Collections.Generic;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness;

namespace GpuVSphere.Passthrough;

/// <summary>A host with all that is needed to plan its passthrough.</summary>
internal sealed record HostPassthroughSubject
{
    public required IntentTarget Intent { get; init; }

    public required GpuHost Host { get; init; }

    public IReadOnlyList<GpuVm> Vms { get; init; } = [];

    public DrsSettings? Drs { get; init; }

    /// <summary>Whether there is a session after a reboot.</summary>
    public bool CanComeBack { get; init; } = true;

    /// <summary>Whether the host is in maintenance mode because of the change that is being continued.</summary>
    public bool OwnsMaintenance { get; init; }

    /// <summary>The id of the change that told the host to reboot and has not seen it come back, or null.</summary>
    public string? RebootedBy { get; init; }

    public Evidence<bool> BootsFromUsb { get; init; } = Evidence<bool>.Of(false);

    public IReadOnlyList<VmInTheWay> VmsInTheWay => VmInTheWay.Find(Host, Vms, Drs);
}
