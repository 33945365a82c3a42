using System.Collections.Generic;
using System.Globalization;

namespace GpuVSphere.Simulator.Model;

/// <summary>
/// The scenario <c>flexdirect</c>, for the third method from its begin: running VMs with a whole GPU that are to serve it, running VMs without one that are to
/// use it, of both families of Linux; one without internet, one without NVIDIA's driver, one with Windows. FlexDirect is in none of them yet.
/// </summary>
internal static class FlexDirectScenario
{
    private const string First = "0000:3b:00.0";
    private const string Second = "0000:86:00.0";
    private const string Third = "0000:af:00.0";
    private const string Ubuntu = "ubuntu64Guest";
    private const string CentOs = "centos7_64Guest";
    private const string Rhel = "rhel8_64Guest";
    private const string Windows = "windows2019srv_64Guest";

    public static SimulatedInventory Create(SimulatorOptions options)
    {
        InventoryBuilder builder = new InventoryBuilder(options, Scenarios.VCenter(options, "vcenter-flex.sim.local")).Datacenter("DC", "gpu-ds").NvidiaPackages();
        ComputeResource gpus = builder.Cluster("FLEX-GPU");
        HostSystem host = builder.Host(gpus, "flex-esx-01", EsxRelease.V67U3);
        foreach (string address in new[] { First, Second, Third })
        {
            PciFunction card = builder.Card(host, address, address == Third ? CardModel.P100Pcie16 : CardModel.V100Pcie32);
            card.IsEnabled = true;
            card.IsActive = true;
        }

        Driver(Give(builder, host, "flex-gpu-01", Ubuntu, First));
        Driver(Give(builder, host, "flex-gpu-02", CentOs, Second));
        Give(builder, host, "flex-bare-01", Ubuntu, Third);

        HostSystem plain = builder.Host(builder.Cluster("FLEX-CPU"), "flex-esx-02", EsxRelease.V67U3);
        Run(builder.Vm(plain, "flex-cpu-01", config => Small(config, Ubuntu)));
        Run(builder.Vm(plain, "flex-cpu-02", config => Small(config, Rhel)));
        VirtualMachine offline = Run(builder.Vm(plain, "flex-off-01", config => Small(config, Ubuntu)));
        offline.Guest.HasInternet = false;
        Run(builder.Vm(plain, "flex-win-01", config => Small(config, Windows)));
        return builder.Inventory;
    }

    /// <summary>A VM that was given a whole GPU, and started, by the same code that a client's calls reach.</summary>
    private static VirtualMachine Give(InventoryBuilder builder, HostSystem host, string name, string guestId, string address)
    {
        VirtualMachine vm = builder.Vm(host, name, config => Small(config, guestId));
        CardModel card = host.Function(address)!.Card;
        new VmReconfigure(vm, builder.Inventory, Wire.Of("VirtualMachineConfigSpec")
            .With("deviceChange", Wire.Of("VirtualDeviceConfigSpec")
                .With("operation", "add")
                .With("device", Wire.Of("VirtualPCIPassthrough").With("key", "-1").With("backing", Wire.Of("VirtualPCIPassthroughDeviceBackingInfo")
                    .With("deviceName", string.Empty)
                    .With("id", address)
                    .With("deviceId", card.DeviceId.ToString("x", CultureInfo.InvariantCulture))
                    .With("systemId", host.SystemId)
                    .With("vendorId", card.VendorId.ToString(CultureInfo.InvariantCulture)))))
            .With("extraConfig", new List<object>
            {
                Wire.Option("pciPassthru.use64bitMMIO", "TRUE"),
                Wire.Option("pciPassthru.64bitMMIOSizeGB", "128"),
            })
            .With("memoryReservationLockedToMax", "true")).Run();
        return Run(vm);
    }

    private static VirtualMachine Run(VirtualMachine vm)
    {
        new VmPowerOn(vm, vm.Inventory).Run();
        vm.BootTime = vm.Inventory.Options.StartTime.AddDays(-1);
        return vm;
    }

    // A whole GPU takes NVIDIA's stock driver.
    private static void Driver(VirtualMachine vm) => new SimulatorGuestDrivers(vm.Inventory).Install(vm.Name, "NVIDIA-Linux-x86_64-418.87.00.run");

    private static void Small(VmConfig config, string guestId)
    {
        config.MemoryMB = 16 * 1024;
        config.GuestId = guestId;
    }
}
