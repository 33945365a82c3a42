using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Core.Tests.Vim;
using GpuVSphere.Inventory;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vgpu;

public sealed class SchedulerPlannerTests
{
    private const string A = "0000:3b:00.0";
    private const string B = "0000:af:00.0";
    private const string New = "550.163.02";
    private const string Old = "470.63";
    private static readonly VimObjectId s_id = new("uuid", new ManagedObjectReference("HostSystem", "host-1"));
    private static readonly DateTimeOffset s_booted = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly HostChangeOptions s_staged = new();
    private static readonly HostChangeOptions s_reboot = new() { Reboot = true };

    [Fact]
    public void A_driver_that_can_be_told_is_told_at_once_and_no_reboot_is_needed()
    {
        HostProposal plan = Plan(Host(A, B), s_reboot, State("NVreg_EnableMSI=1", New), ("scheduler", "EqualShare/3"));

        Assert.Equal(
            [
                $": scheduler of {A}: best effort > equal share, 3 ms (0x00030003)",
                $": scheduler of {B}: best effort > equal share, 3 ms (0x00030003)",
                ": parameters of the module nvidia: NVreg_EnableMSI=1 > NVreg_EnableMSI=1 NVreg_RegistryDwords=RmPVMRL=0x00030003",
                $": scheduler of {A} in force: best effort > equal share, 3 ms",
                $": scheduler of {B} in force: best effort > equal share, 3 ms",
            ],
            Rows(plan));
        Assert.Equal("NVreg_EnableMSI=1 NVreg_RegistryDwords=RmPVMRL=0x00030003", Change(plan).Line);
        Assert.False(plan.Change!.NeedsReboot);
        Assert.Equal([new JournalField("parameter:NVreg_RegistryDwords", null, "RmPVMRL=0x00030003")], plan.Change.Fields);
        Assert.Empty(plan.Findings);
    }

    [Fact]
    public void An_older_driver_takes_it_at_the_next_boot()
    {
        HostProposal staged = Plan(Host(A), s_staged, State("", Old), ("scheduler", "FixedShare/24"));
        Assert.Equal([$": scheduler of {A}: best effort > fixed share, 24 ms (0x00180011)", ": parameters of the module nvidia:  > NVreg_RegistryDwords=RmPVMRL=0x00180011"], Rows(staged));
        Assert.True(staged.Change!.NeedsReboot);
        Assert.Contains(staged.Consequences, consequence => consequence.Text.Contains("470.63", StringComparison.Ordinal) && consequence.Text.Contains("-Reboot", StringComparison.Ordinal));

        HostProposal rebooted = Plan(Host(A), s_reboot, State("", Old), ("scheduler", "FixedShare/24"));
        Assert.Equal($"reboot: scheduler of {A} in force: best effort > fixed share, 24 ms", Rows(rebooted).Last());
        Assert.Equal(ChangeNeeds.MaintenanceMode | ChangeNeeds.Reboot, rebooted.Stages.Last().Changes.Last().Needs);
        Assert.Null(rebooted.Change!.Pending);
    }

    [Fact]
    public void Where_vgpus_run_that_gpu_waits_and_the_others_do_not()
    {
        GpuHost host = Host(A, B);
        GpuAssignment running = new(new VimObjectId("uuid", new ManagedObjectReference("VirtualMachine", "vm-1")), "vdi-7", VmGpuKind.Vgpu, true);
        host = host with { Devices = [host.Devices[0] with { Assignments = [running] }, host.Devices[1]] };

        HostProposal plan = Plan(host, s_staged, State("", New), ("scheduler", "EqualShare"));

        Assert.Equal([B], Change(plan).Targets.Where(target => target.IsLive).Select(target => target.Device.Address.ToString()));
        Assert.True(plan.Change!.NeedsReboot);
        Assert.Contains(plan.Consequences, consequence => consequence.Text.Contains($"{A} (vGPUs run for vdi-7)", StringComparison.Ordinal));

        // The reboot that was asked for serves all.
        Assert.DoesNotContain(Change(Plan(host, s_reboot, State("", New), ("scheduler", "EqualShare"))).Targets, target => target.IsLive);
    }

