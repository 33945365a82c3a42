using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>
/// The scenario <c>vgpu</c>: hosts of five releases that are ready for vGPU, with the driver in them and Shared Direct in force, each with VMs that have none
/// yet; and one that is not ready at all.
/// </summary>
internal static class VgpuScenario
{
    private const int VmsOnEach = 12;

    public static SimulatedInventory Create(SimulatorOptions options)
    {
        InventoryBuilder builder = new InventoryBuilder(options, new ServerProfile
        {
            Name = options.ServerName ?? "vcenter-vgpu.sim.local",
            ApiVersion = "9.0.0.0",
            ProductVersion = "9.0.0",
            Build = "24755230",
            InstanceUuid = options.InstanceUuid ?? StableGuid.From("server:" + (options.ServerName ?? "vcenter-vgpu.sim.local")),
            RootFolder = new MoRef("Folder", "group-d1"),
            Managers = Scenarios.VCenterManagers,
        }).Datacenter("DC", "gpu-ds").NvidiaPackages();

        HostSystem v67 = builder.Host(builder.Cluster("VGPU-67"), "vgpu-67-01", EsxRelease.V67U3);
        builder.Card(v67, "0000:3b:00.0", CardModel.P100Pcie16);
        builder.Card(v67, "0000:af:00.0", CardModel.P100Pcie16);
        Ready(builder, v67, "v67");

        HostSystem v70 = builder.Host(builder.Cluster("VGPU-70"), "vgpu-70-01", EsxRelease.V70U3);
        builder.Card(v70, "0000:3b:00.0", CardModel.V100Pcie32);
        builder.Card(v70, "0000:86:00.0", CardModel.T4);
        builder.Card(v70, "0000:af:00.0", CardModel.T4);
        Ready(builder, v70, "v70");

        ComputeResource cluster801 = builder.Cluster("VGPU-801");
        HostSystem v801 = builder.Host(cluster801, "vgpu-801-01", EsxRelease.V80U1);
        builder.Card(v801, "0000:3b:00.0", CardModel.A40);
        builder.Card(v801, "0000:af:00.0", CardModel.A40);
        Ready(builder, v801, "v801");
        HostSystem other801 = builder.Host(cluster801, "vgpu-801-02", EsxRelease.V80U1);
        builder.Card(other801, "0000:3b:00.0", CardModel.A40);
        Ready(builder, other801, "w801");

        ComputeResource cluster = builder.Cluster("VGPU-803");
        HostSystem graphics = builder.Host(cluster, "vgpu-803-01", EsxRelease.V80U3);
        builder.Card(graphics, "0000:3b:00.0", CardModel.L40);
        builder.Card(graphics, "0000:86:00.0", CardModel.L40);
        builder.Card(graphics, "0000:af:00.0", CardModel.A40);
        graphics.Function("0000:86:00.0")!.VgpuMode = "mixedSize";
        Ready(builder, graphics, "v803");

        HostSystem compute = builder.Host(cluster, "vgpu-803-02", EsxRelease.V80U3);
        builder.Card(compute, "0000:3b:00.0", CardModel.A100Pcie80).Gpu.NvLinkGroup = 1;
        builder.Card(compute, "0000:5e:00.0", CardModel.A100Pcie80).Gpu.NvLinkGroup = 1;
        builder.Card(compute, "0000:86:00.0", CardModel.A100Pcie80);
        builder.Card(compute, "0000:af:00.0", CardModel.A100Pcie40);
        compute.Function("0000:86:00.0")!.VgpuMode = "mixedSize";
        Ready(builder, compute, "c803");
        compute.Function("0000:af:00.0")!.Gpu.IsMigOn = true;
        compute.Function("0000:af:00.0")!.Gpu.WillMigBeOn = true;

        HostSystem v90 = builder.Host(builder.Cluster("VGPU-90"), "vgpu-90-01", EsxRelease.V90);
        builder.Card(v90, "0000:3b:00.0", CardModel.H100Pcie80);
        builder.Card(v90, "0000:af:00.0", CardModel.H100Pcie80);
        Ready(builder, v90, "v90");

        HostSystem bare = builder.Host(null, "vgpu-bare-01", EsxRelease.V80U3);
        builder.Card(bare, "0000:3b:00.0", CardModel.L40);
        builder.Vm(bare, "bare-01", Reserved);
        return builder.Inventory;
    }

    private static void Ready(InventoryBuilder builder, HostSystem host, string vmPrefix)
    {
        host.Vibs.Add(VgpuDrivers.For(host));
        host.Graphics.DefaultType = "sharedDirect";
        host.Graphics.TakeEffect();
        foreach (int number in Enumerable.Range(1, VmsOnEach))
        {
            VirtualMachine vm = builder.Vm(host, vmPrefix + "-" + number.ToString("00", CultureInfo.InvariantCulture), Reserved);
            vm.GuestDriver = Guests(host.Release, number);
        }
    }

    // The last two have a driver of NVIDIA's: one of the host driver's own release, and one of another main release. Drivers as in NVIDIA's release table.
    private static string Guests(EsxRelease release, int number) => (number - VmsOnEach) switch
    {
        -1 => release.Has("9.0.0.0") ? "570.158.01" : release.Has("8.0.0.1") ? "550.163.01" : release.Has("7.0.0.0") ? "535.54.03" : "470.63.01",
        0 => release.Has("9.0.0.0") ? "580.65.06" : release.Has("8.0.0.1") ? "525.147.05" : release.Has("7.0.0.0") ? "527.41" : "450.51.05",
        _ => string.Empty,
    };

    private static void Reserved(VmConfig config)
    {
        config.MemoryMB = 16 * 1024;
        config.LockMemory = true;
    }
}
