using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Passthrough;
using GpuVSphere.Readiness;
using GpuVSphere.Simulator.Tests.Model;
using GpuVSphere.Simulator.Tests.Passthrough;
using GpuVSphere.Simulator.Tests.PowerOn;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Readiness;

/// <summary>The report against a server: what it costs to read, that it says what the changing commands say, and that what it lets pass works.</summary>
public sealed class GpuReadinessTests
{
    private const string Reader = "readonly@vsphere.local";

    [Fact]
    public async Task Many_hosts_and_vms_take_as_many_calls_as_few_where_no_host_is_asked_itself()
    {
        string[] rules = [.. ReadinessRules.All.Where(rule => rule.Needs == EvidenceKinds.None).Select(rule => rule.Id)];

        (int Calls, int Asked, int Rows) few = await CostAsync(4, rules);
        (int Calls, int Asked, int Rows) many = await CostAsync(60, rules);

        Assert.Equal((few.Calls, 0, 0), (many.Calls, few.Asked, many.Asked));
        Assert.True(many.Rows > 10 * few.Rows, $"{few.Rows} and {many.Rows} rows");
    }

    [Fact]
    public async Task A_host_is_asked_itself_once_for_all_rules_and_methods()
    {
        (int Calls, int Asked, int Rows) four = await CostAsync(4, null);
        (int Calls, int Asked, int Rows) eight = await CostAsync(8, null);

        // What esxcli costs grows with the hosts, and with nothing else.
        Assert.True(four.Asked > 0, "rules ask hosts");
        Assert.Equal(2 * four.Asked, eight.Asked);
    }

    [Fact]
    public async Task A_planned_gpu_is_judged_as_the_command_judges_it_for_every_vm_of_the_scenario()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync();
        lab.Activate("esx-80-01", true, "0000:3b:00.0");
        GpuInventory inventory = await lab.ReadAsync();
        GpuVm[] vms = [.. inventory.Vms.Where(vm => vm.Host is not null)];
        ChangeIntent intent = PassthroughIntents.AddToVm(
            vms.Select(vm => new KeyValuePair<PlanTarget, IReadOnlyList<VmGpuSelector>>(lab.Target(vm.Name), [VmLab.Device("0000:3b:00.0")])), new VmChangeOptions());

        await SaysTheSameAsync(lab, intent);
        ReadinessResult[] rows = [.. await GpuReadiness.OfChangeAsync(intent, Context(lab), null, null, CancellationToken.None)];
        Assert.All(vms, vm => Assert.Contains(rows, row => row.TargetName == vm.Name));

