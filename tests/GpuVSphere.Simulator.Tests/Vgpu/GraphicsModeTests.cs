using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Tests.Hosts;
using GpuVSphere.Vgpu;

namespace GpuVSphere.Simulator.Tests.Vgpu;

/// <summary>Graphics types, modes and policy of hosts, end to end.</summary>
public sealed class GraphicsModeTests
{
    private const string Gpu = "0000:3b:00.0";
    private const string SecondGpu = "0000:af:00.0";

    [Fact]
    public async Task Without_a_driver_the_host_and_every_GPU_are_configured_in_one_call_and_nothing_waits()
    {
        using HostLab lab = await HostLab.StartAsync();
        var calls = new FaultRule { Method = "UpdateGraphicsConfig", Delay = TimeSpan.FromSeconds(1) };
        lab.Simulator.Faults.Add(calls);
        ChangeResult result = await lab.RunOneAsync(await SetAsync(lab, "esx-67-01", GraphicsType.SharedDirect, HostLab.Staged));

        Assert.Equal((ChangeOutcome.Done, 1), (result.Outcome, calls.Applied));
        Assert.Contains("no driver serves it yet", result.Message, StringComparison.Ordinal);
        RawHostGraphics graphics = lab.Raw.Host("esx-67-01").Graphics;
        Assert.Equal("sharedDirect", graphics.DefaultType);
        Assert.All(graphics.Devices, device => Assert.Equal("sharedDirect", device.ConfiguredType));
        Assert.Empty((await lab.PlanAsync(await SetAsync(lab, "esx-67-01", GraphicsType.SharedDirect, HostLab.Staged))).Changes);
    }

    [Fact]
    public async Task A_reboot_that_is_asked_for_is_made_although_no_driver_is_there()
    {
        using HostLab lab = await HostLab.StartAsync();
        DateTimeOffset? booted = await BootTimeAsync(lab, "esx-80-01");
        ChangeResult result = await lab.RunOneAsync(await SetAsync(lab, "esx-80-01", GraphicsType.SharedDirect, HostLab.Reboot));
        Assert.Equal(ChangeOutcome.Done, result.Outcome);
        Assert.NotEqual(booted, await BootTimeAsync(lab, "esx-80-01"));
        Assert.False(lab.Raw.Host("esx-80-01").IsInMaintenance);
    }

    [Fact]
    public async Task Before_7_0_U1_a_restart_of_xorg_brings_it_into_force()
    {
        using HostLab lab = await HostLab.StartAsync();
        lab.Simulator.Orders.InstallGpuDriver("esx-67-01");
        DateTimeOffset? booted = await BootTimeAsync(lab, "esx-67-01");
        string now = lab.Raw.Host("esx-67-01").Device(Gpu).GraphicsType;
        GraphicsType other = now == "sharedDirect" ? GraphicsType.Shared : GraphicsType.SharedDirect;
        ChangeResult result = await lab.RunOneAsync(await SetAsync(lab, "esx-67-01", other, HostLab.Staged));

        Assert.Equal(ChangeOutcome.Done, result.Outcome);
        Assert.NotEqual(now, lab.Raw.Host("esx-67-01").Device(Gpu).GraphicsType);
        Assert.Equal(booted, await BootTimeAsync(lab, "esx-67-01"));
    }

