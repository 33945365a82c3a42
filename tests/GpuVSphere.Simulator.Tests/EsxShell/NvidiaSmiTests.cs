using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Tests.Model;
using GpuVSphere.Smi;

namespace GpuVSphere.Simulator.Tests.EsxShell;

/// <summary>nvidia-smi on simulated hosts: its forms, its failures, and what it changes.</summary>
public sealed class NvidiaSmiTests
{
    private const string First = "0000:3b:00.0";
    private const string Last = "0000:af:00.0";

    [Fact]
    public async Task The_forms_agree_with_each_other_and_with_the_state()
    {
        using SimulatorLab lab = VgpuLab.Create();
        await lab.RunAsync("v803-01", "nvidia_l40-8q");
        foreach (string command in new[] { "nvidia-smi -q -x", "nvidia-smi -q", "nvidia-smi" })
        {
            NvidiaSmiReport report = NvidiaSmiText.Read(await lab.SaysAsync("vgpu-803-01", command));
            Assert.Equal("550.163.02", report.DriverVersion);
            Assert.Equal([First, "0000:86:00.0", Last], report.Gpus.Select(gpu => gpu.Address.ToString()));
            Assert.Equal(["NVIDIA L40", "NVIDIA L40", "NVIDIA A40"], report.Gpus.Select(gpu => gpu.Name));
            Assert.Equal([true, true, true], report.Gpus.Select(gpu => gpu.EccCurrent!.Value));
            Assert.Equal(48 * 1024 * 15 / 16, report.Gpus[0].MemoryTotalMB);
            Assert.Equal((8192 * 15 / 16) - 64, report.Gpus[0].MemoryUsedMB);
            Assert.Equal(0, report.Gpus[1].MemoryUsedMB);
            if (command != "nvidia-smi")
            {
                Assert.All(report.Gpus, gpu => Assert.True(gpu.IsHostVgpu));
                Assert.Equal("SR-IOV", report.Gpus[0].HostVgpuMode);
                Assert.Equal(["Disabled", "Enabled", "Disabled"], report.Gpus.Select(gpu => gpu.VgpuHeterogeneousMode!));
            }
        }

        Assert.Contains("v803-01", await lab.SaysAsync("vgpu-803-01", "nvidia-smi"), StringComparison.Ordinal);
        NvidiaSmiReport listed = NvidiaSmiText.Read(await lab.SaysAsync("vgpu-803-01", "nvidia-smi -L"));
        NvidiaSmiReport xml = NvidiaSmiText.Read(await lab.SaysAsync("vgpu-803-01", "nvidia-smi -q -x"));
        Assert.Equal(xml.Gpus.Select(gpu => gpu.Uuid), listed.Gpus.Select(gpu => gpu.Uuid));
        Assert.Equal(3, xml.Gpus.Select(gpu => gpu.Uuid).Distinct().Count());
    }

    [Fact]
    public async Task The_vgpu_forms_name_vms_profiles_and_placements()
    {
        using SimulatorLab lab = VgpuLab.Create();
        lab.Host("vgpu-803-01").Function(First)!.IsActive = true;
        await lab.RunAsync("v803-01", "nvidia_l40-24q");
        await lab.RunAsync("v803-02", "nvidia_l40-4q");
        await lab.RunAsync("v803-03", "nvidia_a40-8q");
        NvidiaSmiReport query = NvidiaSmiText.Read(await lab.SaysAsync("vgpu-803-01", "nvidia-smi vgpu -q"));
        Assert.Equal(["v803-01", "v803-02"], query.Gpus[0].Vgpus.Select(vgpu => vgpu.VmName!));
        Assert.Equal(["NVIDIA L40-24Q", "NVIDIA L40-4Q"], query.Gpus[0].Vgpus.Select(vgpu => vgpu.Name));
        Assert.Equal([0, 24], query.Gpus[0].Vgpus.Select(vgpu => vgpu.PlacementId!.Value));
        Assert.Null(query.Gpus[1].Vgpus[0].PlacementId);
        Assert.Equal(8192, query.Gpus[1].Vgpus[0].MemoryTotalMB);
        NvidiaSmiReport table = NvidiaSmiText.Read(await lab.SaysAsync("vgpu-803-01", "nvidia-smi vgpu"));
        Assert.Equal(query.Gpus.SelectMany(gpu => gpu.Vgpus).Select(vgpu => vgpu.Id), table.Gpus.SelectMany(gpu => gpu.Vgpus).Select(vgpu => vgpu.Id));
        Assert.Equal("v803-03", table.Gpus[1].Vgpus[0].VmName);

        // In same-size mode only the running size can be added; in mixed-size what a placement is left for.
        IReadOnlyList<NvidiaSmiVgpuType> creatable = NvidiaSmiText.ReadVgpuTypes(await lab.SaysAsync("vgpu-803-01", "nvidia-smi vgpu -c"));
        Assert.All(creatable.Where(type => type.Address.ToString() == Last), type => Assert.Contains("-8", type.Name, StringComparison.Ordinal));
        Assert.Contains("NVIDIA L40-16Q", creatable.Select(type => type.Name));
        Assert.DoesNotContain("NVIDIA L40-24Q", creatable.Select(type => type.Name));
        IReadOnlyList<NvidiaSmiVgpuType> supported = NvidiaSmiText.ReadVgpuTypes(await lab.SaysAsync("vgpu-803-01", "nvidia-smi vgpu -s -v -i 1"));
        Assert.All(supported, type => Assert.Equal(Last, type.Address.ToString()));
        Assert.Equal(3, supported.Single(type => type.Name == "NVIDIA A40-16Q").MaxInstances);
        Assert.Equal("0x234", supported.Single(type => type.Name == "NVIDIA A40-16Q").TypeId);
    }

