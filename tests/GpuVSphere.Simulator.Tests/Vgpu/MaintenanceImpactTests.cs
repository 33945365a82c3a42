using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Methods;
using GpuVSphere.Readiness;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Tests.Hosts;
using GpuVSphere.Smi;
using GpuVSphere.Vgpu.Maintenance;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Vgpu;

/// <summary>The look ahead at maintenance mode on the scenario <c>migration</c>, held against what the server then does.</summary>
public sealed class MaintenanceImpactTests
{
    [Fact]
    public async Task Each_kind_of_device_has_its_way()
    {
        using HostLab lab = await StartAsync();
        HostMaintenanceImpact first = await OfAsync(lab, "move-80-01");
        Assert.Equal(
            ["desk-a MoveAfterSetting move-80-02", "desk-b MoveAfterSetting move-80-02", "pass-a PowerOff ", "web-a MovedByDrs ", "desk-off NotRunning "],
            first.VMs.Select(vm => $"{vm.VmName} {vm.Way} {vm.Target}"));
        Assert.Equal([1, 2, 3, 0, 0], first.VMs.Select(vm => vm.Order));
        Assert.False(first.CanEnterWithoutPowerOff);
        Assert.Equal(["VMOTION-SETTING", "DRS-VGPU-MAINTENANCE"], first.VMs[0].BlockedBy);
        Assert.StartsWith("Enable-VgpuMigration -Cluster MOVE-80", first.Steps[0], StringComparison.Ordinal);
        Assert.StartsWith("Enable-VgpuMigration -Cluster MOVE-80 lets it move. Move desk-a to move-80-02", first.VMs[0].NextStep, StringComparison.Ordinal);
        Assert.Equal(1, first.Steps.Count(step => step.Contains("Enable-VgpuMigration", StringComparison.Ordinal)));
        Assert.StartsWith("Move desk-a to move-80-02", first.Steps[1], StringComparison.Ordinal);
        Assert.Contains("VMOTION-SETTING", first.Settings.Where(finding => finding.Blocks).Select(finding => finding.RuleId));

        VmMaintenanceImpact dynamic = (await OfAsync(lab, "move-80-03")).VMs.Single();
        Assert.Equal((MaintenanceWay.PowerOffAndMove, "move-80-02"), (dynamic.Way, dynamic.Target));
        Assert.Null(dynamic.StunSeconds);
    }

    [Fact]
    public async Task Of_vms_that_compete_for_one_place_one_gets_it()
    {
        using HostLab lab = await StartAsync(o => o.VgpuHotMigrate(true));
        HostMaintenanceImpact fourth = await OfAsync(lab, "move-80-04");
        Assert.Equal(["ai-d MoveByHand move-80-02", "ai-e PowerOff "], fourth.VMs.Select(vm => $"{vm.VmName} {vm.Way} {vm.Target}"));
        Assert.Equal(["move-80-02"], fourth.VMs[1].Targets);
        Assert.Contains("no room left when the other VMs go as well", string.Join(" ", fourth.VMs[1].Why), StringComparison.Ordinal);
        Assert.Equal(["ai-e"], fourth.PowerOff);

        // Its one place is taken by VMs of another host when both go at once.
        IReadOnlyList<HostMaintenanceImpact> both = await OfAsync(lab, new MaintenanceOptions { Together = true }, [], "move-80-04", "move-80-01");
        Assert.Equal(1, both.SelectMany(host => host.VMs).Count(vm => vm.VmName.StartsWith("ai-", StringComparison.Ordinal) && vm.Way == MaintenanceWay.PowerOff)
            + both.SelectMany(host => host.VMs).Count(vm => vm.VmName.StartsWith("desk-", StringComparison.Ordinal) && vm.Way == MaintenanceWay.PowerOff) - 1);
        Assert.DoesNotContain(both.SelectMany(host => host.VMs), vm => vm.Target is "move-80-04" or "move-80-01");
    }

