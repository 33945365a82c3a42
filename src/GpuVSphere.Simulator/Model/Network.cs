using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>A standard network that every host has.</summary>
internal sealed class Network(MoRef reference, SimulatedInventory inventory, string name) : ManagedEntity(reference, inventory, name)
{
    private static readonly string[] s_own = ["host", "summary", "vm"];

    protected override IReadOnlyList<string> OwnProperties => s_own;

    protected override object? GetOwnProperty(string name) => name switch
    {
        "host" => Wire.References(Inventory.Hosts),
        "vm" => Wire.References(Inventory.Vms),
        "summary" => Wire.Of("NetworkSummary").With("network", Reference).With("name", Name).With("accessible", Inventory.Hosts.Any()).With("ipPoolName", string.Empty),
        _ => null,
    };
}