        // The first of them gets it, and the others are told so.
        Assert.DoesNotContain(rows, row => row.TargetName == "ml-01" && row.Outcome == ReadinessOutcome.Block && row.RuleId != "DEVICE-IN-USE");
        Assert.Contains(rows, row => row.TargetName == "ml-02" && row.RuleId == "DEVICE-IN-USE" && row.Seen.Contains("goes to", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Changes_of_hosts_are_judged_as_their_commands_judge_them()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync();
        GpuInventory inventory = await lab.ReadAsync();
        GpuDevice[] devices = [.. inventory.Hosts.SelectMany(host => host.Devices)];

        await SaysTheSameAsync(lab, PassthroughIntents.Enable(devices, new HostChangeOptions()));
        await SaysTheSameAsync(lab, PassthroughIntents.Enable(devices, new HostChangeOptions { Reboot = true }));
        await SaysTheSameAsync(lab, PassthroughIntents.SetLabel(devices, "train", new HostChangeOptions()));
        await SaysTheSameAsync(lab, NvidiaVibIntents.Install(
            [.. inventory.Hosts.Where(host => host.Devices.Count > 0)], ["[gpu-ds] NVIDIA/NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM.670.0.0.7535516.vib"], false, null, new HostChangeOptions()));
    }

    [Fact]
    public async Task A_change_of_clusters_is_judged_as_its_command_judges_it()
    {
        foreach (string user in new[] { "administrator@vsphere.local", Reader })
        {
            using PowerOnLab lab = await PowerOnLab.StartAsync("vgpu", user);
            NamedObject cluster = (await InventoryReader.ReadNamesAsync(lab.Session, CancellationToken.None)).Clusters[0];
            ChangeIntent intent = VgpuMigrationIntents.Enable(
                [VgpuMigrationIntents.TargetOf(lab.Session)], [new PlanTarget(cluster.Id, cluster.Name, cluster.ServerName)], new VgpuMigrationWish(), []);

            await SaysTheSameAsync(lab, intent);
            IReadOnlyList<ReadinessResult> rows = await GpuReadiness.OfChangeAsync(intent, Context(lab), null, null, CancellationToken.None);
            Assert.Equal(user == Reader, rows.Any(row => row.Outcome == ReadinessOutcome.Block && row.RuleId.StartsWith("PRIVILEGE-", StringComparison.Ordinal)));
            Assert.DoesNotContain(rows, row => row.RuleId == "CHANGE-EMPTY");
        }
    }

    [Fact]
    public async Task A_rule_that_the_command_skips_is_to_be_confirmed()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync();
        lab.Activate("esx-80-01", true, "0000:3b:00.0");
        VmChangeOptions skipping = new() { SkipRules = ["VM-SNAPSHOT"] };

        IReadOnlyList<ReadinessResult> rows = await GpuReadiness.OfChangeAsync(
            PassthroughIntents.AddToVm([lab.Target("snap-01")], [VmLab.Device("0000:3b:00.0")], skipping), Context(lab), null, null, CancellationToken.None);

        Assert.Contains("overridden", rows.Row("VM-SNAPSHOT", ReadinessOutcome.Confirm).Seen, StringComparison.Ordinal);
        rows.NothingBlocks();
    }

    [Fact]
    public async Task What_the_planner_itself_cannot_do_is_a_row_like_the_others()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync();

        ReadinessResult gone = (await GpuReadiness.OfChangeAsync(
            PassthroughIntents.AddToVm([lab.Target("ml-01")], [VmLab.Device("0000:99:00.0")], new VmChangeOptions()), Context(lab), null, null, CancellationToken.None)).Row("DeviceNotFound", ReadinessOutcome.Block);
        Assert.Equal(("ml-01", "Change"), (gone.TargetName, gone.AskedFor));
        Assert.NotEqual(string.Empty, gone.Why);

