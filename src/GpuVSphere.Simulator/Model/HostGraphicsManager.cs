using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>The graphics devices of a host (facts: vim25-gpu.md 2.3).</summary>
internal sealed class HostGraphicsManager(MoRef reference, SimulatedInventory inventory, HostSystem host) : ModelObject(reference, inventory)
{
    private const string ModesSince = "8.0.3.0";

    private static readonly string[] s_names = ["availableField", "graphicsConfig", "graphicsInfo", "sharedGpuCapabilities", "sharedPassthruGpuTypes", "value"];

    public override MoRef Entity => host.Reference;

    public override IEnumerable<string> PropertyNames => s_names;

    public override object? GetProperty(string name) => name switch
    {
        "graphicsInfo" => HostWire.GraphicsInfo(host),
        "graphicsConfig" => HostWire.GraphicsConfig(host),
        "sharedPassthruGpuTypes" => VgpuWire.Types(host),
        "sharedGpuCapabilities" => VgpuWire.Capabilities(host),
        _ => null,
    };

    /// <summary>Takes a configuration in; everything is checked before the first value is touched. A device that is not named keeps its type.</summary>
    /// <param name="defaultType">The host's default, or null to leave it: esxcli can name one value alone.</param>
    /// <param name="policy">The assignment policy, or null to leave it.</param>
    /// <param name="devices">The devices that get a type of their own.</param>
    public void Update(string? defaultType, string? policy, IReadOnlyList<GraphicsDeviceChange> devices)
    {
        Require(defaultType is null or "shared" or "sharedDirect", "config.hostDefaultGraphicsType", "HostGraphicsConfigGraphicsType");
        Require(policy is null or "performance" or "consolidation", "config.sharedPassthruAssignmentPolicy", "HostGraphicsConfigSharedPassthruAssignmentPolicy");
        List<(PciFunction? Function, GraphicsDeviceChange Change)> found = devices.Select(change => (Check(change), change)).ToList();
        host.Graphics.DefaultType = defaultType ?? host.Graphics.DefaultType;
        host.Graphics.Policy = policy ?? host.Graphics.Policy;
        foreach ((PciFunction? function, GraphicsDeviceChange change) in found)
        {
            if (function is not null)
            {
                function.GraphicsType = change.Type;
                function.VgpuMode = change.Mode ?? function.VgpuMode;
            }
        }

        host.DevicesChanged();
    }

    protected override object? Invoke(MethodCall call)
    {
        host.RequireConnected();
        switch (call.Method)
        {
            case "RefreshGraphicsManager":
                return null;
            case "IsSharedGraphicsActive":
                return host.Services.Any(service => service is { Key: "xorg", IsRunning: true }) && host.HasGpuDriver;
            case "RetrieveVgpuDeviceInfo":
                return VgpuWire.DeviceInfo(host);
            case "RetrieveVgpuProfileInfo":
                return VgpuWire.ProfileInfo(host);
            case "UpdateGraphicsConfig":
                DataObject config = call.Arguments.Object("config") ?? throw Unreadable("config", "HostGraphicsConfig is required");
                Update(
                    config.Text("hostDefaultGraphicsType") ?? throw Unreadable("hostDefaultGraphicsType", "HostGraphicsConfig.hostDefaultGraphicsType is required"),
                    config.Text("sharedPassthruAssignmentPolicy") ?? throw Unreadable("sharedPassthruAssignmentPolicy", "HostGraphicsConfig.sharedPassthruAssignmentPolicy is required"),
                    config.Objects("deviceType").Select(device => Read(device, call.Version)).ToList());
                return null;
            default:
                throw Faults.MethodNotFound(call, Reference);
        }
    }

    private static SimulatedFault Unreadable(string element, string fact) =>
        new("InvalidRequest", "The required element '" + element + "' is missing.", "types-gpu.txt: " + fact);

    private static void Require(bool isKnown, string property, string enumeration)
    {
        if (!isKnown)
        {
            throw Faults.InvalidArgument(property, "A specified parameter was not correct: " + property, "types-gpu.txt: enum " + enumeration);
        }
    }

    private static GraphicsDeviceChange Read(DataObject device, WireVersion version)
    {
        string? mode = device.Text("vgpuMode");
        if (mode is not null && !(WireVersion.Parse(ModesSince) <= version))
        {
            throw new SimulatedFault("InvalidRequest", "Unexpected element tag \"vgpuMode\" seen.", "types-gpu.txt: HostGraphicsConfigDeviceType.vgpuMode since 8.0.3.0; an older API version does not know it");
        }

        return new GraphicsDeviceChange(
            device.Text("deviceId") ?? throw Unreadable("deviceId", "HostGraphicsConfigDeviceType.deviceId is required"),
            device.Text("graphicsType") ?? throw Unreadable("graphicsType", "HostGraphicsConfigDeviceType.graphicsType is required"),
            mode);
    }

    private PciFunction? Check(GraphicsDeviceChange change)
    {
        Require(change.Type is "shared" or "sharedDirect", "config.deviceType.graphicsType", "HostGraphicsConfigGraphicsType");
        Require(change.Mode is null or "sameSize" or "mixedSize", "config.deviceType.vgpuMode", "HostGraphicsConfigVgpuMode");

        // The type documentation writes the id without a segment, the servers with it; which forms are taken is UNCONFIRMED, so both are.
        PciFunction? function = host.Function(change.Id) ?? host.Function("0000:" + change.Id);
        if (function is null || function.IsActive || !host.Graphics.Devices.Contains(function))
        {
            return !Refusals.Has(Refusal.UnknownGraphicsDevice)
                ? null
                : throw Faults.InvalidArgument("config.deviceType.deviceId", "A specified parameter was not correct: config.deviceType.deviceId", "types-gpu.txt: deviceType names graphics devices; one in passthrough is no device of the VMkernel's");
        }

        if (change.Mode is not null && !host.Release.Has(ModesSince) && Refusals.Has(Refusal.VgpuModeBeforeEightU3))
        {
            throw Faults.NotSupported("ESXi " + host.Release.Version + " does not know vGPU modes.", "types-gpu.txt: vgpuMode since 8.0.3.0");
        }

        if (change.Mode == "mixedSize" && !function.Card.CanMixSizes && Refusals.Has(Refusal.MixedSizeBeforeAmpere))
        {
            throw Faults.NotSupported(function.Card.Name + " does not run vGPUs of mixed size.", "vim25-gpu.md 2.3: mixed-size for Ampere and later");
        }

        if (Inventory.Options.RefusesSharedDirectAfterVib && change.Type == "sharedDirect" && !host.Release.Has("7.0.0.0") && host.HasGpuDriver
            && host.Graphics.ConfiguredType(function) == "shared" && Refusals.Has(Refusal.SharedDirectAfterVib))
        {
            throw Faults.NotSupported("The graphics type of " + function.Id + " cannot be changed to Shared Direct.", "learning-guide 6.1.3: with the VIB installed first, Shared Direct cannot be enabled for the device in the vSphere Client (a switch: for the API it is UNCONFIRMED)");
        }

        return function;
    }
}