    [Theory]
    [InlineData("", "BestEffort")]
    [InlineData("NVreg_RegistryDwords=RmPVMRL=0x00", "BestEffort")]
    [InlineData("NVreg_RegistryDwords=RmPVMRL=0x01", "EqualShare")]
    [InlineData("NVreg_RegistryDwords=RmPVMRL=3", "EqualShare")]
    [InlineData("NVreg_RegistryDwords=K=1;RmPVMRL=0x00030003", "EqualShare/3")]
    [InlineData("NVreg_RegistryDwordsPerDevice=pci=0000:3b:00.0;RmPVMRL=0x11 NVreg_RegistryDwords=RmPVMRL=0x13", "FixedShare")]
    public void What_is_so_already_is_an_empty_plan(string line, string word)
    {
        HostProposal plan = Plan(Host(A), s_reboot, State(line, New, word), ("scheduler", word));

        Assert.Empty(plan.Stages);
        Assert.Empty(plan.Findings);
        Assert.False(plan.Change!.HasSomethingToApply);
        Assert.Null(plan.Change.Pending);
    }

    [Fact]
    public void What_waits_for_a_reboot_is_pending_without_it_and_only_a_reboot_with_it()
    {
        SchedulerState waiting = State("NVreg_RegistryDwords=RmPVMRL=0x01", Old);

        HostProposal staged = Plan(Host(A), s_staged, waiting, ("scheduler", "EqualShare"));
        Assert.Empty(staged.Stages);
        Assert.Contains(A, staged.Change!.Pending, StringComparison.Ordinal);

        HostProposal rebooted = Plan(Host(A), s_reboot, waiting, ("scheduler", "EqualShare"));
        Assert.Equal([$"reboot: scheduler of {A} in force: best effort > equal share"], Rows(rebooted));
        Assert.False(rebooted.Change!.HasSomethingToApply);

        // Taken back before the reboot, nothing waits any more and none is needed.
        HostProposal back = Plan(Host(A), s_reboot, waiting, ("scheduler", "BestEffort"));
        Assert.False(back.Change!.NeedsReboot);
        Assert.Equal("NVreg_RegistryDwords=", Change(back).Line);
    }

    [Fact]
    public void One_gpu_is_set_beside_what_all_have_and_given_back_to_it()
    {
        HostProposal own = Plan(Host(A, B), s_staged, State("NVreg_RegistryDwords=RmPVMRL=0x01", New, "EqualShare"), ("scheduler:" + B, "BestEffort"));
        Assert.Equal("NVreg_RegistryDwords=RmPVMRL=0x01 NVreg_RegistryDwordsPerDevice=pci=0000:af:00.0;RmPVMRL=0x00", Change(own).Line);
        Assert.Equal([B], Change(own).Targets.Select(target => target.Device.Address.ToString()));

        HostProposal back = Plan(Host(A, B), s_staged, State(Change(own).Line!, New, "EqualShare"), ("scheduler:" + B, "EqualShare"));
        Assert.Equal("NVreg_RegistryDwords=RmPVMRL=0x01", Change(back).Line);
    }

