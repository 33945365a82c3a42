using System.Collections.Generic;
using GpuVSphere.Inventory;

namespace GpuVSphere.Changes;

/// <summary>A host with its VMs before it is touched.</summary>
internal sealed record HostSituation(GpuHost Host, IReadOnlyList<GpuVm> Vms, DrsSettings? Drs)
{
    public IReadOnlyList<VmInTheWay> VmsInTheWay => VmInTheWay.Find(Host, Vms, Drs);
}
