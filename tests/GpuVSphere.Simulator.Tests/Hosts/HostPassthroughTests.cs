using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Passthrough;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Hosts;

public sealed class HostPassthroughTests
{
    private const string First = "0000:3b:00.0";
    private const string Second = "0000:af:00.0";

    [Fact]
    public async Task Enable_WithRebootAndPowerOff_RebootsOnceForBothDevices_AndPutsTheVmBack()
    {
        using HostLab lab = await HostLab.StartAsync();
        ChangeIntent intent = await lab.EnableAsync(HostLab.RebootAndPowerOff, "esx-67-01");
        ChangePlan plan = await lab.PlanAsync(intent);

        ChangeResult result = (await lab.RunAsync(intent, plan)).Single();

        Assert.True(result.Outcome == ChangeOutcome.Done, result.Error?.ToString());
        Assert.Equal([(1, null), (2, "reboot")], plan.Stages.Select(stage => (stage.Number, stage.Barrier)));
        Assert.Contains(plan.Stages[0].Changes, change => change is { Property: HostRebootPlan.RunningVms, Before: "web-01" });
        RawHost raw = lab.Raw.Host("esx-67-01");
        Assert.True(raw.Device(First) is { IsEnabled: true, IsActive: true });
        Assert.True(raw.Device(Second) is { IsEnabled: true, IsActive: true });
        Assert.Equal(2, raw.BootCount);
        Assert.False(raw.IsInMaintenance);
        Assert.True(lab.Raw.Vm("web-01").IsPoweredOn);
        Assert.Empty(lab.Feedback.Warnings);
        Assert.Contains(lab.Feedback.Statuses, status => status.StartsWith("esx-67-01: rebooting, ", StringComparison.Ordinal) && status.EndsWith(" min of 30", StringComparison.Ordinal));
        JournalEntry entry = lab.Changes.Get(result.ChangeId!);
        Assert.Equal(JournalState.Done, entry.State);
        Assert.Equal([First, Second], entry.Hosts.Single().Fields.Select(field => field.Name));

        // And once more: nothing.
        Assert.True((await lab.PlanAsync(await lab.EnableAsync(HostLab.RebootAndPowerOff, "esx-67-01"))).IsEmpty);
    }

    [Fact]
    public async Task Enable_WithoutReboot_IsPending_ThenNothing_ThenOnlyTheReboot()
    {
        using HostLab lab = await HostLab.StartAsync();

        ChangeResult staged = await lab.RunOneAsync(await lab.EnableAsync(HostLab.Staged, "esx-80-01/" + First));
        Assert.Equal(ChangeOutcome.Pending, staged.Outcome);
        Assert.Contains(First + " is enabled and not active", staged.Message, StringComparison.Ordinal);
        Assert.True(lab.Raw.Host("esx-80-01").Device(First) is { IsEnabled: true, IsActive: false });
        Assert.False(lab.Raw.Host("esx-80-01").Device(Second).IsEnabled);
        Assert.Equal(1, lab.Raw.Host("esx-80-01").BootCount);

        ChangeIntent again = await lab.EnableAsync(HostLab.Staged, "esx-80-01/" + First);
        Assert.True((await lab.PlanAsync(again)).IsEmpty);
        ChangeResult pending = await lab.RunOneAsync(again);
        Assert.Equal(ChangeOutcome.Pending, pending.Outcome);
        Assert.Contains("-Reboot", pending.Message, StringComparison.Ordinal);

        ChangeIntent reboot = await lab.EnableAsync(HostLab.Reboot, "esx-80-01/" + First);
        ChangeStage stage = Assert.Single((await lab.PlanAsync(reboot)).Stages);
        Assert.Equal("reboot", stage.Barrier);
        ChangeResult done = await lab.RunOneAsync(reboot);
        Assert.True(done.Outcome == ChangeOutcome.Done, done.Error?.ToString());
        Assert.True(lab.Raw.Host("esx-80-01").Device(First).IsActive);
    }

