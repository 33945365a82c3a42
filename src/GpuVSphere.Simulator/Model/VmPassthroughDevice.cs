using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>A VirtualPCIPassthrough device of a VM with its backing (facts: vim25-gpu.md 3.2).</summary>
internal sealed class VmPassthroughDevice(int key, DataObject template) : VmDevice(key, template)
{
    public required PassthroughKind Kind { get; init; }

    public string DeviceName { get; init; } = string.Empty;

    public bool? UseAutoDetect { get; init; }

    /// <summary>Static: the address, as written.</summary>
    public string Id { get; init; } = string.Empty;

    /// <summary>Static: the device id, as written; sources disagree on its form.</summary>
    public string DeviceId { get; init; } = string.Empty;

    public string SystemId { get; init; } = string.Empty;

    public short VendorId { get; init; }

    /// <summary>Dynamic: what it takes.</summary>
    public IReadOnlyList<AllowedDevice> Allowed { get; init; } = [];

    public string? Label { get; init; }

    /// <summary>vGPU: the profile.</summary>
    public string Vgpu { get; init; } = string.Empty;

    /// <summary>The function that the running VM holds alone.</summary>
    public PciFunction? AssignedFunction { get; set; }

    /// <summary>The key of the VM's device group that it belongs to, or null.</summary>
    public int? GroupKey { get; init; }

    /// <summary>Its place in the group, from 1.</summary>
    public int GroupSequence { get; init; }

    /// <summary>Where the vGPU of the running VM is.</summary>
    public VgpuSeat? Seat { get; set; }

    /// <summary>The function that the running VM has a share of.</summary>
    public PciFunction? VgpuFunction => Seat?.Function;

    public override VmDevice Copy() => new VmPassthroughDevice(Key, Template)
    {
        ControllerKey = ControllerKey,
        UnitNumber = UnitNumber,
        Kind = Kind,
        DeviceName = DeviceName,
        UseAutoDetect = UseAutoDetect,
        Id = Id,
        DeviceId = DeviceId,
        SystemId = SystemId,
        VendorId = VendorId,
        Allowed = Allowed,
        Label = Label,
        Vgpu = Vgpu,
        AssignedFunction = AssignedFunction,
        Seat = Seat,
        GroupKey = GroupKey,
        GroupSequence = GroupSequence,
    };

    public DataObject Backing(EsxRelease release)
    {
        switch (Kind)
        {
            case PassthroughKind.Static:
                return Wire.Of("VirtualPCIPassthroughDeviceBackingInfo")
                    .With("deviceName", DeviceName)
                    .With("useAutoDetect", UseAutoDetect)
                    .With("id", Id)
                    .With("deviceId", DeviceId)
                    .With("systemId", SystemId)
                    .With("vendorId", VendorId);
            case PassthroughKind.Dynamic:
                return Wire.Of("VirtualPCIPassthroughDynamicBackingInfo")
                    .With("deviceName", DeviceName)
                    .With("useAutoDetect", UseAutoDetect)
                    .With("allowedDevice", Wire.List(Allowed.Select(allowed => Wire.Of("VirtualPCIPassthroughAllowedDevice")
                        .With("vendorId", allowed.VendorId)
                        .With("deviceId", allowed.DeviceId)
                        .With("subVendorId", allowed.SubVendorId)
                        .With("subDeviceId", allowed.SubDeviceId))))
                    .With("customLabel", Label)
                    .With("assignedId", AssignedFunction?.Id.ToString());
            default:
                return Wire.Of("VirtualPCIPassthroughVmiopBackingInfo")
                    .With("vgpu", Vgpu)
                    .With("vgpuMigrateDataSizeMB", release.Has("8.0.0.1") ? Seat?.Type.FrameBufferMB : null)
                    .With("migrateSupported", release.Has("7.0.2.0") ? true : null);
        }
    }

    public IEnumerable<KeyValuePair<string, string>> VmxLines(int index)
    {
        string prefix = "pciPassthru" + index.ToString(CultureInfo.InvariantCulture) + ".";
        yield return new(prefix + "present", "TRUE");
        switch (Kind)
        {
            case PassthroughKind.Static:
                yield return new(prefix + "id", PciId.TryParse(Id, out PciId id) ? string.Format(CultureInfo.InvariantCulture, "{0}:{1}:{2}.{3}", id.Segment, id.Bus, id.Slot, id.Function) : Id);
                yield return new(prefix + "deviceId", DeviceId);
                yield return new(prefix + "vendorId", "0x" + unchecked((ushort)VendorId).ToString("x4", CultureInfo.InvariantCulture));
                yield return new(prefix + "systemId", SystemId);
                break;
            case PassthroughKind.Dynamic:
                yield return new(prefix + "allowedDevices", string.Join(",", Allowed.Select(a => string.Format(CultureInfo.InvariantCulture, "0x{0:x4}:0x{1:x4}", a.VendorId, a.DeviceId))));
                if (!string.IsNullOrEmpty(Label))
                {
                    yield return new(prefix + "customLabel", Label!);
                }

                break;
            default:
                yield return new(prefix + "virtualDev", "vmiop");
                yield return new(prefix + "vgpu", Vgpu);
                break;
        }
    }
}
