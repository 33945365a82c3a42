using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Mmio;

namespace GpuVSphere.Operations;

/// <summary>The properties of a VM that are changed, by the names that plans show, and how each is read: for a plan's before, and to verify its after.</summary>
internal static class VmProperty
{
    public const string Use64BitMmio = MmioKeys.Use64Bit;
    public const string MmioSizeGB = MmioKeys.SizeGB;
    public const string MemoryLock = "memoryReservationLockedToMax";
    public const string MemoryReservation = "memoryReservationMB";
    public const string CpuHotAdd = "cpuHotAddEnabled";
    public const string MemoryHotAdd = "memoryHotAddEnabled";
    public const string Firmware = "firmware";
    public const string PowerState = "powerState";

    /// <summary>Between the ids and the label of a dynamic request.</summary>
    public const string LabelSeparator = " label ";

    private const string DevicePrefix = "PCI device ";
    private const string DynamicPrefix = "dynamic PCI device ";
    private const string VgpuPrefix = "vGPU ";
    private const string GroupPrefix = "device group ";
    private const string StaticValue = "static passthrough";

    /// <summary>A device given by address.</summary>
    public static string Device(PciAddress address) => DevicePrefix + address;

    /// <summary>Devices given dynamically; the value is how many.</summary>
    public static string Dynamic(DynamicGpuRequest request) => DynamicPrefix + Describe(request);

    /// <summary>vGPUs of a profile; the value is how many. Names ignore case.</summary>
    public static string Vgpu(string profile) => VgpuPrefix + profile;

    /// <summary>Device groups of a name; the value is how many.</summary>
    public static string DeviceGroup(string name) => GroupPrefix + name;

    /// <summary>Whether the value of a property is how many there are.</summary>
    public static bool IsCounted(string property) => Starts(property, DynamicPrefix) || Starts(property, VgpuPrefix) || Starts(property, GroupPrefix);

    /// <summary>The property that tells of a device of a VM.</summary>
    public static string Of(VmGpu device) => device switch
    {
        { Kind: VmGpuKind.DynamicPassthrough } => Dynamic(RequestOf(device)),
        { Kind: VmGpuKind.Vgpu, VgpuProfile: { } profile } => Vgpu(profile),
        { Address: { } address } => Device(address),
        _ => DevicePrefix + "key " + device.Key.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>What a dynamic device of a VM asks for.</summary>
    public static DynamicGpuRequest RequestOf(VmGpu device) => new(device.AllowedDevices, device.CustomLabel);

    /// <summary>Whether two requests ask for the same.</summary>
    public static bool IsSame(DynamicGpuRequest left, DynamicGpuRequest right) => Describe(left) == Describe(right);

    /// <summary>The request in short, such as <c>10de:20b5 label training</c>.</summary>
    public static string Describe(DynamicGpuRequest request) =>
        string.Join(",", request.AllowedDevices.Select(Describe)) + (request.Label is null ? string.Empty : LabelSeparator + request.Label);

    /// <summary>The value of a property; null for absent.</summary>
    public static string? Read(GpuVm vm, string property) => property switch
    {
        MemoryLock => Text(vm.IsMemoryReservationLocked),
        MemoryReservation => vm.MemoryReservationMB.ToString(CultureInfo.InvariantCulture),
        CpuHotAdd => Text(vm.IsCpuHotAddEnabled),
        MemoryHotAdd => Text(vm.IsMemoryHotAddEnabled),
        Firmware => vm.Firmware,
        PowerState => vm.PowerState,
        _ when Starts(property, GroupPrefix) => Count(vm.PciDevices
            .Where(device => device.DeviceGroup is { } group && IsSameName(DeviceGroup(group), property))
            .Select(device => device.DeviceGroupKey)
            .Distinct()
            .Count()),
        _ when IsCounted(property) => Count(vm.PciDevices.Count(device => IsSameName(Of(device), property))),
        _ when Starts(property, DevicePrefix) => vm.PciDevices.Any(device => Of(device) == property) ? StaticValue : null,
        _ => vm.ExtraConfig.TryGetValue(property, out string? value) ? value : null,
    };

    public static string Text(bool value) => value ? "true" : "false";

    public static string? Count(int count) => count == 0 ? null : count.ToString(CultureInfo.InvariantCulture);

    /// <summary>The value of a device property when the device is there.</summary>
    public static string Present => StaticValue;

    private static bool Starts(string property, string prefix) => property.StartsWith(prefix, StringComparison.Ordinal);

    private static bool IsSameName(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static string Describe(PciIdMatch ids)
    {
        string text = string.Format(CultureInfo.InvariantCulture, "{0:x4}:{1:x4}", ids.VendorId, ids.DeviceId);
        return ids.SubVendorId is null && ids.SubDeviceId is null
            ? text
            : string.Format(CultureInfo.InvariantCulture, "{0}:{1:x4}:{2:x4}", text, ids.SubVendorId, ids.SubDeviceId);
    }
}
