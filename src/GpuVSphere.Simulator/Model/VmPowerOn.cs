using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>
/// The power-on of a VM, with what vCenter, and after it the VMX process, check, in their order. The VMX process writes a vmware.log
/// also when it gives up.
/// </summary>
internal sealed class VmPowerOn(VirtualMachine vm, SimulatedInventory inventory)
{
    private const long PageSize = 4096;
    private const long PagesPerGB = 1024L * 1024 * 1024 / PageSize;

    /// <summary>What ESXi maps without 64-bit MMIO: 3.5 GiB (vim25-gpu.md 5).</summary>
    private const long DefaultLimitPages = 917504;

    /// <summary>The window of a VM with 64-bit MMIO and no size given, in GB (catalog/mmio.md).</summary>
    private const long DefaultSizeGB = 32;

    /// <summary>The smallest vGPU that one source asks 64-bit MMIO for (features-and-pains.md 3).</summary>
    private const int LargeVgpuMB = 16 * 1024;

    private readonly VmLog _log = new(vm, inventory);
    private readonly HostSystem _host = vm.Host;
    private readonly VmConfig _config = vm.Config;
    private readonly Dictionary<VmPassthroughDevice, PciFunction> _assigned = [];
    private readonly VgpuPlacement _placement = new(vm.Host, vm);

    private Refusals Refusals => inventory.Refusals;

    private IEnumerable<VmPassthroughDevice> Vgpus => _config.Passthrough.Where(device => device.Kind == PassthroughKind.Vgpu);

    private bool HasLargeMmio => _config.Firmware == "efi" && _config.Flag("pciPassthru.use64bitMMIO");

    /// <summary>Checks all and powers on, under the gate.</summary>
    public void Run()
    {
        CheckState();
        CheckHostMemory();
        _log.Begin();
        PlaceVgpus();
        CheckReservation();
        foreach (VmPassthroughDevice device in _config.DirectPath)
        {
            if (device.Kind == PassthroughKind.Static)
            {
                AssignStatic(device);
            }
            else
            {
                AssignDynamic(device);
            }
        }

        StartPlugins();
        MapBars();
        PowerOn();
    }

    /// <summary>Whether a backing's device id means a card: sources disagree on its form, so decimal, hex, 0x-hex and nothing are known.</summary>
    public static bool Means(string written, ushort deviceId, DeviceIdForm form)
    {
        string text = written.Trim();
        if (text.Length == 0)
        {
            return true;
        }

        bool isPrefixed = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        string digits = isPrefixed ? text.Substring(2) : text;
        // One tool writes the signed number in hex, so that an id above 0x7fff has a minus.
        bool isNegative = digits.StartsWith("-", StringComparison.Ordinal);
        bool isHex = int.TryParse(isNegative ? digits.Substring(1) : digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int hex)
            && ((isNegative ? -hex : hex) & 0xffff) == deviceId;
        bool isDecimal = !isPrefixed && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && (number & 0xffff) == deviceId;
        return form switch
        {
            DeviceIdForm.Hexadecimal => isHex,
            DeviceIdForm.Decimal => isDecimal,
            _ => isHex || isDecimal,
        };
    }

    private void CheckState()
    {
        if (_config.IsTemplate && Refusals.Has(Refusal.TemplatePoweredOn))
        {
            throw Faults.NotSupported("The operation is not supported on a template.", "types-core.txt: PowerOnVM_Task, NotSupported for a template");
        }

        if (vm.PowerState == "poweredOn" && Refusals.Has(Refusal.AlreadyPoweredOn))
        {
            throw Faults.InvalidPowerState("poweredOn", vm.PowerState, "types-core.txt: PowerOnVM_Task, InvalidPowerState");
        }

        _host.RequireConnected();
        if ((_host.IsInMaintenance || _host.IsEnteringMaintenance) && Refusals.Has(Refusal.HostInMaintenance))
        {
            throw Faults.InvalidState("The operation is not allowed in the current state: " + _host.Name + " is in maintenance mode.", "types-core.txt: PowerOnVM_Task, InvalidState");
        }
    }

    private void CheckHostMemory()
    {
        long used = _host.Vms.Where(other => other != vm && other.PowerState == "poweredOn").Sum(other => other.Config.MemoryReservationMB);
        long free = (_host.MemoryBytes / (1024 * 1024)) - used;
        if (_config.MemoryReservationMB > free && Refusals.Has(Refusal.NotEnoughHostMemory))
        {
            SimulatedFault fault = new("InsufficientMemoryResourcesFault", "The host does not have sufficient memory resources to satisfy the reservation.", "types-core.txt: InsufficientMemoryResourcesFault");
            fault.Detail.With("unreserved", free * 1024 * 1024).With("requested", _config.MemoryReservationMB * 1024 * 1024);
            throw fault;
        }
    }