    [Fact]
    public async Task Enable_WithAVmInTheWay_IsBlockedAndTouchesNothing()
    {
        using HostLab lab = await HostLab.StartAsync();

        ChangeResult result = await lab.RunOneAsync(await lab.EnableAsync(HostLab.Reboot, "esx-67-01"));

        Assert.Equal(ChangeOutcome.Blocked, result.Outcome);
        Assert.Equal("VmsInTheWay", result.Error!.Id);
        Assert.Contains("web-01", result.Error.Message, StringComparison.Ordinal);
        Assert.Contains("-PowerOff", result.Error.NextStep, StringComparison.Ordinal);
        Assert.False(lab.Raw.Host("esx-67-01").Device(First).IsEnabled);
        Assert.True(lab.Raw.Vm("web-01").IsPoweredOn);
        Assert.Empty(lab.Changes.List().Entries);
    }

    [Fact]
    public async Task Enable_WithAVmWithoutTools_NeedsForce()
    {
        using HostLab lab = await HostLab.StartAsync();

        ChangeResult refused = await lab.RunOneAsync(await lab.EnableAsync(HostLab.RebootAndPowerOff, "esx-80-02"));
        Assert.Equal("VmsInTheWay", refused.Error!.Id);
        Assert.Contains("-Force", refused.Error.NextStep, StringComparison.Ordinal);

        ChangeResult forced = await lab.RunOneAsync(await lab.EnableAsync(HostLab.RebootAndPowerOff with { Force = true }, "esx-80-02"));
        Assert.True(forced.Outcome == ChangeOutcome.Done, forced.Error?.ToString());
        Assert.True(lab.Raw.Vm("web-02").IsPoweredOn);
    }

    [Fact]
    public async Task Enable_WhereTheHostRebinds_NeedsNoReboot()
    {
        using HostLab lab = await HostLab.StartAsync();
        ChangeIntent intent = await lab.EnableAsync(HostLab.Staged, "esx-70-01");

        ChangePlan plan = await lab.PlanAsync(intent);
        ChangeResult result = (await lab.RunAsync(intent, plan)).Single();

        Assert.Null(Assert.Single(plan.Stages).Barrier);
        Assert.All(plan.Changes, change => Assert.Equal(ChangeNeeds.None, change.Needs));
        Assert.True(result.Outcome == ChangeOutcome.Done, result.Error?.ToString());
        Assert.All(lab.Raw.Host("esx-70-01").Devices.Where(device => device.Address is First or "0000:86:00.0"), device => Assert.True(device.IsActive));
        Assert.Equal(1, lab.Raw.Host("esx-70-01").BootCount);

        ChangeResult back = await lab.RunOneAsync(await lab.DisableAsync(HostLab.Staged, "esx-70-01"));
        Assert.Equal(ChangeOutcome.Done, back.Outcome);
        Assert.All(lab.Raw.Host("esx-70-01").Devices, device => Assert.False(device.IsActive || device.IsEnabled));
    }

    [Fact]
    public async Task Enable_ShowsWhatIsSwitchedWithADevice()
    {
        using HostLab lab = await HostLab.StartAsync();
        ChangeIntent intent = await lab.EnableAsync(HostLab.Staged, "esx-90-01/0000:86:00.0");

        ChangePlan plan = await lab.PlanAsync(intent);
        ChangeResult result = (await lab.RunAsync(intent, plan)).Single();

        Assert.Contains(plan.Changes, change => change is { Property: "passthrough of 0000:86:00.1", Before: "disabled", After: "enabled" });
        Assert.Contains(plan.Consequences, consequence => consequence.Text.Contains("0000:86:00.1", StringComparison.Ordinal));
        Assert.True(result.Outcome == ChangeOutcome.Done, result.Error?.ToString());
        Assert.True(lab.Raw.Host("esx-90-01").Device("0000:86:00.1").IsEnabled);
        Assert.False(lab.Raw.Host("esx-90-01").Device(First).IsEnabled);
    }

