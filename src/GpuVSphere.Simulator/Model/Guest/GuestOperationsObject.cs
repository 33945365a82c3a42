using System.Collections.Generic;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>The entrance to guest operations.</summary>
internal sealed class GuestOperationsObject(MoRef reference, SimulatedInventory inventory) : ModelObject(reference, inventory)
{
    public override MoRef Entity => Inventory.Profile.RootFolder;

    public override IEnumerable<string> PropertyNames => ["authManager", "fileManager", "processManager"];

    public override object? GetProperty(string name) => name switch
    {
        "authManager" => GuestManagers.Authentication(Inventory.IsVCenter),
        "fileManager" => GuestManagers.Files(Inventory.IsVCenter),
        "processManager" => GuestManagers.Processes(Inventory.IsVCenter),
        _ => null,
    };

    protected override object? Invoke(MethodCall call) => throw Faults.MethodNotFound(call, Reference);
}