    [Theory]
    [InlineData("missing", "DeviceNotFound")]
    [InlineData("passthrough", "GpuInPassthrough")]
    [InlineData("all passthrough", "GpuInPassthrough")]
    [InlineData("blank", "ModuleParametersNotKept")]
    public void What_cannot_be_set_is_refused_with_the_reason(string how, string errorId)
    {
        GpuHost host = Host(A, B);
        GpuHost given = host with { Devices = [host.Devices[0] with { IsEnabled = true, IsActive = true }, host.Devices[1]] };
        HostProposal plan = how switch
        {
            "missing" => Plan(Host(B), s_staged, State("", New), ("scheduler:" + A, "EqualShare")),
            "passthrough" => Plan(given, s_staged, State("", New), ("scheduler:" + A, "EqualShare")),
            "all passthrough" => Plan(given with { Devices = [given.Devices[0]] }, s_staged, null, ("scheduler", "EqualShare")),
            _ => Plan(host, s_staged, State("", New) with { Parameters = SchedulerParameters.Of([new("NVreg_RmMsg", "a b")]) }, ("scheduler", "EqualShare")),
        };

        Finding finding = Assert.Single(plan.Findings, finding => finding.Blocks);
        Assert.Equal(errorId, finding.ErrorId);
        Assert.NotEmpty(finding.NextStep!);
    }

    [Fact]
    public void A_host_is_set_for_the_gpus_that_are_not_in_passthrough()
    {
        GpuHost host = Host(A, B);
        HostProposal plan = Plan(
            host with { Devices = [host.Devices[0] with { IsEnabled = true, IsActive = true }, host.Devices[1]] }, s_staged, State("", New), ("scheduler", "EqualShare"));

        Assert.Empty(plan.Findings);
        Assert.Equal([B], Change(plan).Targets.Select(target => target.Device.Address.ToString()));
    }

    [Fact]
    public void Without_a_shell_it_is_configured_and_what_is_in_force_is_not_claimed()
    {
        GpuVSphereException trouble = new("SshRefused", GpuErrorCategory.ConnectionFailed, "refused", "esx-01", "Start SSH.");
        SchedulerState blind = State("", New) with { HasShell = false, InForce = new Dictionary<PciAddress, SchedulerSetting?>(), Trouble = trouble };

        HostProposal plan = Plan(Host(A), s_staged, blind, ("scheduler", "EqualShare"));

        Finding finding = Assert.Single(plan.Findings);
        Assert.Equal(("SCHEDULER-IN-FORCE", FindingSeverity.Warning), (finding.RuleId, finding.Severity));
        Assert.Equal(2, Rows(plan).Count());
        Assert.True(plan.Change!.NeedsReboot);

        // Nobody is bothered where it was not tried, nor where nothing is to be changed.
        Assert.Empty(Plan(Host(A), s_staged, blind with { Trouble = null }, ("scheduler", "EqualShare")).Findings);
        HostProposal same = Plan(Host(A), s_reboot, blind, ("scheduler", "BestEffort"));
        Assert.Empty(same.Findings);
        Assert.Empty(same.Stages);
    }

    [Fact]
    public void A_driver_of_unknown_version_is_warned_of_where_the_form_of_the_slice_depends_on_it()
    {
        Assert.Equal("SCHEDULER-DRIVER", Assert.Single(Plan(Host(A), s_staged, State("", null), ("scheduler", "EqualShare/3")).Findings).RuleId);
        Assert.Empty(Plan(Host(A), s_staged, State("", null), ("scheduler", "EqualShare")).Findings);
    }

    [Fact]
    public void An_account_that_may_lack_the_privilege_is_warned()
    {
        GpuHost host = Host(A) with { Privileges = ["System.View"] };
        Finding finding = Assert.Single(Plan(host, s_staged, State("", New), ("scheduler", "EqualShare")).Findings);
        Assert.Equal(("PRIVILEGE-HOST", FindingSeverity.Warning), (finding.RuleId, finding.Severity));
        Assert.Contains("Host.Config.Settings", finding.Message, StringComparison.Ordinal);
        Assert.Empty(Plan(host, s_staged, State("", New), ("scheduler", "BestEffort")).Findings);
    }

