using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>A list of objects that the client keeps on the server.</summary>
internal sealed class ListViewObject(SimulatedServer server, MoRef reference, IEnumerable<MoRef> objects) : ProtocolObject(server, reference)
{
    private List<MoRef> _objects = [.. objects.Distinct()];

    public override IEnumerable<string> PropertyNames => ["view"];

    public override object? GetProperty(string name) => name == "view" ? _objects.Where(each => Server.Find(each) is not null).Select(each => (object)each).ToList() : null;

    protected override object? Invoke(MethodCall call)
    {
        switch (call.Method)
        {
            case "DestroyView":
                call.Session!.Objects.Remove(Reference);
                return null;
            case "ModifyListView":
                HashSet<MoRef> removed = [.. call.Arguments.Values("remove").OfType<MoRef>()];
                return Set(_objects.Where(each => !removed.Contains(each)).Concat(call.Arguments.Values("add").OfType<MoRef>()));
            case "ResetListView":
                return Set(call.Arguments.Values("obj").OfType<MoRef>());
            default:
                return base.Invoke(call);
        }
    }

    private List<object> Set(IEnumerable<MoRef> wanted)
    {
        _objects = [.. wanted.Distinct()];
        Server.Changed(Reference, "view");

        // The answer is what could not be found.
        return _objects.Where(each => Server.Find(each) is null).Select(each => (object)each).ToList();
    }
}
