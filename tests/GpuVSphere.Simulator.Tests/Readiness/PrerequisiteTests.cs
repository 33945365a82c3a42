using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Passthrough;
using GpuVSphere.Readiness;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Tests.Model;
using GpuVSphere.Simulator.Tests.Passthrough;
using GpuVSphere.Simulator.Tests.PowerOn;

namespace GpuVSphere.Simulator.Tests.Readiness;

/// <summary>The prerequisites of the guide that are in none of the fifteen pains: provoked where something comes of them, and named beforehand.</summary>
public sealed class PrerequisiteTests
{
    private const string First = "0000:3b:00.0";
    private const string Host = "esx-80-01";
    private static readonly VmChangeOptions s_plain = new();
    private static readonly VmChangeOptions s_powerOn = new() { PowerOn = true };

    [Fact]
    public async Task Memory_that_is_not_reserved_is_named_and_reserved_by_the_command_that_gives_the_GPU()
    {
        using PowerOnLab lab = await StartAsync();
        await lab.AddAsync("ml-01", s_plain, First);
        lab.Configure("ml-01", config => (config.LockMemory, config.ReservationMB) = (false, 1024));
        await lab.FailAsync("ml-01");

        ReadinessResult row = (await lab.JudgeVmAsync("ml-01")).Row("VM-MEMORY-RESERVED", ReadinessOutcome.Block);
        Assert.StartsWith($"Add-VmGpuPassthrough -VM ml-01 -Device {First} ", row.NextStep, StringComparison.Ordinal);

        await lab.TypeAsync($"Add-VmGpuPassthrough -VM ml-01 -Device {First}");
        (await lab.JudgeVmAsync("ml-01")).Row("VM-MEMORY-RESERVED", ReadinessOutcome.Pass);
        await lab.PowerOnAsync("ml-01");
    }

    [Fact]
    public async Task Memory_of_a_vgpu_vm_is_named_and_reserved_as_well()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync("vgpu");
        await lab.AddVgpuAsync("v67-01", s_plain, "grid_p100-8q");
        lab.Configure("v67-01", config => (config.LockMemory, config.ReservationMB) = (false, 0));
        Assert.Contains("libnvidia-vgx.so", (await lab.FailAsync("v67-01")).Message, StringComparison.Ordinal);

