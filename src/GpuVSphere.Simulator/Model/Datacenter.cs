using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>A datacenter with its four folders.</summary>
internal sealed class Datacenter(MoRef reference, SimulatedInventory inventory, string name) : ManagedEntity(reference, inventory, name)
{
    private static readonly string[] s_own = ["configuration", "datastore", "datastoreFolder", "hostFolder", "network", "networkFolder", "vmFolder"];

    public required Folder VmFolder { get; init; }

    public required Folder HostFolder { get; init; }

    public required Folder DatastoreFolder { get; init; }

    public required Folder NetworkFolder { get; init; }

    protected override IReadOnlyList<string> OwnProperties => s_own;

    protected override object? GetOwnProperty(string name) => name switch
    {
        "vmFolder" => VmFolder.Reference,
        "hostFolder" => HostFolder.Reference,
        "datastoreFolder" => DatastoreFolder.Reference,
        "networkFolder" => NetworkFolder.Reference,
        "datastore" => Wire.References(DatastoreFolder.Children),
        "network" => Wire.References(NetworkFolder.Children),
        "configuration" => Wire.Of("DatacenterConfigInfo"),
        _ => null,
    };

    protected override object? Invoke(MethodCall call) => call.Method switch
    {
        "PowerOnMultiVM_Task" => PowerOnMany(call),
        _ => base.Invoke(call),
    };

    private MoRef PowerOnMany(MethodCall call)
    {
        List<VirtualMachine> vms = call.Arguments.Values("vm").Select(v => Inventory.Require<VirtualMachine>((MoRef)v)).ToList();
        foreach (VirtualMachine vm in vms)
        {
            Privileges.Require(call.Session, vm.Reference, "VirtualMachine.Interact.PowerOn");
        }

        return StartTask(call, "Datacenter.powerOnVm", _ =>
        {
            lock (Inventory.World.Gate)
            {
                DataObject result = Wire.Of("ClusterPowerOnVmResult").With("attempted", Wire.List(vms.Select(vm =>
                    Wire.Of("ClusterAttemptedVmInfo").With("vm", vm.Reference).With("task", vm.Power.StartPowerOn(call.Session, null)))));
                return Task.FromResult<object?>(result);
            }
        });
    }
}