    [Fact]
    public async Task Enable_OfSeveralHosts_DoesEachAsItCan()
    {
        using HostLab lab = await HostLab.StartAsync();
        ChangeIntent intent = await lab.EnableAsync(HostLab.RebootAndPowerOff with { Force = true }, "esx-67-01", "esx-70-01", "esx-80-01", "esx-80-02", "esx-90-01");

        IReadOnlyList<ChangeResult> results = await lab.RunAsync(intent);

        Assert.All(results, result => Assert.True(result.Outcome == ChangeOutcome.Done, result.Error?.ToString()));
        Assert.Single(lab.Changes.List().Entries);
        foreach (string name in new[] { "esx-67-01", "esx-70-01", "esx-80-01", "esx-80-02", "esx-90-01" })
        {
            RawHost host = lab.Raw.Host(name);
            Assert.False(host.IsInMaintenance);
            Assert.Equal(name is "esx-70-01" or "esx-90-01" ? 1 : 2, host.BootCount);
            Assert.All(host.Devices.Where(device => device.Address is First or Second or "0000:86:00.0"), device => Assert.True(device.IsActive));
        }
    }

    [Theory]
    [InlineData("esx-usb-01", "HOST-USB-BOOT")]
    [InlineData("esx-80-01", "DEVICE-CAPABLE")]
    public async Task Enable_OfWhatCannotWork_IsBlockedByItsRule_AndARuleCanBeSkipped(string host, string rule)
    {
        using HostLab lab = await HostLab.StartAsync();
        lab.Simulator.Orders.DeviceCapable("esx-80-01", First, false);

        ChangeResult result = await lab.RunOneAsync(await lab.EnableAsync(HostLab.Staged, host + "/" + First));
        Assert.Equal(ChangeOutcome.Blocked, result.Outcome);
        Assert.Contains(rule, result.Message, StringComparison.Ordinal);
        Assert.False(lab.Raw.Host(host).Device(First).IsEnabled);

        ChangePlan plan = await lab.PlanAsync(await lab.EnableAsync(HostLab.Staged with { SkipRules = [rule] }, host + "/" + First));
        Assert.DoesNotContain(plan.Findings, finding => finding.Blocks);
    }

