using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Model;

/// <summary>Which vGPU types a host has on offer, what it says about them, and what makes a power-on fail beside a lack of room.</summary>
public sealed class VgpuOfferTests
{
    private const string First = "0000:3b:00.0";
    private const string Last = "0000:af:00.0";

    [Fact]
    public void The_driver_branch_decides_what_a_card_has()
    {
        using SimulatorLab lab = VgpuLab.Create();
        Assert.Contains("grid_p100-8q", Names(lab, "vgpu-67-01"));
        Assert.DoesNotContain("grid_p100-8a", Names(lab, "vgpu-67-01"));
        Driver(lab, "vgpu-67-01", "NVD-VGPU-702", "535.54.06");
        Assert.Contains("grid_p100-8a", Names(lab, "vgpu-67-01"));
        Driver(lab, "vgpu-67-01", "NVD-VGPU-702", "550.54.10");
        Assert.Empty(Names(lab, "vgpu-67-01"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_flavour_decides_about_compute_only_cards(bool needsAi)
    {
        using SimulatorLab lab = VgpuLab.Create(o => new SimulatorOptions { Scenario = o.Scenario, ClockSpeed = o.ClockSpeed, ComputeCardsNeedAiEnterprise = needsAi });
        Assert.Contains("grid_a100d-40c", Names(lab, "vgpu-803-02"));
        Driver(lab, "vgpu-803-02", "NVD-VGPU-800", "550.163.02");
        Assert.Equal(!needsAi, Names(lab, "vgpu-803-02").Contains("grid_a100d-40c"));
        Assert.Contains("nvidia_l40-8q", Names(lab, "vgpu-803-01"));
        Driver(lab, "vgpu-803-01", "NVD-AIE-800", "550.163.02");
        Assert.DoesNotContain("nvidia_l40-8q", Names(lab, "vgpu-803-01"));
        Assert.Contains("nvidia_l40-8c", Names(lab, "vgpu-803-01"));
    }

    [Fact]
    public void Passthrough_shared_graphics_and_a_missing_driver_leave_nothing()
    {
        using SimulatorLab lab = VgpuLab.Create();
        HostSystem host = lab.Host("vgpu-803-01");
        host.Function(Last)!.IsActive = true;
        Assert.DoesNotContain(Names(lab, "vgpu-803-01"), name => name.Contains("a40"));
        Assert.Contains("nvidia_l40-8q", Names(lab, "vgpu-803-01"));
        host.Function(First)!.GraphicsType = "shared";
        host.Function("0000:86:00.0")!.GraphicsType = "shared";
        Assert.Contains("nvidia_l40-8q", Names(lab, "vgpu-803-01"));
        host.Graphics.TakeEffect();
        Assert.Empty(Names(lab, "vgpu-803-01"));
        Assert.Empty(Names(lab, "vgpu-bare-01"));
        Assert.Empty((List<object>)lab.Host("vgpu-bare-01").GraphicsManager.GetProperty("sharedGpuCapabilities")!);
    }

    [Fact]
    public async Task A_config_target_reads_like_the_real_one()
    {
        using SimulatorLab lab = VgpuLab.Create();
        HostSystem host = lab.Host("vgpu-803-02");
        foreach (PciFunction function in host.Functions.Where(f => f.Card.IsGpu && f.Id.ToString() != Last))
        {
            function.IsActive = true;
        }

        // As in the sample, one kind of A100, and MIG off.
        host.Function(Last)!.Gpu.IsMigOn = false;
        DataObject target = (DataObject)(await lab.CallAsync(host.Compute.Browser, "QueryConfigTarget", ("host", host.Reference)))!;
        Assert.Equal(
            ["grid_a100-4c", "grid_a100-5c", "grid_a100-8c", "grid_a100-10c", "grid_a100-20c", "grid_a100-40c"],
            Objects(target, "sharedGpuPassthroughTypes").Select(each => (string)each["vgpu"]!));
        DataObject device = Assert.Single(Objects(target, "vgpuDeviceInfo"));
        Assert.Equal(552669406L, device["deviceVendorId"]);
        Assert.Equal(40L, device["maxFbSizeInGib"]);
        Assert.Equal("True True True False", string.Join(" ", device["timeSlicedCapable"], device["migCapable"], device["computeProfileCapable"], device["quadroProfileCapable"]));
        Assert.Equal(
            ["grid_a100-1-5c", "grid_a100-2-10c", "grid_a100-3-20c", "grid_a100-4-20c", "grid_a100-7-40c", "grid_a100-4c", "grid_a100-5c", "grid_a100-8c", "grid_a100-10c", "grid_a100-20c", "grid_a100-40c", "grid_a100-1-5cme", "grid_a100-1-10c"],
            Objects(target, "vgpuProfileInfo").Select(each => (string)each["profileName"]!));
        Assert.Equal("mig", Objects(target, "vgpuProfileInfo")[0]["profileSharing"]);
        Assert.Equal("timeSliced", Objects(target, "vgpuProfileInfo")[5]["profileSharing"]);
        Assert.Equal(4L, Objects(target, "vgpuProfileInfo")[5]["fbSizeInGib"]);
    }

    [Fact]
    public async Task Linked_gpus_are_offered_as_a_device_group()
    {
        using SimulatorLab lab = VgpuLab.Create();
        HostSystem host = lab.Host("vgpu-803-02");
        DataObject target = (DataObject)(await lab.CallAsync(host.Compute.Browser, "QueryConfigTarget", ("host", host.Reference)))!;
        DataObject group = Assert.Single(Objects(target, "vendorDeviceGroupInfo"));
        Assert.Equal("Nvidia:2@grid_a100d-80c%NVLink", group["deviceGroupName"]);
        Assert.Equal("2 Nvidia grid_a100d-80c NVLink", group["deviceGroupDescription"]);
        Assert.Equal(2, Objects(group, "componentDeviceInfo").Count);
        Assert.Equal("nvidiaVgpu", Objects(group, "componentDeviceInfo")[0]["type"]);
        List<object> direct = (List<object>)(await lab.CallAsync(host.AssignableHardware!, "RetrieveVendorDeviceGroupInfo"))!;
        Assert.Single(direct);
    }

    [Theory]
    [InlineData(true, 17)]
    [InlineData(false, 11)]
    public async Task Business_types_have_no_class_of_their_own(bool lists, int expected)
    {
        using SimulatorLab lab = VgpuLab.Create(o => new SimulatorOptions { Scenario = o.Scenario, ClockSpeed = o.ClockSpeed, VgpuProfileInfoListsApps = lists });
        lab.Host("vgpu-70-01").Function(First)!.IsActive = true;
        List<object> profiles = (List<object>)(await lab.CallAsync(lab.Host("vgpu-70-01").GraphicsManager, "RetrieveVgpuProfileInfo"))!;
        Assert.Equal(lists, profiles.Cast<DataObject>().Any(profile => (string)profile["profileName"]! == "grid_t4-16a"));
        Assert.Equal(lists ? expected : 8, profiles.Count);
    }

    [Fact]
    public void Capabilities_depend_on_release_and_driver()
    {
        using SimulatorLab lab = VgpuLab.Create();
        DataObject first = Capability(lab, "vgpu-67-01");
        Assert.Equal(true, first["migrateSupported"]);
        Driver(lab, "vgpu-67-01", "NVIDIA-VMware_ESXi_6.7_Host_Driver", "390.42");
        Assert.Equal(false, Capability(lab, "vgpu-67-01")["migrateSupported"]);
        Assert.Equal(true, Capability(lab, "vgpu-67-01")["suspendSupported"]);
        lab.MoveToRelease("vgpu-67-01", EsxRelease.V65U3);
        Assert.Empty((List<object>)lab.Host("vgpu-67-01").GraphicsManager.GetProperty("sharedGpuCapabilities")!);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Disk_snapshots_of_a_running_vgpu_vm_are_as_the_flag_says(bool works)
    {
        using SimulatorLab lab = VgpuLab.Create(o => new SimulatorOptions { Scenario = o.Scenario, ClockSpeed = o.ClockSpeed, VgpuDiskSnapshots = works });
        Assert.Equal(works, Capability(lab, "vgpu-803-01")["diskSnapshotSupported"]);
        await lab.RunAsync("v803-01", "nvidia_l40-8q");
        await lab.CallAsync(lab.Vm("v803-01"), "CreateSnapshot_Task", ("name", "whole"), ("memory", true), ("quiesce", false));
        Task Snapshot() => lab.CallAsync(lab.Vm("v803-01"), "CreateSnapshot_Task", ("name", "disks"), ("memory", false), ("quiesce", false));
        if (works)
        {
            await Snapshot();
        }
        else
        {
            await Assert.ThrowsAsync<SimulatedFault>(Snapshot);
        }

        Assert.Equal(works ? 2 : 1, lab.Raw.Vm("v803-01").SnapshotCount);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_gpu_still_shared_fails_with_one_of_the_two_texts(bool isNoResource)
    {
        using SimulatorLab lab = VgpuLab.Create(o => new SimulatorOptions { Scenario = o.Scenario, ClockSpeed = o.ClockSpeed, SharedModeIsNoResource = isNoResource });
        lab.Host("vgpu-67-01").Graphics.DefaultType = "shared";
        lab.Host("vgpu-67-01").Graphics.TakeEffect();
        if (isNoResource)
        {
            await lab.NoRoomAsync("v67-01", "grid_p100-8q");
        }
        else
        {
            await lab.PluginFailsAsync("v67-01", "grid_p100-8q");
        }
    }

    [Fact]
    public async Task The_plugin_wants_the_memory_reserved()
    {
        using SimulatorLab lab = VgpuLab.Create();
        await lab.ReconfigureAsync("v67-01", ("memoryReservationLockedToMax", false), ("memoryAllocation", SimulatorLab.Data(string.Empty, ("reservation", 0))), ("deviceChange", SimulatorLab.Change("add", SimulatorLab.VgpuDevice(-1, "grid_p100-8q"))));
        SimulatedFault fault = await Assert.ThrowsAsync<SimulatedFault>(() => lab.PowerOnAsync("v67-01"));
        Assert.Contains("libnvidia-vgx.so", fault.Message, System.StringComparison.Ordinal);
        Assert.Equal(0, lab.Device("vgpu-67-01", First).VgpuCount);
    }

    [Fact]
    public async Task Ecc_is_in_the_way_of_managers_before_9_0_only()
    {
        using SimulatorLab lab = VgpuLab.Create();
        Assert.True(lab.Device("vgpu-67-01", First).EccCurrent);
        await lab.RunAsync("v67-01", "grid_p100-8q");
        await lab.PowerOffAsync("v67-01");
        Driver(lab, "vgpu-67-01", "NVIDIA-VMware_ESXi_6.7_Host_Driver", "390.42");
        await lab.PluginFailsAsync("v67-02", "grid_p100-8q");
        lab.Host("vgpu-67-01").Function(First)!.Gpu.IsEccOn = false;
        await lab.PowerOnAsync("v67-02");
    }

    [Fact]
    public async Task Sriov_off_in_the_firmware_stops_ampere_but_not_turing()
    {
        using SimulatorLab lab = VgpuLab.Create();
        lab.Simulator.Orders.FirmwareSriov("vgpu-801-01", false);
        lab.Simulator.Orders.FirmwareSriov("vgpu-70-01", false);
        await lab.PluginFailsAsync("v801-01", "nvidia_a40-8q");
        await lab.RunAsync("v70-01", "grid_t4-8q");
        lab.Simulator.Orders.FirmwareSriov("vgpu-801-01", true);
        await lab.PowerOnAsync("v801-01");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Large_vgpus_may_need_mmio(bool needs)
    {
        using SimulatorLab lab = VgpuLab.Create(o => new SimulatorOptions { Scenario = o.Scenario, ClockSpeed = o.ClockSpeed, LargeVgpusNeedMmio = needs });
        await lab.RunAsync("v801-01", "nvidia_a40-8q");
        if (needs)
        {
            await lab.PluginFailsAsync("v801-02", "nvidia_a40-24q");
            await lab.ReconfigureAsync("v801-02", ("extraConfig", new List<object> { SimulatorLab.Option("pciPassthru.use64bitMMIO", "TRUE"), SimulatorLab.Option("pciPassthru.64bitMMIOSizeGB", "64") }));
            await lab.PowerOnAsync("v801-02");
        }
        else
        {
            await lab.RunAsync("v801-02", "nvidia_a40-24q");
        }
    }

    [Fact]
    public async Task Plugin_parameters_stay_with_the_vm_and_the_log_tells_of_the_vgpu()
    {
        using SimulatorLab lab = VgpuLab.Create();
        await lab.ReconfigureAsync("v801-01", ("extraConfig", SimulatorLab.Option("pciPassthru0.cfg.enable_uvm", "1")));
        await lab.RunAsync("v801-01", "nvidia_a40-8q");
        Assert.Equal("1", lab.Raw.Vm("v801-01").ExtraConfig["pciPassthru0.cfg.enable_uvm"]);
        string log = lab.Raw.Vm("v801-01").ReadFile("vmware.log");
        Assert.Contains("vmiop_log: gpu-pci-id : 0000:3b:00.0", log, System.StringComparison.Ordinal);
        Assert.Contains("vmiop_log: vgpu_type : quadro", log, System.StringComparison.Ordinal);
    }

    private static List<string> Names(SimulatorLab lab, string host) =>
        ((List<object>)lab.Host(host).GraphicsManager.GetProperty("sharedPassthruGpuTypes")!).Cast<string>().ToList();

    private static DataObject Capability(SimulatorLab lab, string host) =>
        (DataObject)((List<object>)lab.Host(host).GraphicsManager.GetProperty("sharedGpuCapabilities")!)[0];

    private static List<DataObject> Objects(DataObject data, string field) => ((List<object>)data[field]!).Cast<DataObject>().ToList();

    private static void Driver(SimulatorLab lab, string host, string name, string version)
    {
        lab.Host(host).Vibs.RemoveAll(vib => vib.IsGpuDriver);
        lab.Host(host).Vibs.Add(new InstalledVib(name, version + "-1OEM.800.1.0.20613240", "NVIDIA", "VMwareAccepted", "2025-02-03"));
    }
}
