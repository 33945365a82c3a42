using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Passthrough;
using GpuVSphere.Readiness;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Passthrough;

public sealed class HostPassthroughPlannerTests
{
    private static readonly VimObjectId s_id = new("uuid", new ManagedObjectReference("HostSystem", "host-1"));
    private static readonly PlanTarget s_target = new(s_id, "esx-01", "vc");
    private static readonly HostChangeOptions s_reboot = new() { Reboot = true };

    [Fact]
    public void Enable_IsConfiguredFirst_AndInForceBehindTheReboot()
    {
        HostProposal plan = Plan(Host([Gpu("3b"), Gpu("af")]), new HostChangeOptions(), ("0000:3b:00.0", "enabled"), ("0000:af:00.0", "enabled"));

        Assert.Equal([(1, null), (2, "reboot")], plan.Stages.Select(stage => (stage.Number, stage.Barrier)));
        Assert.Equal(
            ["passthrough of 0000:3b:00.0: disabled > enabled", "passthrough of 0000:af:00.0: disabled > enabled"],
            Texts(plan.Stages[0]));
        Assert.Equal(
            ["passthrough of 0000:3b:00.0 in force: no > yes", "passthrough of 0000:af:00.0 in force: no > yes"],
            Texts(plan.Stages[1]));
        Assert.All(plan.Stages[1].Changes, change => Assert.Equal(ChangeNeeds.MaintenanceMode | ChangeNeeds.Reboot, change.Needs));
        Assert.Equal(
            [new PassthruConfig("0000:3b:00.0", true), new PassthruConfig("0000:af:00.0", true)],
            Change(plan).Configs());
    }

    [Theory]
    [InlineData(true, true, true, "enabled")]
    [InlineData(true, false, false, "disabled")]
    [InlineData(false, true, true, "enabled")]
    public void AsWanted_IsAnEmptyPlan(bool rebinds, bool enabled, bool active, string wanted)
    {
        HostProposal plan = Plan(Host([Gpu("3b", enabled, active)], rebinds), s_reboot, ("0000:3b:00.0", wanted));

        Assert.Empty(plan.Stages);
        Assert.Empty(Change(plan).Sent);
        Assert.False(Change(plan).NeedsReboot);
        Assert.Null(Change(plan).Pending);
    }

    [Fact]
    public void WhatWaitsForAReboot_IsPendingWithoutIt_AndOnlyARebootWithIt()
    {
        GpuHost host = Host([Gpu("3b", enabled: true)]);

        HostProposal staged = Plan(host, new HostChangeOptions(), ("0000:3b:00.0", "enabled"));
        Assert.Empty(staged.Stages);
        Assert.Contains("-Reboot", Change(staged).Pending, StringComparison.Ordinal);

        HostProposal rebooted = Plan(host, s_reboot, ("0000:3b:00.0", "enabled"));
        Assert.Equal("reboot", Assert.Single(rebooted.Stages).Barrier);
        Assert.Empty(Change(rebooted).Sent);
    }

    [Fact]
    public void WhatIsEnabledAgainBeforeTheReboot_NeedsNone()
    {
        HostProposal plan = Plan(Host([Gpu("3b", enabled: false, active: true)]), s_reboot, ("0000:3b:00.0", "enabled"));

        Assert.Equal(["passthrough of 0000:3b:00.0: disabled > enabled"], Texts(Assert.Single(plan.Stages)));
        Assert.False(Change(plan).NeedsReboot);
    }

    [Fact]
    public void AHostThatRebinds_AppliesNow_AndTriesThatForWhatWaits()
    {
        GpuHost host = Host([Gpu("3b"), Gpu("af", enabled: true)], rebinds: true);

        HostProposal plan = Plan(host, new HostChangeOptions(), ("0000:3b:00.0", "enabled"), ("0000:af:00.0", "enabled"));
        Assert.Null(Assert.Single(plan.Stages).Barrier);
        Assert.Equal(
            [new PassthruConfig("0000:3b:00.0", true, true), new PassthruConfig("0000:af:00.0", true, true)],
            Change(plan).Configs());

        // Asked for a reboot, what waited waits for that: rebinding has been tried.
        HostProposal rebooted = Plan(host, s_reboot, ("0000:3b:00.0", "enabled"), ("0000:af:00.0", "enabled"));
        Assert.True(Change(rebooted).NeedsReboot);
        Assert.Equal(["passthrough of 0000:3b:00.0 in force: no > yes", "passthrough of 0000:af:00.0 in force: no > yes"], Texts(rebooted.Stages.Single(stage => stage.Barrier == "reboot")));
    }