    [Fact]
    public async Task Later_it_is_staged_said_to_wait_and_a_reboot_brings_it_into_force()
    {
        using HostLab lab = await HostLab.StartAsync();
        lab.Simulator.Orders.InstallGpuDriver("esx-80-02");
        ChangeResult staged = await lab.RunOneAsync(await SetAsync(lab, "esx-80-02", GraphicsType.Shared, HostLab.Staged));
        Assert.Equal(ChangeOutcome.Pending, staged.Outcome);
        Assert.Contains("still Shared Direct", staged.Message, StringComparison.Ordinal);

        HostGraphicsMode seen = await ModeAsync(lab, "esx-80-02");
        Assert.True(seen.IsPending);
        Assert.Contains("nv-hostengine", seen.Pending, StringComparison.Ordinal);
        Assert.All(seen.Gpus, gpu => Assert.Equal((GraphicsType.Shared, "Shared Direct"), (gpu.ConfiguredType!.Value, gpu.ActiveType)));

        ChangeIntent again = await SetAsync(lab, "esx-80-02", GraphicsType.Shared, HostLab.Staged);
        Assert.DoesNotContain((await lab.PlanAsync(again)).Changes, change => change.Needs != ChangeNeeds.None);
        Assert.Equal(ChangeOutcome.Pending, (await lab.RunOneAsync(again)).Outcome);

        ChangeResult rebooted = await lab.RunOneAsync(await SetAsync(lab, "esx-80-02", GraphicsType.Shared, HostLab.RebootAndPowerOff with { Force = true }));
        Assert.Equal(ChangeOutcome.Done, rebooted.Outcome);
        seen = await ModeAsync(lab, "esx-80-02");
        Assert.False(seen.IsPending);
        Assert.All(seen.Gpus, gpu => Assert.Equal("Shared", gpu.ActiveType));
        Assert.Equal("poweredOn", lab.Raw.Vm("web-02").PowerState);
    }

