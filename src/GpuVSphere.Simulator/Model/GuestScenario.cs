namespace GpuVSphere.Simulator.Model;

/// <summary>
/// The scenario <c>guests</c>: a host of 6.7 that is ready for vGPU, with running guests of each kind. The GPU is still free, and no guest has a driver.
/// </summary>
internal static class GuestScenario
{
    public static SimulatedInventory Create(SimulatorOptions options)
    {
        InventoryBuilder builder = new InventoryBuilder(options, Scenarios.VCenter(options, "vcenter-guests.sim.local")).Datacenter("DC", "gpu-ds").NvidiaPackages();
        ComputeResource cluster = builder.Cluster("GUESTS-67");
        HostSystem host = builder.Host(cluster, "guest-67-01", EsxRelease.V67U3);
        builder.Card(host, "0000:3b:00.0", CardModel.P100Pcie16);
        host.Vibs.Add(VgpuDrivers.For(host));
        host.Graphics.DefaultType = "sharedDirect";
        host.Graphics.TakeEffect();

        builder.Vm(host, "gpu-01", config =>
        {
            config.MemoryMB = 16 * 1024;
            config.LockMemory = true;
        });
        builder.Running(builder.Vm(host, "client-01", config => config.MemoryMB = 8 * 1024));
        builder.Running(builder.Vm(host, "rhel-01", config => Of(config, "rhel8_64Guest")));
        builder.Running(builder.Vm(host, "centos-01", config => Of(config, "centos7_64Guest")));
        builder.Running(builder.Vm(host, "win-01", config => Of(config, "windows2019srv_64Guest")));
        return builder.Inventory;
    }

    private static void Of(VmConfig config, string guestId)
    {
        config.GuestId = guestId;
        config.MemoryMB = 8 * 1024;
    }
}
