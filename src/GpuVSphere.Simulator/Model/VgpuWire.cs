using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>What a host tells about vGPUs (facts: vim25-gpu.md 2.3 and 2.4; samples/soap-queryconfigtarget-a100-vgpu-host.xml).</summary>
internal static class VgpuWire
{
    public static List<object> Types(HostSystem host) => Wire.List(VgpuOffers.NamesOf(host));

    /// <summary>Suspend from 6.7, migration from 6.7 U1 with vGPU 7.0 or later (facts/catalog/vsphere-gpu-features.csv).</summary>
    public static List<object> Capabilities(HostSystem host) => Wire.List(host.Release.Has("6.7")
        ? VgpuOffers.NamesOf(host).Select(name => Wire.Of("HostSharedGpuCapabilities")
            .With("vgpu", name)
            .With("diskSnapshotSupported", CanSnapshotDisks(host))
            .With("memorySnapshotSupported", CanSnapshotMemory(host))
            .With("suspendSupported", CanSuspend(host))
            .With("migrateSupported", CanMigrate(host)))
        : []);

    public static bool CanSuspend(HostSystem host) => host.Release.Has("6.7");

    public static bool CanMigrate(HostSystem host) => host.Release.Has("6.7.1") && GpuDriver.Of(host)?.Branch >= 410;

    public static bool CanSnapshotMemory(HostSystem host) => host.Release.Has("6.7");

    public static bool CanSnapshotDisks(HostSystem host) => host.Inventory.Options.VgpuDiskSnapshots;

    public static List<object> DeviceInfo(HostSystem host) => Wire.List(
        from function in host.Functions
        let types = VgpuOffers.Known(host, function).ToList()
        where types.Count > 0
        group types by function.Card into cards
        select Wire.Of("VirtualMachineVgpuDeviceInfo")
            .With("name", string.Empty)
            .With("deviceName", cards.Key.Name)
            .With("deviceVendorId", Ids(cards.Key))
            .With("maxFbSizeInGib", cards.First().Max(type => type.FrameBufferMB) / 1024L)
            .With("timeSlicedCapable", cards.First().Any(type => !type.IsMig))
            .With("migCapable", cards.First().Any(type => type.IsMig))
            .With("computeProfileCapable", cards.First().Any(type => type.Class == "compute"))
            .With("quadroProfileCapable", cards.First().Any(type => type.Class == "quadro")));

    /// <summary>Every type the driver has for the cards, those for MIG mode also while it is off, as in the sample.</summary>
    public static List<object> ProfileInfo(HostSystem host) => Wire.List(
        from function in host.Functions
        group function by function.Card into cards
        from type in VgpuOffers.Ordered(VgpuOffers.Known(host, cards.FirstOrDefault(f => host.Graphics.Type(f) == "sharedDirect") ?? cards.First()))
        where type.Class is not null || host.Inventory.Options.VgpuProfileInfoListsApps
        select Wire.Of("VirtualMachineVgpuProfileInfo")
            .With("name", string.Empty)
            .With("profileName", type.Name)
            .With("deviceVendorId", Ids(cards.Key))
            .With("fbSizeInGib", type.FrameBufferMB / 1024L)
            .With("profileSharing", type.IsMig ? "mig" : "timeSliced")
            .With("profileClass", type.Class ?? "quadro")
            .With("stunTimeEstimates", host.Release.Has("8.0.2.0") && host.Inventory.Options.TellsStunTimes ? StunTimes(type) : null));

    /// <summary>Made up: the frame buffer over the wire at four fifths of the bandwidth, and a second for the rest.</summary>
    private static List<object> StunTimes(VgpuType type) => Wire.List(new long[] { 5_000, 10_000, 25_000, 40_000, 100_000 }.Select(mbit => Wire.Of("VirtualMachineVMotionStunTimeInfo")
        .With("name", string.Empty)
        .With("migrationBW", mbit)
        .With("stunTime", 1 + (long)System.Math.Ceiling(type.FrameBufferMB * 1.048576 * 8 * 1.25 / mbit))));

    public static List<object> DeviceGroupInfo(HostSystem host) => Wire.List(host.Release.Has("8.0.0.1")
        ? VgpuDeviceGroup.OfHost(host).Select(group => Wire.Of("VirtualMachineVendorDeviceGroupInfo")
            .With("name", string.Empty)
            .With("deviceGroupName", group.Name)
            .With("deviceGroupDescription", string.Format(CultureInfo.InvariantCulture, "{0} Nvidia {1} NVLink", group.Size, group.Type.Name))
            .With("componentDeviceInfo", Wire.List(Enumerable.Range(0, group.Size).Select(_ => Wire.Of("VirtualMachineVendorDeviceGroupInfoComponentDeviceInfo")
                .With("type", "nvidiaVgpu")
                .With("vendorName", group.Card.VendorName)
                .With("deviceName", group.Card.Name + " " + group.Type.Name)
                .With("isConfigurable", false)
                .With("device", Wire.Of("VirtualPCIPassthrough")
                    .With("key", 0)
                    .With("backing", Wire.Of("VirtualPCIPassthroughVmiopBackingInfo").With("vgpu", group.Type.Name)))))))
        : []);

    /// <summary>The vendor id in the lower half, the device id above it.</summary>
    private static long Ids(CardModel card) => ((long)card.DeviceId << 16) | card.VendorId;
}
