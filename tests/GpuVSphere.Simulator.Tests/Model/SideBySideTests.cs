using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Model;

/// <summary>Hosts of 6.7, 7.0, 8.0 U3 and 9.0 in one vCenter: each is as its own release has it.</summary>
public sealed class SideBySideTests
{
    [Theory]
    [InlineData("default")]
    [InlineData("vgpu")]
    [InlineData("VGPU-Setup")]
    public void Four_releases_stand_side_by_side(string scenario)
    {
        using SimulatorLab lab = new(new SimulatorOptions { Scenario = scenario, ClockSpeed = 10_000 });
        Assert.Empty(new[] { "6.7.0", "7.0.3", "8.0.3", "9.0.0" }.Except(lab.Raw.Hosts.Select(host => host.Version)));
    }

    [Theory]
    [InlineData("vgpu-67-01", "v67-01", "grid_p100-16q", 15, false, false)]
    [InlineData("vgpu-70-01", "v70-01", "grid_t4-16q", 19, true, false)]
    [InlineData("vgpu-801-01", "v801-01", "nvidia_a40-48q", 20, true, false)]
    [InlineData("vgpu-803-02", "c803-01", "grid_a100d-80c", 21, true, true)]
    [InlineData("vgpu-90-01", "v90-01", "nvidia_h100-80c", 22, true, true)]
    public async Task Each_is_as_its_release_has_it_and_runs_a_vGPU(string hostName, string vm, string profile, int hardware, bool hasComponents, bool hasModes)
    {
        using SimulatorLab lab = VgpuLab.Create();
        Assert.Equal(hardware, lab.Raw.Vm(vm).HardwareVersion);
        Assert.Equal(hasComponents, lab.Inventory.EsxCliCommands(lab.Host(hostName).Reference).Any(command => command.Namespace == "software.component"));
        DataObject config = (DataObject)lab.Host(hostName).GraphicsManager.GetProperty("graphicsConfig")!;
        List<DataObject> gpus = ((List<object>)lab.Host(hostName).GraphicsManager.GetProperty("graphicsInfo")!).Cast<DataObject>().Where(info => (string?)info["graphicsType"] == "sharedDirect").ToList();
        Assert.NotEmpty(gpus);
        Assert.All(config.Objects("deviceType").Concat(gpus), device => Assert.Equal(hasModes, device["vgpuMode"] is not null));

        await lab.RunAsync(vm, profile);
        Assert.Equal([profile], lab.Raw.Host(hostName).Devices.SelectMany(device => device.Vgpus).Select(vgpu => vgpu.Profile));
        string prefix = vm.Split('-')[0];
        int others = await lab.FillAsync(prefix, profile);
        Assert.InRange(others, 0, 2);
        await lab.NoRoomAsync($"{prefix}-12", profile);
    }

    [Fact]
    public async Task What_one_offers_another_does_not_take()
    {
        using SimulatorLab lab = VgpuLab.Create();
        await lab.NoRoomAsync("v67-01", "nvidia_l40-8q");
        await lab.NoRoomAsync("v70-01", "grid_p100-8q");
        await lab.NoRoomAsync("v90-01", "grid_a100d-80c");
        await lab.NoRoomAsync("v803-01", "nvidia_h100-80c");
    }
}
