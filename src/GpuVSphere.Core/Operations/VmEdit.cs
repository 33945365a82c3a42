using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Operations;

/// <summary>What is to be changed of one VM, all of it by one reconfigure call, and the power-off and power-on around it.</summary>
internal sealed class VmEdit
{
    private readonly GpuVm _vm;
    private readonly Dictionary<string, string?> _values = new(StringComparer.Ordinal);

    public VmEdit(GpuVm vm) => _vm = vm;

    /// <summary>Devices given by address, with the backing that the host offers.</summary>
    public List<(GpuDevice Device, PassthroughOffer Offer)> StaticDevices { get; } = [];

    /// <summary>Devices given dynamically.</summary>
    public List<DynamicGpuRequest> DynamicDevices { get; } = [];

    /// <summary>vGPUs given.</summary>
    public List<VgpuAddition> Vgpus { get; } = [];

    /// <summary>vGPUs that become another profile, and keep their place in the VM.</summary>
    public List<(VmGpu Device, string Profile)> ReplacedVgpus { get; } = [];

    /// <summary>Device groups given; their devices are among the others.</summary>
    public List<NewDeviceGroup> DeviceGroups { get; } = [];

    /// <summary>Devices taken away.</summary>
    public List<VmGpu> RemovedDevices { get; } = [];

    /// <summary>Properties with the values they get; null removes a key.</summary>
    public IReadOnlyDictionary<string, string?> Values => _values;

    public bool PowersOff { get; private set; }

    public bool PowersOn { get; private set; }

    public bool HasDeviceChange => StaticDevices.Count + DynamicDevices.Count + Vgpus.Count + ReplacedVgpus.Count + RemovedDevices.Count > 0;

    /// <summary>Whether the configuration changes, so that a reconfigure call is needed.</summary>
    public bool Reconfigures => HasDeviceChange || _values.Count > 0;

    public bool IsEmpty => !Reconfigures && !PowersOff && !PowersOn;

    /// <summary>Wants a property to have a value; one that it has already is no change.</summary>
    /// <returns>Whether it is a change.</returns>
    public bool Want(string property, string? value)
    {
        if (string.Equals(VmProperty.Read(_vm, property), value, StringComparison.OrdinalIgnoreCase))
        {
            _values.Remove(property);
            return false;
        }

        _values[property] = value;
        return true;
    }

    /// <summary>Adds what must happen around the change.</summary>
    public void AddPower(VmChangeOptions options)
    {
        // A power-off must be asked for: overriding the rule that says so does not ask for one.
        PowersOff = Reconfigures && _vm.IsRunning && options.PowerOff;
        PowersOn = options.PowerOn && (PowersOff || !_vm.IsRunning);
    }

    /// <summary>The VM as it will be, before it is powered on again: nothing of it was read back.</summary>
    public GpuVm After()
    {
        Dictionary<string, string> extra = new(StringComparer.OrdinalIgnoreCase);
        foreach (KeyValuePair<string, string> kept in _vm.ExtraConfig.Where(kept => !_values.ContainsKey(kept.Key)))
        {
            extra[kept.Key] = kept.Value;
        }

        foreach (KeyValuePair<string, string?> value in _values.Where(value => value.Value is not null && IsExtraConfig(value.Key)))
        {
            extra[value.Key] = value.Value!;
        }

        // Keys below zero, as a reconfigure call numbers devices that are to come.
        int key = 0;
        VmGpu New(VmGpuKind kind) => new() { VmId = _vm.Id, VmName = _vm.Name, ServerName = _vm.ServerName, HostName = _vm.HostName, Key = --key, Kind = kind };
        return _vm with
        {
            PowerState = "poweredOff",
            Firmware = Value(VmProperty.Firmware) ?? _vm.Firmware,
            MemoryReservationMB = Value(VmProperty.MemoryReservation) is { } reservation ? long.Parse(reservation, CultureInfo.InvariantCulture) : _vm.MemoryReservationMB,
            IsMemoryReservationLocked = Flag(VmProperty.MemoryLock) ?? _vm.IsMemoryReservationLocked,
            IsCpuHotAddEnabled = Flag(VmProperty.CpuHotAdd) ?? _vm.IsCpuHotAddEnabled,
            IsMemoryHotAddEnabled = Flag(VmProperty.MemoryHotAdd) ?? _vm.IsMemoryHotAddEnabled,
            ExtraConfig = extra,
            PciDevices =
            [
                .. _vm.PciDevices
                    .Where(device => !RemovedDevices.Contains(device))
                    .Select(device => ReplacedVgpus.Where(replaced => replaced.Device == device).Select(replaced => replaced.Profile).FirstOrDefault() is { } profile ? device with { VgpuProfile = profile } : device),
                .. StaticDevices.Select(added => New(VmGpuKind.StaticPassthrough) with
                {
                    Address = added.Device.Address,
                    AllowedDevices = [new PciIdMatch(added.Device.VendorId, added.Device.DeviceId)],
                    SystemId = added.Offer.SystemId,
                    Model = added.Device.Model,
                }),
                .. DynamicDevices.Select(request => New(VmGpuKind.DynamicPassthrough) with { AllowedDevices = request.AllowedDevices, CustomLabel = request.Label }),
                .. Vgpus.Select(added => New(VmGpuKind.Vgpu) with { VgpuProfile = added.Profile }),
            ],
        };
    }