    [Fact]
    public async Task Enable_OnADisconnectedHost_IsBlockedAndTheOthersGoOn()
    {
        using HostLab lab = await HostLab.StartAsync();
        IReadOnlyList<GpuDevice> devices = await lab.DevicesAsync("esx-70-01/" + First, "esx-80-01/" + First);
        lab.Simulator.Orders.HostConnection("esx-80-01", "disconnected");

        IReadOnlyList<ChangeResult> results = await lab.RunAsync(PassthroughIntents.Enable(devices, HostLab.Staged));

        Assert.Equal([ChangeOutcome.Done, ChangeOutcome.Blocked], results.Select(result => result.Outcome));
        Assert.Contains("disconnected", results[1].Message, StringComparison.Ordinal);
        Assert.Contains("HOST-CONNECTED", results[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enable_WithoutThePrivilege_IsBlockedByName()
    {
        using HostLab lab = await HostLab.StartAsync(user: "operator@vsphere.local");

        ChangeResult result = await lab.RunOneAsync(await lab.EnableAsync(HostLab.Staged, "esx-80-01/" + First));

        Assert.Equal(ChangeOutcome.Blocked, result.Outcome);
        Assert.Contains("Host.Config.PciPassthru", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enable_OfADeviceThatIsNotThere_OrIsNoGpu_IsBlocked()
    {
        using HostLab lab = await HostLab.StartAsync();
        GpuDevice device = (await lab.DevicesAsync("esx-90-01/" + First)).Single();
        PciAddress.TryParse("0000:ff:00.0", out PciAddress nowhere);
        PciAddress.TryParse("0000:86:00.1", out PciAddress audio);

        ChangeResult missing = await lab.RunOneAsync(PassthroughIntents.Enable([device with { Address = nowhere }], HostLab.Staged));
        ChangeResult notGpu = await lab.RunOneAsync(PassthroughIntents.Enable([device with { Address = audio }], HostLab.Staged));

        Assert.Equal("DeviceNotFound", missing.Error!.Id);
        Assert.Equal("DeviceNotGpu", notGpu.Error!.Id);
        Assert.Contains("Get-GpuDevice -VMHost esx-90-01", missing.Error.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SetLabel_SetsShowsAndRemoves_AndIsRefusedWhereThereAreNone()
    {
        using HostLab lab = await HostLab.StartAsync();

        ChangeResult set = await lab.RunOneAsync(PassthroughIntents.SetLabel(await lab.DevicesAsync("esx-80-01"), "training", HostLab.Staged));
        Assert.True(set.Outcome == ChangeOutcome.Done, set.Error?.ToString());
        Assert.Equal(["training", "training"], lab.Raw.Host("esx-80-01").Devices.Where(device => device.Address is First or Second).Select(device => device.Label));
        Assert.False(lab.Raw.Host("esx-80-01").Device(First).IsEnabled);
        Assert.True((await lab.PlanAsync(PassthroughIntents.SetLabel(await lab.DevicesAsync("esx-80-01"), "training", HostLab.Staged))).IsEmpty);

        ChangeResult removed = await lab.RunOneAsync(PassthroughIntents.SetLabel(await lab.DevicesAsync("esx-80-01/" + First), null, HostLab.Staged));
        Assert.True(removed.Outcome == ChangeOutcome.Done, removed.Error?.ToString());
        Assert.True(string.IsNullOrEmpty(lab.Raw.Host("esx-80-01").Device(First).Label));

        ChangeResult old = await lab.RunOneAsync(PassthroughIntents.SetLabel(await lab.DevicesAsync("esx-67-01"), "training", HostLab.Staged));
        Assert.Equal(("LabelNotSupported", GpuErrorCategory.NotSupported), (old.Error!.Id, old.Error.Category));
        Assert.Contains("7.0 U2", old.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disable_OfADeviceThatAVmIsConfiguredWith_WarnsWhenItIsOff_AndIsRefusedWhileItRuns()
    {
        using HostLab lab = await HostLab.StartAsync();
        await lab.RunAsync(await lab.EnableAsync(HostLab.Staged, "esx-90-01/" + First));
        GpuInventory inventory = await lab.ReadAsync();
        GpuVm vm = inventory.Vms.Single(vm => vm.Name == "ml-90");
        GpuDevice device = inventory.Hosts.Single(host => host.Name == "esx-90-01").Devices[0];
        IReadOnlyList<ChangeResult> added = await lab.RunAsync(PassthroughIntents.AddToVm([PassthroughIntents.Target(vm)], [VmGpuSelector.Of(device.Address)], new VmChangeOptions()));
        Assert.True(added.Single().Outcome == ChangeOutcome.Done, added.Single().Error?.ToString());

        ChangePlan plan = await lab.PlanAsync(await lab.DisableAsync(HostLab.Staged, "esx-90-01/" + First));
        Assert.Contains(plan.Findings, finding => finding is { RuleId: "DEVICE-IN-USE", Blocks: false } && finding.Message.Contains("ml-90", StringComparison.Ordinal));

        await lab.Sessions[0].PowerOnAsync(vm.Id.Reference, null, CancellationToken.None);
        ChangeResult refused = await lab.RunOneAsync(await lab.DisableAsync(HostLab.Staged, "esx-90-01/" + First));
        Assert.Equal(ChangeOutcome.Blocked, refused.Outcome);
        Assert.Contains("DEVICE-IN-USE", refused.Message, StringComparison.Ordinal);
        Assert.True(lab.Raw.Host("esx-90-01").Device(First).IsEnabled);
    }

    [Fact]
    public async Task Enable_OfADeviceThatRunsAVgpu_IsBlocked()
    {
        using HostLab lab = await HostLab.StartAsync();
        lab.Simulator.Orders.InstallGpuDriver("esx-80-01");
        VimSession session = lab.Sessions[0];
        GpuVm vm = (await lab.ReadAsync()).Vms.Single(vm => vm.Name == "ml-01");
        string profile = string.Empty;
        await session.RetrieveAsync(
            [PropertyQuery.Of([vm.Host!.Value], "config.sharedPassthruGpuTypes")],
            _ => new DelegateObjectReader((_, value) =>
            {
                while (value.NextChild())
                {
                    profile = value.String();
                }
            }),
            CancellationToken.None);
        await session.ReconfigureVmAsync(
            vm.Id.Reference,
            new VmConfigSpec { IsMemoryReservationLocked = true, Devices = [PciDeviceChange.Add(new VgpuPciBacking(profile))] },
            null,
            CancellationToken.None);
        await session.PowerOnAsync(vm.Id.Reference, null, CancellationToken.None);
        string device = lab.Raw.Host("esx-80-01").Devices.Single(device => device.VgpuCount > 0).Address;

        ChangeResult result = await lab.RunOneAsync(await lab.EnableAsync(HostLab.Staged, "esx-80-01/" + device));

        Assert.Equal(ChangeOutcome.Blocked, result.Outcome);
        Assert.Contains("DEVICE-VGPU-RUNNING", result.Message, StringComparison.Ordinal);
        Assert.Contains("ml-01", result.Message, StringComparison.Ordinal);
        Assert.False(lab.Raw.Host("esx-80-01").Device(device).IsEnabled);
    }

    [Fact]
    public async Task Enable_OnTwoServersWithTheSameReferences_ChangesTheHostThatIsMeant()
    {
        using HostLab lab = await HostLab.StartAsync();
        using HostLab other = await HostLab.StartAsync(new SimulatorOptions { ClockSpeed = 400, ServerName = "vcenter2.sim.local" });
        lab.Sessions.Add(other.Sessions[0]);
        GpuDevice here = (await lab.DevicesAsync("esx-80-01/" + First)).Single();
        GpuDevice there = (await other.DevicesAsync("esx-80-01/" + Second)).Single();
        Assert.Equal(here.HostId.Reference, there.HostId.Reference);

        IReadOnlyList<ChangeResult> results = await lab.RunAsync(PassthroughIntents.Enable([here, there], HostLab.Staged));

        Assert.Equal(2, results.Count);
        Assert.All(results, result => Assert.Equal(ChangeOutcome.Pending, result.Outcome));
        Assert.True(lab.Raw.Host("esx-80-01").Device(First).IsEnabled && !lab.Raw.Host("esx-80-01").Device(Second).IsEnabled);
        Assert.True(other.Raw.Host("esx-80-01").Device(Second).IsEnabled && !other.Raw.Host("esx-80-01").Device(First).IsEnabled);
    }

    [Fact]
    public async Task Apply_OfAPlanThatNoLongerFits_IsRefused()
    {
        using HostLab lab = await HostLab.StartAsync();
        ChangeIntent intent = await lab.EnableAsync(HostLab.Staged, "esx-80-01");
        ChangePlan plan = await lab.PlanAsync(intent);
        await lab.RunAsync(await lab.EnableAsync(HostLab.Staged, "esx-80-01/" + Second));

        ChangeResult result = (await lab.RunAsync(intent, plan)).Single();

        PlanIsStaleException stale = Assert.IsType<PlanIsStaleException>(result.Error);
        Assert.Equal(("passthrough of " + Second, "disabled", "enabled"), (stale.Property, stale.Planned, stale.Found));
        Assert.False(lab.Raw.Host("esx-80-01").Device(First).IsEnabled);
    }

    [Fact]
    public async Task Apply_OfAPlanThatLacksWhatIsNeededByNow_IsRefused()
    {
        using HostLab lab = await HostLab.StartAsync();
        await lab.RunAsync(await lab.EnableAsync(HostLab.Staged, "esx-70-01/" + First));
        ChangeIntent intent = await lab.EnableAsync(HostLab.Staged, "esx-70-01");
        ChangePlan plan = await lab.PlanAsync(intent);
        Assert.DoesNotContain(plan.Changes, change => change.Property == "passthrough of " + First);
        await lab.RunAsync(await lab.DisableAsync(HostLab.Staged, "esx-70-01/" + First));

        ChangeResult result = (await lab.RunAsync(intent, plan)).Single();

        // Nobody was shown that this one would be switched too.
        Assert.IsType<PlanIsStaleException>(result.Error);
        Assert.DoesNotContain(lab.Raw.Host("esx-70-01").Devices, device => device.IsEnabled);
    }

    [Fact]
    public async Task Enable_WithAServerThatIsGone_AndAHostThatWasRemoved_ChangesTheOthers()
    {
        using HostLab lab = await HostLab.StartAsync();
        using HostLab other = await HostLab.StartAsync(new SimulatorOptions { ClockSpeed = 400, ServerName = "vcenter2.sim.local" });
        lab.Sessions.Add(other.Sessions[0]);
        GpuDevice here = (await lab.DevicesAsync("esx-80-01/" + First)).Single();
        GpuDevice there = (await other.DevicesAsync("esx-80-01/" + First)).Single();
        GpuDevice removed = here with { HostId = new VimObjectId(here.HostId.ServerUuid, new ManagedObjectReference("HostSystem", "host-9999")), HostName = "esx-gone-01" };
        await other.Sessions[0].LogoutAsync(CancellationToken.None);

        IReadOnlyList<ChangeResult> results = await lab.RunAsync(PassthroughIntents.Enable([there, removed, here], HostLab.Staged));

        Assert.Equal(
            [(ChangeOutcome.Blocked, "SessionExpired"), (ChangeOutcome.Blocked, "HostNotFound"), (ChangeOutcome.Pending, null)],
            results.Select(result => (result.Outcome, result.Error?.Id)));
        Assert.True(lab.Raw.Host("esx-80-01").Device(First).IsEnabled);
        Assert.False(other.Raw.Host("esx-80-01").Device(First).IsEnabled);
    }

    [Fact]
    public async Task Apply_OfAnEmptyPlanThatNoLongerFits_IsRefused()
    {
        using HostLab lab = await HostLab.StartAsync();
        await lab.RunAsync(await lab.EnableAsync(HostLab.Staged, "esx-70-01"));
        ChangeIntent intent = await lab.EnableAsync(HostLab.Staged, "esx-70-01");
        ChangePlan plan = await lab.PlanAsync(intent);
        Assert.True(plan.IsEmpty);
        await lab.RunAsync(await lab.DisableAsync(HostLab.Staged, "esx-70-01/" + First));

        ChangeResult result = (await lab.RunAsync(intent, plan)).Single();

        Assert.IsType<PlanIsStaleException>(result.Error);
        Assert.False(lab.Raw.Host("esx-70-01").Device(First).IsEnabled);
    }

    [Fact]
    public async Task Undo_PutsBackWhatStillHolds_AndLeavesAloneWhatSomebodyChanged()
    {
        using HostLab lab = await HostLab.StartAsync();
        ChangeResult labelled = await lab.RunOneAsync(PassthroughIntents.SetLabel(await lab.DevicesAsync("esx-80-01"), "ours", HostLab.Staged));
        await lab.RunAsync(PassthroughIntents.SetLabel(await lab.DevicesAsync("esx-80-01/" + Second), "theirs", HostLab.Staged));

        IReadOnlyList<ChangeResult> undone = await lab.Changes.UndoAsync(labelled.ChangeId!, lab.Context, null, lab.Feedback, CancellationToken.None);

        Assert.Equal(ChangeOutcome.Done, undone.Single().Outcome);
        Assert.True(string.IsNullOrEmpty(lab.Raw.Host("esx-80-01").Device(First).Label));
        Assert.Equal("theirs", lab.Raw.Host("esx-80-01").Device(Second).Label);
        Assert.Equal(JournalState.Undone, lab.Changes.Get(labelled.ChangeId!).State);
        GpuVSphereException again = Assert.Throws<GpuVSphereException>(() => lab.Changes.PrepareUndo(labelled.ChangeId!, lab.Context));
        Assert.Equal("ChangeFinished", again.Id);
    }

    [Fact]
    public async Task Undo_OfAnEnable_RebootsOnlyWhenAsked()
    {
        using HostLab lab = await HostLab.StartAsync();
        ChangeResult enabled = await lab.RunOneAsync(await lab.EnableAsync(HostLab.Reboot, "esx-80-01"));
        Assert.Equal(ChangeOutcome.Done, enabled.Outcome);

        IGpuOperation undo = lab.Changes.PrepareUndo(enabled.ChangeId!, lab.Context, HostLab.Reboot);
        ChangePlan plan = await undo.PlanAsync(CancellationToken.None);
        Assert.StartsWith("Undo: ", plan.Intent.Title, StringComparison.Ordinal);
        ChangeResult result = (await undo.ApplyAsync(plan, lab.Feedback, CancellationToken.None)).Single();

        Assert.True(result.Outcome == ChangeOutcome.Done, result.Error?.ToString());
        Assert.True(lab.Raw.Host("esx-80-01").Device(First) is { IsEnabled: false, IsActive: false });
        Assert.Equal(3, lab.Raw.Host("esx-80-01").BootCount);
    }
}
