using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>The inventories to start from.</summary>
internal static class Scenarios
{
    private const int Gigabyte = 1024;

    /// <summary>The managers of a vCenter that are the model's own.</summary>
    public static IReadOnlyDictionary<string, MoRef> VCenterManagers { get; } = new Dictionary<string, MoRef>
    {
        ["fileManager"] = new MoRef("FileManager", "FileManager"),
        ["setting"] = new MoRef("OptionManager", "VpxSettings"),
    };

    /// <summary>A vCenter with a cluster of each generation; small enough to read, and every obstacle is in it once.</summary>
    public static SimulatedInventory Default(SimulatorOptions options)
    {
        InventoryBuilder builder = new InventoryBuilder(options, VCenter(options, "vcenter.sim.local")).Datacenter("DC", "gpu-ds").NvidiaPackages();

        HostSystem esx67 = builder.Host(builder.Cluster("GPU-67"), "esx-67-01", EsxRelease.V67U3);
        builder.Card(esx67, "0000:3b:00.0", CardModel.P100Pcie16);
        builder.Card(esx67, "0000:af:00.0", CardModel.P100Pcie16);

        HostSystem esx70 = builder.Host(builder.Cluster("GPU-70"), "esx-70-01", EsxRelease.V70U3, canRebind: true);
        builder.Card(esx70, "0000:3b:00.0", CardModel.V100Pcie32);
        builder.Card(esx70, "0000:86:00.0", CardModel.T4);

        ComputeResource gpu80 = builder.Cluster("GPU-80");
        HostSystem esx801 = builder.Host(gpu80, "esx-80-01", EsxRelease.V80U3);
        builder.Card(esx801, "0000:3b:00.0", CardModel.A100Pcie80);
        builder.Card(esx801, "0000:af:00.0", CardModel.A100Pcie80);
        HostSystem esx802 = builder.Host(gpu80, "esx-80-02", EsxRelease.V80U3);
        builder.Card(esx802, "0000:3b:00.0", CardModel.A40);
        builder.Card(esx802, "0000:af:00.0", CardModel.L40);

        HostSystem esx90 = builder.Host(builder.Cluster("GPU-90", isImageManaged: true), "esx-90-01", EsxRelease.V90, canRebind: true);
        builder.Card(esx90, "0000:3b:00.0", CardModel.H100Pcie80);
        builder.Card(esx90, "0000:af:00.0", CardModel.H100Pcie80);
        builder.Card(esx90, "0000:86:00.0", CardModel.DisplayWithAudio, CardModel.Audio);

        builder.Host(null, "esx-none-01", EsxRelease.V80U3);
        HostSystem usb = builder.Host(null, "esx-usb-01", EsxRelease.V80U3, bootsFromUsb: true);
        builder.Card(usb, "0000:3b:00.0", CardModel.T4);
        HostSystem down = builder.Host(null, "esx-down-01", EsxRelease.V80U3);
        builder.Card(down, "0000:3b:00.0", CardModel.T4);
        down.ConnectionState = "disconnected";
        down.WasConnected = false;

        builder.Vm(esx801, "ml-01");
        builder.Vm(esx801, "ml-02");
        builder.Vm(esx801, "ml-bios", config => config.Firmware = "bios");
        builder.Vm(esx67, "ml-67", config => config.HardwareVersion = 14);
        builder.Vm(esx70, "ml-70");
        builder.Vm(esx70, "ml-70-bios", config => config.Firmware = "bios");
        builder.Vm(esx802, "ml-80b");
        builder.Vm(esx90, "ml-90");
        builder.Running(builder.Vm(esx67, "web-01", Small));
        builder.Running(builder.Vm(esx802, "web-02", Small, hasTools: false));
        VirtualMachine snap = builder.Vm(esx801, "snap-01");
        snap.AddSnapshot(new VirtualMachineSnapshot(builder.Inventory.NewReference("VirtualMachineSnapshot", "snapshot-"), builder.Inventory, snap, "before-update", "Taken before the last update of the guest.", 1));
        VirtualMachine suspended = builder.Vm(esx801, "susp-01", Small);
        suspended.PowerState = "suspended";
        suspended.SuspendTime = options.StartTime.AddHours(-12);
        VirtualMachine template = builder.Vm(esx801, "tmpl-01");
        template.Config.IsTemplate = true;
        builder.Vm(esx801, "big-01", config => config.MemoryMB = 512 * Gigabyte);
        return builder.Inventory;
    }

