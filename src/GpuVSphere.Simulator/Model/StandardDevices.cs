using System.Collections.Generic;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>The devices that every VM has.</summary>
internal static class StandardDevices
{
    /// <summary>The key of the PCI controller, which passthrough devices hang on.</summary>
    public const int PciController = 100;

    public static IEnumerable<VmDevice> Create(string vmName, Datastore datastore, Network network)
    {
        yield return Controller(200, "VirtualIDEController", "IDE 0", "IDE 0", 0);
        yield return Controller(201, "VirtualIDEController", "IDE 1", "IDE 1", 1);
        yield return Controller(300, "VirtualPS2Controller", "PS2 controller 0", "PS2 controller 0", 0);
        yield return Controller(PciController, "VirtualPCIController", "PCI controller 0", "PCI controller 0", 0);
        yield return Controller(400, "VirtualSIOController", "SIO controller 0", "SIO controller 0", 0);
        yield return new VmDevice(600, Wire.Of("VirtualKeyboard").With("deviceInfo", Wire.Description("Keyboard", "Keyboard"))) { ControllerKey = 300, UnitNumber = 0 };
        yield return new VmDevice(700, Wire.Of("VirtualPointingDevice")
            .With("deviceInfo", Wire.Description("Pointing device", "Pointing device; Device"))
            .With("backing", Wire.Of("VirtualPointingDeviceDeviceBackingInfo").With("deviceName", string.Empty).With("useAutoDetect", false).With("hostPointingDevice", "autodetect"))) { ControllerKey = 300, UnitNumber = 1 };
        yield return new VmDevice(500, Wire.Of("VirtualMachineVideoCard")
            .With("deviceInfo", Wire.Description("Video card ", "Video card"))
            .With("videoRamSizeInKB", 16384L)
            .With("numDisplays", 1)
            .With("useAutoDetect", false)
            .With("enable3DSupport", false)
            .With("use3dRenderer", "automatic")
            .With("graphicsMemorySizeInKB", 262144L)) { ControllerKey = PciController, UnitNumber = 0 };
        yield return new VmDevice(12000, Wire.Of("VirtualMachineVMCIDevice")
            .With("deviceInfo", Wire.Description("VMCI device", "Device on the virtual machine PCI bus that provides support for the virtual machine communication interface"))
            .With("id", -1L)
            .With("allowUnrestrictedCommunication", false)
            .With("filterEnable", true)) { ControllerKey = PciController, UnitNumber = 17 };
        yield return new VmDevice(1000, Wire.Of("ParaVirtualSCSIController")
            .With("deviceInfo", Wire.Description("SCSI controller 0", "VMware paravirtual SCSI"))
            .With("busNumber", 0)
            .With("hotAddRemove", true)
            .With("sharedBus", "noSharing")
            .With("scsiCtlrUnitNumber", 7)) { ControllerKey = PciController, UnitNumber = 3 };
        yield return new VmDevice(2000, Wire.Of("VirtualDisk")
            .With("deviceInfo", Wire.Description("Hard disk 1", "41,943,040 KB"))
            .With("backing", Wire.Of("VirtualDiskFlatVer2BackingInfo")
                .With("fileName", "[" + datastore.Name + "] " + vmName + "/" + vmName + ".vmdk")
                .With("datastore", datastore.Reference)
                .With("diskMode", "persistent")
                .With("split", false)
                .With("writeThrough", false)
                .With("thinProvisioned", true)
                .With("uuid", "6000C29" + StableGuid.From("disk:" + vmName).ToString().Substring(7)))
            .With("capacityInKB", 41943040L)
            .With("capacityInBytes", 42949672960L)) { ControllerKey = 1000, UnitNumber = 0 };
        yield return new VmDevice(4000, Wire.Of("VirtualVmxnet3")
            .With("deviceInfo", Wire.Description("Network adapter 1", network.Name))
            .With("backing", Wire.Of("VirtualEthernetCardNetworkBackingInfo").With("deviceName", network.Name).With("useAutoDetect", false).With("network", network.Reference))
            .With("connectable", Wire.Of("VirtualDeviceConnectInfo").With("startConnected", true).With("allowGuestControl", true).With("connected", false).With("status", "untried"))
            .With("addressType", "assigned")
            .With("macAddress", MacAddress(vmName))
            .With("wakeOnLanEnabled", true)) { ControllerKey = PciController, UnitNumber = 7 };
    }

    private static VmDevice Controller(int key, string type, string label, string summary, int busNumber) =>
        new(key, Wire.Of(type).With("deviceInfo", Wire.Description(label, summary)).With("busNumber", busNumber));

    private static string MacAddress(string vmName)
    {
        string hex = StableGuid.From("mac:" + vmName).ToString();
        return "00:50:56:" + hex.Substring(0, 2) + ":" + hex.Substring(2, 2) + ":" + hex.Substring(4, 2);
    }
}