    [Fact]
    public void OnlyWhatIsNeededIsSent_AndFollowersAreShown()
    {
        GpuHost host = Host([Gpu("3b")]) with
        {
            Functions =
            [
                Function("0000:3b:00.0", "0000:3b:00.0"),
                Function("0000:3b:00.1", "0000:3b:00.0"),
                Function("0000:af:00.0", "0000:af:00.0"),
            ],
        };
        GpuDevice device = host.Devices[0] with { DependentDevice = Address("0000:3b:00.0") };

        HostProposal plan = Plan(host with { Devices = [device] }, new HostChangeOptions(), ("0000:3b:00.0", "enabled"));

        Assert.Equal(["0000:3b:00.0"], Change(plan).Configs().Select(config => config.Id));
        Assert.Equal(["passthrough of 0000:3b:00.0: disabled > enabled", "passthrough of 0000:3b:00.1: disabled > enabled"], Texts(plan.Stages[0]));
        Assert.Contains(plan.Consequences, consequence => consequence.Text.Contains("0000:3b:00.1", StringComparison.Ordinal));
    }

    [Fact]
    public void TwoWishesThatCannotBothBe_AreRefused()
    {
        GpuDevice first = Gpu("3b") with { DependentDevice = Address("0000:3a:00.0") };
        GpuDevice second = Gpu("3c", enabled: true, active: true) with { DependentDevice = Address("0000:3a:00.0") };

        HostProposal plan = Plan(Host([first, second]), new HostChangeOptions(), ("0000:3b:00.0", "enabled"), ("0000:3c:00.0", "disabled"));

        Assert.Contains(plan.Findings, finding => finding is { RuleId: "DEVICE-DEPENDENT", Blocks: true });
    }