    /// <summary>The privileges that the changes need on the VM.</summary>
    public IReadOnlyList<string> RequiredPrivileges()
    {
        List<string> privileges = [];
        void Need(bool isNeeded, string privilege)
        {
            if (isNeeded)
            {
                privileges.Add(privilege);
            }
        }

        Need(HasDeviceChange, "VirtualMachine.Config.AddRemoveDevice");
        Need(ReplacedVgpus.Count > 0, "VirtualMachine.Config.EditDevice");
        Need(_values.Keys.Any(IsExtraConfig), "VirtualMachine.Config.AdvancedConfig");
        Need(_values.ContainsKey(VmProperty.MemoryLock) || _values.ContainsKey(VmProperty.MemoryReservation), "VirtualMachine.Config.Resource");
        Need(_values.ContainsKey(VmProperty.MemoryHotAdd), "VirtualMachine.Config.Memory");
        Need(_values.ContainsKey(VmProperty.CpuHotAdd), "VirtualMachine.Config.CPUCount");
        Need(_values.ContainsKey(VmProperty.Firmware), "VirtualMachine.Config.Settings");
        Need(PowersOff, "VirtualMachine.Interact.PowerOff");
        Need(PowersOn, "VirtualMachine.Interact.PowerOn");
        return privileges;
    }

    /// <summary>The changes as a plan shows them, and whether each comes behind the power-on barrier.</summary>
    public IReadOnlyList<PlannedChange> Changes(PlanTarget target)
    {
        List<PlannedChange> changes = [];
        if (PowersOff)
        {
            changes.Add(new PlannedChange(target, VmProperty.PowerState, _vm.PowerState, "poweredOff", ChangeNeeds.PowerOff));
        }

        foreach (VmGpu removed in RemovedDevices.Where(device => !VmProperty.IsCounted(VmProperty.Of(device))))
        {
            changes.Add(new PlannedChange(target, VmProperty.Of(removed), VmProperty.Present, null, ChangeNeeds.PowerOff));
        }

        foreach ((GpuDevice device, _) in StaticDevices)
        {
            changes.Add(new PlannedChange(target, VmProperty.Device(device.Address), null, VmProperty.Present, ChangeNeeds.PowerOff));
        }

        changes.AddRange(CountedChanges(target));
        changes.AddRange(_values
            .OrderBy(value => Rank(value.Key))
            .ThenBy(value => value.Key, StringComparer.OrdinalIgnoreCase)
            .Select(value => new PlannedChange(target, value.Key, VmProperty.Read(_vm, value.Key), value.Value, ChangeNeeds.PowerOff)));
        return changes;
    }

    /// <summary>The power-on, or null.</summary>
    public PlannedChange? PowerOnChange(PlanTarget target) =>
        PowersOn ? new PlannedChange(target, VmProperty.PowerState, "poweredOff", "poweredOn") : null;

