using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Readiness;

/// <summary>The rules about moving VMs with vGPUs: each with a case that holds, one that fails, and one that cannot be decided.</summary>
public sealed class MigrationRulesTests
{
    private static readonly ManagedObjectReference s_cluster = new("ClusterComputeResource", "domain-c1");

    private static readonly GpuHost s_host = Samples.Host(Samples.Gpu(enabled: false, active: false)) with { Version = "8.0.3", Build = "24022510", Cluster = s_cluster, ClusterName = "GPU" };

    private static readonly GpuVm s_vm = Samples.Vm() with
    {
        PowerState = "poweredOn",
        PciDevices = [new VmGpu { VmId = Samples.VmId, VmName = "ml-01", ServerName = "vcenter", Key = 13000, Kind = VmGpuKind.Vgpu, VgpuProfile = "grid_a100d-40c" }],
    };

    /// <summary>A rule, what is asked, how things stand, what it says of them, and a word that must be in it.</summary>
    public static TheoryData<string, ReadinessAction, string, VerdictKind, string> Rows() => new()
    {
        { "VMOTION-SETTING", ReadinessAction.Evacuate, "as it should be", VerdictKind.Holds, "true" },
        { "VMOTION-SETTING", ReadinessAction.Evacuate, "setting off", VerdictKind.Confirmed, "Enable-VgpuMigration -Cluster GPU" },
        { "VMOTION-SETTING", ReadinessAction.UseVgpu, "setting off", VerdictKind.Advice, "Enable-VgpuMigration -Cluster GPU" },
        { "VMOTION-SETTING", ReadinessAction.PowerOn, "setting off", VerdictKind.Advice, "Enable-VgpuMigration -Cluster GPU" },
        { "VMOTION-SETTING", ReadinessAction.UseVgpu, "setting off, odd name", VerdictKind.Advice, "-Cluster 'GPU''s own'" },
        { "VMOTION-SETTING", ReadinessAction.Evacuate, "setting unreadable", VerdictKind.Unconfirmed, "cannot be read" },
        { "VMOTION-RELEASE", ReadinessAction.Evacuate, "as it should be", VerdictKind.Holds, "8.0.3" },
        { "VMOTION-RELEASE", ReadinessAction.Evacuate, "6.7 U1", VerdictKind.Holds, "10302608" },
        { "VMOTION-RELEASE", ReadinessAction.Evacuate, "6.7", VerdictKind.Confirmed, "6.7 U1" },
        { "VMOTION-RELEASE", ReadinessAction.UseVgpu, "6.7", VerdictKind.Advice, "6.7 U1" },
        { "VMOTION-RELEASE", ReadinessAction.UseVgpu, "host away", VerdictKind.Unconfirmed, "cannot be read" },
        { "DRS-AUTOMATION", ReadinessAction.Evacuate, "as it should be", VerdictKind.Holds, "fully automated" },
        { "DRS-AUTOMATION", ReadinessAction.Evacuate, "partially automated", VerdictKind.Confirmed, "-DrsAutomation FullyAutomated" },
        { "DRS-AUTOMATION", ReadinessAction.Evacuate, "DRS off", VerdictKind.Confirmed, "is off" },
        { "DRS-AUTOMATION", ReadinessAction.Evacuate, "no cluster", VerdictKind.Confirmed, "in no cluster" },
        { "DRS-AUTOMATION", ReadinessAction.Evacuate, "DRS unreadable", VerdictKind.Unconfirmed, "cannot be read" },
        { "DRS-AUTOMATION", ReadinessAction.UseVgpu, "as it should be", VerdictKind.Advice, "NVIDIA asks for partially automated or manual" },
        { "DRS-AUTOMATION", ReadinessAction.UseVgpu, "partially automated", VerdictKind.Holds, "partially automated" },
        { "DRS-AUTOMATION", ReadinessAction.EnableMigration, "DRS off", VerdictKind.Unconfirmed, "is off" },
        { "DRS-VM-OVERRIDE", ReadinessAction.Evacuate, "as it should be", VerdictKind.Holds, "No running VM" },
        { "DRS-VM-OVERRIDE", ReadinessAction.Evacuate, "VM kept", VerdictKind.Confirmed, "ml-01 (manual)" },
        { "DRS-VM-OVERRIDE", ReadinessAction.Evacuate, "DRS off for the VM", VerdictKind.Confirmed, "ml-01 (DRS off)" },
        { "DRS-VGPU-MAINTENANCE", ReadinessAction.Evacuate, "as it should be", VerdictKind.Holds, "300" },
        { "DRS-VGPU-MAINTENANCE", ReadinessAction.Evacuate, "no options", VerdictKind.Confirmed, "KB 88271" },
        { "DRS-VGPU-MAINTENANCE", ReadinessAction.EnableMigration, "no options", VerdictKind.Unconfirmed, "-MaintenanceTimeoutSeconds" },
        { "DRS-VGPU-MAINTENANCE", ReadinessAction.UseVgpu, "no options", VerdictKind.Advice, "Enable-VgpuMigration -Cluster GPU -MaintenanceTimeoutSeconds" },
        { "DRS-VGPU-MAINTENANCE", ReadinessAction.Evacuate, "DRS unreadable", VerdictKind.Unconfirmed, "cannot be read" },
        { "DRS-VGPU-CONSOLIDATION", ReadinessAction.UseVgpu, "as it should be", VerdictKind.Holds, "is 1" },
        { "DRS-VGPU-CONSOLIDATION", ReadinessAction.UseVgpu, "no options", VerdictKind.Advice, "-DrsOption @{ VgpuVmConsolidation = 1 }" },
        { "DRS-VGPU-CONSOLIDATION", ReadinessAction.UseVgpu, "set on 6.7", VerdictKind.Unconfirmed, "8.0 U2 or later, which brought it (esx-80-01)" },
        { "DRS-VGPU-CONSOLIDATION", ReadinessAction.UseVgpu, "DRS unreadable", VerdictKind.Unconfirmed, "cannot be read" },
        { "PRIVILEGE-CLUSTER", ReadinessAction.EnableMigration, "as it should be", VerdictKind.Holds, "Host.Inventory.EditCluster" },
        { "PRIVILEGE-CLUSTER", ReadinessAction.EnableMigration, "no privileges", VerdictKind.Confirmed, "lacks Host.Inventory.EditCluster" },
        { "PRIVILEGE-CLUSTER", ReadinessAction.EnableMigration, "privileges unreadable", VerdictKind.Unconfirmed, "could not be read" },
    };

