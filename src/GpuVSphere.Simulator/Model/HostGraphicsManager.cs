using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>The graphics devices of a host (facts: vim25-gpu.md 2.3). Only its reading side is simulated so far.</summary>
internal sealed class HostGraphicsManager(MoRef reference, SimulatedInventory inventory, HostSystem host) : ModelObject(reference, inventory)
{
    private static readonly string[] s_names = ["availableField", "graphicsConfig", "graphicsInfo", "sharedGpuCapabilities", "sharedPassthruGpuTypes", "value"];

    public override MoRef Entity => host.Reference;

    public override IEnumerable<string> PropertyNames => s_names;

    public override object? GetProperty(string name) => name switch
    {
        "graphicsInfo" => HostWire.GraphicsInfo(host),
        "graphicsConfig" => HostWire.GraphicsConfig(host),
        "sharedPassthruGpuTypes" => HostWire.VgpuTypes(host),
        "sharedGpuCapabilities" => HostWire.VgpuCapabilities(host),
        _ => null,
    };

    protected override object? Invoke(MethodCall call)
    {
        host.RequireConnected();
        return call.Method switch
        {
            "RefreshGraphicsManager" => null,
            "IsSharedGraphicsActive" => host.Services.Any(service => service is { Key: "xorg", IsRunning: true }) && host.HasGpuDriver,
            "RetrieveVgpuDeviceInfo" => HostWire.VgpuDeviceInfo(host),
            "RetrieveVgpuProfileInfo" => HostWire.VgpuProfileInfo(host),
            "UpdateGraphicsConfig" => throw Faults.NotSupported("This simulator does not change graphics modes yet.", "the vGPU part of the simulator is still to come"),
            _ => throw Faults.MethodNotFound(call, Reference),
        };
    }
}