    private void CheckReservation()
    {
        if (_config.Passthrough.Any() && _config.MemoryReservationMB < _config.MemoryMB && Refusals.Has(Refusal.MemoryNotReserved))
        {
            if (!_config.DirectPath.Any())
            {
                throw PluginFailure(Vgpus.First().Vgpu, "samples/poweron-fault-vgpu-plugin-init.txt: memory not reserved");
            }

            string text = string.Format(CultureInfo.InvariantCulture, "Invalid memory setting: memory reservation (sched.mem.min) should be equal to memsize({0}).", _config.MemoryMB);
            _log.Write(text);
            _log.Failed("MemSched");
            throw Faults.PowerOnFailed("MemSched", "vim25-gpu.md 3.5: full memory reservation, or power-on is refused", text);
        }
    }

    private void AssignStatic(VmPassthroughDevice device)
    {
        PciFunction? function = _host.Function(device.Id);
        string name = PciId.TryParse(device.Id, out PciId id) ? id.VmxName : device.Id;
        if (function is null)
        {
            if (Refusals.Has(Refusal.DeviceMissing))
            {
                throw DeviceFailure("Device " + name + " is not a passthrough device.", "samples/poweron-fault-hpe-hotplug.txt; features-and-pains.md 3: stale address");
            }

            return;
        }

        bool isThisHost = string.Equals(device.SystemId, _host.SystemId, StringComparison.OrdinalIgnoreCase)
            && device.VendorId == Wire.Signed(function.Card.VendorId)
            && Means(device.DeviceId, function.Card.DeviceId, inventory.Options.StaticDeviceIdForm);
        if (!isThisHost && Refusals.Has(Refusal.WrongIds))
        {
            throw DeviceFailure("The systemId does not match the current system or the deviceId, and the vendorId does not match the device currently at " + name + ".", "vim25-gpu.md 3.2: wrong ids are accepted at reconfigure and fail at power-on");
        }

        if (!function.IsActive && Refusals.Has(Refusal.DeviceNotActive))
        {
            throw DeviceFailure("Device " + name + " is not a passthrough device.", "vim25-gpu.md 2.2: passthruActive means enabled and rebooted; samples/poweron-fault-hpe-hotplug.txt");
        }

        KeepInSlot(function);
        if (IsTaken(function) && Refusals.Has(Refusal.DeviceInUse))
        {
            throw DeviceFailure("Device " + name + " is already in use.", "features-and-pains.md 3: a device in use is not available to a second VM");
        }

        _assigned[device] = function;
    }

    private void AssignDynamic(VmPassthroughDevice device)
    {
        PciFunction? free = _host.Functions.FirstOrDefault(function =>
            function.IsActive && !IsTaken(function) && device.Allowed.Any(allowed => allowed.Takes(function.Card))
            && (string.IsNullOrEmpty(device.Label) || string.Equals(device.Label, function.Label, StringComparison.Ordinal)));
        if (free is not null)
        {
            KeepInSlot(free);
            _assigned[device] = free;
        }
        else if (Refusals.Has(Refusal.NoFreeDynamicDevice))
        {
            string text = "One or more devices (pciPassthru" + _config.Passthrough.ToList().IndexOf(device).ToString(CultureInfo.InvariantCulture) + ") required by VM " + vm.Name + " are not available on host " + _host.Name + ".";
            _log.Write(text);
            throw new SimulatedFault("InsufficientResourcesFault", text, "features-and-pains.md 3: devices required by the VM are not available on the host (the fault's type is UNCONFIRMED)");
        }
    }

    private void KeepInSlot(PciFunction function)
    {
        if (function.IsHotPlugged && Refusals.Has(Refusal.HotPlugSlot))
        {
            throw DeviceFailure("Device " + function.Id.VmxName + " is not a passthrough device.", "samples/poweron-fault-hpe-hotplug.txt: the slot is hot-pluggable");
        }
    }

    /// <summary>What vCenter settles before the VMX process begins: GPUs for all vGPUs of the VM.</summary>
    private void PlaceVgpus()
    {
        if (!Vgpus.Any() || _placement.TryPlace(_config) || !Refusals.Has(Refusal.NoVgpuResources))
        {
            return;
        }

        bool isStillShared = _host.Functions.Any(function => _host.Graphics.Type(function) == "shared");
        if (isStillShared && !inventory.Options.SharedModeIsNoResource)
        {
            throw PluginFailure(Vgpus.First().Vgpu, "samples/poweron-fault-vgpu-plugin-init.txt: not Shared Direct");
        }

        throw NoGraphicsResource();
    }

