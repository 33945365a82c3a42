using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>What the hosts of a VM or of a compute resource have to offer.</summary>
internal sealed class EnvironmentBrowser(MoRef reference, SimulatedInventory inventory, Func<IReadOnlyList<HostSystem>> hosts) : ModelObject(reference, inventory)
{
    private static readonly string[] s_names = ["datastoreBrowser"];

    public override IEnumerable<string> PropertyNames => s_names;

    public override object? GetProperty(string name) => name == "datastoreBrowser" ? hosts().FirstOrDefault()?.DatastoreBrowser.Reference : null;

    protected override object? Invoke(MethodCall call)
    {
        switch (call.Method)
        {
            case "QueryConfigTarget":
                return ConfigTargets.Of(Meant(call.Arguments.Reference("host")), Inventory);
            case "QueryTargetCapabilities":
                return Meant(call.Arguments.Reference("host")).FirstOrDefault() is { } host ? HostWire.Capability(host) : null;
            case "QueryConfigOptionDescriptor":
                return Descriptors();
            case "QueryConfigOption":
                return Option(call.Arguments.Text("key"), call.Arguments.Reference("host"));
            case "QueryConfigOptionEx":
                DataObject? spec = call.Arguments.Object("spec");
                return Option(spec?.Text("key"), spec?.Reference("host"));
            default:
                throw Faults.MethodNotFound(call, Reference);
        }
    }

    private List<HostSystem> Meant(MoRef? reference)
    {
        if (reference is not { } host)
        {
            return hosts().Where(h => h.IsAvailable).ToList();
        }

        HostSystem found = Inventory.Require<HostSystem>(host);
        found.RequireConnected();
        return [found];
    }

    private List<object> Descriptors()
    {
        List<HostSystem> available = Meant(null);
        int max = available.Count == 0 ? 0 : available.Max(host => host.Release.MaxHardwareVersion);
        return Wire.List(Enumerable.Range(10, Math.Max(0, max - 9)).Where(version => version is not 12 and not 16).Select(version => Wire.Of("VirtualMachineConfigOptionDescriptor")
            .With("key", "vmx-" + version.ToString(CultureInfo.InvariantCulture))
            .With("description", "ESXi virtual machine")
            .With("host", Wire.References(available.Where(host => host.Release.MaxHardwareVersion >= version)))
            .With("createSupported", true)
            .With("defaultConfigOption", version == max)
            .With("runSupported", true)
            .With("upgradeSupported", version > 10)));
    }

    private DataObject? Option(string? key, MoRef? reference)
    {
        List<HostSystem> meant = Meant(reference);
        if (meant.Count == 0)
        {
            return null;
        }

        int max = meant.Max(host => host.Release.MaxHardwareVersion);
        int version = string.IsNullOrEmpty(key) ? max
            : int.TryParse(key!.Replace("vmx-", string.Empty), NumberStyles.None, CultureInfo.InvariantCulture, out int asked) ? asked : 0;
        return version < 4 || version > max ? null : ConfigTargets.Option(version);
    }
}