    /// <summary>The one call that does it all.</summary>
    /// <param name="changeVersion">The stamp of the configuration that the change rests on.</param>
    public VmConfigSpec Spec(string changeVersion) => new()
    {
        ChangeVersion = changeVersion.Length == 0 ? null : changeVersion,
        Devices =
        [
            .. RemovedDevices.Select(device => PciDeviceChange.Remove(device.Key)),
            .. StaticDevices.Select(added => PciDeviceChange.Add(new StaticPciBacking(
                added.Offer.Id, added.Offer.DeviceId, added.Offer.SystemId, added.Offer.VendorId, added.Offer.Name))),
            .. DynamicDevices.Select(request => PciDeviceChange.Add(new DynamicPciBacking(
                [.. request.AllowedDevices.Select(ids => new AllowedPciDevice(ids.VendorId, ids.DeviceId, ids.SubVendorId, ids.SubDeviceId))],
                request.Label))),
            .. ReplacedVgpus.Select(replaced => PciDeviceChange.Edit(replaced.Device.Key, new VgpuPciBacking(replaced.Profile))),
            .. Vgpus.Select(added => PciDeviceChange.Add(new VgpuPciBacking(added.Profile), added.Group)),
        ],
        DeviceGroups = DeviceGroups,
        MemoryReservationMB = Value(VmProperty.MemoryReservation) is { } reservation ? long.Parse(reservation, CultureInfo.InvariantCulture) : null,
        IsMemoryReservationLocked = Flag(VmProperty.MemoryLock),
        IsCpuHotAddEnabled = Flag(VmProperty.CpuHotAdd),
        IsMemoryHotAddEnabled = Flag(VmProperty.MemoryHotAdd),
        Firmware = Value(VmProperty.Firmware),

        // An empty value removes a key.
        ExtraConfig = _values.Where(value => IsExtraConfig(value.Key)).ToDictionary(value => value.Key, value => value.Value ?? string.Empty),
    };

    internal static bool IsExtraConfig(string property) =>
        property is not (VmProperty.MemoryLock or VmProperty.MemoryReservation or VmProperty.CpuHotAdd or VmProperty.MemoryHotAdd or VmProperty.Firmware);

    private string? Value(string property) => _values.TryGetValue(property, out string? value) ? value : null;

    private bool? Flag(string property) => Value(property) is { } value ? value == "true" : null;

    // The record comes last: it tells of the others.
    private static int Rank(string property) => property switch
    {
        VmUndoRecord.Key => 2,
        _ => IsExtraConfig(property) ? 1 : 0,
    };

    // Of what is not named by an address the plan says how many.
    private IEnumerable<PlannedChange> CountedChanges(PlanTarget target)
    {
        List<string> gone = [.. RemovedDevices.Select(VmProperty.Of), .. ReplacedVgpus.Select(replaced => VmProperty.Of(replaced.Device)), .. GroupsGone()];
        List<string> come =
        [
            .. DynamicDevices.Select(VmProperty.Dynamic),
            .. ReplacedVgpus.Select(replaced => VmProperty.Vgpu(replaced.Profile)),
            .. Vgpus.Select(added => VmProperty.Vgpu(added.Profile)),
            .. DeviceGroups.Select(group => VmProperty.DeviceGroup(group.Name)),
        ];
        foreach (string property in gone.Concat(come).Where(VmProperty.IsCounted).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            int before = int.Parse(VmProperty.Read(_vm, property) ?? "0", CultureInfo.InvariantCulture);
            int after = before - gone.Count(IsThis) + come.Count(IsThis);
            if (after != before)
            {
                yield return new PlannedChange(target, property, VmProperty.Count(before), VmProperty.Count(after), ChangeNeeds.PowerOff);
            }

            bool IsThis(string other) => string.Equals(other, property, StringComparison.OrdinalIgnoreCase);
        }
    }

    // A group goes as a whole.
    private IEnumerable<string> GroupsGone() => RemovedDevices
        .Where(device => device.DeviceGroup is not null)
        .GroupBy(device => device.DeviceGroupKey)
        .Select(group => VmProperty.DeviceGroup(group.First().DeviceGroup!));
}
