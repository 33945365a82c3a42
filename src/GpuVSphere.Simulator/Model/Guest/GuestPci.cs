using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>The PCI devices of a VM as its guest finds them. Where VMware puts a device is seen on real VMs and not written down: UNCONFIRMED.</summary>
internal static class GuestPci
{
    private static readonly CardModel s_bridge = Own("440BX/ZX/DX - 82443BX/ZX/DX Host bridge", "Intel Corporation", 0x8086, 0x7190, 0x0600, "Host bridge");
    private static readonly CardModel s_display = Own("SVGA II Adapter", "VMware", 0x15ad, 0x0405, 0x0300, "VGA compatible controller");
    private static readonly CardModel s_scsi = Own("PVSCSI SCSI Controller", "VMware", 0x15ad, 0x07c0, 0x0107, "Serial Attached SCSI controller");
    private static readonly CardModel s_network = Own("VMXNET3 Ethernet Controller", "VMware", 0x15ad, 0x07b0, 0x0200, "Ethernet controller");

    private static readonly string[] s_wholeSlots = ["0000:0b:00.0", "0000:13:00.0", "0000:1b:00.0", "0000:04:00.0", "0000:0c:00.0", "0000:14:00.0", "0000:1c:00.0", "0000:05:00.0"];

    public static IReadOnlyList<GuestPciDevice> Of(VirtualMachine vm, bool hasRoomForBars)
    {
        List<GuestPciDevice> devices =
        [
            new("0000:00:00.0", s_bridge),
            new("0000:00:0f.0", s_display),
            new("0000:03:00.0", s_scsi),
            new("0000:0a:00.0", s_network),
        ];
        if (vm.PowerState != "poweredOn")
        {
            return devices;
        }

        int whole = 0;
        int shares = 0;
        foreach (VmPassthroughDevice device in vm.Config.Passthrough)
        {
            if (device.Kind == PassthroughKind.Vgpu)
            {
                if (device.VgpuFunction is { } shared)
                {
                    devices.Add(new GuestPciDevice("0000:02:" + (shares++).ToString("x2", CultureInfo.InvariantCulture) + ".0", shared.Card) { Function = shared, Device = device, HasBars = hasRoomForBars });
                }
            }
            else if (device.AssignedFunction is { } function && whole < s_wholeSlots.Length)
            {
                devices.Add(new GuestPciDevice(s_wholeSlots[whole++], function.Card) { Function = function, Device = device, HasBars = hasRoomForBars });
            }
        }

        return devices.OrderBy(device => device.Address, System.StringComparer.Ordinal).ToList();
    }

    private static CardModel Own(string name, string vendor, ushort vendorId, ushort deviceId, ushort classId, string className) => new()
    {
        Name = name,
        VendorId = vendorId,
        VendorName = vendor,
        DeviceId = deviceId,
        SubVendorId = 0x15ad,
        SubDeviceId = deviceId,
        ClassId = classId,
        ClassName = className,
    };
}
