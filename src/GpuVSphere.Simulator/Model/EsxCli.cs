using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>The esxcli commands of a host that concern GPUs. What each prints: facts samples; the type names of the pci and graphics commands are UNCONFIRMED.</summary>
internal static class EsxCli
{
    public static IEnumerable<EsxCliCommand> CommandsOf(HostSystem host, SimulatedInventory inventory)
    {
        object gate = inventory.Gate;
        yield return Command("hardware.pci", "list", "PCIDevice", "simple", _ => Wire.List(host.Functions.Select(f => PciRow(host, f))));
        if (host.Release.Has("7.0.0.0"))
        {
            yield return Command("hardware.pci.pcipassthru", "list", "PCIPassthruDevice", "table", _ => Wire.List(host.Functions.Where(f => f.IsCapable).Select(f => Wire.Of(string.Empty)
                .With("DeviceID", f.Id.ToString()).With("Enabled", f.IsEnabled))), "DeviceID", "Enabled");
            yield return Command("hardware.pci.pcipassthru", "set", "Result", "simple", call => SetPassthru(host, call), [
                new EsxCliParameter("deviceid", ["--device-id", "-d"], "The PCI device.", IsRequired: true),
                new EsxCliParameter("enable", ["--enable", "-e"], "Whether passthrough is on.", IsRequired: true),
                new EsxCliParameter("applynow", ["--apply-now", "-a"], "Apply without a reboot.", IsFlag: true)]);
        }

        yield return Command("system.version", "get", "VersionGet", "simple", _ => Wire.Of(string.Empty)
            .With("Build", "Releasebuild-" + host.Release.Build)
            .With("Patch", "0")
            .With("Product", "VMware ESXi")
            .With("Update", host.Release.Version.Substring(host.Release.Version.LastIndexOf('.') + 1))
            .With("Version", host.Release.Version));
        yield return Command("system.maintenanceMode", "get", "Result", "simple", _ => host.IsInMaintenance ? "Enabled" : "Disabled");
        yield return Command("system.maintenanceMode", "set", "Result", "simple", call => SetMaintenance(host, call), [
            new EsxCliParameter("enable", ["--enable", "-e"], "Whether maintenance mode is on.", IsRequired: true),
            new EsxCliParameter("timeout", ["--timeout", "-t"], "Seconds to wait."),
            new EsxCliParameter("vsanmode", ["--vsanmode", "-m"], "What happens to vSAN data.")]);
        yield return Command("storage.filesystem", "list", "FilesystemVolume", "table", _ => Wire.List(FileSystems(host, inventory)), "MountPoint", "VolumeName", "UUID", "Mounted", "Type", "Size", "Free");
        yield return Command("storage.core.device", "list", "CoreDevice", "simple", _ => Wire.List([BootDevice(host), SharedDisk()]));
        foreach (EsxCliCommand command in EsxCliGraphics.CommandsOf(host, gate).Concat(EsxCliSoftware.CommandsOf(host, inventory)).Concat(EsxCliModules.CommandsOf(host, gate)))
        {
            yield return command;
        }

        EsxCliCommand Command(string nameSpace, string name, string rowType, string formatter, Func<EsxCliCall, object?> run, params object[] more) =>
            HostCommand.Of(host, gate, nameSpace, name, rowType, formatter, run, more);
    }

