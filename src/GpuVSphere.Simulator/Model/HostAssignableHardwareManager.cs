using System.Collections.Generic;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>Which devices of a host are assigned to which VMs (7.0 and later; facts: vim25-gpu.md 2.4).</summary>
internal sealed class HostAssignableHardwareManager(MoRef reference, SimulatedInventory inventory, HostSystem host) : ModelObject(reference, inventory)
{
    private static readonly string[] s_names = ["binding", "config"];

    public override MoRef Entity => host.Reference;

    public override IEnumerable<string> PropertyNames => s_names;

    public override object? GetProperty(string name) => name switch
    {
        "binding" => HostWire.AssignableBindings(host),
        "config" => Wire.Of("HostAssignableHardwareConfig"),
        _ => null,
    };

    protected override object? Invoke(MethodCall call)
    {
        host.RequireConnected();
        return call.Method switch
        {
            "RetrieveDynamicPassthroughInfo" => ConfigTargets.Dynamic([host]),
            "RetrieveVendorDeviceGroupInfo" => VgpuWire.DeviceGroupInfo(host),
            _ => throw Faults.MethodNotFound(call, Reference),
        };
    }
}
