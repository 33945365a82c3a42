using System;
using System.Collections.Generic;
using System.Globalization;
using GpuVSphere.Vim;

namespace GpuVSphere.Inventory;

/// <summary>The properties of one VM as they arrive, before they are put together.</summary>
internal sealed class VmRecord : IObjectReader
{
    private readonly StringPool _strings;

    public VmRecord(ManagedObjectReference reference, StringPool strings)
    {
        Reference = reference;
        _strings = strings;
    }

    // All of them are known since 6.5, the oldest that is spoken to.
    private static readonly string[] s_paths =
    [
        "name", "effectiveRole", "environmentBrowser", "snapshot",
        "runtime.host", "runtime.powerState", "runtime.connectionState", "guest.toolsRunningStatus",
        "config.instanceUuid", "config.changeVersion", "config.template", "config.version", "config.firmware", "config.bootOptions.efiSecureBootEnabled", "config.guestId",
        "config.files.logDirectory", "config.files.vmPathName", "config.hardware.memoryMB", "config.hardware.device", "config.memoryAllocation",
        "config.memoryReservationLockedToMax", "config.cpuHotAddEnabled", "config.memoryHotAddEnabled", "config.extraConfig",
    ];

    /// <summary>The paths to ask for.</summary>
    public static string[] Paths(ApiVersion version) => version.IsAtLeast(8, 0) ? [.. s_paths, "config.deviceGroups"] : s_paths;

    public ManagedObjectReference Reference { get; }

    public string Name { get; private set; } = string.Empty;

    public IReadOnlyList<int>? Roles { get; private set; }

    /// <summary>Whether the object was deleted between being named and being read.</summary>
    public bool IsGone { get; private set; }

    public ManagedObjectReference EnvironmentBrowser { get; private set; }

    public bool HasSnapshots { get; private set; }

    public ManagedObjectReference Host { get; private set; }

    public string PowerState { get; private set; } = "poweredOff";

    public string ConnectionState { get; private set; } = "connected";

    public bool IsToolsRunning { get; private set; }

    public string InstanceUuid { get; private set; } = string.Empty;

    public string ChangeVersion { get; private set; } = string.Empty;

    public bool IsTemplate { get; private set; }

    public int HardwareVersion { get; private set; }

    public string Firmware { get; private set; } = "bios";

    public bool? IsSecureBootEnabled { get; private set; }

    public string GuestId { get; private set; } = string.Empty;

    public string? LogDirectory { get; private set; }

    public string? VmPathName { get; private set; }

    public int MemoryMB { get; private set; }

    public long MemoryReservationMB { get; private set; }

    public bool IsMemoryReservationLocked { get; private set; }

    public bool IsCpuHotAddEnabled { get; private set; }

    public bool IsMemoryHotAddEnabled { get; private set; }

    public Dictionary<string, string> ExtraConfig { get; } = new(StringComparer.OrdinalIgnoreCase);

    public List<VmPciDevice> PciDevices { get; } = [];

    /// <summary>The names of the VM's device groups, by their keys.</summary>
    public Dictionary<int, string> DeviceGroups { get; } = [];

    public void Property(string path, VimReader value)
    {
        switch (path)
        {
            case "name": Name = VimName.Decode(value.String()); break;
            case "effectiveRole": Roles = ReadInts(value); break;
            case "environmentBrowser": EnvironmentBrowser = value.Reference(); break;
            case "snapshot": HasSnapshots = HasChildren(value); break;
            case "runtime.host": Host = value.Reference(); break;
            case "runtime.powerState": PowerState = _strings.Keep(value.String()); break;
            case "runtime.connectionState": ConnectionState = _strings.Keep(value.String()); break;
            case "guest.toolsRunningStatus": IsToolsRunning = value.String() == "guestToolsRunning"; break;
            case "config.instanceUuid": InstanceUuid = value.String(); break;
            case "config.changeVersion": ChangeVersion = value.String(); break;
            case "config.template": IsTemplate = value.Boolean(); break;
            case "config.version": HardwareVersion = ReadHardwareVersion(value.String()); break;
            case "config.firmware": Firmware = _strings.Keep(value.String()); break;
            case "config.bootOptions.efiSecureBootEnabled": IsSecureBootEnabled = value.Boolean(); break;
            case "config.guestId": GuestId = _strings.Keep(value.String()); break;
            case "config.files.logDirectory": LogDirectory = value.String(); break;
            case "config.files.vmPathName": VmPathName = value.String(); break;
            case "config.hardware.memoryMB": MemoryMB = value.Int32(); break;
            case "config.hardware.device": ReadDevices(value.Object()); break;
            case "config.memoryAllocation": ReadMemoryAllocation(value.Object()); break;
            case "config.memoryReservationLockedToMax": IsMemoryReservationLocked = value.Boolean(); break;
            case "config.cpuHotAddEnabled": IsCpuHotAddEnabled = value.Boolean(); break;
            case "config.memoryHotAddEnabled": IsMemoryHotAddEnabled = value.Boolean(); break;
            case "config.deviceGroups": ReadDeviceGroups(value.Object()); break;
            case "config.extraConfig": ReadExtraConfig(value.Object()); break;
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

    internal static IReadOnlyList<int> ReadInts(VimReader value)
    {
        List<int> numbers = [];
        foreach (string text in value.Strings())
        {
            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number))
            {
                numbers.Add(number);
            }
        }

        return numbers;
    }