        Assert.StartsWith("Add-VmVgpuProfile -VM v67-01 -VgpuProfile grid_p100-8q ", (await lab.JudgeVmAsync("v67-01")).Row("VM-MEMORY-RESERVED", ReadinessOutcome.Block).NextStep, StringComparison.Ordinal);
        await lab.TypeAsync("Add-VmVgpuProfile -VM v67-01 -VgpuProfile grid_p100-8q");
        await lab.PowerOnAsync("v67-01");
    }

    [Fact]
    public async Task Hot_add_that_somebody_switched_on_is_named_and_switched_off_by_the_command_that_gives_the_GPU()
    {
        using PowerOnLab lab = await StartAsync();
        await lab.AddAsync("ml-01", s_plain, First);
        lab.Configure("ml-01", config => (config.CpuHotAdd, config.MemoryHotAdd) = (true, true));

        Assert.Contains("CPU and memory hot-add", (await lab.JudgeVmAsync("ml-01")).Row("VM-HOT-ADD", ReadinessOutcome.Confirm).Seen, StringComparison.Ordinal);
        ChangePlan plan = await lab.PlanAsync(PassthroughIntents.AddToVm([lab.Target("ml-01")], [VmLab.Device(First)], s_plain));
        Assert.Equal(2, plan.Changes.Count(change => change.After == "false"));
        await lab.TypeAsync($"Add-VmGpuPassthrough -VM ml-01 -Device {First}");
        (await lab.JudgeVmAsync("ml-01")).Row("VM-HOT-ADD", ReadinessOutcome.Pass);
    }

    [Fact]
    public async Task Secure_Boot_keeps_the_driver_of_a_linux_guest_out_until_its_key_is_known()
    {
        using PowerOnLab lab = await StartAsync();
        lab.Configure("ml-01", config => config.SecureBoot = true);
        await lab.AddAsync("ml-01", s_powerOn, First);
        lab.Simulated.Simulator.GuestDrivers.Install("ml-01", "NVIDIA-Linux-x86_64-550.163.01.run");
        Assert.NotEqual(0, (await lab.InGuestAsync("ml-01", "nvidia-smi -L")).ExitCode);

        Assert.Contains("mokutil", (await lab.JudgeVmAsync("ml-01")).Row("VM-SECURE-BOOT", ReadinessOutcome.Confirm).NextStep, StringComparison.Ordinal);

        await lab.Simulated.PowerOffAsync("ml-01");
        lab.Configure("ml-01", config => config.SecureBoot = false);
        (await lab.JudgeVmAsync("ml-01")).Row("VM-SECURE-BOOT", ReadinessOutcome.Pass);
        await lab.PowerOnAsync("ml-01");
        Assert.Equal(0, (await lab.InGuestAsync("ml-01", "nvidia-smi -L")).ExitCode);
    }

    [Theory]
    [InlineData("13932383", ReadinessOutcome.Pass)]
    [InlineData("5310538", ReadinessOutcome.Confirm)]
    public async Task A_host_of_6_5_is_told_by_its_build_from_one_without_update_1(string build, ReadinessOutcome outcome)
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync("vgpu");
        lab.Simulated.MoveToRelease("vgpu-67-01", EsxRelease.V65U3);
        GpuInventory inventory = await lab.ReadAsync();
        GpuHost host = inventory.Hosts.Single(one => one.Name == "vgpu-67-01");
        Assert.Equal(("6.5.0", "13932383"), (host.Version, host.Build));

        // The simulator has one build of 6.5; another is put into what was read.
        ReadinessSubject subject = new() { Action = ReadinessAction.UseVgpu, Target = new PlanTarget(host.Id, host.Name, host.ServerName), Host = host with { Build = build } };
        ReadinessReport.Of([subject]).Row("HOST-VERSION", outcome);
    }

    [Fact]
    public async Task What_a_working_GPU_proves_of_the_firmware_needs_no_confirmation()
    {
        using PowerOnLab lab = await StartAsync();
        Assert.Contains("PowerEdge R740", (await lab.JudgeHostAsync(Host, ReadinessAction.UsePassthrough)).Row("HOST-LARGE-BAR", ReadinessOutcome.Confirm).Seen, StringComparison.Ordinal);
        await lab.AddAsync("ml-01", s_powerOn, First);
        Assert.Contains("ml-01", (await lab.JudgeHostAsync(Host, ReadinessAction.UsePassthrough)).Row("HOST-LARGE-BAR", ReadinessOutcome.Pass).Seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_may_not_be_read_is_to_be_confirmed_and_blocks_nothing()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync("vgpu");
        await lab.AddVgpuAsync("v803-01", s_plain, "nvidia_l40-8q");
        lab.Simulated.Simulator.Faults.Add(new FaultRule { Method = "RetrieveManagedMethodExecuter", Fault = "NoPermission" });

        IReadOnlyList<ReadinessResult> host = await lab.JudgeHostAsync("vgpu-803-01", ReadinessAction.UseVgpu);
        IReadOnlyList<ReadinessResult> vm = await lab.JudgeVmAsync("v803-01");

        Assert.Contains("cannot be read", host.Row("ECC-VGPU", ReadinessOutcome.Confirm).Seen, StringComparison.Ordinal);
        host.Row("LICENSE-SERVER", ReadinessOutcome.Confirm);
        vm.Row("GUEST-DRIVER", ReadinessOutcome.Confirm);
        host.NothingBlocks();
        vm.NothingBlocks();
    }

    private static async Task<PowerOnLab> StartAsync()
    {
        PowerOnLab lab = await PowerOnLab.StartAsync();
        lab.Activate(Host, true, First, "0000:af:00.0");
        return lab;
    }
}
