using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Simulator.Tests.Hosts;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Vgpu;

/// <summary>Letting VMs with vGPUs move, end to end on the scenario <c>migration</c>.</summary>
public sealed class VgpuMigrationTests
{
    private const string Setting = "vgpu.hotmigrate.enabled";
    private const string Timeout = "VgpuMMAutomationTimeoutSecs";

    [Fact]
    public async Task The_setting_is_set_once_and_nothing_else()
    {
        using HostLab lab = await StartAsync();
        ChangeIntent intent = await EnableAsync(lab, new(), "MOVE-80");
        ChangePlan plan = await lab.PlanAsync(intent);
        PlannedChange row = Assert.Single(plan.Changes);
        Assert.Equal((Setting, "false", "true"), (row.Property, row.Before, row.After));
        Assert.Equal("False", lab.Raw.Settings[Setting]);

        IReadOnlyList<ChangeResult> results = await lab.RunAsync(intent, plan);
        Assert.Equal([ChangeOutcome.Done, ChangeOutcome.Unchanged], results.Select(result => result.Outcome));
        Assert.Equal("True", lab.Raw.Settings[Setting]);
        Assert.Equal("LBMaxVmotionPerHost", Assert.Single(lab.Raw.Cluster("MOVE-80").DrsOptions).Key);

        ChangePlan again = await lab.PlanAsync(intent);
        Assert.True(again.IsEmpty);
        Assert.All(await lab.RunAsync(intent, again), result => Assert.Equal(ChangeOutcome.Unchanged, result.Outcome));
        Assert.Single(lab.Changes.List().Entries);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task The_setting_is_set_in_the_form_in_which_the_server_keeps_it(bool isListed, bool isText)
    {
        using HostLab lab = await HostLab.StartAsync(new SimulatorOptions { Scenario = "migration", ClockSpeed = 400, ListsHotMigrateSetting = isListed, HotMigrateSettingIsText = isText });
        ChangeIntent intent = await EnableAsync(lab, new());
        Assert.Equal(isListed ? "false" : null, (await lab.PlanAsync(intent)).Changes.Single().Before);
        Assert.Equal(ChangeOutcome.Done, (await lab.RunOneAsync(intent)).Outcome);
        Assert.Equal("true", lab.Raw.Settings[Setting], ignoreCase: true);
        Assert.Equal(ChangeOutcome.Done, (await UndoAsync(lab)).Single().Outcome);
        Assert.Equal("false", lab.Raw.Settings[Setting], ignoreCase: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Options_are_added_and_taken_back_and_the_others_stay(bool areReplaced)
    {
        using HostLab lab = await HostLab.StartAsync(new SimulatorOptions { Scenario = "migration", ClockSpeed = 400, DrsOptionsAreReplaced = areReplaced });
        VgpuMigrationWish wish = new() { MaintenanceTimeoutSeconds = 300, DrsOptions = new Dictionary<string, string> { ["vgpuvmconsolidation"] = "1" }, DrsAutomation = DrsAutomation.FullyAutomated };
        IReadOnlyList<ChangeResult> results = await lab.RunAsync(await EnableAsync(lab, wish, "MOVE-80", "MOVE-90"));
        Assert.All(results, result => Assert.Equal(ChangeOutcome.Done, result.Outcome));
        RawCluster first = lab.Raw.Cluster("MOVE-80");
        Assert.Equal(["LBMaxVmotionPerHost=1", Timeout + "=300", "VgpuVmConsolidation=1"], Options(first));
        Assert.Equal("fullyAutomated", lab.Raw.Cluster("MOVE-90").DrsAutomation);
        Assert.Equal(["batch-a"], lab.Raw.Cluster("MOVE-90").DrsOverrides.Keys);
        Assert.Equal("manual", Assert.Single(lab.Raw.Cluster("MOVE-67").DrsOverrides).Value);

        Assert.All(await UndoAsync(lab), result => Assert.Equal(ChangeOutcome.Done, result.Outcome));
        Assert.Equal(["LBMaxVmotionPerHost=1"], Options(lab.Raw.Cluster("MOVE-80")));
        Assert.Equal("partiallyAutomated", lab.Raw.Cluster("MOVE-90").DrsAutomation);
        Assert.Equal("False", lab.Raw.Settings[Setting]);
        Assert.Equal(JournalState.Undone, lab.Changes.List().Entries.Single().State);
    }

    [Fact]
    public async Task An_option_with_an_empty_value_is_taken_away()
    {
        using HostLab lab = await StartAsync();
        VgpuMigrationWish wish = new() { DrsOptions = new Dictionary<string, string> { ["LBMaxVmotionPerHost"] = string.Empty } };
        await lab.RunAsync(await EnableAsync(lab, wish, "MOVE-80"));
        Assert.Empty(lab.Raw.Cluster("MOVE-80").DrsOptions);
        await UndoAsync(lab);
        Assert.Equal(["LBMaxVmotionPerHost=1"], Options(lab.Raw.Cluster("MOVE-80")));
    }

    [Fact]
    public async Task Undo_leaves_what_somebody_else_has_set_since()
    {
        using HostLab lab = await StartAsync();
        await lab.RunAsync(await EnableAsync(lab, new() { MaintenanceTimeoutSeconds = 300 }, "MOVE-80"));
        lab.Simulator.Orders.DrsOption("MOVE-80", Timeout, "900");
        await UndoAsync(lab);
        Assert.Equal("900", lab.Raw.Cluster("MOVE-80").DrsOptions[Timeout]);
        Assert.Equal("False", lab.Raw.Settings[Setting]);
    }

    [Fact]
    public async Task An_account_that_may_not_is_told_beforehand_what_it_lacks()
    {
        using HostLab lab = await HostLab.StartAsync(new SimulatorOptions { Scenario = "migration", ClockSpeed = 400 }, "readonly@vsphere.local");
        ChangePlan plan = await lab.PlanAsync(await EnableAsync(lab, new() { MaintenanceTimeoutSeconds = 300 }, "MOVE-80"));
        Assert.Equal(
            ["PRIVILEGE-CLUSTER Global.Settings", "PRIVILEGE-CLUSTER Host.Inventory.EditCluster"],
            plan.Findings.Where(finding => finding.Blocks).Select(finding => finding.RuleId + " " + new[] { "Global.Settings", "Host.Inventory.EditCluster" }.Single(finding.Message.Contains)));
        IReadOnlyList<ChangeResult> results = await lab.RunAsync(plan.Intent, plan);
        Assert.All(results, result => Assert.Equal(GpuErrorCategory.PermissionDenied, result.Error!.Category));
        Assert.Equal("False", lab.Raw.Settings[Setting]);
        Assert.Empty(lab.Changes.List().Entries);
    }

    [Fact]
    public async Task An_account_that_may_edit_clusters_alone_gets_the_cluster_done()
    {
        using HostLab lab = await HostLab.StartAsync(
            new SimulatorOptions { Scenario = "migration", ClockSpeed = 400, Users = [new("editor", SimulatorUser.DefaultPassword, "Editor", ["Host.Inventory.EditCluster"])] }, "editor");
        IReadOnlyList<ChangeResult> results = await lab.RunAsync(await EnableAsync(lab, new() { MaintenanceTimeoutSeconds = 300 }, "MOVE-80"));
        Assert.Equal([ChangeOutcome.Blocked, ChangeOutcome.Done], results.Select(result => result.Outcome));
        Assert.Equal("300", lab.Raw.Cluster("MOVE-80").DrsOptions[Timeout]);
    }

    [Fact]
    public async Task What_else_is_missing_is_said_and_not_set()
    {
        using HostLab lab = await StartAsync();
        lab.Simulator.Orders.Drs("MOVE-90", false, "manual");
        ChangePlan plan = await lab.PlanAsync(await EnableAsync(lab, new(), "MOVE-80", "MOVE-90"));
        Finding maintenance = plan.Findings.First(finding => finding.RuleId == "DRS-VGPU-MAINTENANCE");
        Assert.Equal(FindingSeverity.Warning, maintenance.Severity);
        Assert.Contains("Enable-VgpuMigration -Cluster MOVE-80 -MaintenanceTimeoutSeconds", maintenance.NextStep, StringComparison.Ordinal);
        Assert.Contains(plan.Findings, finding => finding.RuleId == "DRS-AUTOMATION" && finding.Target.Name == "MOVE-90" && finding.Severity == FindingSeverity.Warning);
        Assert.Contains(plan.Findings, finding => finding.RuleId == "DRS-VGPU-CONSOLIDATION" && finding.Severity == FindingSeverity.Information);

        // What the plan itself sets is not missing any more.
        plan = await lab.PlanAsync(await EnableAsync(lab, new() { MaintenanceTimeoutSeconds = 300, DrsAutomation = DrsAutomation.PartiallyAutomated }, "MOVE-90"));
        Assert.DoesNotContain(plan.Findings, finding => finding.Severity == FindingSeverity.Warning);
    }

    [Fact]
    public async Task A_plan_that_no_longer_fits_is_refused()
    {
        using HostLab lab = await StartAsync();
        ChangeIntent intent = await EnableAsync(lab, new() { MaintenanceTimeoutSeconds = 300 }, "MOVE-80");
        ChangePlan plan = await lab.PlanAsync(intent);
        lab.Simulator.Orders.DrsOption("MOVE-80", Timeout, "60");
        IReadOnlyList<ChangeResult> results = await lab.RunAsync(intent, plan);
        Assert.Equal(ChangeOutcome.Done, results[0].Outcome);
        Assert.IsType<PlanIsStaleException>(results[1].Error);
        Assert.Equal("60", lab.Raw.Cluster("MOVE-80").DrsOptions[Timeout]);
    }

    [Fact]
    public async Task A_stopped_change_is_gone_on_with()
    {
        using HostLab lab = await StartAsync();
        lab.Feedback.OnStatus = status =>
        {
            if (status.EndsWith(": done", StringComparison.Ordinal))
            {
                lab.Stop.Cancel();
            }
        };
        IReadOnlyList<ChangeResult> results = await lab.RunAsync(await EnableAsync(lab, new() { MaintenanceTimeoutSeconds = 300 }, "MOVE-80", "MOVE-90"));
        Assert.Equal([ChangeOutcome.Done, ChangeOutcome.Interrupted, ChangeOutcome.Interrupted], results.Select(result => result.Outcome));
        JournalEntry entry = lab.Changes.List().Entries.Single();
        Assert.Equal(JournalState.Interrupted, entry.State);
        results = await lab.Changes.ResumeAsync(entry.Id, lab.Context, new LabFeedback(), CancellationToken.None);
        Assert.All(results, result => Assert.True(result.Outcome is ChangeOutcome.Done or ChangeOutcome.Unchanged));
        Assert.Equal("300", lab.Raw.Cluster("MOVE-90").DrsOptions[Timeout]);
        Assert.Equal(JournalState.Done, lab.Changes.Get(entry.Id).State);

        // All of it can still be taken back, also what was done before the stop.
        await UndoAsync(lab);
        Assert.Equal("False", lab.Raw.Settings[Setting]);
        Assert.Empty(lab.Raw.Cluster("MOVE-90").DrsOptions);
    }

    [Fact]
    public async Task A_server_that_refuses_is_reported_and_the_rest_goes_on()
    {
        using HostLab lab = await StartAsync();
        lab.Simulator.Faults.Add(new FaultRule { Method = "ReconfigureComputeResource_Task", Fault = "RuntimeFault", Times = 1 });
        IReadOnlyList<ChangeResult> results = await lab.RunAsync(await EnableAsync(lab, new() { MaintenanceTimeoutSeconds = 300 }, "MOVE-80", "MOVE-90"));
        Assert.Equal([ChangeOutcome.Done, ChangeOutcome.Failed, ChangeOutcome.Done], results.Select(result => result.Outcome));
        Assert.Equal(JournalState.Failed, lab.Changes.List().Entries.Single().State);
    }

    [Fact]
    public async Task A_host_that_is_connected_to_directly_has_no_such_setting()
    {
        using HostLab lab = await HostLab.StartAsync(new SimulatorOptions { Scenario = "esxi", ClockSpeed = 400 });
        Assert.Equal("NotAVCenter", Assert.Throws<GpuVSphereException>(() => VgpuMigrationIntents.TargetOf(lab.Sessions[0])).Id);
    }

    [Fact]
    public async Task What_was_refused_before_works_afterwards()
    {
        using HostLab lab = await StartAsync();

        // Pain 9: vMotion is refused; pain 10: the host does not enter maintenance mode.
        VimFaultException refused = await Assert.ThrowsAnyAsync<VimFaultException>(() => MoveAsync(lab, "desk-a", "move-80-02"));
        Assert.Equal("MigrationFeatureNotSupported", refused.FaultType);
        Assert.Equal("Timedout", (await Assert.ThrowsAnyAsync<VimFaultException>(() => EnterAsync(lab, "move-80-04"))).FaultType);

        await lab.RunAsync(await EnableAsync(lab, new() { MaintenanceTimeoutSeconds = 300 }, "MOVE-80"));
        await MoveAsync(lab, "desk-a", "move-80-02");
        await MoveAsync(lab, "desk-a", "move-80-01");
        Assert.Equal("move-80-01", lab.Raw.Vm("desk-a").HostName);
        ManagedObjectReference off = await lab.Sessions[0].StartTaskAsync(new("VirtualMachine", lab.Raw.Vm("cad-b").MoRef), "PowerOffVM_Task", null, CancellationToken.None);
        await lab.Sessions[0].WaitForTaskAsync(off, null, CancellationToken.None);
        await EnterAsync(lab, "move-80-04");
        Assert.Equal(["move-80-02", "move-80-02"], new[] { "ai-d", "ai-e" }.Select(name => lab.Raw.Vm(name).HostName));
    }

    [Theory]
    [InlineData("bad name", "1")]
    [InlineData("", "1")]
    [InlineData("Fine", "a\nb")]
    [InlineData("VgpuVmConsolidaton", "1")]
    [InlineData("vgpuMMAutomationTimeoutSec", "300")]
    public async Task An_option_that_cannot_be_is_refused_before_anything_is_read(string name, string value)
    {
        using HostLab lab = await StartAsync();
        VgpuMigrationWish wish = new() { DrsOptions = new Dictionary<string, string> { [name] = value } };
        Assert.Equal("InvalidDrsOption", (await Assert.ThrowsAsync<GpuVSphereException>(() => EnableAsync(lab, wish, "MOVE-80"))).Id);
    }

    [Fact]
    public async Task A_slip_that_is_there_can_be_taken_away_and_other_options_are_not_doubted()
    {
        using HostLab lab = await StartAsync();
        lab.Simulator.Orders.DrsOption("MOVE-80", "VgpuVmConsolidaton", "1");
        await lab.RunAsync(await EnableAsync(lab, new() { DrsOptions = new Dictionary<string, string> { ["VgpuVmConsolidaton"] = string.Empty, ["TryBalanceVmsPerHost"] = "1" } }, "MOVE-80"));
        Assert.DoesNotContain("VgpuVmConsolidaton", lab.Raw.Cluster("MOVE-80").DrsOptions.Keys);
        Assert.Equal("1", lab.Raw.Cluster("MOVE-80").DrsOptions["TryBalanceVmsPerHost"]);
    }

    private static Task<HostLab> StartAsync() => HostLab.StartAsync(new SimulatorOptions { Scenario = "migration", ClockSpeed = 400 });

    private static async Task<ChangeIntent> EnableAsync(HostLab lab, VgpuMigrationWish wish, params string[] clusters)
    {
        NameDirectory names = await InventoryReader.ReadNamesAsync(lab.Sessions[0], CancellationToken.None);
        return VgpuMigrationIntents.Enable(
            [VgpuMigrationIntents.TargetOf(lab.Sessions[0])],
            clusters.Select(name => names.Clusters.Single(cluster => cluster.Name == name)).Select(cluster => new PlanTarget(cluster.Id, cluster.Name, cluster.ServerName)),
            wish,
            []);
    }

    private static Task<IReadOnlyList<ChangeResult>> UndoAsync(HostLab lab) =>
        lab.Changes.UndoAsync(lab.Changes.List().Entries.Single().Id, lab.Context, null, new LabFeedback(), CancellationToken.None);

    private static IEnumerable<string> Options(RawCluster cluster) =>
        cluster.DrsOptions.OrderBy(option => option.Key, StringComparer.Ordinal).Select(option => option.Key + "=" + option.Value);

    private static async Task MoveAsync(HostLab lab, string vm, string host)
    {
        ManagedObjectReference task = await lab.Sessions[0].StartTaskAsync(
            new("VirtualMachine", lab.Raw.Vm(vm).MoRef),
            "RelocateVM_Task",
            writer => writer.Element("spec", spec => spec.Element("host", new ManagedObjectReference("HostSystem", lab.Raw.Host(host).MoRef))),
            CancellationToken.None);
        await lab.Sessions[0].WaitForTaskAsync(task, null, CancellationToken.None);
    }

    private static Task EnterAsync(HostLab lab, string host) => lab.Sessions[0].EnterMaintenanceModeAsync(
        new("HostSystem", lab.Raw.Host(host).MoRef), TimeSpan.FromMinutes(10), VsanDecommissionMode.NoAction, null, null, CancellationToken.None);
}