    [Fact]
    public void In_mig_mode_nothing_has_to_come_into_force()
    {
        GpuHost host = Host(A);
        host = host with { Devices = [host.Devices[0] with { VgpuMode = "multiInstanceGpu" }] };
        foreach (SchedulerState state in new[] { State("", New) with { InForce = new Dictionary<PciAddress, SchedulerSetting?>() }, State("", New) with { InForce = new Dictionary<PciAddress, SchedulerSetting?> { [At(A)] = null } } })
        {
            HostProposal plan = Plan(host, s_reboot, state, ("scheduler", "EqualShare"));
            Assert.False(plan.Change!.NeedsReboot);
            Assert.Equal(2, Rows(plan).Count());
        }
    }

    [Fact]
    public void An_undo_writes_the_parameters_as_they_were_and_keeps_the_others()
    {
        SchedulerState now = State("NVreg_RegistryDwords=RmPVMRL=0x01 NVreg_EnableMSI=0", New, "EqualShare");
        HostProposal undo = Plan(
            Host(A), s_staged, now, ("parameter:NVreg_RegistryDwords", "K=7;RmPVMRL=17"), (IntentConditions.OnlyIf + "parameter:NVreg_RegistryDwords", "RmPVMRL=0x01"));

        Assert.Equal("NVreg_RegistryDwords=K=7;RmPVMRL=17 NVreg_EnableMSI=0", Change(undo).Line);
        Assert.Contains($": scheduler of {A} in force: equal share > fixed share", Rows(undo));

        HostProposal late = Plan(
            Host(A), s_staged, now, ("parameter:NVreg_RegistryDwords", ""), (IntentConditions.OnlyIf + "parameter:NVreg_RegistryDwords", "RmPVMRL=0x11"));
        Assert.Empty(late.Stages);
        Assert.Equal("UNDO-CHANGED-SINCE", Assert.Single(late.Findings).RuleId);
    }

    [Fact]
    public void What_is_read_back_is_held_against_what_was_wanted()
    {
        SchedulerChange change = Change(Plan(Host(A), s_staged, State("", New), ("scheduler", "EqualShare/3")));
        SchedulerState Seen(string line, params string[] words) => State(line, New, words);
        const string Set = "NVreg_RegistryDwords=RmPVMRL=0x00030003";

        Assert.Equal(HostChangeState.NotApplied, change.Verify(Seen("", "EqualShare/3")).State);
        Assert.Equal(HostChangeState.RebootPending, change.Verify(Seen(Set, "BestEffort")).State);
        Assert.Equal(HostChangeState.RebootPending, change.Verify(Seen(Set, "EqualShare/10")).State);
        Assert.Equal(HostChangeState.InForce, change.Verify(Seen(Set, "EqualShare/3")).State);
        Assert.Contains("best effort is still in force", change.Verify(Seen(Set, "BestEffort")).Text, StringComparison.Ordinal);

        // What cannot be read is not claimed; a boot since is what brings the parameters into force.
        SchedulerState blind = Seen(Set) with { InForce = new Dictionary<PciAddress, SchedulerSetting?>() };
        Assert.Equal(HostChangeState.RebootPending, change.Verify(blind).State);
        HostVerification booted = change.Verify(blind with { BootTime = s_booted.AddHours(1) });
        Assert.Equal((HostChangeState.InForce, true), (booted.State, booted.Text.Contains("could not be read", StringComparison.Ordinal)));
        Assert.Equal(HostChangeState.RebootPending, change.Verify(Seen(Set, "BestEffort") with { BootTime = s_booted.AddHours(1) }).State);
    }

    [Theory]
    [InlineData("BestEffort", "-p 1")]
    [InlineData("EqualShare", "-p 2")]
    [InlineData("FixedShare/24", "-p 3 -a 0 -ts 24000000")]
    public void The_live_command_is_that_of_the_guide(string word, string options) =>
        Assert.Equal($"nvidia-smi vgpu set-scheduler-state -i {A} {options}", SchedulerChange.Command(At(A), SchedulerSetting.Parse(word)!));