    [Theory]
    [InlineData("vgpu-67-01", "470.63", "v11", "Host VGPU Mode")]
    [InlineData("vgpu-70-01", "535.54.06", "v12", "Host VGPU Mode")]
    [InlineData("vgpu-803-01", "550.163.02", "v12", "vGPU Heterogeneous Mode")]
    public async Task The_forms_follow_the_driver(string host, string version, string documentType, string line)
    {
        using SimulatorLab lab = VgpuLab.Create();
        Assert.Contains("nvsmi_device_" + documentType + ".dtd", await lab.SaysAsync(host, "nvidia-smi -q -x"), StringComparison.Ordinal);
        Assert.Contains("Driver Version                            : " + version, await lab.SaysAsync(host, "nvidia-smi -q"), StringComparison.Ordinal);
        Assert.Contains(line, await lab.SaysAsync(host, "nvidia-smi -q"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_guides_driver_answers_as_the_guide_prints_it()
    {
        using SimulatorLab lab = Guide();
        string text = await lab.SaysAsync("vgpu-67-01", "nvidia-smi -q | grep -i virtualization");
        Assert.Equal(4, text.Trim().Split('\n').Length);
        Assert.Contains("Virtualization mode               : Host VGPU", text, StringComparison.Ordinal);
        Assert.Contains("    ECC Mode\n        Current                           : Enabled\n", await lab.SaysAsync("vgpu-67-01", "nvidia-smi -q -d ECC"), StringComparison.Ordinal);
        Assert.DoesNotContain("Product Name", await lab.SaysAsync("vgpu-67-01", "nvidia-smi -q -d ECC"), StringComparison.Ordinal);
        Assert.DoesNotContain("MIG", await lab.SaysAsync("vgpu-67-01", "nvidia-smi -q"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ecc_is_switched_for_the_next_boot()
    {
        using SimulatorLab lab = Guide();
        Assert.Equal("Disabled ECC support for GPU 00000000:3B:00.0.\nAll done.\nReboot required.\n", await lab.SaysAsync("vgpu-67-01", "nvidia-smi -i 0 -e 0"));
        Assert.True(lab.Device("vgpu-67-01", First).EccCurrent);
        Assert.False(lab.Device("vgpu-67-01", First).EccPending);
        Assert.True(lab.Device("vgpu-67-01", Last).EccPending);
        Assert.Equal("ecc.mode.current, ecc.mode.pending\nEnabled, Disabled\nEnabled, Enabled\n", await lab.SaysAsync("vgpu-67-01", "nvidia-smi --query-gpu=ecc.mode.current,ecc.mode.pending --format=csv"));
        Assert.DoesNotContain("Reboot", await lab.SaysAsync("vgpu-67-01", "nvidia-smi -e 0 -i 3b:00.0"), StringComparison.Ordinal);
        Assert.Contains("GPU 00000000:AF:00.0", await lab.SaysAsync("vgpu-67-01", "nvidia-smi -e 0"), StringComparison.Ordinal);
        await lab.PluginFailsAsync("v67-01", "grid_p100-8q");
        await lab.RebootAsync("vgpu-67-01");
        Assert.False(lab.Device("vgpu-67-01", First).EccCurrent);
        await lab.PowerOnAsync("v67-01");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Mig_mode_is_pending_or_not(bool needsReboot)
    {
        using SimulatorLab lab = VgpuLab.Create(o => new SimulatorOptions { Scenario = o.Scenario, ClockSpeed = o.ClockSpeed, MigNeedsReboot = needsReboot });
        string text = await lab.SaysAsync("vgpu-803-02", "nvidia-smi -i 0 -mig 1");
        Assert.Contains(needsReboot ? "MIG mode is in pending enable state for GPU 00000000:3B:00.0" : "Enabled MIG Mode for GPU 00000000:3B:00.0", text, StringComparison.Ordinal);
        NvidiaSmiGpu gpu = NvidiaSmiText.Read(await lab.SaysAsync("vgpu-803-02", "nvidia-smi -q -x")).Gpus[0];
        Assert.Equal(!needsReboot, gpu.MigCurrent);
        Assert.True(gpu.MigPending);
        if (needsReboot)
        {
            Assert.True(NvidiaSmiText.Read(await lab.SaysAsync("vgpu-803-02", "nvidia-smi")).Gpus[0].MigPending);
            await lab.RebootAsync("vgpu-803-02");
        }

        Assert.Equal("multiInstanceGpu", lab.Device("vgpu-803-02", First).VgpuMode);
        await lab.RunAsync("c803-01", "grid_a100d-7-80c");
        Assert.Contains("pending disable state", await lab.SaysAsync("vgpu-803-02", "nvidia-smi -i 0 -mig 0"), StringComparison.Ordinal);
        Assert.True(lab.Device("vgpu-803-02", First).MigCurrent);
        Assert.Contains("Not Supported", await lab.SaysAsync("vgpu-803-01", "nvidia-smi -mig 1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mig_instances_are_made_listed_and_taken_away()
    {
        using SimulatorLab lab = VgpuLab.Create();
        Assert.Equal(6, (await lab.ShellAsync("vgpu-803-02", "nvidia-smi mig -lgi")).ExitCode);
        string made = await lab.SaysAsync("vgpu-803-02", "nvidia-smi mig -cgi 9,3g.20gb -C");
        Assert.Contains("Successfully created GPU instance ID  1 on GPU  3 using profile MIG 3g.20gb (ID  9)", made, StringComparison.Ordinal);
        IReadOnlyList<(int Gpu, GpuVSphere.Smi.MigInstance Instance)> listed = NvidiaSmiText.ReadMigInstances(await lab.SaysAsync("vgpu-803-02", "nvidia-smi mig -lgi"));
        Assert.Equal([0, 4], listed.Select(each => each.Instance.Start));
        Assert.All(listed, each => Assert.Equal((3, 9, 4), (each.Gpu, each.Instance.ProfileId, each.Instance.Size)));
        IReadOnlyList<(int Gpu, GpuVSphere.Smi.MigProfile Profile)> profiles = NvidiaSmiText.ReadMigProfiles(await lab.SaysAsync("vgpu-803-02", "nvidia-smi mig -lgip"));
        Assert.Equal((0, 7), profiles.Where(each => each.Profile.Id == 19).Select(each => (each.Profile.Free, each.Profile.Total)).Single());
        ShellResult full = await lab.ShellAsync("vgpu-803-02", "nvidia-smi mig -cgi 19");
        Assert.Equal(19, full.ExitCode);
        Assert.Contains("Insufficient Resources", full.Output, StringComparison.Ordinal);

        // With compute instances, or with a VM on it, an instance stays.
        Assert.Equal(19, (await lab.ShellAsync("vgpu-803-02", "nvidia-smi mig -dgi")).ExitCode);
        await lab.SaysAsync("vgpu-803-02", "nvidia-smi mig -dci");
        await lab.RunAsync("c803-01", "grid_a100-3-20c");
        Assert.Equal(19, (await lab.ShellAsync("vgpu-803-02", "nvidia-smi mig -dgi -gi 1")).ExitCode);
        Assert.Equal("Successfully destroyed GPU instance ID  2 from GPU  3\n", await lab.SaysAsync("vgpu-803-02", "nvidia-smi mig -dgi -gi 2"));
        Assert.Equal(["MIG 3g.20gb@0"], lab.Device("vgpu-803-02", Last).MigInstances);
        await lab.PowerOffAsync("c803-01");
        Assert.Equal(["MIG 3g.20gb@0"], lab.Device("vgpu-803-02", Last).MigInstances);
        Assert.Equal(6, (await lab.ShellAsync("vgpu-803-01", "nvidia-smi mig -lgi")).ExitCode);
    }

    [Fact]
    public async Task The_scheduler_is_set_live_only_while_no_vgpu_runs()
    {
        using SimulatorLab lab = VgpuLab.Create();
        await lab.SaysAsync("vgpu-803-01", "nvidia-smi vgpu set-scheduler-state -i 0 -p 2 -ts 2000000");
        Assert.Equal("EQUAL_SHARE", lab.Device("vgpu-803-01", First).Scheduler);
        Assert.Equal(2_000_000, lab.Device("vgpu-803-01", First).SchedulerTimesliceNs);
        Assert.Equal("BEST_EFFORT", lab.Device("vgpu-803-01", Last).Scheduler);
        Assert.Contains("Equal Share", await lab.SaysAsync("vgpu-803-01", "nvidia-smi vgpu get-scheduler-state -i 0"), StringComparison.Ordinal);
        await lab.RunAsync("v803-01", "nvidia_l40-8q");
        ShellResult refused = await lab.ShellAsync("vgpu-803-01", "nvidia-smi vgpu set-scheduler-state -i 0 -p 3");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Equal("Unable to set the vGPU scheduler state on GPU \"00000000:3B:00.0\".\nvGPU scheduler state cannot be configured, if vGPU instance is currently active on the device.\n", refused.Output);
        Assert.Equal("EQUAL_SHARE", lab.Device("vgpu-803-01", First).Scheduler);

        // Live settings do not outlive a boot.
        await lab.RebootAsync("vgpu-803-01");
        Assert.Equal("BEST_EFFORT", lab.Device("vgpu-803-01", First).Scheduler);
    }

    [Fact]
    public async Task It_fails_as_the_real_one_does()
    {
        using SimulatorLab lab = VgpuLab.Create();
        HostSystem bare = lab.Host("vgpu-bare-01");
        lab.Simulator.Orders.InstallGpuDriver("vgpu-bare-01");
        bare.Software.Drop(vib => vib.IsGpuDriver);
        bare.Software.Boot();
        bare.Software.Installed.Add(VgpuDrivers.For(bare));
        ShellResult notLoaded = await lab.ShellAsync("vgpu-bare-01", "nvidia-smi -q -x");
        Assert.Equal(9, notLoaded.ExitCode);
        Assert.StartsWith("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", notLoaded.Output, StringComparison.Ordinal);
        bare.Software.Boot();
        Assert.Equal(0, (await lab.ShellAsync("vgpu-bare-01", "nvidia-smi")).ExitCode);

        bare.Function(First)!.IsActive = true;
        ShellResult none = await lab.ShellAsync("vgpu-bare-01", "nvidia-smi");
        Assert.NotEqual(0, none.ExitCode);
        Assert.Equal("No devices were found\n", none.Output);

        lab.Host("vgpu-67-01").Graphics.DefaultType = "shared";
        lab.Host("vgpu-67-01").Graphics.TakeEffect();
        Assert.Equal("No supported devices in vGPU mode\n", (await lab.ShellAsync("vgpu-67-01", "nvidia-smi vgpu")).Output);
        Assert.Equal("Host VSGA", NvidiaSmiText.Read(await lab.SaysAsync("vgpu-67-01", "nvidia-smi -q -x")).Gpus[0].VirtualizationMode);
        Assert.Equal("No devices were found\n", (await lab.ShellAsync("vgpu-67-01", "nvidia-smi -i 9")).Output);
        Assert.Equal(2, (await lab.ShellAsync("vgpu-67-01", "nvidia-smi --frobnicate")).ExitCode);
        Assert.Contains("not a valid field", (await lab.ShellAsync("vgpu-67-01", "nvidia-smi --query-gpu=nonsense --format=csv")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gpu_in_passthrough_is_not_listed()
    {
        using SimulatorLab lab = VgpuLab.Create();
        lab.Host("vgpu-67-01").Function(First)!.IsActive = true;
        Assert.Equal([Last], NvidiaSmiText.Read(await lab.SaysAsync("vgpu-67-01", "nvidia-smi -q -x")).Gpus.Select(gpu => gpu.Address.ToString()));
    }

    private static SimulatorLab Guide()
    {
        SimulatorLab lab = VgpuLab.Create();
        HostSystem host = lab.Host("vgpu-67-01");
        host.Vibs.RemoveAll(vib => vib.Vendor == "NVIDIA");
        host.Vibs.Add(new InstalledVib("NVIDIA-VMware_ESXi_6.7_Host_Driver", "390.42-1OEM.670.0.0.7535516", "NVIDIA", "VMwareAccepted", "2018-04-17"));
        host.Software.Boot();
        return lab;
    }
}