    /// <summary>What NVIDIA's plug-in in the VMX process checks before it gives a vGPU.</summary>
    private void StartPlugins()
    {
        bool isFractional = _placement.Found.Values.Any(seat => seat.Type.FrameBufferMB < seat.Function.Card.FrameBufferMB);
        foreach (VgpuSeat seat in _placement.Found.Values)
        {
            if (seat.Function.Card.MaxVirtualFunctions > 0 && !_host.IsSriovOn && Refusals.Has(Refusal.VgpuSriovOff))
            {
                throw PluginFailure(seat.Type.Name, "samples/poweron-fault-vgpu-plugin-init.txt: SR-IOV off in the BIOS, Ampere and later");
            }

            if (seat.Function.Gpu.IsEccOn && GpuDriver.Of(_host) is { SupportsEcc: false } && Refusals.Has(Refusal.VgpuEccOn))
            {
                throw PluginFailure(seat.Type.Name, "samples/poweron-fault-vgpu-plugin-init.txt: ECC; the guide 6.1.7: before vGPU 9.0");
            }

            if (_placement.Found.Count > 1 && isFractional && !_host.Release.Has("8.0.0.1") && Refusals.Has(Refusal.FractionalMultiVgpu))
            {
                throw PluginFailure(seat.Type.Name, "catalog/compat.md: several vGPUs in a VM, 7.x only whole-frame-buffer types");
            }

            if (inventory.Options.LargeVgpusNeedMmio && seat.Type.FrameBufferMB >= LargeVgpuMB && !HasLargeMmio)
            {
                throw PluginFailure(seat.Type.Name, "features-and-pains.md 3: MMIO also for large vGPUs (UNCONFIRMED)");
            }

            _log.Write("VMIOP: Loaded plugin libvmx-vmiop.so:VMIOP_InitModule");
            _log.Write("vmiop_log: gpu-pci-id : " + seat.Function.Id);
            _log.Write("vmiop_log: vgpu_type : " + (seat.Type.Class ?? "vapp"));
            _log.Write(string.Format(CultureInfo.InvariantCulture, "vmiop_log: Framebuffer: 0x{0:x}", (long)seat.Type.FrameBufferMB * 1024 * 1024));
        }
    }

    private SimulatedFault NoGraphicsResource()
    {
        const string text = "The amount of graphics resource available in the parent resource pool is insufficient for the operation.";
        _log.Write(text);
        return new SimulatedFault("InsufficientGraphicsResourcesFault", text, "samples/poweron-fault-vgpu-insufficient-graphics.txt");
    }

    private SimulatedFault PluginFailure(string profile, string fact)
    {
        string text = "Could not initialize plugin 'libnvidia-vgx.so' for vGPU \"" + profile + "\"";
        _log.Write("VMIOP: " + text);
        _log.Failed("DevicePowerOn");
        return Faults.PowerOnFailed("DevicePowerOn", fact, text);
    }

    /// <summary>Compares the pages that the memory windows of all devices need with what the VM may map.</summary>
    private void MapBars()
    {
        List<PciFunction> functions = _assigned.Values.ToList();
        if (functions.Count == 0)
        {
            return;
        }

        _log.Bars(functions);
        long needed = (functions.Sum(function => function.Card.BarBytes) / PageSize) + 2;
        long limit = LimitPages();
        if (needed > limit && Refusals.Has(Refusal.MmioTooSmall))
        {
            _log.Write(string.Format(CultureInfo.InvariantCulture, "PCIPassthru: total number of pages needed ({0}) exceeds limit ({1}), failing", needed, limit));
            _log.Failed("DevicePowerOn");
            throw Faults.PowerOnFailed("DevicePowerOn", "vim25-gpu.md 5: pages needed and limit");
        }

        _log.Write("PCIPassthru: successfully created the IOMMU mappings");
    }

    private long LimitPages()
    {
        // The keys have no effect on a BIOS VM (catalog/mmio.md).
        bool keysCount = _config.Firmware == "efi" || !Refusals.Has(Refusal.BiosWithLargeBar);
        if (!keysCount || !_config.Flag("pciPassthru.use64bitMMIO"))
        {
            return DefaultLimitPages;
        }

        return inventory.Options.MmioSizeLimitsPages ? Math.Max(DefaultLimitPages, (_config.Number("pciPassthru.64bitMMIOSizeGB") ?? DefaultSizeGB) * PagesPerGB) : long.MaxValue;
    }

    private void PowerOn()
    {
        foreach (KeyValuePair<VmPassthroughDevice, PciFunction> pair in _assigned)
        {
            pair.Key.AssignedFunction = pair.Value;
        }

        VgpuSeats.Take(_placement.Found);
        vm.PowerState = "poweredOn";
        vm.BootTime = inventory.Now;
        vm.KnownGuest?.Boot();
        _log.Write("VMX_PowerOn: Transitioned to powered on");
        vm.RuntimeChanged();
        inventory.Changed(vm, "layoutEx");
        if (_config.Passthrough.Any())
        {
            inventory.Changed(vm, "config");
            _host.DevicesChanged();
        }
    }

    private bool IsTaken(PciFunction function) => _assigned.ContainsValue(function) || (_host.HolderOf(function) is { } holder && holder != vm);

    private SimulatedFault DeviceFailure(string text, string fact)
    {
        _log.Write("PCIPassthru: " + text);
        _log.Failed("DevicePowerOn");
        return Faults.PowerOnFailed("DevicePowerOn", fact, text);
    }
}
