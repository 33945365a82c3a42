using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>One ReconfigVM_Task: all of its spec is applied, or nothing (facts: vim25-gpu.md 3.1).</summary>
internal sealed class VmReconfigure(VirtualMachine vm, SimulatedInventory inventory, DataObject spec)
{
    /// <summary>The first key of a passthrough device, and its units on the PCI controller (vim25-gpu.md 3.1).</summary>
    private const int FirstPassthroughKey = 13000;

    private static readonly int[] s_firstUnits = [18, 19, 20, 21];

    private readonly VmConfig _config = vm.Config.Copy();

    /// <summary>The keys that new device groups get, by those the client gave them.</summary>
    private readonly Dictionary<int, int> _newGroups = [];

    private Refusals Refusals => inventory.Refusals;

    public static int HardwareVersion(string text, HostSystem host)
    {
        if (!text.StartsWith("vmx-", StringComparison.Ordinal) || !int.TryParse(text.Substring(4), NumberStyles.None, CultureInfo.InvariantCulture, out int version))
        {
            throw Faults.InvalidArgument("version", "A specified parameter was not correct: version", "types-core.txt: VirtualMachineConfigSpec.version");
        }

        if (version > host.Release.MaxHardwareVersion && host.Inventory.Refusals.Has(Refusal.HardwareTooNew))
        {
            throw HardwareNotSupported(version, host);
        }

        return version;
    }

    public static SimulatedFault HardwareNotSupported(int version, HostSystem host)
    {
        SimulatedFault fault = new(
            "VirtualHardwareVersionNotSupported",
            "The virtual machine version (vmx-" + version.ToString("00", CultureInfo.InvariantCulture) + ") is not supported by " + host.Name + ".",
            "types-core.txt: VirtualHardwareVersionNotSupported; vim25-gpu.md 3.4");
        fault.Detail.With("hostName", host.Name).With("host", host.Reference);
        return fault;
    }

    /// <summary>Refuses at the call what the account may not change; which privileges a spec needs depends on what is in it.</summary>
    public void RequirePrivileges(SimulatedSession? session)
    {
        if (!Refusals.Has(Refusal.MissingPrivilege))
        {
            return;
        }

        HashSet<string> needed = [];
        foreach (DataObject change in spec.Objects("deviceChange"))
        {
            needed.Add("VirtualMachine.Config." + (change.Text("operation") == "edit" ? "EditDevice" : "AddRemoveDevice"));
        }

        Needs("Resource", "cpuAllocation", "memoryAllocation", "memoryReservationLockedToMax", "latencySensitivity");
        Needs("AdvancedConfig", "extraConfig");
        Needs("Settings", "firmware", "bootOptions", "flags", "guestId", "tools", "powerOpInfo", "nestedHVEnabled");
        Needs("Memory", "memoryMB", "memoryHotAddEnabled");
        Needs("CPUCount", "numCPUs", "numCoresPerSocket", "cpuHotAddEnabled");
        Needs("Rename", "name");
        Needs("Annotation", "annotation");
        Needs("UpgradeVirtualHardware", "version");
        Privileges.Require(session, vm.Reference, needed.OrderBy(p => p, StringComparer.Ordinal).ToArray());

        void Needs(string privilege, params string[] fields)
        {
            if (fields.Any(field => spec[field] is not null))
            {
                needed.Add("VirtualMachine.Config." + privilege);
            }
        }
    }

    /// <summary>Applies the spec, under the gate.</summary>
    public object? Run()
    {
        CheckState();
        ReadDeviceGroups();
        ApplyDevices();
        ApplyExtraConfig();
        ApplyProcessors();
        ApplyMemory();
        ApplyFirmware();
        if (spec.Text("guestId") is { } guestId)
        {
            _config.GuestId = guestId;
        }

        _config.Annotation = spec.Text("annotation") ?? _config.Annotation;
        if (spec.Text("version") is { } version)
        {
            _config.HardwareVersion = Math.Max(_config.HardwareVersion, HardwareVersion(version, vm.Host));
        }