    [Fact]
    public async Task What_is_foretold_is_what_happens()
    {
        using HostLab lab = await StartAsync(o =>
        {
            o.VgpuHotMigrate(true);
            o.DrsOption("MOVE-80", "VgpuMMAutomationTimeoutSecs", "300");
        });
        foreach (string host in new[] { "move-80-01", "move-80-03", "move-80-04" })
        {
            HostMaintenanceImpact impact = await OfAsync(lab, host);
            if (impact.PowerOff.Count == 0)
            {
                await EnterAsync(lab, host);
            }
            else
            {
                // As long as they run, the host does not enter maintenance mode.
                Assert.Equal("Timedout", (await Assert.ThrowsAnyAsync<VimFaultException>(() => EnterAsync(lab, host))).FaultType);
            }

            // DRS took what it could, and what is left is what was said to be powered off.
            string[] left = [.. lab.Raw.Vms.Where(vm => vm.HostName == host && vm.PowerState == "poweredOn").Select(vm => vm.Name)];
            Assert.Equal(impact.PowerOff.Count, left.Length);
            foreach (string vm in left)
            {
                await PowerOffAsync(lab, vm);
            }

            if (left.Length > 0)
            {
                await EnterAsync(lab, host);
            }

            Assert.True(lab.Raw.Host(host).IsInMaintenance);
            Assert.All(impact.VMs.Where(vm => vm.Way == MaintenanceWay.MovedByDrs), vm => Assert.NotEqual(host, lab.Raw.Vm(vm.VmName).HostName));
            await lab.Sessions[0].ExitMaintenanceModeAsync(Host(lab, host), TimeSpan.Zero, null, CancellationToken.None);
        }
    }

    [Fact]
    public async Task Which_setting_keeps_drs_from_it_is_named_for_each_vm()
    {
        using HostLab lab = await StartAsync(o => o.VgpuHotMigrate(true));
        VmMaintenanceImpact desk = (await OfAsync(lab, "move-80-01")).VMs[0];
        Assert.Equal((MaintenanceWay.MoveByHand, "DRS-VGPU-MAINTENANCE"), (desk.Way, Assert.Single(desk.BlockedBy)));
        VmMaintenanceImpact vdi = (await OfAsync(lab, "move-67-01")).VMs.Single();
        Assert.Equal(["DRS-VM-OVERRIDE", "DRS-VGPU-MAINTENANCE"], vdi.BlockedBy);
        HostMaintenanceImpact nine = await OfAsync(lab, "move-90-01");
        Assert.Equal(["DRS-AUTOMATION", "DRS-VGPU-MAINTENANCE"], nine.VMs.Single(vm => vm.VmName == "llm-a").BlockedBy);
        Assert.Equal(MaintenanceWay.MovedByDrs, nine.VMs.Single(vm => vm.VmName == "batch-a").Way);
        Assert.Contains(nine.Notes, note => note.StartsWith("From 9.0 on", StringComparison.Ordinal));

        lab.Simulator.Orders.DrsOption("MOVE-80", "VgpuMMAutomationTimeoutSecs", "300");
        desk = (await OfAsync(lab, "move-80-01")).VMs.Single(vm => vm.VmName == "desk-a");
        Assert.Equal((MaintenanceWay.MovedByDrs, false), (desk.Way, desk.IsCertain));
    }