    /// <summary>One ESXi host, spoken to directly: its own server, with ha-* references, that goes away when it reboots.</summary>
    public static SimulatedInventory DirectHost(SimulatorOptions options)
    {
        EsxRelease release = EsxRelease.V80U3;
        string name = options.ServerName ?? "esx-direct-01.sim.local";
        InventoryBuilder builder = new InventoryBuilder(options, new ServerProfile
        {
            Name = name,
            ApiVersion = release.ApiVersion,
            ProductVersion = release.Version,
            Build = release.Build,
            IsVCenter = false,
            InstanceUuid = options.InstanceUuid ?? StableGuid.From("server:" + name),
            RootFolder = new MoRef("Folder", "ha-folder-root"),
            Managers = new Dictionary<string, MoRef> { ["fileManager"] = new MoRef("FileManager", "ha-nfc-file-manager") },
        }).Datacenter("ha-datacenter", "gpu-ds").NvidiaPackages();
        HostSystem host = builder.Host(null, name, release);
        builder.Card(host, "0000:3b:00.0", CardModel.A100Pcie80);
        builder.Card(host, "0000:af:00.0", CardModel.T4);
        builder.Vm(host, "ml-01");
        builder.Vm(host, "ml-02");
        return builder.Inventory;
    }

    /// <summary>As many hosts and VMs as asked for: clusters of 32 hosts over all releases and cards, every fourth VM running.</summary>
    public static SimulatedInventory Large(SimulatorOptions options)
    {
        if (options.LargeHostCount < 1 || options.LargeVmsPerHost < 0)
        {
            throw new ArgumentException("The scenario large needs at least one host, and no negative number of VMs.", nameof(options));
        }

        InventoryBuilder builder = new InventoryBuilder(options, VCenter(options, "vcenter-large.sim.local")).Datacenter("DC", "gpu-ds");
        EsxRelease[] releases = [EsxRelease.V67U3, EsxRelease.V70U3, EsxRelease.V80U3, EsxRelease.V90];
        ComputeResource? cluster = null;
        for (int i = 0; i < options.LargeHostCount; i++)
        {
            if (i % 32 == 0)
            {
                cluster = builder.Cluster("cluster-" + ((i / 32) + 1).ToString("0000", CultureInfo.InvariantCulture));
            }

            EsxRelease release = releases[i / 32 % releases.Length];
            HostSystem host = builder.Host(cluster, "esx-" + (i + 1).ToString("00000", CultureInfo.InvariantCulture), release, canRebind: release.Has("7.0.0.0") && i % 2 == 0);
            CardModel card = CardModel.Gpus[i % CardModel.Gpus.Count];
            builder.Card(host, "0000:3b:00.0", card);
            builder.Card(host, "0000:af:00.0", card);
            for (int v = 0; v < options.LargeVmsPerHost; v++)
            {
                VirtualMachine vm = builder.Vm(host, "vm-" + ((i * options.LargeVmsPerHost) + v + 1).ToString("000000", CultureInfo.InvariantCulture), Small);
                if (v % 4 == 3)
                {
                    builder.Running(vm);
                }
            }
        }

        return builder.Inventory;
    }

    /// <summary>A vCenter without a host.</summary>
    public static SimulatedInventory Empty(SimulatorOptions options) =>
        new InventoryBuilder(options, VCenter(options, "vcenter-empty.sim.local")).Datacenter("DC", "gpu-ds").Inventory;

    private static void Small(VmConfig config) => config.MemoryMB = 8 * Gigabyte;

    public static ServerProfile VCenter(SimulatorOptions options, string name) => new()
    {
        Name = options.ServerName ?? name,
        ApiVersion = "8.0.3.0",
        ProductVersion = "8.0.3",
        Build = "24022515",
        InstanceUuid = options.InstanceUuid ?? StableGuid.From("server:" + (options.ServerName ?? name)),
        RootFolder = new MoRef("Folder", "group-d1"),
        Managers = VCenterManagers,
    };
}