        if (spec.Text("name") is { Length: > 0 } name)
        {
            vm.SetName(name);
        }

        KeepAssignments();
        vm.Apply(_config);
        return null;
    }

    private void CheckState()
    {
        vm.Host.RequireConnected();
        if (vm.Config.IsTemplate && Refusals.Has(Refusal.TemplateReconfigured))
        {
            throw Faults.NotSupported("The operation is not supported on a template.", "types-core.txt: ReconfigVM_Task, NotSupported for a template");
        }

        if (spec.Text("changeVersion") is { Length: > 0 } expected && expected != vm.ChangeVersion && Refusals.Has(Refusal.StaleChangeVersion))
        {
            throw new SimulatedFault("ConcurrentAccess", "The virtual machine was changed by somebody else since it was read.", "vim25-gpu.md 3.1: ConcurrentAccess (changeVersion)");
        }

        bool isColdChange = spec.Objects("deviceChange").Any(IsPassthroughChange)
            || (spec.Int32("numCPUs") is { } cpus && cpus != _config.NumCpu && !_config.CpuHotAdd)
            || (spec.Int64("memoryMB") is { } memory && memory != _config.MemoryMB && !_config.MemoryHotAdd)
            || spec.Text("version") is not null;
        if (vm.PowerState == "suspended" && (isColdChange || spec["deviceChange"] is not null || spec["firmware"] is not null || spec["memoryReservationLockedToMax"] is not null) && Refusals.Has(Refusal.HardwareChangeWhileSuspended))
        {
            throw Faults.InvalidPowerState("poweredOff", vm.PowerState, "vim25-gpu.md 3.1: InvalidPowerState; a suspended VM keeps its devices");
        }

        if (vm.PowerState == "poweredOn" && isColdChange && Refusals.Has(Refusal.HardwareChangeWhileRunning))
        {
            throw Faults.InvalidPowerState("poweredOff", vm.PowerState, "vim25-gpu.md 3.1: VM powered off for all PCI changes, InvalidPowerState otherwise");
        }
    }

    private bool IsPassthroughChange(DataObject change) => change.Object("device") is { } device
        && (device.TypeName == "VirtualPCIPassthrough" || _config.Passthrough.Any(existing => existing.Key == device.Int32("key")));

    private void ApplyDevices()
    {
        IReadOnlyList<DataObject> changes = spec.Objects("deviceChange");
        HashSet<int> newKeys = [];
        for (int i = 0; i < changes.Count; i++)
        {
            DataObject device = changes[i].Object("device") ?? throw Faults.Device("InvalidDeviceSpec", i, "Invalid configuration for device '" + i + "'.", "types-core.txt: VirtualDeviceConfigSpec.device is required");
            int key = device.Int32("key") ?? 0;
            switch (changes[i].Text("operation"))
            {
                case "add":
                    bool isTaken = !newKeys.Add(key) || (key > 0 && _config.Devices.Any(d => d.Key == key));
                    if (isTaken && Refusals.Has(Refusal.DuplicateDeviceKey))
                    {
                        throw Faults.Device("InvalidDeviceSpec", i, "Cannot add multiple devices using the same device key.", "vim25-gpu.md 3.1: unique negative key per device in one spec");
                    }

                    Add(device, i);
                    break;
                case "remove":
                    Remove(key, i);
                    break;
                case "edit":
                    Edit(device, key, i);
                    break;
                default:
                    break;
            }
        }

        if (changes.Count > 0)
        {
            CheckCounts();
            CheckDeviceGroups();
        }
    }

