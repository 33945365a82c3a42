using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Changes;

/// <summary>A running VM that keeps its host from entering maintenance mode.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="Reason">Why it stays, such as <c>holds a PCI device</c>.</param>
public sealed record VmInTheWay(GpuVm Vm, string Reason)
{
    /// <summary>Whether its guest can be asked to shut down.</summary>
    public bool CanShutDown => Vm.IsToolsRunning;

    /// <summary>Finds the VMs that must be powered off before a host can enter maintenance mode: those that hold a PCI device or a vGPU, and those that DRS does not move.</summary>
    /// <param name="host">The host.</param>
    /// <param name="vms">The VMs that were read; those of other hosts are passed over.</param>
    /// <param name="drs">The cluster's settings; null without a cluster, without DRS, or when they could not be read.</param>
    public static IReadOnlyList<VmInTheWay> Find(GpuHost host, IEnumerable<GpuVm> vms, DrsSettings? drs)
    {
        List<VmInTheWay> found = [];
        foreach (GpuVm vm in vms.Where(vm => vm.Host == host.Id.Reference && vm.IsRunning).OrderBy(vm => vm.Name, StringComparer.OrdinalIgnoreCase))
        {
            // vCenter starts and stops its own cluster service VMs as hosts come and go. Should one stay all the same, the time limit of maintenance mode says so.
            if (vm.Name.StartsWith("vCLS", StringComparison.Ordinal))
            {
                continue;
            }

            if (vm.PciDevices.Count > 0 && vm.PciDevices.All(device => device.Kind == VmGpuKind.Vgpu))
            {
                // It can be moved where profile, hosts and vCenter allow it, but DRS does not by itself (KB 88271).
                found.Add(new VmInTheWay(vm, "has a vGPU, with which DRS does not move it by itself"));
            }
            else if (vm.PciDevices.Count > 0)
            {
                found.Add(new VmInTheWay(vm, "holds a PCI device, so it cannot be moved while it runs"));
            }
            else if (drs is null || !drs.Moves(vm.Id.Reference))
            {
                found.Add(new VmInTheWay(vm, drs is null ? "no DRS moves it" : "DRS does not move it by itself"));
            }
        }

        return found;
    }
}
