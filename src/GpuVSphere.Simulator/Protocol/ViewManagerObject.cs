using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>Makes the views of a session.</summary>
internal sealed class ViewManagerObject(SimulatedServer server, MoRef reference) : ProtocolObject(server, reference)
{
    public override IEnumerable<string> PropertyNames => ["viewList"];

    protected override object? Invoke(MethodCall call)
    {
        SimulatedSession session = call.Session!;
        switch (call.Method)
        {
            case "CreateContainerView":
                MoRef container = call.Arguments.RequiredReference("container");
                if (Server.Find(container) is null)
                {
                    throw SimulatedServer.NotFound(container);
                }

                if (!InventoryTree.IsContainer(container))
                {
                    throw InvalidArgument("container", "It must be a folder, a datacenter, a compute resource, a resource pool or a host.");
                }

                IReadOnlyList<string> types = call.Arguments.Texts("type");
                if (types.FirstOrDefault(type => Schema.Default.Find(type) is not { IsManaged: true }) is { } unknown)
                {
                    throw InvalidArgument("type", "There is no type '" + unknown + "'.");
                }

                return Keep(session, new ContainerViewObject(Server, NewReference("ContainerView", session), container, types, call.Arguments.Boolean("recursive") ?? false));
            case "CreateListView":
                return Keep(session, new ListViewObject(Server, NewReference("ListView", session), call.Arguments.Values("obj").OfType<MoRef>()));
            case "CreateListViewFromView":
                MoRef view = call.Arguments.RequiredReference("view");
                ManagedObject source = Server.Find(view, session) ?? throw SimulatedServer.NotFound(view);
                return Keep(session, new ListViewObject(Server, NewReference("ListView", session), InventoryTree.ReferencesIn(source.GetProperty("view"))));
            default:
                return base.Invoke(call);
        }
    }

    private static MoRef NewReference(string type, SimulatedSession session) => new(type, "session[" + session.Key + "]" + Guid.NewGuid().ToString("D"));

    private static object Keep(SimulatedSession session, ManagedObject view)
    {
        session.Objects.Add(view.Reference, view);
        return view.Reference;
    }
}