    /// <summary>The groups that the spec brings: a negative key is the client's own until the group has one (types-gpu.txt: VirtualMachineVirtualDeviceGroups).</summary>
    private void ReadDeviceGroups()
    {
        foreach (DataObject group in spec.Object("deviceGroups")?.Objects("deviceGroup") ?? [])
        {
            int key = group.Int32("groupInstanceKey") ?? -1;
            string name = group.Text("deviceGroupName") ?? string.Empty;
            if (_config.DeviceGroups.Any(known => known.Key == key))
            {
                continue;
            }

            if (VgpuDeviceGroup.OfHost(vm.Host).All(offered => offered.Name != name) && Refusals.Has(Refusal.UnknownDeviceGroup))
            {
                throw Faults.InvalidArgument("deviceGroups", "A specified parameter was not correct: deviceGroups", "types-gpu.txt: deviceGroupName from VirtualMachineVendorDeviceGroupInfo");
            }

            int own = Enumerable.Range(0, 1000).First(free => _config.DeviceGroups.All(known => known.Key != free));
            _newGroups[key] = own;
            _config.DeviceGroups.Add(new VmDeviceGroup(own, name));
        }
    }

    /// <summary>A group comes and goes as a whole.</summary>
    private void CheckDeviceGroups()
    {
        foreach (VmDeviceGroup group in _config.DeviceGroups.ToList())
        {
            int members = _config.Passthrough.Count(device => device.GroupKey == group.Key);
            int before = vm.Config.Passthrough.Count(device => device.GroupKey == group.Key);
            VgpuDeviceGroup? offered = VgpuDeviceGroup.OfHost(vm.Host).FirstOrDefault(each => each.Name == group.Name);
            int whole = before > 0 ? before : offered?.Size ?? members;
            bool isOther = offered is not null && _config.Passthrough.Any(device => device.GroupKey == group.Key && device.Vgpu != offered.Type.Name);
            if (members > 0 && (members != whole || isOther) && Refusals.Has(Refusal.IncompleteDeviceGroup))
            {
                throw new SimulatedFault("InvalidDeviceSpec", "The devices of the device group '" + group.Name + "' must be added or removed together.", "types-gpu.txt: all devices that form the group in the same request");
            }

            if (members == 0)
            {
                _config.DeviceGroups.Remove(group);
            }
        }
    }

    private int? GroupOf(DataObject device) => device.Object("deviceGroupInfo")?.Int32("groupInstanceKey") is not { } key ? null
        : _newGroups.TryGetValue(key, out int own) ? own : key;

    private void Add(DataObject device, int index)
    {
        if (device.TypeName != "VirtualPCIPassthrough")
        {
            int ordinary = Enumerable.Range(1, 1000).Select(n => FirstKeyOf(device.TypeName) + n - 1).First(k => _config.Devices.All(d => d.Key != k));
            _config.Devices.Add(new VmDevice(ordinary, device) { ControllerKey = device.Int32("controllerKey"), UnitNumber = device.Int32("unitNumber") ?? 0 });
            return;
        }

        if (vm.Snapshots.Count > 0 && Refusals.Has(Refusal.PassthroughWithSnapshot))
        {
            SimulatedFault fault = new("GenericVmConfigFault", "A PCI passthrough device cannot be added while the virtual machine has snapshots.", "features-and-pains.md 3: snapshots not with DirectPath");
            fault.Detail.With("reason", fault.Message);
            throw fault;
        }

        int key = Enumerable.Range(FirstPassthroughKey, 1000).First(k => _config.Devices.All(d => d.Key != k));
        int unit = s_firstUnits.Concat(Enumerable.Range(38, 1000)).First(u => _config.Devices.All(d => d.ControllerKey != StandardDevices.PciController || d.UnitNumber != u));
        _config.Devices.Add(ReadPassthrough(device, key, unit, index));
    }

    private void Remove(int key, int index)
    {
        if (_config.Devices.RemoveAll(d => d.Key == key) == 0 && Refusals.Has(Refusal.UnknownDeviceKey))
        {
            throw Faults.Device("DeviceNotFound", index, "The virtual machine has no device with the key " + key.ToString(CultureInfo.InvariantCulture) + ".", "types-more.txt: DeviceNotFound");
        }
    }

