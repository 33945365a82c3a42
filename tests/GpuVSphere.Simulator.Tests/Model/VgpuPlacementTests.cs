using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Model;

namespace GpuVSphere.Simulator.Tests.Model;

/// <summary>Where the vGPUs of VMs that power on go, and when there is no place for them.</summary>
public sealed class VgpuPlacementTests
{
    private const string First = "0000:3b:00.0";
    private const string Second = "0000:5e:00.0";
    private const string Third = "0000:86:00.0";
    private const string Last = "0000:af:00.0";

    [Fact]
    public async Task A_gpu_is_locked_to_the_one_type_it_runs_before_8_0_U1()
    {
        using SimulatorLab lab = VgpuLab.Create();
        await lab.RunAsync("v67-01", "grid_p100-8q");
        await lab.RunAsync("v67-02", "grid_p100-8q");
        Assert.Equal(["v67-01"], lab.Device("vgpu-67-01", First).Vgpus.Select(vgpu => vgpu.VmName));
        Assert.Equal(["v67-02"], lab.Device("vgpu-67-01", Last).Vgpus.Select(vgpu => vgpu.VmName));

        // Room in both, but for this one type: another series of the same size has none.
        await lab.NoRoomAsync("v67-03", "grid_p100-4q");
        await lab.NoRoomAsync("v67-03", "grid_p100-8c");
        await lab.RunAsync("v67-03", "grid_p100-8q");
    }

    [Fact]
    public async Task From_8_0_U1_series_mix_on_a_gpu_but_sizes_do_not()
    {
        using SimulatorLab lab = VgpuLab.Create();
        await lab.RunAsync("w801-01", "nvidia_a40-8q");
        await lab.RunAsync("w801-02", "nvidia_a40-8c");
        await lab.NoRoomAsync("w801-03", "nvidia_a40-4c");
        Assert.Equal(4, await lab.FillAsync("w801", "nvidia_a40-8q"));
    }

    [Theory]
    [InlineData("v67", "grid_p100-4q", 8)]
    [InlineData("v67", "grid_p100-16q", 2)]
    [InlineData("v70", "grid_v100d-8q", 4)]
    [InlineData("w801", "nvidia_a40-16q", 3)]
    [InlineData("w801", "nvidia_a40-4c", 12)]
    [InlineData("v90", "nvidia_h100-16c", 10)]
    public async Task As_many_start_as_the_table_says_and_one_more_does_not(string vms, string profile, int count)
    {
        using SimulatorLab lab = VgpuLab.Create();
        Assert.Equal(count, await lab.FillAsync(vms, profile));
    }

    [Fact]
    public async Task Power_off_and_suspend_give_the_place_back_and_the_lock_with_it()
    {
        using SimulatorLab lab = VgpuLab.Create();
        Assert.Equal(1, await lab.FillAsync("v70", "grid_v100d-32c"));
        await lab.NoRoomAsync("v70-02", "grid_v100d-8c");
        await lab.PowerOffAsync("v70-01");
        Assert.Empty(lab.Device("vgpu-70-01", First).Vgpus);
        await lab.RunAsync("v70-02", "grid_v100d-8c");
        await lab.CallAsync(lab.Vm("v70-02"), "SuspendVM_Task");
        Assert.Equal("suspended", lab.Raw.Vm("v70-02").PowerState);
        await lab.PowerOnAsync("v70-01");

        // What is suspended starts again only where there is room.
        await Assert.ThrowsAsync<GpuVSphere.Simulator.Protocol.SimulatedFault>(() => lab.PowerOnAsync("v70-02"));
        await lab.PowerOffAsync("v70-01");
        await lab.PowerOnAsync("v70-02");
    }

    [Theory]
    [InlineData("performance", 1, 1)]
    [InlineData("consolidation", 2, 0)]
    public async Task The_assignment_policy_spreads_or_fills(string policy, int onFirst, int onLast)
    {
        using SimulatorLab lab = VgpuLab.Create();
        lab.Host("vgpu-67-01").Graphics.Policy = policy;
        lab.Host("vgpu-67-01").Graphics.TakeEffect();
        await lab.RunAsync("v67-01", "grid_p100-4q");
        await lab.RunAsync("v67-02", "grid_p100-4q");
        Assert.Equal(onFirst, lab.Device("vgpu-67-01", First).VgpuCount);
        Assert.Equal(onLast, lab.Device("vgpu-67-01", Last).VgpuCount);
    }