    [Fact]
    public void Intents_say_a_host_or_its_gpus_and_are_made_operations()
    {
        GpuHost host = Host(A, B);
        Dictionary<GpuHost, IReadOnlyList<PciAddress>> none = [];
        ChangeIntent all = SchedulerIntents.Set([host], none, VgpuSchedulerPolicy.FixedShare, 24, true, s_reboot);
        Assert.Equal(("VgpuScheduler", "FixedShare/24"), (all.Kind, all.Targets.Single().Wanted["scheduler"]));
        ChangeIntent one = SchedulerIntents.Set([host], new Dictionary<GpuHost, IReadOnlyList<PciAddress>> { [host] = [At(B)] }, VgpuSchedulerPolicy.BestEffort, null, false, s_staged);
        Assert.Equal("BestEffort", one.Targets.Single().Wanted["scheduler:" + B]);
        Assert.Equal([true, false], new[] { all, one }.Select(intent => SchedulerWish.Read(intent.Targets.Single()).UsesShell));
        Assert.NotNull(GpuOperations.Create(all, new OperationContext([], new StepClock(), "nowhere")));

        foreach ((VgpuSchedulerPolicy policy, int slice) in new[] { (VgpuSchedulerPolicy.BestEffort, 2), (VgpuSchedulerPolicy.EqualShare, 0), (VgpuSchedulerPolicy.FixedShare, 31) })
        {
            Assert.Equal("TimeSliceInvalid", Assert.Throws<GpuVSphereException>(() => SchedulerIntents.Set([host], none, policy, slice, true, s_staged)).Id);
        }
    }

    [Theory]
    [InlineData("scheduler", "Fair")]
    [InlineData("scheduler:nowhere", "EqualShare")]
    [InlineData("colour", "EqualShare")]
    public void An_intent_that_cannot_be_read_is_refused(string name, string value) =>
        Assert.Contains(Assert.Throws<GpuVSphereException>(() => Plan(Host(A), s_staged, State("", New), (name, value))).Id, new[] { "IntentInvalid", "MalformedPciAddress" });

    private static SchedulerChange Change(HostProposal plan) => (SchedulerChange)plan.Change!;

    private static IEnumerable<string> Rows(HostProposal plan) => plan.Stages.SelectMany(stage => stage.Changes.Select(row => $"{stage.Barrier}: {row.Property}: {row.Before} > {row.After}"));

    private static PciAddress At(string address) => PciAddress.TryParse(address, out PciAddress parsed) ? parsed : default;

    private static SchedulerState State(string line, string? driver, params string[] inForce) => new()
    {
        Parameters = SchedulerParametersTests.Of(line),
        Driver = driver is null ? null : DriverVersion.TryParse(driver),
        HasShell = true,
        BootTime = s_booted,
        InForce = new[] { A, B }.ToDictionary(At, _ => SchedulerSetting.Parse(inForce.FirstOrDefault() ?? "BestEffort")),
    };

    private static HostProposal Plan(GpuHost host, HostChangeOptions options, SchedulerState? state, params (string Name, string Value)[] wanted)
    {
        IntentTarget intent = new(new PlanTarget(s_id, host.Name, "vc"), wanted.ToDictionary(one => one.Name, one => one.Value));
        HostSubject subject = new() { Intent = intent, Host = host };
        return SchedulerPlanner.Plan(subject, options, SchedulerWish.Read(intent), state, new OperationContext([], new StepClock(), "nowhere"));
    }

    private static GpuHost Host(params string[] addresses) => new()
    {
        Id = s_id,
        Name = "esx-01",
        ServerName = "vc",
        Privileges = ["Host.Config.Maintenance", "Host.Config.Settings"],
        BootTime = s_booted,
        Devices =
        [
            .. addresses.Select(address => new GpuDevice
            {
                HostId = s_id,
                HostName = "esx-01",
                ServerName = "vc",
                Address = At(address),
                Name = "GPU",
                VendorId = 0x10DE,
                DeviceId = 0x20B5,
                IsCapable = true,
                GraphicsType = "sharedDirect",
            }),
        ],
    };
}
