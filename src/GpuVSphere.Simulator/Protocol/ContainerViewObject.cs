using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>The objects of some types below a container, as they are at each moment.</summary>
internal sealed class ContainerViewObject(SimulatedServer server, MoRef reference, MoRef container, IReadOnlyList<string> types, bool recursive)
    : ProtocolObject(server, reference)
{
    public override IEnumerable<string> PropertyNames => ["view", "container", "type", "recursive"];

    public override object? GetProperty(string name) => name switch
    {
        "view" => View(),
        "container" => container,
        "type" => types.ToList<object>(),
        "recursive" => recursive,
        _ => null,
    };

    protected override object? Invoke(MethodCall call)
    {
        if (call.Method != "DestroyView")
        {
            return base.Invoke(call);
        }

        call.Session!.Objects.Remove(Reference);
        return null;
    }

    private List<object> View()
    {
        List<object> view = [];
        if (Server.Find(container) is { } root)
        {
            HashSet<MoRef> seen = [];
            Collect(root, view, seen);
        }

        return view;
    }

    private void Collect(ManagedObject parent, List<object> view, HashSet<MoRef> seen)
    {
        foreach (ManagedObject child in InventoryTree.Children(Server, parent))
        {
            if (!seen.Add(child.Reference))
            {
                continue;
            }

            if (types.Count == 0 || types.Any(type => Schema.Default.IsA(child.Reference.Type, type)))
            {
                view.Add(child.Reference);
            }

            if (recursive)
            {
                Collect(child, view, seen);
            }
        }
    }
}
