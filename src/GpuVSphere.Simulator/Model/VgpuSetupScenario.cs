using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>
/// The scenario <c>vgpu-setup</c>, for the second method from its begin: hosts as they come, Shared and without NVIDIA's driver, ECC on, and VMs that wait for a vGPU. NVIDIA's packages
/// lie on the datastore. Every obstacle is in it once.
/// </summary>
internal static class VgpuSetupScenario
{
    private const int Gigabyte = 1024;

    public static SimulatedInventory Create(SimulatorOptions options)
    {
        InventoryBuilder builder = new InventoryBuilder(options, Scenarios.VCenter(options, "vcenter-setup.sim.local")).Datacenter("DC", "gpu-ds").NvidiaPackages();

        ComputeResource cluster67 = builder.Cluster("NEW-67");
        HostSystem esx671 = builder.Host(cluster67, "new-67-01", EsxRelease.V67U3);
        builder.Card(esx671, "0000:3b:00.0", CardModel.P100Pcie16);
        builder.Card(esx671, "0000:af:00.0", CardModel.P100Pcie16);

        // One GPU alone, as in the guide: two vGPUs of 8 GB fill it.
        HostSystem esx672 = builder.Host(cluster67, "new-67-02", EsxRelease.V67U3);
        builder.Card(esx672, "0000:3b:00.0", CardModel.P100Pcie16);

        HostSystem esx70 = builder.Host(builder.Cluster("NEW-70"), "new-70-01", EsxRelease.V70U3);
        builder.Card(esx70, "0000:3b:00.0", CardModel.V100Pcie32);
        builder.Card(esx70, "0000:86:00.0", CardModel.T4);

        ComputeResource cluster80 = builder.Cluster("NEW-80");
        HostSystem esx801 = builder.Host(cluster80, "new-80-01", EsxRelease.V80U3);
        builder.Card(esx801, "0000:3b:00.0", CardModel.A40);
        builder.Card(esx801, "0000:af:00.0", CardModel.L40);
        HostSystem esx802 = builder.Host(cluster80, "new-80-02", EsxRelease.V80U3);
        builder.Card(esx802, "0000:3b:00.0", CardModel.A100Pcie80);
        builder.Card(esx802, "0000:af:00.0", CardModel.A100Pcie80);

        HostSystem managed = builder.Host(builder.Cluster("NEW-IMAGE", isImageManaged: true), "new-img-01", EsxRelease.V80U3);
        builder.Card(managed, "0000:3b:00.0", CardModel.A40);
        HostSystem esx90 = builder.Host(builder.Cluster("NEW-90", isImageManaged: true), "new-90-01", EsxRelease.V90);
        builder.Card(esx90, "0000:3b:00.0", CardModel.L40);

        foreach (string name in new[] { "desk-67a", "desk-67b", "desk-67c" })
        {
            builder.Vm(esx672, name, Desk);
        }

        foreach (string name in new[] { "desk-67d", "desk-67e", "desk-67f", "desk-67g", "desk-67h" })
        {
            builder.Vm(esx671, name, Desk);
        }

        foreach (string name in new[] { "desk-80a", "desk-80b", "desk-80c", "desk-80d", "desk-80e" })
        {
            builder.Vm(esx801, name, Desk);
        }

        builder.Vm(esx70, "desk-70a", Desk);
        builder.Vm(esx70, "desk-70b", Desk);
        builder.Vm(esx802, "ml-80a", Desk);
        builder.Vm(esx802, "ml-80b", Desk);
        builder.Vm(managed, "desk-img", Desk);
        builder.Vm(esx90, "desk-90a", Desk);

        builder.Vm(esx671, "old-67", config =>
        {
            Desk(config);
            config.HardwareVersion = 10;
        });
        builder.Vm(esx671, "huge-67", config => config.MemoryMB = 1000 * Gigabyte);
        builder.Running(builder.Vm(esx671, "web-67", Desk));
        builder.Running(builder.Vm(esx802, "web-80", Desk));
        VirtualMachine snap = builder.Vm(esx671, "snap-67", Desk);
        snap.AddSnapshot(new VirtualMachineSnapshot(builder.Inventory.NewReference("VirtualMachineSnapshot", "snapshot-"), builder.Inventory, snap, "before-vgpu", "Taken before the vGPU.", 1));
        VirtualMachine suspended = builder.Vm(esx671, "susp-67", Desk);
        suspended.PowerState = "suspended";
        suspended.SuspendTime = options.StartTime.AddHours(-12);
        return builder.Inventory;
    }

    private static void Desk(VmConfig config) => config.MemoryMB = 16 * Gigabyte;
}