    [Fact]
    public void VmsInTheWay_AreNamedOrForbid()
    {
        GpuVm vm = new() { Id = new VimObjectId("uuid", new ManagedObjectReference("VirtualMachine", "vm-1")), Name = "web-01", ServerName = "vc", Host = s_id.Reference, PowerState = "poweredOn", IsToolsRunning = true };
        GpuHost host = Host([Gpu("3b")]);

        HostProposal refused = Plan(host, s_reboot, [vm], ("0000:3b:00.0", "enabled"));
        Assert.Contains(refused.Findings, finding => finding is { RuleId: HostRebootPlan.VmsRule, Blocks: true, ErrorId: "VmsInTheWay" });

        // VMs of one reason are named together, and a vGPU is not said to be immovable.
        GpuVm Vdi(string name) => vm with
        {
            Id = new VimObjectId("uuid", new ManagedObjectReference("VirtualMachine", name)),
            Name = name,
            PciDevices = [new VmGpu { VmId = vm.Id, VmName = name, ServerName = "vc", Kind = VmGpuKind.Vgpu, Key = 13000, VgpuProfile = "grid_p100-8q" }],
        };
        HostProposal vdi = Plan(host, s_reboot, [Vdi("vdi-1"), Vdi("vdi-2"), vm], ("0000:3b:00.0", "enabled"));
        Assert.Contains(
            "vdi-1, vdi-2 (each has a vGPU, with which DRS does not move it by itself); web-01 (no DRS moves it)",
            vdi.Findings.Single(finding => finding.RuleId == HostRebootPlan.VmsRule).Message,
            StringComparison.Ordinal);

        HostProposal allowed = Plan(host, s_reboot with { PowerOff = true }, [vm], ("0000:3b:00.0", "enabled"));
        Assert.DoesNotContain(allowed.Findings, finding => finding.Blocks);
        Assert.Contains(allowed.Stages[0].Changes, change => change is { Property: HostRebootPlan.RunningVms, Before: "web-01", Needs: ChangeNeeds.PowerOff });

        HostProposal staged = Plan(host, new HostChangeOptions(), [vm], ("0000:3b:00.0", "enabled"));
        Assert.DoesNotContain(staged.Findings, finding => finding.Blocks);

        HostProposal unprivileged = Plan(host, s_reboot with { PowerOff = true }, [vm with { Privileges = ["System.Read", "VirtualMachine.Interact.PowerOn"] }], ("0000:3b:00.0", "enabled"));
        Assert.Contains(unprivileged.Findings, finding => finding.Blocks && finding.Message.Contains("VirtualMachine.Interact.PowerOff", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("enabled", "enabled", 1)]
    [InlineData("disabled", "enabled", 0)]
    public void AConditionThatDoesNotHold_LeavesTheDeviceAlone(string condition, string state, int changes)
    {
        GpuHost host = Host([Gpu("3b", state == "enabled", state == "enabled")]);

        HostProposal plan = Plan(host, new HostChangeOptions(), ("0000:3b:00.0", "disabled"), ("only-if:0000:3b:00.0", condition));

        Assert.Equal(changes, plan.Stages.Count(stage => stage.Barrier is null));
        Assert.Equal(changes == 0, plan.Findings.Any(finding => finding.RuleId == "UNDO-CHANGED-SINCE"));
    }

    [Theory]
    [InlineData(null, "new", true, 1)]
    [InlineData("new", "new", true, 0)]
    [InlineData("old", "", true, 1)]
    [InlineData(null, "", true, 0)]
    public void ALabel_IsSetWhereItDiffers(string? before, string wanted, bool supported, int changes)
    {
        GpuHost host = Host([Gpu("3b", enabled: true, active: true) with { Label = before }]) with { CanSetHardwareLabel = supported };

        HostProposal plan = Plan(host, new HostChangeOptions(), ("label:0000:3b:00.0", wanted));

        Assert.Equal(changes, plan.Stages.Count);
        if (changes == 1)
        {
            // Passthrough stays as it is: the call needs the value all the same.
            Assert.Equal(new PassthruConfig("0000:3b:00.0", true, null, wanted), Change(plan).Configs().Single());
            Assert.False(Change(plan).NeedsReboot);
        }
    }

    [Fact]
    public void Labels_BeforeSevenU2_AreNotSupported()
    {
        HostProposal plan = Plan(Host([Gpu("3b")]) with { CanSetHardwareLabel = false, Version = "6.7.0" }, new HostChangeOptions(), ("label:0000:3b:00.0", "x"));

        Finding finding = Assert.Single(plan.Findings, finding => finding.Blocks);
        Assert.Equal(("HOST-LABEL", "LabelNotSupported", GpuErrorCategory.NotSupported), (finding.RuleId, finding.ErrorId, finding.ErrorCategory));
        Assert.Contains("6.7.0", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0000:3b", "enabled", "MalformedPciAddress")]
    [InlineData("label:nonsense", "x", "MalformedPciAddress")]
    [InlineData("0000:3b:00.0", "on", "IntentInvalid")]
    public void ABadIntent_IsRefused(string name, string value, string error) =>
        Assert.Equal(error, Assert.Throws<GpuVSphereException>(() => Plan(Host([Gpu("3b")]), new HostChangeOptions(), (name, value))).Id);

    [Fact]
    public void AHostThatDoesNotAnswer_IsBlockedWithoutAnotherWord()
    {
        HostProposal plan = Plan(Host([]) with { ConnectionState = "notResponding" }, s_reboot, ("0000:3b:00.0", "enabled"));

        Assert.Equal(["HOST-CONNECTED"], plan.Findings.Select(finding => finding.RuleId));
        Assert.Empty(plan.Stages);
    }

    [Fact]
    public void Verify_SaysHowFarItCame()
    {
        HostPassthroughChange change = Change(Plan(Host([Gpu("3b"), Gpu("af")]), s_reboot, ("0000:3b:00.0", "enabled"), ("0000:af:00.0", "enabled")));

        Assert.Equal(HostChangeState.NotApplied, change.Verify(Host([Gpu("3b", true, true), Gpu("af")])).State);
        Assert.Equal(HostChangeState.NotApplied, change.Verify(Host([Gpu("3b", true, true)])).State);
        Assert.Equal(HostChangeState.RebootPending, change.Verify(Host([Gpu("3b", true, true), Gpu("af", true)])).State);
        HostVerification inForce = change.Verify(Host([Gpu("3b", true, true), Gpu("af", true, true)]));
        Assert.Equal(HostChangeState.InForce, inForce.State);
        Assert.Equal("0000:3b:00.0 is enabled and active. 0000:af:00.0 is enabled and active.", inForce.Text);
    }

    [Fact]
    public void Intents_GroupDevicesByHost()
    {
        GpuDevice other = Gpu("3b") with { HostId = new VimObjectId("uuid", new ManagedObjectReference("HostSystem", "host-2")), HostName = "esx-02" };

        ChangeIntent intent = PassthroughIntents.Enable([Gpu("af"), other, Gpu("3b")], s_reboot);

        Assert.Equal(["esx-01", "esx-02"], intent.Targets.Select(target => target.Target.Name));
        Assert.Equal(["0000:3b:00.0", "0000:af:00.0"], intent.Targets[0].Wanted.Keys);
        Assert.Equal("true", intent.Options["reboot"]);
        Assert.Equal("OptionInvalid", Assert.Throws<GpuVSphereException>(() => PassthroughIntents.Enable([Gpu("af")], new HostChangeOptions { MaxDownPerCluster = 0 })).Id);
    }

    [Fact]
    public void EveryKindHasOneFactory_AndAnUnknownKindIsRefused()
    {
        Assert.Equal(GpuOperations.Factories.Count, GpuOperations.Factories.Select(factory => factory.Kind).Distinct().Count());
        OperationContext context = new([], SystemClock.Instance, "nowhere");
        ChangeIntent unknown = new("Teleport", "Teleport", [], new Dictionary<string, string>());
        Assert.Equal("UnknownChangeKind", Assert.Throws<GpuVSphereException>(() => GpuOperations.Create(unknown, context)).Id);
    }

    private static HostProposal Plan(GpuHost host, HostChangeOptions options, params (string Name, string Value)[] wanted) => Plan(host, options, [], wanted);

    private static HostProposal Plan(GpuHost host, HostChangeOptions options, IReadOnlyList<GpuVm> vms, params (string Name, string Value)[] wanted) => HostPassthroughPlanner.Plan(
        new HostSubject
        {
            Intent = new IntentTarget(s_target, wanted.ToDictionary(pair => pair.Name, pair => pair.Value)),
            Host = host,
            Vms = vms,
        },
        options,
        Evidence<bool>.Of(false));

    private static HostPassthroughChange Change(HostProposal proposal) => Assert.IsType<HostPassthroughChange>(proposal.Change);

    private static IEnumerable<string> Texts(ChangeStage stage) => stage.Changes.Select(change => $"{change.Property}: {change.Before} > {change.After}");

    private static GpuHost Host(IReadOnlyList<GpuDevice> devices, bool rebinds = false) => new()
    {
        Id = s_id,
        Name = "esx-01",
        ServerName = "vc",
        Version = "8.0.3",
        Devices = devices,
        CanRebindWithoutReboot = rebinds,
        CanSetHardwareLabel = true,
        Privileges = ["Host.Config.PciPassthru", "Host.Config.Maintenance"],
    };

    private static GpuDevice Gpu(string bus, bool enabled = false, bool active = false) => new()
    {
        HostId = s_id,
        HostName = "esx-01",
        ServerName = "vc",
        Address = Address($"0000:{bus}:00.0"),
        Name = "A GPU",
        VendorId = 0x10DE,
        DeviceId = 0x20B5,
        IsCapable = true,
        IsEnabled = enabled,
        IsActive = active,
    };

    private static PciFunction Function(string address, string dependsOn) => new() { Address = Address(address), DependentDevice = Address(dependsOn), IsCapable = true };

    private static PciAddress Address(string text) => PciAddress.TryParse(text, out PciAddress address) ? address : throw new ArgumentException(text);
}
