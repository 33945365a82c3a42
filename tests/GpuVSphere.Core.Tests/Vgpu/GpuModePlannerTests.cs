using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Core.Tests.Vim;
using GpuVSphere.Inventory;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Smi;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vgpu;

public sealed class GpuModePlannerTests
{
    private const string A = "0000:3b:00.0";
    private const string B = "0000:af:00.0";
    private static readonly VimObjectId s_id = new("uuid", new ManagedObjectReference("HostSystem", "host-1"));
    private static readonly HostChangeOptions s_staged = new();

    // As nvidia-smi mig -lgip lists them of an A100 80GB.
    private static readonly (int Gpu, MigProfile Profile)[] s_a100 =
    [
        (0, new MigProfile("1g.10gb", 19, 7, 7, 9.5)),
        (0, new MigProfile("1g.10gb+me", 20, 1, 1, 9.5)),
        (0, new MigProfile("2g.20gb", 14, 3, 3, 19.5)),
        (0, new MigProfile("3g.40gb", 9, 2, 2, 39.5)),
        (0, new MigProfile("4g.40gb", 5, 1, 1, 39.5)),
        (0, new MigProfile("7g.80gb", 0, 1, 1, 79.25)),
    ];

    private static readonly HostChangeOptions s_reboot = new() { Reboot = true };

    [Fact]
    public void A_switch_is_configured_first_and_in_force_behind_the_reboot()
    {
        HostProposal plan = Plan(GpuMode.Ecc, s_reboot, [Gpu(A, ecc: (true, true)), Gpu(B, ecc: (true, true))], (A, "disabled"), (B, "disabled"));

        Assert.Equal(
            [null + ": ECC of " + A + ": enabled > disabled", null + ": ECC of " + B + ": enabled > disabled", "reboot: ECC of " + A + " in force: enabled > disabled", "reboot: ECC of " + B + " in force: enabled > disabled"],
            Rows(plan));
        Assert.All(plan.Stages[1].Changes, row => Assert.Equal(ChangeNeeds.MaintenanceMode | ChangeNeeds.Reboot, row.Needs));
        Assert.Equal([new JournalField(A, "enabled", "disabled"), new JournalField(B, "enabled", "disabled")], plan.Change!.Fields);
        Assert.True(plan.Change.HasSomethingToApply);
        Assert.True(plan.Change.NeedsReboot);
        Assert.DoesNotContain(plan.Findings, finding => finding.Blocks);
    }

