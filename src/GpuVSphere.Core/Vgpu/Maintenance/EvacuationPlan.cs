using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Vgpu.Maintenance;

/// <summary>
/// Where the VMs go that compete for the room on the other hosts when all of them go at once. Several orders are tried, and the one is kept that leaves the
/// fewest without a place. Pure.
/// </summary>
internal sealed record EvacuationPlan
{
    /// <summary>The VMs that have a place, in the order in which they were placed.</summary>
    public required IReadOnlyList<(MaintenanceHost Source, GpuVm Vm, EvacuationTarget Target)> Placed { get; init; }

    /// <summary>The VMs that have none.</summary>
    public required IReadOnlyList<(MaintenanceHost Source, GpuVm Vm)> Left { get; init; }

    /// <summary>The room that is left then.</summary>
    public required EvacuationRoom Room { get; init; }

    /// <summary>Finds places.</summary>
    /// <param name="room">The room there is; it is not changed.</param>
    /// <param name="vms">The VMs, each with the host it is on.</param>
    /// <param name="isLive">Whether they are moved while they run.</param>
    /// <param name="memoryMB">The frame buffer of a profile in MB; null when it is not known.</param>
    public static EvacuationPlan Of(EvacuationRoom room, IReadOnlyList<(MaintenanceHost Source, GpuVm Vm)> vms, bool isLive, Func<string, int?> memoryMB)
    {
        long Size(GpuVm vm) => vm.PciDevices.Sum(device => device.VgpuProfile is { } profile ? memoryMB(profile) ?? 0L : 0L);
        Dictionary<GpuVm, int> choices = vms.ToDictionary(one => one.Vm, one => room.Ask(one.Source, one.Vm, isLive).Count(target => target.Verdict != false));
        IEnumerable<(MaintenanceHost Source, GpuVm Vm)>[] orders =
        [
            vms.OrderBy(one => choices[one.Vm]).ThenByDescending(one => Size(one.Vm)).ThenBy(one => one.Vm.Name, StringComparer.OrdinalIgnoreCase),
            vms.OrderByDescending(one => Size(one.Vm)).ThenBy(one => one.Vm.Name, StringComparer.OrdinalIgnoreCase),
            vms.OrderBy(one => Size(one.Vm)).ThenBy(one => one.Vm.Name, StringComparer.OrdinalIgnoreCase),
        ];
        List<EvacuationPlan> plans = [];
        HashSet<string> tried = [];
        foreach ((MaintenanceHost Source, GpuVm Vm)[] order in orders.Select(order => order.ToArray()))
        {
            // VMs that need the same may change places in an order without changing what comes of it.
            if (tried.Add(string.Join("\n", order.Select(one => EvacuationRoom.Need(one.Source, one.Vm, isLive)))))
            {
                plans.Add(Try(room.Copy(), order, isLive));
            }

            if (plans[plans.Count - 1] is { Left.Count: 0 } best && best.Placed.All(one => one.Target.Verdict == true))
            {
                return best;
            }
        }

        return plans
            .OrderBy(plan => plan.Left.Count)
            .ThenBy(plan => plan.Placed.Count(one => one.Target.Verdict is null))
            .ThenBy(plan => plan.Left.Sum(one => Size(one.Vm)))
            .First();
    }

    private static EvacuationPlan Try(EvacuationRoom room, IEnumerable<(MaintenanceHost Source, GpuVm Vm)> order, bool isLive)
    {
        List<(MaintenanceHost Source, GpuVm Vm, EvacuationTarget Target)> placed = [];
        List<(MaintenanceHost Source, GpuVm Vm)> left = [];
        foreach ((MaintenanceHost source, GpuVm vm) in order)
        {
            if (room.Place(source, vm, isLive) is { } target)
            {
                placed.Add((source, vm, target));
            }
            else
            {
                left.Add((source, vm));
            }
        }

        return new EvacuationPlan { Placed = placed, Left = left, Room = room };
    }
}