    [Fact]
    public async Task Stun_times_come_from_the_driver_and_else_from_sizes()
    {
        using HostLab lab = await StartAsync(o => o.VgpuHotMigrate(true));
        VmMaintenanceImpact desk = (await OfAsync(lab, "move-80-01")).VMs[0];
        Assert.Equal((10d, StunSource.Driver), (desk.StunSeconds, desk.StunSource));
        desk = (await OfAsync(lab, new MaintenanceOptions { BandwidthMbps = 20_000 }, [], "move-80-01")).Single().VMs[0];
        Assert.InRange(desk.StunSeconds!.Value, 5, 7);
        Assert.Equal(StunSource.DriverInterpolated, desk.StunSource);

        // A 6.7 host tells nothing: 8 GB over 10 Gbit/s.
        VmMaintenanceImpact vdi = (await OfAsync(lab, "move-67-01")).VMs.Single();
        Assert.Equal((6.9, StunSource.FrameBuffer), (vdi.StunSeconds, vdi.StunSource));

        desk = (await OfAsync(lab, new MaintenanceOptions { MaxStunSeconds = 9 }, [], "move-80-01")).Single().VMs.Single(vm => vm.VmName == "desk-a");
        Assert.Equal(MaintenanceWay.PowerOffAndMove, desk.Way);
        Assert.Contains("more than the 9 s", string.Join(" ", desk.Why), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_estimates_of_the_driver_the_size_of_the_state_counts()
    {
        using HostLab lab = await HostLab.StartAsync(new SimulatorOptions { Scenario = "migration", ClockSpeed = 400, VgpuHotMigrate = true, TellsStunTimes = false });
        VmMaintenanceImpact desk = (await OfAsync(lab, "move-80-01")).VMs[0];
        Assert.Equal((6.9, StunSource.MigrationSize), (desk.StunSeconds, desk.StunSource));
    }

    [Fact]
    public async Task Other_models_ecc_and_drivers_are_seen()
    {
        using HostLab lab = await StartAsync(o => o.VgpuHotMigrate(true));
        IReadOnlyList<NvidiaSmiGpu> told = [.. await ToldAsync(lab, "move-80-01", true), .. await ToldAsync(lab, "move-80-02", false), .. await ToldAsync(lab, "move-80-04", true)];
        VmMaintenanceImpact desk = (await OfAsync(lab, new MaintenanceOptions(), told, "move-80-01")).Single().VMs.Single(vm => vm.VmName == "desk-a");
        Assert.Equal(MaintenanceWay.PowerOffAndMove, desk.Way);
        Assert.Contains("ECC is on on the GPU of the VM and off on move-80-02", string.Join(" ", desk.Why), StringComparison.Ordinal);

        // The A40 host offers nothing for it, and another driver is a doubt, no refusal.
        lock (lab.Simulator.World.Gate)
        {
            HostSystem second = lab.Simulator.Inventory.Hosts.Single(host => host.Name == "move-80-02");
            second.Vibs.RemoveAll(vib => vib.Vendor == "NVD");
            second.Vibs.Add(second.Software.Record(SimulatedDrivers.Component(false, "800", "535.54.06-1OEM.800.1.0.20613240")));
            second.Software.Boot();
            second.Graphics.TakeEffect();
        }

        desk = (await OfAsync(lab, "move-80-01")).VMs.Single(vm => vm.VmName == "desk-a");
        Assert.Equal((MaintenanceWay.MoveByHand, false), (desk.Way, desk.IsCertain));
        Assert.Contains("NVIDIA's driver is", string.Join(" ", desk.Why), StringComparison.Ordinal);
        Assert.Equal(["move-80-02"], desk.PossibleTargets);
    }

    [Fact]
    public async Task A_host_that_is_away_or_in_maintenance_takes_nothing()
    {
        using HostLab lab = await StartAsync(o =>
        {
            o.VgpuHotMigrate(true);
            o.HostConnection("move-80-02", "notResponding");
        });
        VmMaintenanceImpact desk = (await OfAsync(lab, "move-80-01")).VMs.Single(vm => vm.VmName == "desk-a");
        Assert.Equal(MaintenanceWay.PowerOff, desk.Way);
        Assert.Contains("The host move-80-02 is not connected.", desk.Why);
    }

    [Fact]
    public async Task A_read_only_account_gets_the_same_answer_and_nothing_is_changed()
    {
        using HostLab admin = await StartAsync();
        using HostLab reader = await HostLab.StartAsync(new SimulatorOptions { Scenario = "migration", ClockSpeed = 400 }, "readonly@vsphere.local");
        HostMaintenanceImpact one = await OfAsync(admin, "move-80-01"), other = await OfAsync(reader, "move-80-01");
        Assert.Equal(one.VMs.Select(vm => (vm.VmName, vm.Way, vm.Target)), other.VMs.Select(vm => (vm.VmName, vm.Way, vm.Target)));
        Assert.False(reader.HasRunningTasks);
    }

    [Fact]
    public async Task Many_hosts_are_read_by_few_calls()
    {
        using HostLab lab = await HostLab.StartAsync(new SimulatorOptions { Scenario = "large", LargeHostCount = 96, LargeVmsPerHost = 4, ClockSpeed = 400 });
        GpuInventory inventory = await lab.ReadAsync();
        FaultRule all = new() { Delay = TimeSpan.Zero };
        lab.Simulator.Faults.Add(all);
        IReadOnlyList<HostMaintenanceImpact> impacts = await MaintenanceReader.ReadAsync(
            lab.Sessions[0], [.. inventory.Hosts.Select(host => host.Id.Reference)], [], new MaintenanceOptions(), CancellationToken.None);
        Assert.Equal(96, impacts.Count);
        Assert.All(impacts, impact => Assert.Equal(MaintenanceWay.MoveByHand, impact.Way));
        Assert.InRange(all.Applied, 1, 16);
    }

    [Fact]
    public async Task The_report_on_readiness_says_of_settings_what_the_look_ahead_says()
    {
        using HostLab lab = await StartAsync();
        GpuInventory inventory = await lab.ReadAsync();
        GpuHost host = inventory.Hosts.Single(host => host.Name == "move-80-01");
        Dictionary<string, ReadinessOutcome> rows = (await GpuReadiness.OfHostsAsync(
            lab.Sessions[0], inventory, [new HostUse(host, ReadinessAction.UseVgpu)], ["VMOTION-SETTING", "DRS-VGPU-MAINTENANCE"], [], CancellationToken.None)).ToDictionary(row => row.RuleId, row => row.Outcome);
        Assert.Equal(ReadinessOutcome.Information, rows["VMOTION-SETTING"]);
        Assert.Equal(ReadinessOutcome.Information, rows["DRS-VGPU-MAINTENANCE"]);
        Assert.Equal(["VMOTION-SETTING", "DRS-VGPU-MAINTENANCE"], (await OfAsync(lab, "move-80-01")).Settings.Where(finding => finding.Blocks).Select(finding => finding.RuleId));
        lab.Simulator.Orders.VgpuHotMigrate(true);
        rows = (await GpuReadiness.OfHostsAsync(
            lab.Sessions[0], inventory, [new HostUse(host, ReadinessAction.UseVgpu)], ["VMOTION-SETTING"], [], CancellationToken.None)).ToDictionary(row => row.RuleId, row => row.Outcome);
        Assert.Equal(ReadinessOutcome.Pass, rows["VMOTION-SETTING"]);
    }

    private static async Task<HostLab> StartAsync(Action<SimulatorOrders>? prepare = null)
    {
        HostLab lab = await HostLab.StartAsync(new SimulatorOptions { Scenario = "migration", ClockSpeed = 400 });
        prepare?.Invoke(lab.Simulator.Orders);
        return lab;
    }

    private static async Task<HostMaintenanceImpact> OfAsync(HostLab lab, string host) => (await OfAsync(lab, new MaintenanceOptions(), [], host)).Single();

    private static Task<IReadOnlyList<HostMaintenanceImpact>> OfAsync(HostLab lab, MaintenanceOptions options, IReadOnlyCollection<NvidiaSmiGpu> told, params string[] hosts) =>
        MaintenanceReader.ReadAsync(lab.Sessions[0], [.. hosts.Select(host => Host(lab, host))], told, options, CancellationToken.None);

    private static async Task<IReadOnlyList<NvidiaSmiGpu>> ToldAsync(HostLab lab, string host, bool isEccOn) => [.. (await lab.DevicesAsync(host)).Select(device => new NvidiaSmiGpu
    {
        HostId = device.HostId,
        HostName = host,
        Address = device.Address,
        EccCurrent = isEccOn,
    })];

    private static ManagedObjectReference Host(HostLab lab, string name) => new("HostSystem", lab.Raw.Host(name).MoRef);

    private static async Task PowerOffAsync(HostLab lab, string vm)
    {
        ManagedObjectReference task = await lab.Sessions[0].StartTaskAsync(new("VirtualMachine", lab.Raw.Vm(vm).MoRef), "PowerOffVM_Task", null, CancellationToken.None);
        await lab.Sessions[0].WaitForTaskAsync(task, null, CancellationToken.None);
    }

    private static Task EnterAsync(HostLab lab, string host) => lab.Sessions[0].EnterMaintenanceModeAsync(
        Host(lab, host), TimeSpan.FromMinutes(10), VsanDecommissionMode.NoAction, null, null, CancellationToken.None);
}