    private void Edit(DataObject device, int key, int index)
    {
        int at = _config.Devices.FindIndex(d => d.Key == key);
        if (at < 0)
        {
            Remove(key, index);
            return;
        }

        VmDevice old = _config.Devices[at];
        if (old is VmPassthroughDevice)
        {
            if (device.Object("backing") is not null)
            {
                _config.Devices[at] = ReadPassthrough(device, key, old.UnitNumber ?? 0, index);
            }

            return;
        }

        _config.Devices[at] = new VmDevice(key, device) { ControllerKey = device.Int32("controllerKey") ?? old.ControllerKey, UnitNumber = device.Int32("unitNumber") ?? old.UnitNumber };
    }

    private VmPassthroughDevice ReadPassthrough(DataObject device, int key, int unit, int index)
    {
        DataObject backing = device.Object("backing") ?? throw InvalidBacking(index, "it has no backing");
        VmPassthroughDevice read = backing.TypeName switch
        {
            "VirtualPCIPassthroughDeviceBackingInfo" => ReadStatic(device, backing, key, unit, index),
            "VirtualPCIPassthroughDynamicBackingInfo" => ReadDynamic(device, backing, key, unit, index),
            "VirtualPCIPassthroughVmiopBackingInfo" => new VmPassthroughDevice(key, device) { Kind = PassthroughKind.Vgpu, ControllerKey = StandardDevices.PciController, UnitNumber = unit, Vgpu = backing.Text("vgpu") ?? string.Empty, GroupKey = GroupOf(device), GroupSequence = device.Object("deviceGroupInfo")?.Int32("sequenceId") ?? 0 },
            _ => throw InvalidBacking(index, "'" + backing.TypeName + "' is not a backing of a PCI passthrough device"),
        };

        if (read.Kind == PassthroughKind.Vgpu && read.Vgpu.Length == 0 && Refusals.Has(Refusal.InvalidBacking))
        {
            throw InvalidBacking(index, "no vGPU profile is named");
        }

        return read;
    }

    private VmPassthroughDevice ReadStatic(DataObject device, DataObject backing, int key, int unit, int index)
    {
        string id = backing.Text("id") ?? string.Empty;
        string deviceId = backing.Text("deviceId") ?? string.Empty;
        if (Refusals.Has(Refusal.InvalidBacking))
        {
            if (!PciId.TryParse(id, out _))
            {
                throw InvalidBacking(index, "'" + id + "' is not the id of a PCI device");
            }

            if (!Regex.IsMatch(deviceId.Trim(), "^(0[xX]|-)?[0-9a-fA-F]{0,8}$"))
            {
                throw InvalidBacking(index, "'" + deviceId + "' is not a device id");
            }
        }

        // A negative short on the wire; some clients send the unsigned value.
        int vendorId = backing.Int32("vendorId") ?? 0;
        return new VmPassthroughDevice(key, device)
        {
            Kind = PassthroughKind.Static,
            ControllerKey = StandardDevices.PciController,
            UnitNumber = unit,
            DeviceName = backing.Text("deviceName") ?? string.Empty,
            UseAutoDetect = backing.Boolean("useAutoDetect"),
            Id = id,
            DeviceId = deviceId,
            SystemId = backing.Text("systemId") ?? string.Empty,
            VendorId = unchecked((short)vendorId),
        };
    }

