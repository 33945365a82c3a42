using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Model;

/// <summary>Settings of the vCenter, DRS of clusters, and hosts that are evacuated, on the scenario <c>migration</c>.</summary>
public sealed class MigrationModelTests
{
    private const string Setting = "vgpu.hotmigrate.enabled";

    [Fact]
    public void The_scenario_runs_what_it_says()
    {
        using SimulatorLab lab = Lab();
        Assert.Equal(
            ["ai-d", "ai-e", "batch-a", "cad-b", "desk-a", "desk-b", "dyn-c", "llm-a", "pass-a", "vdi-a", "web-a"],
            lab.Raw.Vms.Where(vm => vm.PowerState == "poweredOn").Select(vm => vm.Name).OrderBy(name => name, StringComparer.Ordinal));
        Assert.Equal("False", lab.Raw.Settings[Setting]);
        Assert.Equal("manual", lab.Raw.Cluster("MOVE-67").DrsOverrides["vdi-a"]);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task A_setting_is_set_alone_in_its_own_form(bool isListed, bool isText)
    {
        using SimulatorLab lab = Lab(new() { Scenario = "migration", ClockSpeed = 10_000, ListsHotMigrateSetting = isListed, HotMigrateSettingIsText = isText });
        Assert.Equal(isListed, lab.Raw.Settings.ContainsKey(Setting));
        int others = lab.Raw.Settings.Count(setting => setting.Key != Setting);
        object value = isText ? "true" : true;
        await SetAsync(lab, lab.Admin, value);
        Assert.Equal("true", lab.Raw.Settings[Setting], ignoreCase: true);
        Assert.Equal(others, lab.Raw.Settings.Count - 1);
        Assert.Equal("InvalidArgument", (await Assert.ThrowsAsync<SimulatedFault>(() => SetAsync(lab, lab.Admin, isText ? true : "true"))).Detail.TypeName);
    }

    [Fact]
    public async Task A_setting_needs_its_privilege()
    {
        using SimulatorLab lab = Lab();
        SimulatedSession limited = new("limited", "limited") { Privileges = ["Host.Inventory.EditCluster"] };
        Assert.Equal("NoPermission", (await Assert.ThrowsAsync<SimulatedFault>(() => SetAsync(lab, limited, true))).Detail.TypeName);
        limited = new("limited", "limited") { Privileges = ["Global.Settings"] };
        await SetAsync(lab, limited, true);
        Assert.Equal("NoPermission", (await Assert.ThrowsAsync<SimulatedFault>(
            () => lab.CallAsync(limited, Cluster(lab), "ReconfigureComputeResource_Task", ("spec", Drs()), ("modify", true)))).Detail.TypeName);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Options_of_drs_are_merged_or_replaced_and_the_rest_stays(bool areReplaced)
    {
        using SimulatorLab lab = Lab(new() { Scenario = "migration", ClockSpeed = 10_000, DrsOptionsAreReplaced = areReplaced });
        await lab.CallAsync(Cluster(lab), "ReconfigureComputeResource_Task", ("spec", Drs(("option", SimulatorLab.Option("VgpuVmConsolidation", "1")))), ("modify", true));
        RawCluster cluster = lab.Raw.Cluster("MOVE-80");
        Assert.Equal("1", cluster.DrsOptions["VgpuVmConsolidation"]);
        Assert.Equal(!areReplaced, cluster.DrsOptions.ContainsKey("LBMaxVmotionPerHost"));
        Assert.Equal("fullyAutomated", cluster.DrsAutomation);
        await lab.CallAsync(Cluster(lab), "ReconfigureComputeResource_Task", ("spec", Drs(("option", SimulatorLab.Option("VgpuVmConsolidation", string.Empty)))), ("modify", true));
        Assert.DoesNotContain("VgpuVmConsolidation", lab.Raw.Cluster("MOVE-80").DrsOptions.Keys);
    }

    [Fact]
    public async Task Without_modify_what_is_not_said_is_lost()
    {
        using SimulatorLab lab = Lab();
        await lab.CallAsync(Cluster(lab), "ReconfigureComputeResource_Task", ("spec", Drs(("defaultVmBehavior", "manual"))), ("modify", false));
        RawCluster cluster = lab.Raw.Cluster("MOVE-80");
        Assert.Equal("manual", cluster.DrsAutomation);
        Assert.False(cluster.IsDrsEnabled);
        Assert.Empty(cluster.DrsOptions);
    }

    [Fact]
    public async Task A_level_that_does_not_exist_is_refused()
    {
        using SimulatorLab lab = Lab();
        SimulatedFault fault = await Assert.ThrowsAsync<SimulatedFault>(
            () => lab.CallAsync(Cluster(lab), "ReconfigureComputeResource_Task", ("spec", Drs(("defaultVmBehavior", "automatic"))), ("modify", true)));
        Assert.Equal("InvalidArgument", fault.Detail.TypeName);
    }

    [Fact]
    public async Task Drs_empties_a_host_that_enters_maintenance_mode_only_where_it_may()
    {
        using SimulatorLab lab = Lab();
        await lab.PowerOffAsync("pass-a");

        // The VM without a GPU goes by itself, and those with vGPUs stay: the task runs into its time limit (pain 10).
        Assert.Equal("Timedout", (await Assert.ThrowsAsync<SimulatedFault>(() => EnterAsync(lab, "move-80-01", 600))).Detail.TypeName);
        Assert.NotEqual("move-80-01", lab.Raw.Vm("web-a").HostName);
        Assert.Equal("move-80-01", lab.Raw.Vm("desk-a").HostName);

        // The option alone is not enough while the vCenter does not let vGPUs move (pain 9).
        lab.Simulator.Orders.DrsOption("MOVE-80", "VgpuMMAutomationTimeoutSecs", "300");
        Assert.Equal("Timedout", (await Assert.ThrowsAsync<SimulatedFault>(() => EnterAsync(lab, "move-80-01", 600))).Detail.TypeName);
        lab.Simulator.Orders.VgpuHotMigrate(true);
        await EnterAsync(lab, "move-80-01", 600);
        Assert.True(lab.Raw.Host("move-80-01").IsInMaintenance);
        Assert.Equal(["move-80-02", "move-80-02"], new[] { "desk-a", "desk-b" }.Select(name => lab.Raw.Vm(name).HostName));
    }

    [Fact]
    public async Task Whether_the_option_of_drs_lets_it_move_vgpus_is_a_switch()
    {
        using SimulatorLab lab = Lab(new() { Scenario = "migration", ClockSpeed = 10_000, VgpuHotMigrate = true, VgpuTimeoutLetsDrsMove = false });
        lab.Simulator.Orders.DrsOption("MOVE-67", "VgpuMMAutomationTimeoutSecs", "300");
        lab.Simulator.Orders.DrsOverride("vdi-a", null);
        Assert.Equal("Timedout", (await Assert.ThrowsAsync<SimulatedFault>(() => EnterAsync(lab, "move-67-01", 600))).Detail.TypeName);
    }

    [Fact]
    public async Task What_goes_for_a_vm_alone_comes_before_what_goes_for_its_cluster()
    {
        using SimulatorLab lab = Lab(new() { Scenario = "migration", ClockSpeed = 10_000, VgpuHotMigrate = true });
        lab.Simulator.Orders.DrsOption("MOVE-67", "VgpuMMAutomationTimeoutSecs", "300");
        Assert.Equal("Timedout", (await Assert.ThrowsAsync<SimulatedFault>(() => EnterAsync(lab, "move-67-01", 600))).Detail.TypeName);
        await lab.CallAsync(Cluster(lab, "MOVE-67"), "ReconfigureComputeResource_Task", ("spec", SimulatorLab.Data("ClusterConfigSpecEx", ("drsVmConfigSpec", SimulatorLab.Data(
            string.Empty, ("operation", "remove"), ("removeKey", lab.Vm("vdi-a").Reference))))), ("modify", true));
        await EnterAsync(lab, "move-67-01", 600);
        Assert.Equal("move-67-02", lab.Raw.Vm("vdi-a").HostName);
    }

    [Fact]
    public async Task A_vm_waits_where_no_other_host_has_room_and_goes_when_one_has()
    {
        using SimulatorLab lab = Lab(new() { Scenario = "migration", ClockSpeed = 10_000, VgpuHotMigrate = true });
        lab.Simulator.Orders.DrsOption("MOVE-80", "VgpuMMAutomationTimeoutSecs", "300");
        MoRef entering = await lab.StartAsync(lab.Host("move-80-04"), "EnterMaintenanceMode_Task", ("timeout", 0));

        // One L40 is empty: one of the two goes there, the other has to wait.
        await lab.UntilAsync(() => lab.Raw.Vm("ai-d").HostName == "move-80-02");
        Assert.Equal("move-80-04", lab.Raw.Vm("ai-e").HostName);
        Assert.False(lab.Raw.Host("move-80-04").IsInMaintenance);
        await lab.PowerOffAsync("cad-b");
        await lab.WaitAsync(entering);
        Assert.Equal("move-80-02", lab.Raw.Vm("ai-e").HostName);
    }

    [Fact]
    public async Task Stun_times_are_told_from_8_0_U2_on()
    {
        using SimulatorLab lab = Lab();
        object? told = await lab.CallAsync(Graphics(lab, "move-80-01"), "RetrieveVgpuProfileInfo");
        DataObject profile = ((IReadOnlyList<object>)told!).Cast<DataObject>().First(info => (string)info["profileName"]! == "nvidia_l40-8q");
        Assert.Equal(5, ((IReadOnlyList<object>)profile["stunTimeEstimates"]!).Count);
        lab.MoveToRelease("move-80-01", EsxRelease.V80U1);
        told = await lab.CallAsync(Graphics(lab, "move-80-01"), "RetrieveVgpuProfileInfo");
        Assert.All(((IReadOnlyList<object>)told!).Cast<DataObject>(), info => Assert.Null(info["stunTimeEstimates"]));
    }

    private static ManagedObject Graphics(SimulatorLab lab, string host) => lab.Host(host).Managers.OfType<HostGraphicsManager>().Single();

    private static SimulatorLab Lab(SimulatorOptions? options = null) => new(options ?? new SimulatorOptions { Scenario = "migration", ClockSpeed = 10_000 });

    private static ComputeResource Cluster(SimulatorLab lab, string name = "MOVE-80") => lab.Inventory.Hosts.Select(host => host.Compute).First(compute => compute.Name == name);

    private static Task EnterAsync(SimulatorLab lab, string host, int timeout) => lab.CallAsync(lab.Host(host), "EnterMaintenanceMode_Task", ("timeout", timeout));

    // A value with an xsi:type comes from the wire as what it is.
    private static Task SetAsync(SimulatorLab lab, SimulatedSession session, object value) => lab.CallAsync(
        session, lab.Inventory.Settings!, "UpdateOptions", ("changedValue", new DataObject(string.Empty).With("key", Setting).With("value", value)));

    private static DataObject Drs(params (string Name, object? Value)[] fields) =>
        SimulatorLab.Data("ClusterConfigSpecEx", ("drsConfig", SimulatorLab.Data(string.Empty, fields)));
}