    private static bool HasChildren(VimReader value) => value.Object().NextChild();

    private static int ReadHardwareVersion(string text) =>
        text.StartsWith("vmx-", StringComparison.OrdinalIgnoreCase)
        && int.TryParse(text.Substring(4), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : 0;

    private void ReadMemoryAllocation(VimReader allocation)
    {
        while (allocation.NextChild())
        {
            if (allocation.Name == "reservation")
            {
                MemoryReservationMB = allocation.Int64();
            }
        }
    }

    private void ReadDeviceGroups(VimReader groups)
    {
        while (groups.NextChild())
        {
            if (groups.Name != "deviceGroup")
            {
                continue;
            }

            int key = 0;
            string name = string.Empty;
            VimReader group = groups.Object();
            while (group.NextChild())
            {
                switch (group.Name)
                {
                    case "groupInstanceKey": key = group.Int32(); break;
                    case "deviceGroupName": name = _strings.Keep(group.String()); break;
                }
            }

            DeviceGroups[key] = name;
        }
    }

    private void ReadExtraConfig(VimReader array)
    {
        while (array.NextChild())
        {
            string key = string.Empty, value = string.Empty;
            VimReader option = array.Object();
            while (option.NextChild())
            {
                switch (option.Name)
                {
                    case "key": key = _strings.Keep(option.String()); break;
                    case "value": value = option.String(); break;
                }
            }

            // An emptied key stays in some servers' lists; for ESXi it is gone.
            if (key.Length > 0 && value.Length > 0)
            {
                ExtraConfig[key] = value;
            }
        }
    }

    private void ReadDevices(VimReader array)
    {
        while (array.NextChild())
        {
            if (array.XsiType == "VirtualPCIPassthrough")
            {
                PciDevices.Add(ReadPciDevice(array.Object()));
            }
        }
    }

    private VmPciDevice ReadPciDevice(VimReader device)
    {
        var read = new VmPciDevice();
        while (device.NextChild())
        {
            switch (device.Name)
            {
                case "key": read.Key = device.Int32(); break;
                case "deviceInfo": ReadLabel(device.Object(), read); break;
                case "backing":
                    read.BackingType = device.XsiType ?? string.Empty;
                    ReadBacking(device.Object(), read);
                    break;
                case "deviceGroupInfo": ReadGroup(device.Object(), read); break;
            }
        }

        return read;
    }

    private static void ReadGroup(VimReader info, VmPciDevice read)
    {
        while (info.NextChild())
        {
            if (info.Name == "groupInstanceKey")
            {
                read.GroupKey = info.Int32();
            }
        }
    }

    private static void ReadLabel(VimReader info, VmPciDevice read)
    {
        while (info.NextChild())
        {
            if (info.Name == "label")
            {
                read.Label = info.String();
            }
        }
    }

    private void ReadBacking(VimReader backing, VmPciDevice read)
    {
        while (backing.NextChild())
        {
            switch (backing.Name)
            {
                case "id": read.Id = backing.String(); break;
                case "deviceId": read.DeviceId = backing.String(); break;
                case "systemId": read.SystemId = _strings.Keep(backing.String()); break;
                case "vendorId": read.VendorId = PciText.ReadId(backing.String()); break;
                case "vgpu": read.Vgpu = _strings.Keep(backing.String()); break;
                case "vgpuMigrateDataSizeMB": read.MigrationSizeMB = backing.Int32(); break;
                case "migrateSupported": read.CanMigrate = backing.Boolean(); break;
                case "enhancedMigrateCapability": read.IsEnhancedMigration = backing.Boolean(); break;
                case "customLabel": read.CustomLabel = _strings.Keep(backing.String()); break;
                case "assignedId": read.AssignedId = backing.String(); break;
                case "allowedDevice": read.AllowedDevices.Add(ReadAllowed(backing.Object())); break;
            }
        }
    }

    private static PciIdMatch ReadAllowed(VimReader allowed)
    {
        ushort vendorId = 0, deviceId = 0;
        ushort? subVendorId = null, subDeviceId = null;
        while (allowed.NextChild())
        {
            switch (allowed.Name)
            {
                case "vendorId": vendorId = PciText.ReadId(allowed.String()); break;
                case "deviceId": deviceId = PciText.ReadId(allowed.String()); break;
                case "subVendorId": subVendorId = PciText.ReadId(allowed.String()); break;
                case "subDeviceId": subDeviceId = PciText.ReadId(allowed.String()); break;
            }
        }

        return new PciIdMatch(vendorId, deviceId, subVendorId, subDeviceId);
    }

    internal sealed class VmPciDevice
    {
        public int Key { get; set; }

        public string? Label { get; set; }

        public string BackingType { get; set; } = string.Empty;

        public string Id { get; set; } = string.Empty;

        public string DeviceId { get; set; } = string.Empty;

        public string? SystemId { get; set; }

        public ushort VendorId { get; set; }

        public string? Vgpu { get; set; }

        public bool? CanMigrate { get; set; }

        public int? MigrationSizeMB { get; set; }

        public bool? IsEnhancedMigration { get; set; }

        public string? CustomLabel { get; set; }

        public string? AssignedId { get; set; }

        public int? GroupKey { get; set; }

        public List<PciIdMatch> AllowedDevices { get; } = [];
    }
}