    /// <summary>The same for what looks over the tables of all rules: what is asked and how things stand in one text, and the rule.</summary>
    public static IEnumerable<object[]> Cases() => Rows().Select(row => new object[] { $"{row[1]}/{row[2]}", row[0] });

    [Theory]
    [MemberData(nameof(Rows))]
    public void Each_rule_says_what_it_saw(string ruleId, ReadinessAction action, string how, VerdictKind kind, string word)
    {
        Verdict verdict = Assert.Single(Evaluate(ruleId, Subject(action, how)));
        Assert.Equal(kind, verdict.Kind);
        Assert.Contains(word, verdict.Message + " " + verdict.NextStep, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("VMOTION-SETTING", ReadinessAction.Evacuate, "no vGPU")]
    [InlineData("VMOTION-SETTING", ReadinessAction.PowerOn, "no vGPU")]
    [InlineData("VMOTION-SETTING", ReadinessAction.Evacuate, "VM off")]
    [InlineData("DRS-VGPU-MAINTENANCE", ReadinessAction.Evacuate, "no vGPU")]
    [InlineData("DRS-VGPU-MAINTENANCE", ReadinessAction.UseVgpu, "no cluster")]
    [InlineData("DRS-VM-OVERRIDE", ReadinessAction.Evacuate, "partially automated")]
    [InlineData("DRS-VM-OVERRIDE", ReadinessAction.Evacuate, "DRS unreadable")]
    [InlineData("DRS-VGPU-CONSOLIDATION", ReadinessAction.UseVgpu, "6.7")]
    [InlineData("DRS-VGPU-CONSOLIDATION", ReadinessAction.UseVgpu, "no cluster")]
    public void What_does_not_concern_a_rule_leaves_it_silent(string ruleId, ReadinessAction action, string how) => Assert.Empty(Evaluate(ruleId, Subject(action, how)));

    [Fact]
    public void Nothing_stops_a_change_of_settings_but_a_missing_privilege()
    {
        string[] all = [.. Rows().Select(row => (string)row[2]).Distinct()];
        Assert.All(all.Where(how => how != "no privileges"), how => Assert.DoesNotContain(
            ReadinessRules.Check([Subject(ReadinessAction.EnableMigration, how)]), finding => finding.Blocks));
    }

    [Theory]
    [InlineData("fullyAutomated", true)]
    [InlineData("partiallyAutomated", false)]
    [InlineData("somethingNew", false)]
    public void A_level_that_is_not_known_counts_as_one_that_does_least(string behavior, bool moves) =>
        Assert.Equal(moves, DrsSettings.ReadLevel(behavior) == DrsAutomation.FullyAutomated);

    private static List<Verdict> Evaluate(string ruleId, ReadinessSubject subject)
    {
        ReadinessRule rule = ReadinessRules.All.Single(rule => rule.Id == ruleId);
        Assert.NotEqual(ReadinessAction.None, rule.AppliesTo & subject.Action);
        return [.. rule.Evaluate(subject)];
    }

    private static ReadinessSubject Subject(string what)
    {
        string[] parts = what.Split('/');
        return Subject(Enum.Parse<ReadinessAction>(parts[0]), parts[1]);
    }

    private static ReadinessSubject Subject(ReadinessAction action, string how)
    {
        DrsSettings drs = new(true, new Dictionary<ManagedObjectReference, bool>())
        {
            Options = [new("VgpuMMAutomationTimeoutSecs", "300"), new("VgpuVmConsolidation", "1")],
        };
        GpuHost host = how switch
        {
            "6.7" => s_host with { Version = "6.7.0", Build = "8169922" },
            "set on 6.7" => s_host with { Version = "6.7.0", Build = "8169922" },
            "6.7 U1" => s_host with { Version = "6.7.0", Build = "10302608" },
            "host away" => s_host with { Version = string.Empty, ConnectionState = "notResponding" },
            "no cluster" => s_host with { Cluster = null, ClusterName = null },
            _ => s_host,
        };
        GpuVm vm = how switch
        {
            "no vGPU" => s_vm with { PciDevices = [] },
            "VM off" => s_vm with { PowerState = "poweredOff" },
            _ => s_vm,
        };
        drs = how switch
        {
            "partially automated" => new DrsSettings(false, drs.Overrides) { IsEnabled = true, Automation = DrsAutomation.PartiallyAutomated, Options = drs.Options },
            "DRS off" => new DrsSettings(false, drs.Overrides) { Options = drs.Options },
            "VM kept" => drs with { Overrides = new Dictionary<ManagedObjectReference, bool> { [vm.Id.Reference] = false }, VmLevels = new Dictionary<ManagedObjectReference, DrsAutomation?> { [vm.Id.Reference] = DrsAutomation.Manual } },
            "DRS off for the VM" => drs with { Overrides = new Dictionary<ManagedObjectReference, bool> { [vm.Id.Reference] = false }, VmLevels = new Dictionary<ManagedObjectReference, DrsAutomation?> { [vm.Id.Reference] = null } },
            "no options" or "6.7" => drs with { Options = [] },
            _ => drs,
        };
        bool isSettings = action == ReadinessAction.EnableMigration;
        return new ReadinessSubject
        {
            Action = action,
            Target = isSettings ? new PlanTarget(new VimObjectId(Samples.Server, s_cluster), "GPU", "vcenter") : action == ReadinessAction.PowerOn ? Samples.VmTarget : Samples.HostTarget,
            Host = isSettings ? null : host,
            Vm = action == ReadinessAction.PowerOn ? vm : null,
            OtherVms = [vm],
            RequiredPrivileges = isSettings ? ["Host.Inventory.EditCluster"] : [],
            Privileges = how switch
            {
                "privileges unreadable" => null,
                "no privileges" => Array.Empty<string>(),
                _ => new[] { "Host.Inventory.EditCluster" },
            },
            Migration = new MigrationEvidence
            {
                HotMigrate = how switch
                {
                    "setting off" or "setting off, odd name" => Evidence<bool>.Of(false),
                    "setting unreadable" => Evidence<bool>.Unknown("the account lacks System.Read."),
                    _ => Evidence<bool>.Of(true),
                },
                ClusterName = how switch { "no cluster" => null, "setting off, odd name" => "GPU's own", _ => "GPU" },
                Drs = how is "DRS unreadable" or "no cluster" ? Evidence<DrsSettings>.Unknown("it may not be read") : Evidence<DrsSettings>.Of(drs),
                ClusterHosts = [host],
            },
        };
    }
}
