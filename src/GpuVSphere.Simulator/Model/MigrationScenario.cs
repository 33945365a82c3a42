using System.Collections.Generic;
using System.Globalization;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>
/// The scenario <c>migration</c>: hosts with running VMs that have GPUs in every way, to be evacuated. vMotion of vGPUs is off in the vCenter, as it comes; each
/// thing that keeps a VM where it is is in it once.
/// </summary>
internal static class MigrationScenario
{
    private const string First = "0000:3b:00.0";
    private const string Second = "0000:86:00.0";
    private const string Third = "0000:af:00.0";

    public static SimulatedInventory Create(SimulatorOptions options)
    {
        InventoryBuilder builder = new InventoryBuilder(options, new ServerProfile
        {
            Name = options.ServerName ?? "vcenter-move.sim.local",
            ApiVersion = "9.0.0.0",
            ProductVersion = "9.0.0",
            Build = "24755230",
            InstanceUuid = options.InstanceUuid ?? StableGuid.From("server:" + (options.ServerName ?? "vcenter-move.sim.local")),
            RootFolder = new MoRef("Folder", "group-d1"),
            Managers = Scenarios.VCenterManagers,
        }).Datacenter("DC", "gpu-ds").NvidiaPackages();

        ComputeResource move80 = builder.Cluster("MOVE-80");
        move80.Drs.Behavior = "fullyAutomated";
        move80.Drs.PutOption("LBMaxVmotionPerHost", "1");
        HostSystem first = Host(builder, move80, "move-80-01", EsxRelease.V80U3, CardModel.L40, CardModel.L40, CardModel.A40);
        HostSystem second = Host(builder, move80, "move-80-02", EsxRelease.V80U3, CardModel.L40, CardModel.L40, CardModel.T4);
        HostSystem third = Host(builder, move80, "move-80-03", EsxRelease.V80U3, CardModel.A40, CardModel.A40, CardModel.T4);
        HostSystem fourth = Host(builder, move80, "move-80-04", EsxRelease.V80U3, CardModel.L40, CardModel.L40);
        Through(first, Third);
        Through(second, Third);
        Through(third, Third);
        Vgpu(builder, first, "desk-a", "nvidia_l40-8q");
        Vgpu(builder, first, "desk-b", "nvidia_l40-8q");
        Vgpu(builder, first, "desk-off", "nvidia_l40-8q", isRunning: false);
        Static(builder, first, "pass-a", Third);
        Run(builder.Vm(first, "web-a", Small));
        Vgpu(builder, second, "cad-b", "nvidia_l40-48q");
        Dynamic(builder, third, "dyn-c", CardModel.T4);
        Vgpu(builder, fourth, "ai-d", "nvidia_l40-48q");
        Vgpu(builder, fourth, "ai-e", "nvidia_l40-48q");

        ComputeResource move90 = builder.Cluster("MOVE-90", isImageManaged: true);
        move90.Drs.Behavior = "partiallyAutomated";
        HostSystem new1 = Host(builder, move90, "move-90-01", EsxRelease.V90, CardModel.H100Pcie80);
        Host(builder, move90, "move-90-02", EsxRelease.V90, CardModel.H100Pcie80);
        Vgpu(builder, new1, "llm-a", "nvidia_h100-80c");
        VirtualMachine batch = Run(builder.Vm(new1, "batch-a", Small));
        move90.Drs.Override(batch.Reference, true, "fullyAutomated");

        ComputeResource move67 = builder.Cluster("MOVE-67");
        move67.Drs.Behavior = "fullyAutomated";
        HostSystem old = Host(builder, move67, "move-67-01", EsxRelease.V67U3, CardModel.P100Pcie16);
        Host(builder, move67, "move-67-02", EsxRelease.V67U3, CardModel.P100Pcie16);
        VirtualMachine vdi = Vgpu(builder, old, "vdi-a", "grid_p100-8q");
        move67.Drs.Override(vdi.Reference, true, "manual");
        return builder.Inventory;
    }

    private static HostSystem Host(InventoryBuilder builder, ComputeResource cluster, string name, EsxRelease release, params CardModel[] cards)
    {
        HostSystem host = builder.Host(cluster, name, release);
        string[] addresses = [First, Second, Third];
        for (int i = 0; i < cards.Length; i++)
        {
            builder.Card(host, addresses[i], cards[i]);
        }

        host.Vibs.Add(VgpuDrivers.For(host));
        host.Graphics.DefaultType = "sharedDirect";
        host.Graphics.TakeEffect();
        return host;
    }

    private static void Through(HostSystem host, string address)
    {
        host.Function(address)!.IsEnabled = true;
        host.Function(address)!.IsActive = true;
    }

    private static VirtualMachine Vgpu(InventoryBuilder builder, HostSystem host, string name, string profile, bool isRunning = true) => Give(
        builder, host, name, isRunning, 0, Wire.Of("VirtualPCIPassthroughVmiopBackingInfo").With("vgpu", profile));

    private static void Static(InventoryBuilder builder, HostSystem host, string name, string address)
    {
        CardModel card = host.Function(address)!.Card;
        Give(builder, host, name, true, 128, Wire.Of("VirtualPCIPassthroughDeviceBackingInfo")
            .With("deviceName", string.Empty)
            .With("id", address)
            .With("deviceId", card.DeviceId.ToString("x", CultureInfo.InvariantCulture))
            .With("systemId", host.SystemId)
            .With("vendorId", Number(card.VendorId)));
    }

    private static void Dynamic(InventoryBuilder builder, HostSystem host, string name, CardModel card) => Give(
        builder, host, name, true, 0, Wire.Of("VirtualPCIPassthroughDynamicBackingInfo")
            .With("deviceName", string.Empty)
            .With("allowedDevice", Wire.Of("VirtualPCIPassthroughAllowedDevice").With("vendorId", Number(card.VendorId)).With("deviceId", Number(card.DeviceId))));

    /// <summary>A VM that was given its device, and started, by the same code that a client's calls reach.</summary>
    private static VirtualMachine Give(InventoryBuilder builder, HostSystem host, string name, bool isRunning, int mmioGB, DataObject backing)
    {
        VirtualMachine vm = builder.Vm(host, name, Small);
        DataObject spec = Wire.Of("VirtualMachineConfigSpec")
            .With("deviceChange", Wire.Of("VirtualDeviceConfigSpec")
                .With("operation", "add")
                .With("device", Wire.Of("VirtualPCIPassthrough").With("key", "-1").With("backing", backing)))
            .With("extraConfig", mmioGB == 0 ? null : new List<object>
            {
                Wire.Option("pciPassthru.use64bitMMIO", "TRUE"),
                Wire.Option("pciPassthru.64bitMMIOSizeGB", mmioGB.ToString(CultureInfo.InvariantCulture)),
            })
            .With("memoryReservationLockedToMax", "true");
        new VmReconfigure(vm, builder.Inventory, spec).Run();
        return isRunning ? Run(vm) : vm;
    }

    private static VirtualMachine Run(VirtualMachine vm)
    {
        new VmPowerOn(vm, vm.Inventory).Run();
        vm.BootTime = vm.Inventory.Options.StartTime.AddDays(-1);
        return vm;
    }

    // Numbers arrive from the wire as texts.
    private static string Number(ushort id) => id.ToString(CultureInfo.InvariantCulture);

    private static void Small(VmConfig config) => config.MemoryMB = 16 * 1024;
}
