using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Model.Software;
using GpuVSphere.Simulator.Tests.Hosts;
using GpuVSphere.Vgpu;

namespace GpuVSphere.Simulator.Tests.Vgpu;

/// <summary>The second method on a host of 6.5, from Shared and no driver to a vGPU that runs: what that release lacks is neither asked for nor claimed.</summary>
public sealed class Vsphere65Tests
{
    private const string Host = "new-67-02";
    private const string Vm = "desk-67a";
    private const string Gpu = "0000:3b:00.0";
    private const string Vib65 = "[gpu-ds] NVIDIA/NVIDIA-VMware_ESXi_6.5_Host_Driver_390.42-1OEM.650.0.0.4598673.vib";
    private const string Vib67 = "[gpu-ds] NVIDIA/NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM.670.0.0.7535516.vib";

    [Fact]
    public async Task From_Shared_and_no_driver_to_a_vGPU_that_runs()
    {
        using HostLab lab = await StartAsync();
        GpuHost host = await HostAsync(lab);
        Assert.Equal("6.5.0", host.Version);

        // The package of 6.7 is another one.
        ChangePlan other = await lab.PlanAsync(NvidiaVibIntents.Install([host], [Vib67], setGraphicsMode: true, null, HostLab.RebootAndPowerOff));
        Assert.Equal("VIB-ESXI", Assert.Single(other.Findings, finding => finding.Blocks).RuleId);

        // No component and no image is asked for: there are none before 7.0.
        var calls = new FaultRule { Method = "UpdateGraphicsConfig", Delay = TimeSpan.FromSeconds(1) };
        lab.Simulator.Faults.Add(calls);
        ChangeResult installed = await lab.RunOneAsync(NvidiaVibIntents.Install([host], [Vib65], setGraphicsMode: true, null, HostLab.RebootAndPowerOff));
        Assert.True(installed.Outcome == ChangeOutcome.Done, installed.Error?.ToString() ?? installed.Message);
        Assert.Equal(1, calls.Applied);
        Assert.Contains("Host VGPU on " + Gpu, installed.Message, StringComparison.Ordinal);
        Assert.Equal("sharedDirect", lab.Raw.Host(Host).Device(Gpu).GraphicsType);
        Assert.False(lab.Raw.Host(Host).IsInMaintenance);
        NvidiaVib vib = Assert.Single(await NvidiaVibs.ReadAsync(lab.Sessions[0], await HostAsync(lab), CancellationToken.None));
        Assert.Equal(("390.42", (string?)null), (vib.DriverVersion!.ToString(), vib.Component));

        // vGPU 6.0 wants ECC off.
        ChangeResult ecc = await lab.RunOneAsync(EccIntents.Set(await lab.DevicesAsync(Host), false, HostLab.RebootAndPowerOff));
        Assert.True(ecc.Outcome == ChangeOutcome.Done, ecc.Error?.ToString() ?? ecc.Message);
        Assert.False(lab.Raw.Host(Host).Device(Gpu).EccCurrent);

        // What such a host does not tell of a profile is left open.
        GpuInventory inventory = await lab.ReadAsync();
        VgpuHost read = (await VgpuReader.ReadAsync(lab.Sessions[0], inventory, [await HostAsync(lab)], CancellationToken.None)).Single();
        VgpuProfile profile = CapacityReport.Profiles(HostCapacity.Of(read), read, name => name == "grid_p100-8q").Single();
        Assert.Equal((2, 2), (profile.CanStart, profile.MayStart));
        Assert.Equal(((bool?)null, (bool?)null, (bool?)null, (bool?)null), (profile.CanMigrate, profile.CanSuspend, profile.CanSnapshotDisk, profile.CanSnapshotMemory));

        GpuVm vm = (await lab.ReadAsync()).Vms.Single(vm => vm.Name == Vm);
        ChangeResult given = await lab.RunOneAsync(VmVgpuIntents.Add(
            [new(new PlanTarget(vm.Id, vm.Name, vm.ServerName), ["grid_p100-8q"])], [], new Dictionary<string, string>(), new VmChangeOptions { PowerOn = true }));
        Assert.True(given.Outcome == ChangeOutcome.Done, given.Error?.ToString() ?? given.Message);
        Assert.Equal(("poweredOn", 1), (lab.Raw.Vm(Vm).PowerState, lab.Raw.Host(Host).Device(Gpu).VgpuCount));
    }

    [Fact]
    public async Task A_type_is_in_force_after_xorg_and_modes_are_refused()
    {
        using HostLab lab = await StartAsync();
        lab.Simulator.Orders.InstallGpuDriver(Host);
        ChangeResult shared = await lab.RunOneAsync(await GraphicsModeTests.SetAsync(lab, Host, GraphicsType.Shared, HostLab.Staged));
        Assert.True(shared.Outcome == ChangeOutcome.Done, shared.Error?.ToString() ?? shared.Message);
        Assert.Equal("shared", lab.Raw.Host(Host).Device(Gpu).GraphicsType);
        int boots = lab.Raw.Host(Host).BootCount;

        var restarts = new FaultRule { Method = "RestartService", Delay = TimeSpan.FromSeconds(1) };
        lab.Simulator.Faults.Add(restarts);
        ChangeResult direct = await lab.RunOneAsync(await GraphicsModeTests.SetAsync(lab, Host, GraphicsType.SharedDirect, HostLab.Staged));
        Assert.Equal((ChangeOutcome.Done, 1), (direct.Outcome, restarts.Applied));
        Assert.Equal(("sharedDirect", boots), (lab.Raw.Host(Host).Device(Gpu).GraphicsType, lab.Raw.Host(Host).BootCount));

        ChangePlan mixed = await lab.PlanAsync(GraphicsIntents.Set(
            [await HostAsync(lab)], new Dictionary<GpuHost, IReadOnlyList<PciAddress>>(), null, null, VgpuMode.MixedSize, HostLab.Staged));
        Assert.Equal("VGPU-MODE", Assert.Single(mixed.Findings, finding => finding.Blocks).RuleId);
    }

    private static async Task<HostLab> StartAsync()
    {
        HostLab lab = await HostLab.StartAsync(new SimulatorOptions { ClockSpeed = 400, Scenario = "vgpu-setup" });
        lock (lab.Simulator.Inventory.Gate)
        {
            HostSystem host = lab.Simulator.Inventory.Hosts.Single(host => host.Name == Host);
            host.Release = EsxRelease.V65U3;
            host.Vibs.Clear();
            host.Vibs.AddRange(new HostSoftware(host).Installed);
            foreach (VirtualMachine vm in host.Vms)
            {
                VmConfig config = vm.Config.Copy();
                config.HardwareVersion = host.Release.MaxHardwareVersion;
                vm.Apply(config);
            }
        }

        return lab;
    }

    private static async Task<GpuHost> HostAsync(HostLab lab) => (await lab.ReadAsync()).Hosts.Single(host => host.Name == Host);
}