        GpuDevice usb = (await lab.ReadAsync()).Hosts.Single(host => host.Name == "esx-usb-01").Devices[0];
        IReadOnlyList<ReadinessResult> rows = await GpuReadiness.OfChangeAsync(PassthroughIntents.Enable([usb], new HostChangeOptions()), Context(lab), ["HOST-USB-BOOT"], null, CancellationToken.None);
        Assert.Equal(["HOST-USB-BOOT"], rows.Select(row => row.RuleId).Distinct());
    }

    [Theory]
    [InlineData(null, ReadinessOutcome.Pass)]
    [InlineData(64, ReadinessOutcome.Confirm)]
    public async Task A_planned_gpu_is_held_against_what_its_host_and_its_vm_need_to_use_it(int? mmioSizeGB, ReadinessOutcome keys)
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync();
        lab.Activate("esx-80-01", true, "0000:3b:00.0");

        IReadOnlyList<ReadinessResult> rows = await GpuReadiness.OfChangeAsync(
            PassthroughIntents.AddToVm([lab.Target("ml-01")], [VmLab.Device("0000:3b:00.0")], new VmChangeOptions { MmioSizeGB = mmioSizeGB }), Context(lab), null, null, CancellationToken.None);

        // Only the GPU that is planned counts, not the other of the host.
        ReadinessResult bar = rows.Row("HOST-LARGE-BAR", ReadinessOutcome.Confirm);
        Assert.Equal(("esx-80-01", "Passthrough"), (bar.TargetName, bar.AskedFor));
        Assert.Contains("0000:3b:00.0", bar.Seen, StringComparison.Ordinal);
        Assert.DoesNotContain(rows, row => row.Seen.Contains("0000:af:00.0", StringComparison.Ordinal));
        rows.Row("DEVICE-SUPPORTED", ReadinessOutcome.Pass);

        // The VM is judged as it will be: it has no key yet.
        ReadinessResult mmio = rows.Row("MMIO-KEYS", keys);
        Assert.Equal(("ml-01", "PowerOn"), (mmio.TargetName, mmio.AskedFor));
        Assert.StartsWith($"Once changed: ml-01 has pciPassthru.64bitMMIOSizeGB = {mmioSizeGB ?? 256}", mmio.Seen, StringComparison.Ordinal);
        Assert.StartsWith("Once changed: ", rows.Row("VM-MEMORY-RESERVED", ReadinessOutcome.Pass).Seen, StringComparison.Ordinal);
        Assert.DoesNotContain(rows, row => row.RuleId == "PRIVILEGE-CMDLET");
        rows.NothingBlocks();
    }

    [Fact]
    public async Task Every_gpu_that_may_be_handed_over_is_held_against_its_host()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync();
        lab.Activate("esx-80-01", true, "0000:3b:00.0", "0000:af:00.0");
        ChangeIntent intent = PassthroughIntents.AddToVm([lab.Target("ml-01")], [VmGpuSelector.Of(new DynamicGpuRequest([new PciIdMatch(0x10DE, 0x20B5)], null), 1)], new VmChangeOptions());

        ReadinessResult bar = (await GpuReadiness.OfChangeAsync(intent, Context(lab), ["HOST-LARGE-BAR"], null, CancellationToken.None)).Row("HOST-LARGE-BAR", ReadinessOutcome.Confirm);

        Assert.Contains("0000:3b:00.0", bar.Seen, StringComparison.Ordinal);
        Assert.Contains("0000:af:00.0", bar.Seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_plan_of_a_vgpu_has_read_is_not_read_again_for_its_host()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync("vgpu");
        ChangeIntent intent = VmVgpuIntents.Add([new(lab.Target("v67-05"), ["grid_p100-8q"])], [], new Dictionary<string, string>(), new VmChangeOptions());
        FaultRule calls = new() { Delay = TimeSpan.FromTicks(1) };
        lab.Simulated.Simulator.Faults.Add(calls);

        await lab.PlanAsync(intent);
        int planned = calls.Applied;
        IReadOnlyList<ReadinessResult> rows = await GpuReadiness.OfChangeAsync(intent, Context(lab), ["HOST-LARGE-BAR", "VGPU-OFFERED"], null, CancellationToken.None);

        Assert.Equal(2 * planned, calls.Applied);
        Assert.Contains(rows, row => row is { RuleId: "HOST-LARGE-BAR", TargetName: "vgpu-67-01" });
    }

    [Fact]
    public async Task What_is_there_already_is_no_change()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync();
        lab.Activate("esx-80-01", true, "0000:3b:00.0");
        await lab.AddAsync("ml-01", new VmChangeOptions(), "0000:3b:00.0");

        ReadinessResult row = Assert.Single(await GpuReadiness.OfChangeAsync(
            PassthroughIntents.AddToVm([lab.Target("ml-01")], [VmLab.Device("0000:3b:00.0")], new VmChangeOptions()), Context(lab), null, null, CancellationToken.None));
        Assert.Equal(("CHANGE-EMPTY", ReadinessOutcome.Information), (row.RuleId, row.Outcome));

        GpuDevice given = (await lab.ReadAsync()).Hosts.Single(host => host.Name == "esx-80-01").Devices[0];
        IReadOnlyList<ReadinessResult> host = await GpuReadiness.OfChangeAsync(PassthroughIntents.Enable([given], new HostChangeOptions()), Context(lab), null, null, CancellationToken.None);
        Assert.Equal("CHANGE-EMPTY", Assert.Single(host).RuleId);
    }

    [Fact]
    public async Task What_nothing_blocks_can_be_given_and_started()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync("vgpu");
        int started = 0;
        foreach (GpuHost host in (await lab.ReadAsync()).Hosts.Where(host => host.Devices.Count > 0))
        {
            GpuInventory inventory = await lab.ReadAsync();
            VgpuHost offer = Assert.Single(await VgpuReader.ReadAsync(lab.Session, inventory, [inventory.Hosts.Single(one => one.Id == host.Id)], CancellationToken.None));
            GpuVm? vm = inventory.Vms.FirstOrDefault(one => one.Host == host.Id.Reference && !one.IsRunning);
            if (vm is null || offer.OfferedProfiles is not { Count: > 0 } offered)
            {
                continue;
            }

            foreach (string profile in new[] { offered[0], offered[offered.Count / 2], offered[^1] }.Distinct())
            {
                ChangeIntent intent = VmVgpuIntents.Add([new(lab.Target(vm.Name), [profile])], [], new Dictionary<string, string>(), new VmChangeOptions { PowerOn = true });
                IReadOnlyList<ReadinessResult> rows = await GpuReadiness.OfChangeAsync(intent, Context(lab), null, null, CancellationToken.None);
                if (rows.Any(row => row.Outcome == ReadinessOutcome.Block))
                {
                    continue;
                }

                ChangeResult result = Assert.Single(await VmLab.RunAsync(lab.Operation(intent)));
                Assert.True(result.Outcome == ChangeOutcome.Done, $"{vm.Name} with {profile} on {host.Name}: {result.Message}");
                (await lab.JudgeVmAsync(vm.Name)).NothingBlocks();
                started++;
                await VmLab.DoneAsync(lab.Operation(VmVgpuIntents.Remove([new(lab.Target(vm.Name), [])], [], true, new VmChangeOptions { PowerOff = true, Force = true })));
            }
        }

        Assert.True(started >= 6, $"{started} were started");
    }

    [Fact]
    public async Task An_account_that_may_only_read_sees_everything_and_is_told_what_it_may_not_run()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync("default", Reader);

        IReadOnlyList<ReadinessResult> host = await lab.JudgeHostAsync("esx-80-01", ReadinessAction.UsePassthrough);
        Assert.Contains("Host.Config.PciPassthru", host.Row("PRIVILEGE-CMDLET", ReadinessOutcome.Confirm).Seen, StringComparison.Ordinal);
        Assert.All(host.Where(row => row.Outcome == ReadinessOutcome.Block), row => Assert.Equal("DEVICE-ACTIVE", row.RuleId));

        IReadOnlyList<ReadinessResult> planned = await GpuReadiness.OfChangeAsync(
            PassthroughIntents.AddToVm([lab.Target("ml-01")], [VmLab.Device("0000:3b:00.0")], new VmChangeOptions()), Context(lab), null, null, CancellationToken.None);
        Assert.Contains("VirtualMachine.Config.AddRemoveDevice", planned.Row("PRIVILEGE-VM", ReadinessOutcome.Block).Seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_whose_esxcli_is_refused_leaves_questions_and_no_error()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync();
        lab.Simulated.Simulator.Faults.Add(new FaultRule { Method = "ExecuteSoap", Fault = "NoPermission" });

        IReadOnlyList<ReadinessResult> rows = await lab.JudgeHostAsync("esx-67-01", ReadinessAction.UsePassthrough);

        Assert.Contains("could not be read", rows.Where(row => row.RuleId == "HOST-USB-BOOT").ToList().ConvertAll(row => row.Seen).Single(), StringComparison.Ordinal);
        Assert.Equal(ReadinessOutcome.Confirm, rows.Single(row => row.RuleId == "HOST-USB-BOOT").Outcome);
    }

    [Fact]
    public async Task Hosts_are_asked_about_what_their_gpus_are_configured_for()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync();
        lab.Activate("esx-80-01", true, "0000:3b:00.0");
        GpuInventory inventory = await lab.ReadAsync();

        IReadOnlyList<ReadinessResult> rows = await GpuReadiness.OfHostsAsync(lab.Session, inventory, [new HostUse(inventory.Hosts.Single(host => host.Name == "esx-80-01"))], null, [], CancellationToken.None);

        // One GPU is given away, and the other is for both until somebody says what for.
        Assert.Contains("0000:3b:00.0", rows.Row("DEVICE-ACTIVE", ReadinessOutcome.Pass).Seen, StringComparison.Ordinal);
        Assert.Contains("0000:af:00.0", rows.Row("DEVICE-ACTIVE", ReadinessOutcome.Block).Seen, StringComparison.Ordinal);
        Assert.DoesNotContain("0000:3b:00.0", rows.Row("VGPU-DRIVER", ReadinessOutcome.Block).Seen, StringComparison.Ordinal);
        Assert.Equal("Both", rows.Single(row => row.RuleId == "HOST-CONNECTED").AskedFor);
        Assert.Equal(ReadinessReport.InOrder(rows).Select(row => row.Outcome).OrderByDescending(outcome => outcome), ReadinessReport.InOrder(rows).Select(row => row.Outcome));
    }

    private static OperationContext Context(PowerOnLab lab) => new([lab.Session], lab.Session.Clock, System.IO.Path.GetTempPath());

    private static async Task SaysTheSameAsync(PowerOnLab lab, ChangeIntent intent)
    {
        ChangePlan plan = await lab.PlanAsync(intent);

        // What the host's use and the power-on ask besides is not the command's.
        ReadinessResult[] rows = [.. (await GpuReadiness.OfChangeAsync(intent, Context(lab), null, null, CancellationToken.None)).Where(row => row.AskedFor == "Change")];

        Assert.Equal(
            plan.Findings.Where(finding => finding.Blocks).Select(finding => $"{finding.Target.Name} {finding.RuleId}: {finding.Message}").Distinct().Order(),
            rows.Where(row => row.Outcome == ReadinessOutcome.Block).Select(row => $"{row.TargetName} {row.RuleId}: {row.Seen}").Distinct().Order());
        Assert.Equal(
            plan.Findings.Where(finding => finding.Severity == FindingSeverity.Warning).Select(finding => $"{finding.Target.Name} {finding.RuleId}: {finding.Message}").Distinct().Order(),
            rows.Where(row => row.Outcome == ReadinessOutcome.Confirm).Select(row => $"{row.TargetName} {row.RuleId}: {row.Seen}").Distinct().Order());
    }

    // What reading and judging all hosts, and the VMs with GPUs on them, costs: calls, those of them that go to a host itself, and rows.
    private static async Task<(int Calls, int Asked, int Rows)> CostAsync(int hosts, IReadOnlyCollection<string>? rules)
    {
        using SimulatorLab simulated = new(new SimulatorOptions { Scenario = "large", LargeHostCount = hosts, LargeVmsPerHost = 2 });
        using VimSession session = await VmLab.LogInAsync(simulated.Simulator.Server);
        FaultRule all = new() { Delay = TimeSpan.FromTicks(1) }, asked = new() { Method = "ExecuteSoap", Delay = TimeSpan.FromTicks(1) };
        simulated.Simulator.Faults.Add(asked);
        simulated.Simulator.Faults.Add(all);

        GpuInventory inventory = await InventoryReader.ReadAsync(session, InventoryScope.Everything, CancellationToken.None);
        IReadOnlyList<ReadinessResult> ofHosts = await GpuReadiness.OfHostsAsync(session, inventory, [.. inventory.Hosts.Select(host => new HostUse(host))], rules, [], CancellationToken.None);
        IReadOnlyList<ReadinessResult> ofVms = await GpuReadiness.OfVmsAsync(session, inventory, inventory.Vms, rules, [], CancellationToken.None);
        return (all.Applied, asked.Applied, ofHosts.Count + ofVms.Count);
    }
}
