using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>ConfigTarget and ConfigOption (element order: types-gpu.txt; the passthrough option as in samples/soap-queryconfigoption-*.xml).</summary>
internal static class ConfigTargets
{
    public static DataObject Of(IReadOnlyList<HostSystem> hosts, SimulatedInventory inventory)
    {
        bool listsAll = !inventory.Options.ConfigTargetListsOnlyActive;
        IEnumerable<object> passthrough =
            from host in hosts
            from function in host.Functions
            where function.IsActive || (listsAll && function.IsCapable)
            select Wire.Of("VirtualMachinePciPassthroughInfo")
                .With("name", string.Empty)
                .With("pciDevice", HostWire.PciDevice(host, function))
                .With("systemId", host.SystemId);
        IEnumerable<object> vgpus = hosts.SelectMany(VgpuOffers.NamesOf).Distinct()
            .Select(name => Wire.Of("VirtualMachinePciSharedGpuPassthroughInfo").With("name", string.Empty).With("vgpu", name));
        List<HostSystem> withVgpuInfo = hosts.Where(host => host.Release.Has("7.0.3.0")).ToList();
        return Wire.Of("ConfigTarget")
            .With("numCpus", hosts.Count * HostSystem.CpuCores * 2)
            .With("numCpuCores", hosts.Count * HostSystem.CpuCores)
            .With("numNumaNodes", hosts.Count * 2)
            .With("maxCpusPerHost", hosts.Any(host => host.Release.Has("7.0.0.0")) ? HostSystem.CpuCores * 2 : null)
            .With("smcPresent", false)
            .With("datastore", Wire.List(inventory.Datastores.Select(datastore => Wire.Of("VirtualMachineDatastoreInfo")
                .With("name", datastore.Name)
                .With("datastore", datastore.Summary())
                .With("capability", datastore.GetProperty("capability"))
                .With("maxFileSize", 70368744177664L)
                .With("mode", "readWrite"))))
            .With("network", Wire.List(inventory.Networks.Select(network => Wire.Of("VirtualMachineNetworkInfo")
                .With("name", network.Name)
                .With("network", network.GetProperty("summary")))))
            .With("maxMemMBOptimalPerf", hosts.Count == 0 ? 0 : (int)(hosts.Max(host => host.MemoryBytes) / (1024 * 1024)))
            .With("pciPassthrough", Wire.List(passthrough))
            .With("sharedGpuPassthroughTypes", Wire.List(vgpus))
            .With("dynamicPassthrough", Dynamic(hosts))
            .With("vgpuDeviceInfo", Wire.List(withVgpuInfo.SelectMany(VgpuWire.DeviceInfo)))
            .With("vgpuProfileInfo", Wire.List(withVgpuInfo.SelectMany(VgpuWire.ProfileInfo)))
            .With("vendorDeviceGroupInfo", Wire.List(hosts.SelectMany(VgpuWire.DeviceGroupInfo)));
    }

    /// <summary>The kinds of active devices that a dynamic backing can name: one entry for each pair of ids and label, from 7.0.</summary>
    public static List<object> Dynamic(IReadOnlyList<HostSystem> hosts) => Wire.List(hosts
        .Where(host => host.Release.Has("7.0.0.0"))
        .SelectMany(host => host.Functions)
        .Where(function => function.IsActive)
        .GroupBy(function => (function.Card.VendorId, function.Card.DeviceId, function.Label))
        .Select(group => Wire.Of("VirtualMachineDynamicPassthroughInfo")
            .With("name", group.First().Card.Name)
            .With("vendorName", group.First().Card.VendorName)
            .With("deviceName", group.First().Card.Name)
            .With("customLabel", group.Key.Label)
            .With("vendorId", (int)group.Key.VendorId)
            .With("deviceId", (int)group.Key.DeviceId)));

    public static DataObject Option(int version)
    {
        string key = "vmx-" + version.ToString("00", CultureInfo.InvariantCulture);
        List<object> backings = [Backing("VirtualPCIPassthroughDeviceBackingOption", "VirtualPCIPassthroughDeviceBackingInfo", true)];
        if (version >= 11)
        {
            backings.Add(Backing("VirtualPCIPassthroughVmiopBackingOption", "VirtualPCIPassthroughVmiopBackingInfo", false)
                .With("vgpu", Wire.Of("StringOption").With("defaultValue", string.Empty))
                .With("maxInstances", version < 15 ? 1 : version < 20 ? 4 : version == 20 ? 8 : 16));
        }

        if (version >= 17)
        {
            backings.Add(Backing("VirtualPCIPassthroughDynamicBackingOption", "VirtualPCIPassthroughDynamicBackingInfo", true));
        }

        DataObject passthrough = Wire.Of("VirtualPCIPassthroughOption")
            .With("type", "VirtualPCIPassthrough")
            .With("busSlotOption", Wire.Of("VirtualDeviceBusSlotOption").With("type", "VirtualDevicePciBusSlotInfo"))
            .With("controllerType", "VirtualPCIController")
            .With("autoAssignController", Bool(false, false))
            .With("backingOption", backings)
            .With("deprecated", false)
            .With("plugAndPlay", false)
            .With("hotRemoveSupported", true);
        return Wire.Of("VirtualMachineConfigOption")
            .With("version", key)
            .With("description", "ESXi virtual machine (" + key + ")")
            .With("guestOSDefaultIndex", 0)
            .With("hardwareOptions", Wire.Of("VirtualHardwareOption")
                .With("hwVersion", version)
                .With("virtualDeviceOption", Wire.List([passthrough]))
                .With("deviceListReadonly", false));
    }

    private static DataObject Backing(string optionType, string type, bool autoDetect)
    {
        DataObject option = Wire.Of(optionType).With("type", type);
        return autoDetect ? option.With("autoDetectAvailable", Bool(true, true)) : option;
    }

    private static DataObject Bool(bool supported, bool defaultValue) => Wire.Of("BoolOption").With("supported", supported).With("defaultValue", defaultValue);
}
