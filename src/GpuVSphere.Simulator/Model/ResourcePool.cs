using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>The root resource pool of a compute resource.</summary>
internal sealed class ResourcePool(MoRef reference, SimulatedInventory inventory, ComputeResource owner) : ManagedEntity(reference, inventory, "Resources")
{
    private static readonly string[] s_own = ["config", "owner", "resourcePool", "runtime", "summary", "vm"];

    protected override IReadOnlyList<string> OwnProperties => s_own;

    protected override object? GetOwnProperty(string name) => name switch
    {
        "owner" => owner.Reference,
        "vm" => Wire.References(owner.Hosts.SelectMany(host => host.Vms).Where(vm => !vm.Config.IsTemplate)),
        "resourcePool" => new List<object>(),
        "config" => Config(),
        "runtime" => Runtime(),
        "summary" => Wire.Of("ResourcePoolSummary").With("name", Name).With("config", Config()).With("runtime", Runtime()),
        _ => null,
    };

    private DataObject Config() => Wire.Of("ResourceConfigSpec")
        .With("entity", Reference)
        .With("cpuAllocation", VmConfigWire.Allocation(0, true, -1, "normal", 4000))
        .With("memoryAllocation", VmConfigWire.Allocation(0, true, -1, "normal", 163840));

    private DataObject Runtime()
    {
        long memory = owner.Hosts.Sum(host => host.MemoryBytes);
        long used = owner.Hosts.SelectMany(host => host.Vms).Where(vm => vm.PowerState == "poweredOn").Sum(vm => (long)vm.Config.MemoryReservationMB) * 1024 * 1024;
        return Wire.Of("ResourcePoolRuntimeInfo")
            .With("memory", Usage(used, memory))
            .With("cpu", Usage(0, owner.Hosts.Count * 2L * 20 * 2100))
            .With("overallStatus", "green");

        static DataObject Usage(long reserved, long max) => Wire.Of("ResourcePoolResourceUsage")
            .With("reservationUsed", reserved)
            .With("reservationUsedForVm", reserved)
            .With("unreservedForPool", max - reserved)
            .With("unreservedForVm", max - reserved)
            .With("overallUsage", reserved)
            .With("maxUsage", max);
    }
}