    [Theory]
    [InlineData(false, 0, 24)]
    [InlineData(true, 24, 20)]
    public async Task In_mixed_size_mode_sizes_share_a_gpu_by_placement_ids(bool fromEnd, int first, int second)
    {
        // Whether the host takes the first or the last free place is not known.
        using SimulatorLab lab = VgpuLab.Create(o => new SimulatorOptions { Scenario = o.Scenario, ClockSpeed = o.ClockSpeed, VgpuPlacementsFromEnd = fromEnd });
        OnlyMixed(lab);
        Assert.Equal("mixedSize", lab.Device("vgpu-803-01", Third).VgpuMode);
        await lab.RunAsync("v803-01", "nvidia_l40-24q");
        await lab.RunAsync("v803-02", "nvidia_l40-4q");
        Assert.Equal(first, lab.Device("vgpu-803-01", Third).Vgpus[0].PlacementId);
        int four = lab.Device("vgpu-803-01", Third).Vgpus[1].PlacementId!.Value;
        Assert.Equal(second, four);

        // 24 GB are not whole any more, of 16 GB one place is left: 16q begins at 0 or 32 only.
        await lab.NoRoomAsync("v803-03", "nvidia_l40-24q");
        await lab.RunAsync("v803-03", "nvidia_l40-16q");
        Assert.Equal(fromEnd ? 0 : 32, lab.Device("vgpu-803-01", Third).Vgpus[2].PlacementId);
    }

    [Fact]
    public async Task Equal_vgpus_are_fewer_in_mixed_size_mode_and_fixed_share_has_none()
    {
        using SimulatorLab lab = VgpuLab.Create();
        OnlyMixed(lab);

        // 6 of 8 GB in same-size mode, 4 here: 0, 16, 24 and 40.
        Assert.Equal(4, await lab.FillAsync("v803", "nvidia_l40-8q"));
        Assert.Equal([0, 16, 24, 40], lab.Device("vgpu-803-01", Third).Vgpus.Select(vgpu => vgpu.PlacementId!.Value));

        await lab.PowerOffAsync("v803-01");
        lab.Host("vgpu-803-01").Function(Third)!.Gpu.Scheduler = new VgpuScheduler(3, 0);
        await lab.NoRoomAsync("v803-05", "nvidia_l40-8q");
    }

    [Fact]
    public void Mixed_size_is_for_8_0_U3_and_Ampere()
    {
        using SimulatorLab lab = VgpuLab.Create();
        foreach (string host in new[] { "vgpu-67-01", "vgpu-801-01" })
        {
            lab.Host(host).Function(First)!.VgpuMode = "mixedSize";
            lab.Host(host).Graphics.TakeEffect();
            Assert.Equal("sameSize", lab.Device(host, First).VgpuMode);
        }

        Assert.Equal("none", lab.Device("vgpu-bare-01", First).VgpuMode);
        Assert.Equal("multiInstanceGpu", lab.Device("vgpu-803-02", Last).VgpuMode);
    }

    [Fact]
    public async Task Mig_types_take_slices()
    {
        using SimulatorLab lab = VgpuLab.Create();
        await lab.RunAsync("c803-01", "grid_a100-3-20c");
        await lab.RunAsync("c803-02", "grid_a100-3-20c");
        Assert.Equal(["MIG 3g.20gb@0", "MIG 3g.20gb@4"], lab.Device("vgpu-803-02", Last).MigInstances);

        // Seven compute slices, six taken; all eight memory slices are.
        await lab.NoRoomAsync("c803-03", "grid_a100-1-5c");
        await lab.PowerOffAsync("c803-01");
        Assert.Equal(["MIG 3g.20gb@4"], lab.Device("vgpu-803-02", Last).MigInstances);
        await lab.RunAsync("c803-03", "grid_a100-4-20c");
        await lab.PowerOffAsync("c803-02");
        await lab.NoRoomAsync("c803-04", "grid_a100-4-20c");
        Assert.Equal(3, await lab.FillAsync("c803", "grid_a100-1-5c"));
        Assert.Equal(4, lab.Device("vgpu-803-02", Last).Vgpus.Select(vgpu => vgpu.MigInstanceId).Distinct().Count());
    }

    [Theory]
    [InlineData("grid_a100-1-5c", 7)]
    [InlineData("grid_a100-1-10c", 4)]
    [InlineData("grid_a100-2-10c", 3)]
    [InlineData("grid_a100-3-20c", 2)]
    [InlineData("grid_a100-4-20c", 1)]
    [InlineData("grid_a100-7-40c", 1)]
    [InlineData("grid_a100-1-5cme", 1)]
    public async Task As_many_instances_as_the_table_says(string profile, int count)
    {
        using SimulatorLab lab = VgpuLab.Create();
        Assert.Equal(count, await lab.FillAsync("c803", profile));
    }