    private VmPassthroughDevice ReadDynamic(DataObject device, DataObject backing, int key, int unit, int index)
    {
        if (_config.HardwareVersion < 17 && Refusals.Has(Refusal.DynamicNeedsHardware17))
        {
            throw Faults.DeviceNotSupported("PCI device", "Dynamic DirectPath I/O needs virtual hardware version 17.", "vim25-gpu.md 3.2: dynamic backing since vmx-17");
        }

        List<AllowedDevice> allowed = backing.Objects("allowedDevice")
            .Select(a => new AllowedDevice(a.Int32("vendorId") ?? -1, a.Int32("deviceId") ?? -1, a.Int32("subVendorId"), a.Int32("subDeviceId")))
            .ToList();
        if (Refusals.Has(Refusal.InvalidBacking) && (allowed.Count == 0 || allowed.Any(a => a.VendorId is < 0 or > 0xffff || a.DeviceId is < 0 or > 0xffff)))
        {
            throw InvalidBacking(index, "its allowed devices are missing, or their ids are not between 0 and 65535");
        }

        return new VmPassthroughDevice(key, device)
        {
            Kind = PassthroughKind.Dynamic,
            ControllerKey = StandardDevices.PciController,
            UnitNumber = unit,
            DeviceName = backing.Text("deviceName") ?? string.Empty,
            UseAutoDetect = backing.Boolean("useAutoDetect"),
            Allowed = allowed,
            Label = backing.Text("customLabel") is { Length: > 0 } label ? label : null,
        };
    }

    /// <summary>How many devices a VM may have by its hardware version: KB 309986 and the dumps in vim25-gpu.md 3.4.</summary>
    private void CheckCounts()
    {
        int version = _config.HardwareVersion;
        int maxPassthrough = version <= 19 ? 16 : version == 20 ? (vm.Host.Release.Has("8.0.1.0") ? 64 : 32) : 128;
        int maxVgpus = version < 11 ? 0 : version < 15 ? 1 : version < 20 ? 4 : version == 20 ? 8 : 16;
        bool tooMany = _config.DirectPath.Count() > maxPassthrough && Refusals.Has(Refusal.TooManyPassthroughDevices);
        bool tooManyVgpus = _config.Passthrough.Count() - _config.DirectPath.Count() > maxVgpus && Refusals.Has(Refusal.TooManyVgpus);
        if (tooMany || tooManyVgpus)
        {
            throw new SimulatedFault("TooManyDevices", "There are too many PCI passthrough devices for virtual hardware version " + version.ToString(CultureInfo.InvariantCulture) + ".", "vim25-gpu.md 3.4: devices per VM by hardware version");
        }
    }

    private void ApplyExtraConfig()
    {
        foreach (DataObject option in spec.Objects("extraConfig"))
        {
            string key = option.RequiredText("key");
            string value = option.Text("value") ?? string.Empty;
            if (value.Length == 0)
            {
                _config.ExtraConfig.Remove(key);
            }
            else
            {
                _config.ExtraConfig[key] = value;
            }
        }
    }

    private void ApplyProcessors()
    {
        _config.NumCpu = spec.Int32("numCPUs") ?? _config.NumCpu;
        _config.CoresPerSocket = spec.Int32("numCoresPerSocket") ?? _config.CoresPerSocket;
        _config.CpuHotAdd = HotAdd("cpuHotAddEnabled", _config.CpuHotAdd);
        _config.MemoryHotAdd = HotAdd("memoryHotAddEnabled", _config.MemoryHotAdd);
        if (spec.Object("cpuAllocation") is { } cpu)
        {
            _config.CpuReservationMhz = cpu.Int64("reservation") ?? _config.CpuReservationMhz;
            _config.CpuLimitMhz = cpu.Int64("limit") ?? _config.CpuLimitMhz;
            _config.CpuSharesLevel = cpu.Object("shares")?.Text("level") ?? _config.CpuSharesLevel;
        }

        if (spec.Object("latencySensitivity")?.Text("level") is { } level)
        {
            _config.LatencySensitivity = level;
        }

        bool HotAdd(string field, bool now)
        {
            bool wanted = spec.Boolean(field) ?? now;
            if (wanted != now && vm.PowerState != "poweredOff" && Refusals.Has(Refusal.HotAddWhileRunning))
            {
                throw Faults.InvalidPowerState("poweredOff", vm.PowerState, "types-core.txt: hot-add is switched while the VM is powered off");
            }

            return wanted;
        }
    }

