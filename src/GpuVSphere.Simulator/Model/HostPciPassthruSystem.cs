using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>The passthrough configuration of a host (facts: vim25-gpu.md 2.2).</summary>
internal sealed class HostPciPassthruSystem(MoRef reference, SimulatedInventory inventory, HostSystem host) : ModelObject(reference, inventory)
{
    private static readonly string[] s_names = ["availableField", "pciPassthruInfo", "sriovDevicePoolInfo", "value"];

    public override MoRef Entity => host.Reference;

    public override IEnumerable<string> PropertyNames => s_names;

    public override object? GetProperty(string name) => name == "pciPassthruInfo" ? HostWire.PassthruInfo(host) : null;

    /// <summary>Switches functions over; all are checked before the first is touched.</summary>
    public void Update(IReadOnlyList<PassthruChange> changes)
    {
        List<(PciFunction Function, PassthruChange Change)> checkedChanges = changes.Select(change => (Check(change), change)).ToList();
        foreach ((PciFunction function, PassthruChange change) in checkedChanges)
        {
            if (change.Label is not null && host.Release.Has("7.0.2.0"))
            {
                function.Label = change.Label.Length == 0 ? null : change.Label;
            }

            foreach (PciFunction sibling in Siblings(function))
            {
                sibling.IsEnabled = change.IsEnabled;
                if (RebindsNow(change))
                {
                    sibling.IsActive = change.IsEnabled;
                }
            }
        }

        host.DevicesChanged();
    }

    protected override object? Invoke(MethodCall call)
    {
        host.RequireConnected();
        switch (call.Method)
        {
            case "UpdatePassthruConfig":
                Update(call.Arguments.Objects("config").Select(Read).ToList());
                return null;
            case "Refresh":
                return null;
            default:
                throw Faults.MethodNotFound(call, Reference);
        }
    }

    private static PassthruChange Read(DataObject config) => new(
        config.RequiredText("id"),
        config.Boolean("passthruEnabled") ?? throw Faults.InvalidArgument("config.passthruEnabled", "A specified parameter was not correct: config.passthruEnabled", "types-gpu.txt: HostPciPassthruConfig.passthruEnabled is required"),
        config.Boolean("applyNow"),
        config.Text("hardwareLabel"));

    private PciFunction Check(PassthruChange change)
    {
        PciFunction? function = host.Function(change.Id);
        if (function is null)
        {
            if (!Refusals.Has(Refusal.UnknownDevice))
            {
                return new PciFunction(default, CardModel.HostBridge);
            }

            throw Faults.PlatformConfig("No PCI device with the id '" + change.Id + "' is on the host.", "vim25-gpu.md 2.2: HostConfigFault; PlatformConfigFault is its form with a text");
        }

        foreach (PciFunction sibling in Siblings(function))
        {
            if (change.IsEnabled && !sibling.IsCapable && Refusals.Has(Refusal.DeviceNotCapable))
            {
                throw Faults.PlatformConfig("Device " + sibling.Id + " is not capable of passthrough.", "vim25-gpu.md 2.2: the device must be passthruCapable");
            }

            if (change.IsEnabled != sibling.IsEnabled && host.VgpuUsersOf(sibling).FirstOrDefault() is { } vgpuVm && Refusals.Has(Refusal.PassthroughWhileVgpuRuns))
            {
                throw Faults.PlatformConfig("Device " + sibling.Id + " is in use: the vGPU of " + vgpuVm.Name + " runs on it.", "vim25-gpu.md 2.2: a device in Shared Direct is not toggled while VMs use it");
            }

            if (change.IsEnabled != sibling.IsActive && RebindsNow(change) && host.HolderOf(sibling) is { } holder && Refusals.Has(Refusal.RebindWhileInUse))
            {
                throw Faults.PlatformConfig("Device " + sibling.Id + " is in use by " + holder.Name + ", and cannot be bound anew now.", "vim25-gpu.md 2.2: applyNow takes effect at once, and a device that a VM uses should not be toggled");
            }
        }

        if (change.Label is not null && !host.Release.Has("7.0.2.0") && Refusals.Has(Refusal.LabelBeforeSevenU2))
        {
            throw Faults.PlatformConfig("Hardware labels cannot be set on ESXi " + host.Release.Version + ".", "vim25-gpu.md 2.1: assignHwPciConfigSupported since 7.0.2");
        }

        return function;
    }

    private bool RebindsNow(PassthruChange change) => host.CanRebindWithoutReboot && change.ApplyNow != false;

    private IEnumerable<PciFunction> Siblings(PciFunction function) =>
        host.Functions.Where(other => other == function || other.DependentDevice == function.DependentDevice);
}