    /// <summary>The first release on which a restart of xorg does nothing for vGPUs: it is not tried.</summary>
    [Fact]
    public async Task From_7_0_U1_on_xorg_is_left_alone()
    {
        using HostLab lab = await HostLab.StartAsync();
        lock (lab.Simulator.Inventory.Gate)
        {
            lab.Simulator.Inventory.Hosts.Single(host => host.Name == "esx-70-01").Release = EsxRelease.V70U1;
        }

        lab.Simulator.Orders.InstallGpuDriver("esx-70-01");
        string now = lab.Raw.Host("esx-70-01").Device(Gpu).GraphicsType;
        var restarts = new FaultRule { Method = "RestartService", Delay = TimeSpan.FromSeconds(1) };
        lab.Simulator.Faults.Add(restarts);

        ChangeResult staged = await lab.RunOneAsync(await SetAsync(lab, "esx-70-01", GraphicsType.Shared, HostLab.Staged));

        Assert.Equal((ChangeOutcome.Pending, 0), (staged.Outcome, restarts.Applied));
        Assert.Equal(("sharedDirect", now), (now, lab.Raw.Host("esx-70-01").Device(Gpu).GraphicsType));
        Assert.Contains("nv-hostengine", (await ModeAsync(lab, "esx-70-01")).Pending, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_device_alone_gets_a_type_and_the_others_are_sent_as_they_were()
    {
        using HostLab lab = await HostLab.StartAsync();
        await lab.RunOneAsync(await SetAsync(lab, "esx-80-01", GraphicsType.SharedDirect, HostLab.Staged, device: SecondGpu));
        RawHostGraphics graphics = lab.Raw.Host("esx-80-01").Graphics;
        Assert.Equal("shared", graphics.DefaultType);
        Assert.Equal("shared", graphics.Device(Gpu).ConfiguredType);
        Assert.Equal("sharedDirect", graphics.Device(SecondGpu).ConfiguredType);
    }

    [Fact]
    public async Task Policy_and_mode_are_set_and_undone()
    {
        using HostLab lab = await HostLab.StartAsync();
        GpuHost host = (await lab.ReadAsync()).Hosts.Single(host => host.Name == "esx-80-02");
        ChangeIntent intent = GraphicsIntents.Set([host], new Dictionary<GpuHost, IReadOnlyList<PciAddress>>(), GraphicsType.SharedDirect, AssignmentPolicy.Consolidation, VgpuMode.MixedSize, HostLab.Staged);
        ChangeResult result = await lab.RunOneAsync(intent);
        Assert.Equal(ChangeOutcome.Done, result.Outcome);
        RawHostGraphics graphics = lab.Raw.Host("esx-80-02").Graphics;
        Assert.Equal(("sharedDirect", "consolidation"), (graphics.DefaultType, graphics.Policy));
        Assert.All([Gpu, SecondGpu], address => Assert.Equal("mixedSize", graphics.Device(address).ConfiguredMode));

        await lab.Changes.UndoAsync(result.ChangeId!, lab.Context, null, lab.Feedback, CancellationToken.None);
        graphics = lab.Raw.Host("esx-80-02").Graphics;
        Assert.Equal(("shared", "performance"), (graphics.DefaultType, graphics.Policy));
        Assert.All([Gpu, SecondGpu], address => Assert.Equal(("shared", "sameSize"), (graphics.Device(address).ConfiguredType, graphics.Device(address).ConfiguredMode)));
    }

    [Theory]
    [InlineData("esx-67-01", "VGPU-MODE", "8.0 U3")]
    [InlineData("esx-70-01", "VGPU-MODE", "8.0 U3")]
    [InlineData("esx-usb-01", "VGPU-MODE", "Turing")]
    public async Task Mixed_size_is_refused_where_version_or_generation_lack_it(string name, string rule, string words)
    {
        using HostLab lab = await HostLab.StartAsync();
        GpuHost host = (await lab.ReadAsync()).Hosts.Single(host => host.Name == name);
        ChangePlan plan = await lab.PlanAsync(GraphicsIntents.Set([host], new Dictionary<GpuHost, IReadOnlyList<PciAddress>>(), null, null, VgpuMode.MixedSize, HostLab.Staged));
        Finding finding = Assert.Single(plan.Findings, finding => finding.Blocks);
        Assert.Equal(rule, finding.RuleId);
        Assert.Contains(words, finding.Message, StringComparison.Ordinal);
        Assert.All(lab.Raw.Host(name).Graphics.Devices, device => Assert.Equal("sameSize", device.ConfiguredMode));
    }

    [Fact]
    public async Task A_host_without_a_GPU_and_a_GPU_in_passthrough_are_refused()
    {
        using HostLab lab = await HostLab.StartAsync();
        ChangePlan none = await lab.PlanAsync(await SetAsync(lab, "esx-none-01", GraphicsType.SharedDirect, HostLab.Staged));
        Assert.Equal("HOST-GPU", Assert.Single(none.Findings, finding => finding.Blocks).RuleId);

        await lab.RunOneAsync(await lab.EnableAsync(HostLab.Staged, "esx-90-01/" + Gpu));
        ChangePlan named = await lab.PlanAsync(await SetAsync(lab, "esx-90-01", GraphicsType.SharedDirect, HostLab.Staged, Gpu));
        Finding finding = Assert.Single(named.Findings, finding => finding.Blocks);
        Assert.Equal("GRAPHICS-PASSTHROUGH", finding.RuleId);
        Assert.Contains("Disable-GpuPassthrough", finding.NextStep, StringComparison.Ordinal);

        ChangeResult rest = await lab.RunOneAsync(await SetAsync(lab, "esx-90-01", GraphicsType.SharedDirect, HostLab.Staged));
        Assert.Equal(ChangeOutcome.Done, rest.Outcome);
        Assert.Equal("sharedDirect", lab.Raw.Host("esx-90-01").Graphics.Device(SecondGpu).ConfiguredType);
    }

    [Fact]
    public async Task A_6_7_host_where_the_driver_came_first_is_mended_by_its_default()
    {
        const string Host = "new-67-01";
        using HostLab lab = await HostLab.StartAsync(new SimulatorOptions { ClockSpeed = 400, Scenario = "vgpu-setup", RefusesSharedDirectAfterVib = true });
        lab.Simulator.Orders.Install(Host, SimulatedDrivers.File("NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM.670.0.0.7535516.vib"));
        Assert.Equal("shared", lab.Raw.Host(Host).Device(Gpu).GraphicsType);
        var refused = new FaultRule { Method = "UpdateGraphicsConfig", Delay = TimeSpan.FromSeconds(1) };
        lab.Simulator.Faults.Add(refused);

        ChangeResult result = await lab.RunOneAsync(await SetAsync(lab, Host, GraphicsType.SharedDirect, HostLab.Staged));

        Assert.Equal((ChangeOutcome.Done, 1), (result.Outcome, refused.Applied));
        Assert.Equal("sharedDirect", lab.Raw.Host(Host).Graphics.DefaultType);
        Assert.All([Gpu, SecondGpu], address => Assert.Equal("sharedDirect", lab.Raw.Host(Host).Device(address).GraphicsType));
    }

    [Fact]
    public async Task A_GPU_that_the_host_goes_on_refusing_is_not_called_done()
    {
        using HostLab lab = await HostLab.StartAsync(new SimulatorOptions { ClockSpeed = 400, RefusesSharedDirectAfterVib = true });
        lab.Simulator.Orders.InstallGpuDriver("esx-67-01");

        // A type of its own does not follow the host's default.
        await lab.RunOneAsync(await SetAsync(lab, "esx-67-01", GraphicsType.Shared, HostLab.Staged, Gpu));
        ChangeResult result = await lab.RunOneAsync(await SetAsync(lab, "esx-67-01", GraphicsType.SharedDirect, HostLab.Staged));

        Assert.Equal(ChangeOutcome.Failed, result.Outcome);
        Assert.Contains($"{Gpu} is Shared. {SecondGpu} is Shared Direct. The graphics type of {Gpu} cannot be changed to Shared Direct.", result.Error!.Message, StringComparison.Ordinal);
        Assert.Equal("shared", lab.Raw.Host("esx-67-01").Graphics.Device(Gpu).ConfiguredType);
    }

    [Fact]
    public async Task The_account_needs_the_privilege()
    {
        using HostLab lab = await HostLab.StartAsync(user: "readonly@vsphere.local");
        ChangePlan plan = await lab.PlanAsync(await SetAsync(lab, "esx-80-01", GraphicsType.SharedDirect, HostLab.Staged));
        Assert.Contains(plan.Findings, finding => finding.Blocks && finding.Message.Contains("Host.Config.Settings", StringComparison.Ordinal));

        // With a reboot each privilege is named once.
        ChangePlan rebooted = await lab.PlanAsync(await SetAsync(lab, "esx-80-01", GraphicsType.SharedDirect, HostLab.RebootAndPowerOff));
        string said = string.Join(" ", rebooted.Findings.Where(finding => finding.RuleId == "PRIVILEGE-HOST").Select(finding => finding.Message));
        Assert.Equal(2, said.Split("Host.Config.").Length - 1);
        Assert.Contains("Host.Config.Maintenance", said, StringComparison.Ordinal);
    }

    internal static async Task<ChangeIntent> SetAsync(HostLab lab, string name, GraphicsType type, HostChangeOptions options, string? device = null)
    {
        GpuHost host = (await lab.ReadAsync()).Hosts.Single(host => host.Name == name);
        Dictionary<GpuHost, IReadOnlyList<PciAddress>> devices = [];
        if (device is not null)
        {
            devices[host] = [PciAddress.TryParse(device, out PciAddress address) ? address : default];
        }

        return GraphicsIntents.Set([host], devices, type, null, null, options);
    }

    private static async Task<DateTimeOffset?> BootTimeAsync(HostLab lab, string name) => (await lab.ReadAsync()).Hosts.Single(host => host.Name == name).BootTime;

    private static async Task<HostGraphicsMode> ModeAsync(HostLab lab, string name) =>
        (await HostGraphicsModes.ReadAsync(lab.Sessions[0], [(await lab.ReadAsync()).Hosts.Single(host => host.Name == name)], CancellationToken.None)).Single();
}