    private void ApplyMemory()
    {
        if (spec.Int64("memoryMB") is { } memory)
        {
            if (memory is < 4 or > 24L * 1024 * 1024 || memory % 4 != 0)
            {
                throw Faults.InvalidArgument("memoryMB", "A specified parameter was not correct: memoryMB", "types-core.txt: VirtualMachineConfigSpec.memoryMB");
            }

            _config.MemoryMB = (int)memory;
        }

        if (spec.Object("memoryAllocation") is { } allocation)
        {
            _config.ReservationMB = allocation.Int64("reservation") ?? _config.ReservationMB;
            _config.MemoryLimitMB = allocation.Int64("limit") ?? _config.MemoryLimitMB;
            _config.MemorySharesLevel = allocation.Object("shares")?.Text("level") ?? _config.MemorySharesLevel;
        }

        if (spec.Boolean("memoryReservationLockedToMax") is { } locked)
        {
            if (!locked && _config.LockMemory && spec.Object("memoryAllocation") is null)
            {
                // Unlocking leaves the reservation where the lock held it.
                _config.ReservationMB = _config.MemoryMB;
            }

            _config.LockMemory = locked;
        }

        if ((_config.ReservationMB > _config.MemoryMB || _config.ReservationMB < 0) && !_config.LockMemory && Refusals.Has(Refusal.ReservationAboveMemory))
        {
            throw Faults.InvalidArgument("memoryAllocation.reservation", "A specified parameter was not correct: memoryAllocation.reservation", "types-core.txt: ResourceAllocationInfo.reservation");
        }
    }

    private void ApplyFirmware()
    {
        if (spec.Text("firmware") is { } firmware && firmware != _config.Firmware)
        {
            if (firmware is not ("bios" or "efi"))
            {
                throw Faults.InvalidArgument("firmware", "A specified parameter was not correct: firmware", "vim25-gpu.md 3.1: firmware bios or efi");
            }

            if (vm.PowerState != "poweredOff" && Refusals.Has(Refusal.FirmwareWhileRunning))
            {
                throw Faults.InvalidPowerState("poweredOff", vm.PowerState, "vim25-gpu.md 3.1: firmware is changed while the VM is powered off");
            }

            _config.Firmware = firmware;
        }

        if (spec.Object("bootOptions") is { } boot)
        {
            _config.BootDelay = boot.Int64("bootDelay") ?? _config.BootDelay;
            _config.EnterBiosSetup = boot.Boolean("enterBIOSSetup") ?? _config.EnterBiosSetup;
            _config.SecureBoot = boot.Boolean("efiSecureBootEnabled") ?? _config.SecureBoot;
        }
    }

    /// <summary>A device that the running VM holds stays held: copies of devices share what was assigned, edited ones take it over.</summary>
    private void KeepAssignments()
    {
        foreach (VmPassthroughDevice device in _config.Passthrough)
        {
            VmPassthroughDevice? before = vm.Config.Passthrough.FirstOrDefault(d => d.Key == device.Key);
            device.AssignedFunction ??= before?.AssignedFunction;
            device.Seat ??= before?.Seat;
        }
    }

    private static int FirstKeyOf(string type) => type switch
    {
        "VirtualDisk" => 2000,
        "VirtualVmxnet3" or "VirtualE1000" or "VirtualE1000e" => 4000,
        "VirtualCdrom" => 16000,
        "ParaVirtualSCSIController" or "VirtualLsiLogicController" or "VirtualLsiLogicSASController" or "VirtualBusLogicController" => 1000,
        "VirtualAHCIController" => 15000,
        "VirtualUSBXHCIController" => 14000,
        "VirtualNVMEController" => 31000,
        _ => 20000,
    };

    private static SimulatedFault InvalidBacking(int index, string why) =>
        Faults.Device("InvalidDeviceBacking", index, "Incompatible device backing specified for device '" + index.ToString(CultureInfo.InvariantCulture) + "': " + why + ".", "vim25-gpu.md 3.1: InvalidDeviceBacking");
}