    private static DataObject PciRow(HostSystem host, PciFunction function)
    {
        CardModel card = function.Card;
        string owner = function.IsEnabled ? "VM Passthru" : "Unknown";
        return Wire.Of(string.Empty)
            .With("Address", function.Id.ToString())
            .With("Segment", Hex(function.Id.Segment, 4))
            .With("Bus", Hex(function.Id.Bus, 2))
            .With("Slot", Hex(function.Id.Slot, 2))
            .With("Function", Hex(function.Id.Function, 1))
            .With("VMkernelName", function.KernelName)
            .With("VendorName", card.VendorName)
            .With("DeviceName", card.Name)
            .With("ConfiguredOwner", owner)
            .With("CurrentOwner", function.IsActive ? "VM Passthru" : "VMkernel")
            .With("VendorID", Hex(card.VendorId, 4))
            .With("DeviceID", Hex(card.DeviceId, 4))
            .With("SubVendorID", Hex(card.SubVendorId, 4))
            .With("SubDeviceID", Hex(card.SubDeviceId, 4))
            .With("DeviceClass", Hex(card.ClassId, 4))
            .With("DeviceClassName", card.ClassName)
            .With("ModuleName", function.IsActive ? "pciPassthru" : host.HasGpuDriver && card.IsGpu ? "nvidia" : "None")
            .With("PassthruCapable", function.IsCapable)
            .With("ParentDevice", function.ParentBridge is { } bridge && PciId.TryParse(bridge, out PciId parent) ? "PCI " + Numbers(parent) : string.Empty)
            .With("DependentDevice", "PCI " + Numbers(function.DependentDevice))
            .With("ResetMethod", "Function reset")
            .With("FPTSharable", true);

        static string Hex(int value, int digits) => "0x" + value.ToString("x" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

        static string Numbers(PciId id) => string.Format(CultureInfo.InvariantCulture, "{0}:{1}:{2}:{3}", id.Segment, id.Bus, id.Slot, id.Function);
    }

    /// <summary>Commands that print nothing answer with true (esxcli-types.txt: set returns a boolean).</summary>
    private static bool SetPassthru(HostSystem host, EsxCliCall call)
    {
        bool enable = call["enable"] is "true" or "on" or "1" or "yes";
        if (host.Function(call["deviceid"]) is { } function && function.IsEnabled == enable)
        {
            throw new EsxCliFault("Unable to configure the PCI device: Device owner is already configured to " + (enable ? "passthru." : "vmkernel."));
        }

        try
        {
            host.PassthruSystem.Update([new PassthruChange(call["deviceid"] ?? string.Empty, enable, call.Flag("applynow"), null)]);
        }
        catch (SimulatedFault fault)
        {
            throw new EsxCliFault("Unable to configure the PCI device: " + fault.Message);
        }

        return true;
    }

    private static bool SetMaintenance(HostSystem host, EsxCliCall call)
    {
        bool enable = call["enable"] is "true" or "on" or "1" or "yes";
        if (enable == host.IsInMaintenance)
        {
            throw new EsxCliFault("Maintenance mode is already " + (enable ? "enabled." : "disabled."));
        }

        if (enable && host.Vms.Any(vm => vm.PowerState == "poweredOn"))
        {
            throw new EsxCliFault("Timed out: virtual machines still run on the host.");
        }

        host.IsInMaintenance = enable;
        host.RuntimeChanged();
        return true;
    }

    /// <summary>The datastores, and the two bank volumes that the host's image lies on. The type name is UNCONFIRMED.</summary>
    private static IEnumerable<DataObject> FileSystems(HostSystem host, SimulatedInventory inventory)
    {
        foreach (Datastore datastore in inventory.Datastores)
        {
            yield return Volume(datastore.Url.Substring("ds://".Length).TrimEnd('/'), datastore.Name, "VMFS-6", datastore.CapacityBytes, datastore.FreeBytes);
        }

        foreach (string bank in new[] { "BOOTBANK1", "BOOTBANK2" })
        {
            string uuid = StableGuid.From(bank + ":" + host.Name).ToString();
            yield return Volume("/vmfs/volumes/" + uuid, bank, "vfat", host.Release.Has("7.0.0.0") ? 4293591040L : 261853184L, host.Software.BootbankFreeBytes);
        }

        static DataObject Volume(string mountPoint, string name, string type, long size, long free) => Wire.Of(string.Empty)
            .With("MountPoint", mountPoint)
            .With("VolumeName", name)
            .With("UUID", mountPoint.Substring(mountPoint.LastIndexOf('/') + 1))
            .With("Mounted", true)
            .With("Type", type)
            .With("Size", size)
            .With("Free", free);
    }

    private static DataObject BootDevice(HostSystem host) => Wire.Of(string.Empty)
        .With("Device", host.BootsFromUsb ? "mpx.vmhba32:C0:T0:L0" : "naa.6d0946606c8e2a0026f3a5d51e0f5c3a")
        .With("DeviceType", "Direct-Access")
        .With("DisplayName", host.BootsFromUsb ? "Local USB Direct-Access (mpx.vmhba32:C0:T0:L0)" : "Local DELL Disk (naa.6d0946606c8e2a0026f3a5d51e0f5c3a)")
        .With("IsBootDevice", true)
        .With("IsBootUSBDevice", host.BootsFromUsb)
        .With("IsLocal", true)
        .With("IsOffline", false)
        .With("IsSSD", !host.BootsFromUsb)
        .With("IsUSB", host.BootsFromUsb)
        .With("Model", host.BootsFromUsb ? "Internal SD-CARD" : "BOSS-S1")
        .With("Size", host.BootsFromUsb ? 15193L : 228872L)
        .With("Vendor", host.BootsFromUsb ? "DELL" : "ATA");

    private static DataObject SharedDisk() => Wire.Of(string.Empty)
        .With("Device", "naa.600a098038304437415d4b6a59684a52")
        .With("DeviceType", "Direct-Access")
        .With("DisplayName", "NETAPP Fibre Channel Disk (naa.600a098038304437415d4b6a59684a52)")
        .With("IsBootDevice", false)
        .With("IsBootUSBDevice", false)
        .With("IsLocal", false)
        .With("IsOffline", false)
        .With("IsSSD", true)
        .With("IsUSB", false)
        .With("Model", "LUN C-Mode")
        .With("Size", 4194304L)
        .With("Vendor", "NETAPP");
}
