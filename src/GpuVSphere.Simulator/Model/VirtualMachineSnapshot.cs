using System;
using System.Collections.Generic;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>A snapshot of a VM; what it froze is not kept.</summary>
internal sealed class VirtualMachineSnapshot(MoRef reference, SimulatedInventory inventory, VirtualMachine vm, string name, string description, int id) : ModelObject(reference, inventory)
{
    private static readonly string[] s_names = ["availableField", "childSnapshot", "config", "value", "vm"];

    public string Name { get; } = name;

    public string Description { get; } = description;

    public int Id { get; } = id;

    public DateTimeOffset CreateTime { get; } = inventory.Now;

    public string PowerState { get; } = vm.PowerState;

    public override MoRef Entity => vm.Reference;

    public override IEnumerable<string> PropertyNames => s_names;

    public override object? GetProperty(string name) => name switch
    {
        "vm" => vm.Reference,
        "config" => VmConfigWire.Config(vm),
        _ => null,
    };

    protected override object? Invoke(MethodCall call) => call.Method switch
    {
        "RemoveSnapshot_Task" => vm.StartExclusive(call.Session, "VirtualMachineSnapshot.remove", TimeSpan.FromSeconds(2), () =>
        {
            vm.RemoveSnapshot(this);
            return null;
        }),
        _ => throw Faults.MethodNotFound(call, Reference),
    };
}