    [Fact]
    public async Task Mig_instances_may_have_to_be_made_before()
    {
        // Whether the host makes the instance itself is not known.
        using SimulatorLab lab = VgpuLab.Create(o => new SimulatorOptions { Scenario = o.Scenario, ClockSpeed = o.ClockSpeed, MigInstancesMadeAtPowerOn = false });
        await lab.NoRoomAsync("c803-01", "grid_a100-3-20c");
        GpuState gpu = lab.Host("vgpu-803-02").Function(Last)!.Gpu;
        gpu.Instances.Add(new MigInstance(1, MigProfile.OfCard(CardModel.A100Pcie40).Single(profile => profile.ComputeSlices == 3), 4));
        Assert.Equal(1, await lab.FillAsync("c803", "grid_a100-3-20c"));
        await lab.PowerOffAsync("c803-01");
        Assert.Single(gpu.Instances);
    }

    [Fact]
    public async Task A_time_sliced_type_has_no_place_on_a_gpu_in_mig_mode_nor_the_other_way()
    {
        using SimulatorLab lab = VgpuLab.Create();
        await lab.NoRoomAsync("c803-01", "grid_a100-20c");
        await lab.NoRoomAsync("c803-01", "grid_a100d-3-40c");
    }

    [Fact]
    public async Task Several_vgpus_in_one_vm_by_hardware_version()
    {
        using SimulatorLab lab = VgpuLab.Create();
        await lab.RunAsync("v803-01", "nvidia_l40-8q", "nvidia_l40-8q", "nvidia_a40-8q");
        Assert.Equal(2, lab.Device("vgpu-803-01", First).VgpuCount);
        await lab.PluginFailsAsync("v70-01", "grid_t4-8q", "grid_t4-8q");
        await lab.RemoveVgpusAsync("v70-01");
        await lab.RunAsync("v70-01", "grid_t4-16q", "grid_t4-16q");
        Assert.Equal(1, lab.Device("vgpu-70-01", Third).VgpuCount);
        Assert.Equal(1, lab.Device("vgpu-70-01", Last).VgpuCount);
    }

    [Fact]
    public async Task A_device_group_takes_the_linked_gpus_whole()
    {
        using SimulatorLab lab = VgpuLab.Create();
        const string Group = "Nvidia:2@grid_a100d-80c%NVLink";
        await lab.GiveGroupAsync("c803-01", Group, "grid_a100d-80c", "grid_a100d-80c");
        await lab.RunAsync("c803-02", "grid_a100d-40c");
        Assert.Equal(1, lab.Device("vgpu-803-02", First).VgpuCount);
        GpuVSphere.Simulator.Protocol.SimulatedFault fault = await Assert.ThrowsAsync<GpuVSphere.Simulator.Protocol.SimulatedFault>(() => lab.PowerOnAsync("c803-01"));
        Assert.Equal("InsufficientGraphicsResourcesFault", fault.Detail.TypeName);
        await lab.PowerOffAsync("c803-02");
        await lab.PowerOnAsync("c803-01");
        Assert.Equal([1, 1, 0], new[] { First, Second, Third }.Select(address => lab.Device("vgpu-803-02", address).VgpuCount));

        await lab.PowerOffAsync("c803-01");
        await lab.RemoveVgpusAsync("c803-01");
        Assert.Empty(lab.Vm("c803-01").Config.DeviceGroups);
    }

    [Fact]
    public async Task A_running_vm_takes_its_vgpu_along_when_that_is_allowed()
    {
        using SimulatorLab lab = VgpuLab.Create(o => new SimulatorOptions { Scenario = o.Scenario, ClockSpeed = o.ClockSpeed, VgpuHotMigrate = true });
        await lab.RunAsync("v801-01", "nvidia_a40-48q");
        await Move(lab, "v801-01", "vgpu-801-02");
        Assert.Equal(0, lab.Device("vgpu-801-01", First).VgpuCount);
        Assert.Equal(1, lab.Device("vgpu-801-02", First).VgpuCount);
        await lab.RunAsync("v801-02", "nvidia_a40-48q");
        GpuVSphere.Simulator.Protocol.SimulatedFault fault = await Assert.ThrowsAsync<GpuVSphere.Simulator.Protocol.SimulatedFault>(() => Move(lab, "v801-02", "vgpu-801-02"));
        Assert.Equal("InsufficientGraphicsResourcesFault", fault.Detail.TypeName);
        Assert.Equal(1, lab.Device("vgpu-801-01", First).VgpuCount);
    }

    private static Task Move(SimulatorLab lab, string vm, string host) =>
        lab.CallAsync(lab.Vm(vm), "RelocateVM_Task", ("spec", SimulatorLab.Data(string.Empty, ("host", lab.Host(host).Reference))));

    /// <summary>Leaves the host the one L40 that is in mixed-size mode: the other is given to passthrough.</summary>
    private static void OnlyMixed(SimulatorLab lab)
    {
        lab.Host("vgpu-803-01").Function(First)!.IsEnabled = true;
        lab.Host("vgpu-803-01").Function(First)!.IsActive = true;
    }
}
