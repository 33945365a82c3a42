using System;
using System.Collections.Generic;
using GpuVSphere.Vim;

namespace GpuVSphere.Inventory;

/// <summary>The properties of one host as they arrive, before they are put together.</summary>
internal sealed class HostRecord : IObjectReader
{
    private readonly StringPool _strings;

    public HostRecord(ManagedObjectReference reference, StringPool strings)
    {
        Reference = reference;
        _strings = strings;
    }

    public ManagedObjectReference Reference { get; }

    public string Name { get; private set; } = string.Empty;

    public ManagedObjectReference Parent { get; private set; }

    public IReadOnlyList<ManagedObjectReference> Vms { get; private set; } = [];

    public string ConnectionState { get; private set; } = "connected";

    public bool InMaintenanceMode { get; private set; }

    public DateTimeOffset? BootTime { get; private set; }

    public bool IsRebootRequired { get; private set; }

    public string Version { get; private set; } = string.Empty;

    public string Build { get; private set; } = string.Empty;

    public long? MemoryBytes { get; private set; }

    public string Vendor { get; private set; } = string.Empty;

    public string HardwareModel { get; private set; } = string.Empty;

    public bool CanRebindWithoutReboot { get; private set; }

    public bool CanSetHardwareLabel { get; private set; }

    public bool IsRebootSupported { get; private set; } = true;

    public ManagedObjectReference PciPassthruSystem { get; private set; }

    public IReadOnlyList<int>? Roles { get; private set; }

    /// <summary>Whether the object was deleted between being named and being read.</summary>
    public bool IsGone { get; private set; }

    public List<HostPciDevice> PciDevices { get; } = [];

    public Dictionary<PciAddress, HostPassthru> Passthru { get; } = [];

    public Dictionary<PciAddress, HostGraphics> Graphics { get; } = [];

    public List<(PciAddress Address, ManagedObjectReference Vm)> Bindings { get; } = [];

    /// <summary>The paths to ask for, as far as a version knows them: an older server refuses the whole call for one that it does not know.</summary>
    public static string[] Paths(ApiVersion version)
    {
        List<string> paths =
        [
            "name", "parent", "vm", "effectiveRole",
            "runtime.connectionState", "runtime.inMaintenanceMode", "runtime.bootTime",
            "summary.rebootRequired", "summary.hardware.memorySize", "summary.hardware.vendor", "summary.hardware.model", "summary.config.product.version", "summary.config.product.build",
            "capability.rebootSupported", "configManager.pciPassthruSystem",
            "hardware.pciDevice", "config.pciPassthruInfo", "config.graphicsInfo",
        ];
        if (version.IsAtLeast(7, 0))
        {
            paths.Add("capability.deviceRebindWithoutRebootSupported");
            paths.Add("config.assignableHardwareBinding");
        }

        if (version.IsAtLeast(7, 0, 2))
        {
            paths.Add("capability.assignHwPciConfigSupported");
        }

        return paths.ToArray();
    }

    public void Property(string path, VimReader value)
    {
        switch (path)
        {
            case "name": Name = VimName.Decode(value.String()); break;
            case "parent": Parent = value.Reference(); break;
            case "vm": Vms = value.References(); break;
            case "effectiveRole": Roles = VmRecord.ReadInts(value); break;
            case "runtime.connectionState": ConnectionState = _strings.Keep(value.String()); break;
            case "runtime.inMaintenanceMode": InMaintenanceMode = value.Boolean(); break;
            case "runtime.bootTime": BootTime = value.DateTime(); break;
            case "summary.rebootRequired": IsRebootRequired = value.Boolean(); break;
            case "summary.hardware.memorySize": MemoryBytes = value.Int64(); break;
            case "summary.hardware.vendor": Vendor = _strings.Keep(value.String()); break;
            case "summary.hardware.model": HardwareModel = _strings.Keep(value.String()); break;
            case "summary.config.product.version": Version = _strings.Keep(value.String()); break;
            case "summary.config.product.build": Build = _strings.Keep(value.String()); break;
            case "capability.rebootSupported": IsRebootSupported = value.Boolean(); break;
            case "capability.deviceRebindWithoutRebootSupported": CanRebindWithoutReboot = value.Boolean(); break;
            case "capability.assignHwPciConfigSupported": CanSetHardwareLabel = value.Boolean(); break;
            case "configManager.pciPassthruSystem": PciPassthruSystem = value.Reference(); break;
            case "hardware.pciDevice": ReadPciDevices(value.Object()); break;
            case "config.pciPassthruInfo": ReadPassthru(value.Object()); break;
            case "config.graphicsInfo": ReadGraphics(value.Object()); break;
            case "config.assignableHardwareBinding": ReadBindings(value.Object()); break;
        }
    }

