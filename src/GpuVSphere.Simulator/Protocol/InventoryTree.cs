using System.Collections;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>What lies directly below an inventory object, as container views and the search index see it. Called under the gate.</summary>
internal static class InventoryTree
{
    /// <summary>Whether an object can hold others at all.</summary>
    public static bool IsContainer(MoRef reference) => References(reference.Type).Length > 0;

    public static IEnumerable<ManagedObject> Children(SimulatedServer server, ManagedObject parent)
    {
        foreach (string property in References(parent.Reference.Type))
        {
            foreach (MoRef reference in ReferencesIn(parent.GetProperty(property)))
            {
                if (server.Find(reference) is { } child)
                {
                    yield return child;
                }
            }
        }
    }

    /// <summary>The references that a property's value holds: one, several, or none.</summary>
    public static IEnumerable<MoRef> ReferencesIn(object? value) =>
        value is MoRef one ? [one] : value is IEnumerable many ? many.OfType<MoRef>() : [];

    private static string[] References(string type)
    {
        Schema schema = Schema.Default;
        return schema.IsA(type, "Folder") ? ["childEntity"]
            : schema.IsA(type, "Datacenter") ? ["vmFolder", "hostFolder", "datastoreFolder", "networkFolder"]
            : schema.IsA(type, "ComputeResource") ? ["host", "resourcePool"]
            : schema.IsA(type, "ResourcePool") ? ["resourcePool", "vm"]
            : schema.IsA(type, "HostSystem") ? ["vm"]
            : [];
    }
}
