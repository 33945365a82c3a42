using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>A host as it would be.</summary>
internal static class VgpuHosts
{
    /// <summary>The host when certain VMs do not run, as they are when they are about to be changed.</summary>
    public static VgpuHost Without(VgpuHost host, IReadOnlyCollection<VimObjectId> vms) => host with
    {
        Host = host.Host with
        {
            Devices = [.. host.Host.Devices.Select(device => device with { Assignments = [.. device.Assignments.Where(holder => !vms.Contains(holder.Vm))] })],
        },
        Vms = [.. host.Vms.Where(vm => !vms.Contains(vm.Id))],
    };
}