    [Fact]
    public void Without_a_reboot_the_switch_is_staged_and_that_is_said()
    {
        HostProposal plan = Plan(GpuMode.Ecc, s_staged, [Gpu(A, ecc: (true, true))], (A, "disabled"));

        Assert.Single(Rows(plan));
        Assert.Contains(plan.Consequences, consequence => consequence.Text.Contains("-Reboot", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_so_already_is_an_empty_plan(bool enabled)
    {
        HostProposal plan = Plan(GpuMode.Ecc, s_reboot, [Gpu(A, ecc: (enabled, enabled), driver: enabled ? "535.161.05" : "390.42")], (A, enabled ? "enabled" : "disabled"));

        Assert.Empty(plan.Stages);
        Assert.Empty(plan.Findings);
        Assert.False(plan.Change!.HasSomethingToApply);
        Assert.Null(plan.Change.Pending);
    }

    [Fact]
    public void What_waits_for_a_reboot_is_pending_without_it_and_only_a_reboot_with_it()
    {
        NvidiaSmiGpu waiting = Gpu(A, ecc: (true, false));

        HostProposal staged = Plan(GpuMode.Ecc, s_staged, [waiting], (A, "disabled"));
        Assert.Empty(staged.Stages);
        Assert.Contains(A, staged.Change!.Pending, StringComparison.Ordinal);

        HostProposal rebooted = Plan(GpuMode.Ecc, s_reboot, [waiting], (A, "disabled"));
        Assert.Equal(["reboot: ECC of " + A + " in force: enabled > disabled"], Rows(rebooted));
        Assert.False(rebooted.Change!.HasSomethingToApply);

        // Taken back before the reboot, nothing waits any more and none is needed.
        HostProposal back = Plan(GpuMode.Ecc, s_reboot, [waiting with { DriverVersion = "535.161.05" }], (A, "enabled"));
        Assert.Equal([": ECC of " + A + ": disabled > enabled"], Rows(back));
        Assert.False(back.Change!.NeedsReboot);
    }

    [Fact]
    public void Ecc_on_is_refused_before_vgpu_9_and_off_is_warned_of_since()
    {
        Finding refused = Assert.Single(Plan(GpuMode.Ecc, s_staged, [Gpu(A, ecc: (false, false), driver: "390.42")], (A, "enabled")).Findings);
        Assert.Equal(("ECC-RELEASE", true), (refused.RuleId, refused.Blocks));

        Finding warned = Assert.Single(Plan(GpuMode.Ecc, s_staged, [Gpu(A, ecc: (true, true), driver: "535.161.05")], (A, "disabled")).Findings);
        Assert.Equal(("ECC-RELEASE", FindingSeverity.Warning), (warned.RuleId, warned.Severity));

        // As wanted already: nobody is bothered.
        Assert.Empty(Plan(GpuMode.Ecc, s_staged, [Gpu(A, ecc: (true, true), driver: "390.42")], (A, "enabled")).Findings);
    }

    /// <summary>8.10 is the last release before 9.0, and of a later date than it.</summary>
    [Theory]
    [InlineData("418.240", true, FindingSeverity.Block)]
    [InlineData("418.240", false, null)]
    [InlineData("430.27", true, null)]
    [InlineData("430.27", false, FindingSeverity.Warning)]
    [InlineData("", true, FindingSeverity.Warning)]
    [InlineData("", false, FindingSeverity.Warning)]
    public void The_rule_for_ecc_turns_at_vgpu_9(string driver, bool enabled, FindingSeverity? severity)
    {
        Finding? found = Plan(GpuMode.Ecc, s_staged, [Gpu(A, ecc: (!enabled, !enabled), driver: driver)], (A, enabled ? "enabled" : "disabled")).Findings.SingleOrDefault();
        Assert.Equal((severity is null ? null : "ECC-RELEASE", severity), (found?.RuleId, found?.Severity));
    }

    [Theory]
    [InlineData("passthrough", "GpuInPassthrough")]
    [InlineData("unseen", "GpuNotInDriver")]
    [InlineData("none", "EccNotSupported")]
    [InlineData("missing", "DeviceNotFound")]
    public void A_gpu_that_cannot_be_switched_is_refused_with_the_reason(string how, string errorId)
    {
        NvidiaSmiGpu gpu = Gpu(A, ecc: how == "none" ? (null, null) : (true, true));
        HostProposal plan = Plan(
            GpuMode.Ecc,
            Host(how == "missing" ? [B] : [A, B]) is var host && how == "passthrough" ? host with { Devices = [.. host.Devices.Select(device => device with { IsEnabled = true, IsActive = true })] } : host,
            s_staged,
            how is "unseen" or "passthrough" ? [] : [gpu],
            [],
            (A, "disabled"));

        Finding finding = Assert.Single(plan.Findings);
        Assert.Equal(errorId, finding.ErrorId);
        Assert.True(finding.Blocks);
        Assert.NotEmpty(finding.NextStep!);
        Assert.Empty(plan.Stages);
    }

    [Fact]
    public void Mig_is_switched_only_where_no_vgpu_runs()
    {
        GpuHost host = Host([A]);
        GpuAssignment running = new(new VimObjectId("uuid", new ManagedObjectReference("VirtualMachine", "vm-1")), "vdi-7", VmGpuKind.Vgpu, true);
        GpuHost busy = host with { Devices = [host.Devices[0] with { Assignments = [running] }] };

        Assert.Contains(Plan(GpuMode.Mig, busy, s_staged, [Gpu(A, mig: (false, false))], [], (A, "enabled")).Findings, finding => finding.RuleId == "DEVICE-VGPU-RUNNING" && finding.Blocks);
        Assert.Empty(Plan(GpuMode.Mig, host, s_staged, [Gpu(A, mig: (false, false))], [], (A, "enabled")).Findings);
        Assert.Equal("MigNotSupported", Assert.Single(Plan(GpuMode.Mig, host, s_staged, [Gpu(A)], [], (A, "enabled")).Findings).ErrorId);
    }

    [Fact]
    public void Instances_are_a_row_and_no_reboot()
    {
        NvidiaSmiGpu gpu = Gpu(A, mig: (true, true), instances: [new MigInstance(1, "3g.40gb", 9, 4, 4)]);
        HostProposal plan = Plan(GpuMode.Mig, s_reboot, [gpu], ("instances:" + A, "3G.40gb, 1g.10gb,1g.10gb"));

        Assert.Equal([": MIG instances of " + A + ": 3g.40gb > 1g.10gb, 1g.10gb, 3g.40gb"], Rows(plan));
        Assert.False(plan.Change!.NeedsReboot);
        Assert.Equal([new JournalField("instances:" + A, "3g.40gb", "1g.10gb, 1g.10gb, 3g.40gb")], plan.Change.Fields);

        Assert.Empty(Plan(GpuMode.Mig, s_reboot, [gpu], ("instances:" + A, "3g.40gb")).Stages);
        Assert.Equal([": MIG instances of " + A + ": 3g.40gb > "], Rows(Plan(GpuMode.Mig, s_reboot, [gpu], ("instances:" + A, ""))));
    }

    [Theory]
    [InlineData("off", "1g.10gb", "MigNotInForce")]
    [InlineData("on", "1g.11gb", "MigProfileNotFound")]
    [InlineData("on", "1g.10gb+me,1g.10gb+me", "MigProfileTooMany")]
    [InlineData("on", "3g.40gb,3g.40gb,2g.20gb", "MigProfileTooMany")] // eight compute slices
    [InlineData("on", "1g.10gb,3g.40gb,3g.40gb", "MigProfileTooMany")] // seven, and more memory than there is
    public void Instances_that_cannot_be_are_refused(string mode, string instances, string errorId)
    {
        HostProposal plan = Plan(
            GpuMode.Mig,
            Host([A]),
            s_staged,
            [Gpu(A, mig: (mode == "on", true))],
            s_a100,
            ("instances:" + A, instances));

        Assert.Equal(errorId, Assert.Single(plan.Findings).ErrorId);
    }

    [Theory]
    [InlineData("3g.40gb,3g.40gb")]
    [InlineData("4G.40gb,3g.40gb")]
    [InlineData("1g.10gb,1g.10gb,1g.10gb,1g.10gb,1g.10gb,1g.10gb,1g.10gb+me")]
    [InlineData("2g.20gb,2g.20gb,2g.20gb,1g.10gb")]
    [InlineData("7g.80gb")]
    public void Instances_that_fill_the_gpu_are_not_refused(string instances) =>
        Assert.Empty(Plan(GpuMode.Mig, Host([A]), s_staged, [Gpu(A, mig: (true, true))], s_a100, ("instances:" + A, instances)).Findings);

    [Fact]
    public void An_undo_leaves_alone_what_somebody_changed_since()
    {
        HostProposal plan = Plan(
            GpuMode.Ecc, s_staged, [Gpu(A, ecc: (true, true), driver: "535.161.05")], (A, "enabled"), (IntentConditions.OnlyIf + A, "disabled"));

        Assert.Empty(plan.Stages);
        Assert.Equal("UNDO-CHANGED-SINCE", Assert.Single(plan.Findings).RuleId);
    }

    [Fact]
    public void What_is_read_back_is_held_against_what_was_wanted()
    {
        GpuModeChange ecc = (GpuModeChange)Plan(GpuMode.Ecc, s_staged, [Gpu(A, ecc: (true, true))], (A, "disabled")).Change!;
        Assert.Equal(HostChangeState.NotApplied, ecc.Verify([Gpu(A, ecc: (true, true))]).State);
        Assert.Equal(HostChangeState.RebootPending, ecc.Verify([Gpu(A, ecc: (true, false))]).State);
        Assert.Equal(HostChangeState.InForce, ecc.Verify([Gpu(A, ecc: (false, false))]).State);
        Assert.Equal(HostChangeState.NotApplied, ecc.Verify([]).State);
        Assert.Contains("enabled, and disabled after a reboot", ecc.Verify([Gpu(A, ecc: (true, false))]).Text, StringComparison.Ordinal);

        GpuModeChange mig = (GpuModeChange)Plan(GpuMode.Mig, s_staged, [Gpu(A, mig: (true, true))], ("instances:" + A, "1g.10gb")).Change!;
        Assert.Equal(HostChangeState.NotApplied, mig.Verify([Gpu(A, mig: (true, true))]).State);
        HostVerification made = mig.Verify([Gpu(A, mig: (true, true), instances: [new MigInstance(7, "1g.10gb", 19, 6, 1)])]);
        Assert.Equal((HostChangeState.InForce, true), (made.State, made.Text.Contains("1g.10gb@6:1", StringComparison.Ordinal)));
    }

    [Fact]
    public void Intents_go_by_host_and_are_made_operations()
    {
        GpuHost host = Host([A, B]);
        ChangeIntent ecc = EccIntents.Set(host.Devices, false, s_reboot);
        Assert.Equal(("GpuEcc", "disabled"), (ecc.Kind, ecc.Targets.Single().Wanted[A]));
        ChangeIntent mig = MigIntents.Set([host.Devices[0]], true, ["1g.10gb", "3g.40gb"], s_staged);
        Assert.Equal(("enabled", "1g.10gb, 3g.40gb"), (mig.Targets.Single().Wanted[A], mig.Targets.Single().Wanted["instances:" + A]));

        OperationContext context = new([], new StepClock(), "nowhere");
        Assert.NotNull(GpuOperations.Create(ecc, context));
        Assert.NotNull(GpuOperations.Create(mig, context));
    }

    private static IEnumerable<string> Rows(HostProposal plan) => plan.Stages.SelectMany(stage => stage.Changes.Select(row => $"{stage.Barrier}: {row.Property}: {row.Before} > {row.After}"));

    private static HostProposal Plan(GpuMode mode, HostChangeOptions options, IReadOnlyList<NvidiaSmiGpu> gpus, params (string Name, string Value)[] wanted) =>
        Plan(mode, Host([.. gpus.Select(gpu => gpu.Address.ToString()!)]), options, gpus, [], wanted);

    private static HostProposal Plan(
        GpuMode mode, GpuHost host, HostChangeOptions options, IReadOnlyList<NvidiaSmiGpu> gpus, (int Gpu, MigProfile Profile)[] profiles, params (string Name, string Value)[] wanted)
    {
        IntentTarget intent = new(new PlanTarget(s_id, host.Name, "vc"), wanted.ToDictionary(one => one.Name, one => one.Value));
        HostSubject subject = new() { Intent = intent, Host = host };
        return GpuModePlanner.Plan(
            mode, subject, options, GpuModeWish.Read(intent), gpus, profiles.ToLookup(one => one.Gpu, one => one.Profile), new OperationContext([], new StepClock(), "nowhere"));
    }

    private static GpuHost Host(string[] addresses) => new()
    {
        Id = s_id,
        Name = "esx-01",
        ServerName = "vc",
        Privileges = ["Host.Config.Maintenance"],
        Devices =
        [
            .. addresses.Select(address => new GpuDevice
            {
                HostId = s_id,
                HostName = "esx-01",
                ServerName = "vc",
                Address = PciAddress.TryParse(address, out PciAddress parsed) ? parsed : default,
                Name = "GPU",
                VendorId = 0x10DE,
                DeviceId = 0x20B5,
                IsCapable = true,
            }),
        ],
    };

    private static NvidiaSmiGpu Gpu(
        string address, (bool? Current, bool? Pending) ecc = default, (bool? Current, bool? Pending) mig = default, string driver = "390.42", MigInstance[]? instances = null) => new()
    {
        Address = PciAddress.TryParse(address, out PciAddress parsed) ? parsed : null,
        Name = "GPU",
        DriverVersion = driver,
        EccCurrent = ecc.Current,
        EccPending = ecc.Pending,
        MigCurrent = mig.Current,
        MigPending = mig.Pending,
        MigInstances = instances ?? [],
    };
}
