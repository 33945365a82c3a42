using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>A folder of the inventory.</summary>
internal sealed class Folder(MoRef reference, SimulatedInventory inventory, string name, params string[] childTypes) : ManagedEntity(reference, inventory, name)
{
    private static readonly string[] s_own = ["childEntity", "childType"];

    private readonly List<ManagedEntity> _children = [];

    public IReadOnlyList<ManagedEntity> Children => _children;

    protected override IReadOnlyList<string> OwnProperties => s_own;

    public void Add(ManagedEntity child)
    {
        child.Parent = this;
        _children.Add(child);
        Changed("childEntity");
    }

    public void Remove(ManagedEntity child)
    {
        _children.Remove(child);
        Changed("childEntity");
    }

    protected override object? GetOwnProperty(string name) => name switch
    {
        "childEntity" => Wire.References(_children),
        "childType" => Wire.List(childTypes.Cast<object>()),
        _ => null,
    };

    protected override object? Invoke(MethodCall call)
    {
        if (call.Method != "CreateFolder")
        {
            return base.Invoke(call);
        }

        Privileges.Require(call.Session, Reference, "Folder.Create");
        string name = call.Arguments.RequiredText("name");
        if (_children.FirstOrDefault(c => c.Name == name) is { } other)
        {
            throw Faults.DuplicateName(name, other.Reference);
        }

        Folder folder = new(Inventory.NewReference("Folder", "group-v"), Inventory, name, childTypes);
        Inventory.World.Add(folder);
        Add(folder);
        return folder.Reference;
    }
}