    // A property that may not be read is as one that is not set: the rules say what could not be confirmed.
    public void Missing(string path, VimFaultException fault)
    {
        IsGone |= fault.FaultType == "ManagedObjectNotFound";
    }

    public void End()
    {
    }

    private void ReadPciDevices(VimReader array)
    {
        while (array.NextChild())
        {
            PciAddress? address = null;
            ushort vendorId = 0, deviceId = 0, subVendorId = 0, subDeviceId = 0, classId = 0;
            string name = string.Empty;
            VimReader device = array.Object();
            while (device.NextChild())
            {
                switch (device.Name)
                {
                    case "id": address = PciText.FindAddress(device.String()); break;
                    case "classId": classId = PciText.ReadId(device.String()); break;
                    case "vendorId": vendorId = PciText.ReadId(device.String()); break;
                    case "deviceId": deviceId = PciText.ReadId(device.String()); break;
                    case "subVendorId": subVendorId = PciText.ReadId(device.String()); break;
                    case "subDeviceId": subDeviceId = PciText.ReadId(device.String()); break;
                    case "deviceName": name = _strings.Keep(device.String()); break;
                }
            }

            if (address is { } at)
            {
                PciDevices.Add(new HostPciDevice(at, vendorId, deviceId, subVendorId, subDeviceId, classId, name));
            }
        }
    }

    // HostSriovInfo entries have the same fields and some more: an SR-IOV capable GPU is listed as one of those.
    private void ReadPassthru(VimReader array)
    {
        while (array.NextChild())
        {
            PciAddress? address = null, dependent = null;
            bool enabled = false, capable = false, active = false;
            bool? sriov = null;
            int functions = 0;
            string? label = null;
            VimReader info = array.Object();
            while (info.NextChild())
            {
                switch (info.Name)
                {
                    case "id": address = PciText.FindAddress(info.String()); break;
                    case "dependentDevice": dependent = PciText.FindAddress(info.String()); break;
                    case "passthruEnabled": enabled = info.Boolean(); break;
                    case "passthruCapable": capable = info.Boolean(); break;
                    case "passthruActive": active = info.Boolean(); break;
                    case "hardwareLabel": label = _strings.Keep(info.String()); break;
                    case "sriovCapable": sriov = info.Boolean(); break;
                    case "maxVirtualFunctionSupported": functions = info.Int32(); break;
                }
            }

            if (address is { } at)
            {
                Passthru[at] = new HostPassthru(dependent, enabled, capable, active, string.IsNullOrEmpty(label) ? null : label, sriov, functions);
            }
        }
    }

    private void ReadGraphics(VimReader array)
    {
        while (array.NextChild())
        {
            PciAddress? address = null;
            string? type = null, mode = null;
            long memoryKB = 0;
            List<ManagedObjectReference> vms = [];
            VimReader info = array.Object();
            while (info.NextChild())
            {
                switch (info.Name)
                {
                    case "pciId": address = PciText.FindAddress(info.String()); break;
                    case "graphicsType": type = _strings.Keep(info.String()); break;
                    case "vgpuMode": mode = _strings.Keep(info.String()); break;
                    case "memorySizeInKB": memoryKB = info.Int64(); break;
                    case "vm": vms.Add(info.Reference()); break;
                }
            }

            if (address is { } at)
            {
                Graphics[at] = new HostGraphics(
                    string.IsNullOrEmpty(type) ? null : type, string.IsNullOrEmpty(mode) ? null : mode, memoryKB > 0 ? memoryKB / 1024 : null, vms);
            }
        }
    }

    private void ReadBindings(VimReader array)
    {
        while (array.NextChild())
        {
            PciAddress? address = null;
            ManagedObjectReference vm = default;
            VimReader binding = array.Object();
            while (binding.NextChild())
            {
                switch (binding.Name)
                {
                    case "instanceId": address = PciText.FindAddress(binding.String()); break;
                    case "vm": vm = binding.Reference(); break;
                }
            }

            if (address is { } at && !vm.IsEmpty)
            {
                Bindings.Add((at, vm));
            }
        }
    }

    internal readonly record struct HostPciDevice(
        PciAddress Address, ushort VendorId, ushort DeviceId, ushort SubVendorId, ushort SubDeviceId, ushort ClassId, string Name);

    internal readonly record struct HostPassthru(PciAddress? DependentDevice, bool IsEnabled, bool IsCapable, bool IsActive, string? Label, bool? IsSriovCapable, int VirtualFunctions);

    internal sealed record HostGraphics(string? Type, string? VgpuMode, long? MemoryMB, IReadOnlyList<ManagedObjectReference> Vms);
}
