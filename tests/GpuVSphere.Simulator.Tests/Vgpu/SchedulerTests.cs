using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Tests.Hosts;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Vgpu;

/// <summary>vGPU schedulers of simulated hosts, from the reading to the undo.</summary>
public sealed class SchedulerTests
{
    private const string First = "0000:3b:00.0";
    private const string Last = "0000:af:00.0";
    private const string Old = "vgpu-67-01";
    private const string Graphics = "vgpu-803-01";
    private const string New = "vgpu-90-01";

    [Fact]
    public async Task An_old_driver_is_configured_over_the_api_pending_and_in_force_after_one_reboot()
    {
        using HostLab lab = await StartAsync();
        await SetParametersAsync(lab, Old, "NVreg_EnableMSI=1 NVreg_RegistryDwords=Key=0x5");

        ChangeResult staged = await lab.RunOneAsync(await SetAsync(lab, Old, VgpuSchedulerPolicy.FixedShare, 24, HostLab.Staged));
        Assert.True(staged.Outcome == ChangeOutcome.Pending, staged.Error?.ToString());
        Assert.Contains("best effort is still in force", staged.Message, StringComparison.Ordinal);
        Assert.Equal("NVreg_EnableMSI=1 NVreg_RegistryDwords=Key=0x5;RmPVMRL=0x00180011", lab.Raw.Host(Old).ModuleParameters["nvidia"]);
        Assert.Equal("BEST_EFFORT", lab.Raw.Host(Old).Device(First).Scheduler);
        Assert.All(await ReadAsync(lab, Old), gpu => Assert.Equal(
            (VgpuSchedulerPolicy.FixedShare, 24d, VgpuSchedulerPolicy.BestEffort, true, "470.63"),
            (gpu.Policy!.Value, gpu.TimeSliceMs!.Value, gpu.CurrentPolicy!.Value, gpu.IsRebootPending!.Value, gpu.DriverVersion)));

        Assert.True((await lab.PlanAsync(await SetAsync(lab, Old, VgpuSchedulerPolicy.FixedShare, 24, HostLab.Staged))).IsEmpty);
        int boots = lab.Raw.Host(Old).BootCount;
        ChangeResult done = await lab.RunOneAsync(await SetAsync(lab, Old, VgpuSchedulerPolicy.FixedShare, 24, HostLab.RebootAndPowerOff));
        Assert.True(done.Outcome == ChangeOutcome.Done, done.Error?.ToString());
        Assert.Equal(boots + 1, lab.Raw.Host(Old).BootCount);
        Assert.All([First, Last], address => Assert.Equal(("FIXED_SHARE", 24_000_000), (lab.Raw.Host(Old).Device(address).Scheduler, lab.Raw.Host(Old).Device(address).SchedulerTimesliceNs)));
        Assert.False(lab.Raw.Host(Old).IsInMaintenance);
        Assert.DoesNotContain("TSM-SSH", lab.Raw.Host(Old).RunningServices);
        Assert.True((await lab.PlanAsync(await SetAsync(lab, Old, VgpuSchedulerPolicy.FixedShare, 24, HostLab.Reboot))).IsEmpty);
        Assert.All(await ReadAsync(lab, Old), gpu => Assert.False(gpu.IsRebootPending));
    }

    [Fact]
    public async Task An_account_that_may_not_is_told_so_with_the_name_of_the_host()
    {
        using HostLab lab = await StartAsync();
        lab.Sessions[0] = await lab.LogInAsync("readonly@vsphere.local");
        ChangeResult refused = await lab.RunOneAsync(await SetAsync(lab, Old, VgpuSchedulerPolicy.EqualShare, null, HostLab.Staged));
        Assert.Equal(ChangeOutcome.Failed, refused.Outcome);
        Assert.Contains("parameters of the module nvidia on vgpu-67-01: it lacks Host.Config.Settings", refused.Error!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("host-", refused.Error.Message + refused.Error.NextStep, StringComparison.Ordinal);
        Assert.Equal(string.Empty, lab.Raw.Host(Old).ModuleParameters.TryGetValue("nvidia", out string? line) ? line : string.Empty);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_new_driver_is_told_live_and_has_the_same_after_a_boot(bool isStrict)
    {
        using HostLab lab = await HostLab.StartAsync(new SimulatorOptions { Scenario = "vgpu", ClockSpeed = 400, HasStrictRoundRobin = isStrict });
        int boots = lab.Raw.Host(New).BootCount;

        // The reboot that was asked for turns out not to be needed.
        ChangeResult done = await lab.RunOneAsync(await SetAsync(lab, New, VgpuSchedulerPolicy.EqualShare, 3, HostLab.Reboot));
        Assert.True(done.Outcome == ChangeOutcome.Done, done.Error?.ToString() ?? done.Message);
        Assert.Equal(boots, lab.Raw.Host(New).BootCount);
        Assert.Equal(("EQUAL_SHARE", 3_000_000), Seen(lab, New, First));
        Assert.Equal(("EQUAL_SHARE", 3_000_000), Seen(lab, New, Last));
        Assert.True((await lab.PlanAsync(await SetAsync(lab, New, VgpuSchedulerPolicy.EqualShare, 3, HostLab.Reboot))).IsEmpty);

        await RebootAsync(lab, New);
        Assert.Equal(("EQUAL_SHARE", 3_000_000), Seen(lab, New, First));
        Assert.All(await ReadAsync(lab, New), gpu => Assert.Equal((VgpuSchedulerPolicy.EqualShare, 3d, false), (gpu.CurrentPolicy!.Value, gpu.CurrentTimeSliceMs!.Value, gpu.IsRebootPending!.Value)));
    }

    [Theory]
    [InlineData(false, 3)]
    [InlineData(true, 16)]
    public async Task A_slice_that_somebody_wrote_in_the_older_form_is_written_anew(bool isStrict, int bootedMs)
    {
        using HostLab lab = await HostLab.StartAsync(new SimulatorOptions { Scenario = "vgpu", ClockSpeed = 400, HasStrictRoundRobin = isStrict });
        await SetParametersAsync(lab, New, "NVreg_RegistryDwords=RmPVMRL=0x00030001");
        await RebootAsync(lab, New);
        Assert.Equal(bootedMs, (int)Math.Round(lab.Raw.Host(New).Device(First).SchedulerTimesliceNs / 1e6));

        // It is in force, whatever the driver has made of it.
        Assert.All(await ReadAsync(lab, New), gpu => Assert.False(gpu.IsRebootPending));
        ChangeResult done = await lab.RunOneAsync(await SetAsync(lab, New, VgpuSchedulerPolicy.EqualShare, 3, HostLab.Staged));
        Assert.True(done.Outcome == ChangeOutcome.Done, done.Error?.ToString() ?? done.Message);
        Assert.Equal("NVreg_RegistryDwords=RmPVMRL=0x00030003", lab.Raw.Host(New).ModuleParameters["nvidia"]);
        Assert.Equal(("EQUAL_SHARE", 3_000_000), Seen(lab, New, First));
    }

    [Fact]
    public async Task Where_a_vgpu_runs_the_gpu_waits_for_a_reboot_and_the_others_do_not()
    {
        using HostLab lab = await StartAsync();
        await StartVgpuAsync(lab, "v803-01", "nvidia_a40-8q");
        Assert.Equal(1, lab.Raw.Host(Graphics).Device(Last).VgpuCount);

        ChangeResult result = await lab.RunOneAsync(await SetAsync(lab, Graphics, VgpuSchedulerPolicy.EqualShare, null, HostLab.Staged));

        Assert.True(result.Outcome == ChangeOutcome.Pending, result.Error?.ToString());
        Assert.Equal("EQUAL_SHARE", lab.Raw.Host(Graphics).Device(First).Scheduler);
        Assert.Equal("BEST_EFFORT", lab.Raw.Host(Graphics).Device(Last).Scheduler);
        Assert.Contains($"On {Last} equal share is configured, and best effort is still in force", result.Message, StringComparison.Ordinal);

        // A reboot is in the way of the VM, unless that was allowed.
        ChangePlan blocked = await lab.PlanAsync(await SetAsync(lab, Graphics, VgpuSchedulerPolicy.EqualShare, null, HostLab.Reboot));
        Assert.Contains(blocked.Findings, finding => finding.Blocks && finding.Message.Contains("v803-01", StringComparison.Ordinal));
        ChangeResult done = await lab.RunOneAsync(await SetAsync(lab, Graphics, VgpuSchedulerPolicy.EqualShare, null, HostLab.RebootAndPowerOff with { Force = true }));
        Assert.True(done.Outcome == ChangeOutcome.Done, done.Error?.ToString());
        Assert.Equal("EQUAL_SHARE", lab.Raw.Host(Graphics).Device(Last).Scheduler);
        Assert.Equal("poweredOn", lab.Raw.Vm("v803-01").PowerState);
    }

    [Fact]
    public async Task A_vgpu_that_starts_between_the_plan_and_the_call_makes_it_pending()
    {
        using HostLab lab = await StartAsync();
        ChangeIntent intent = await SetAsync(lab, New, VgpuSchedulerPolicy.FixedShare, null, HostLab.Staged);
        bool isFirst = true;
        lab.Shells = new WatchedShells(lab.Simulator.Shells, async command =>
        {
            if (isFirst && command.Contains("set-scheduler-state", StringComparison.Ordinal))
            {
                isFirst = false;
                await StartVgpuAsync(lab, "v90-01", "nvidia_h100-20c");
            }
        });

        ChangeResult result = await lab.RunOneAsync(intent);

        Assert.True(result.Outcome == ChangeOutcome.Pending, result.Error?.ToString());
        Assert.Contains("vGPU scheduler state cannot be configured, if vGPU instance is currently active on the device", result.Message, StringComparison.Ordinal);
        Assert.Equal("NVreg_RegistryDwords=RmPVMRL=0x11", lab.Raw.Host(New).ModuleParameters["nvidia"]);
        Assert.Equal(["BEST_EFFORT", "FIXED_SHARE"], new[] { First, Last }.Select(address => lab.Raw.Host(New).Device(address).Scheduler).Order());
    }

    [Fact]
    public async Task One_gpu_gets_its_own_and_a_host_takes_it_away_again()
    {
        using HostLab lab = await StartAsync();
        Assert.Equal(ChangeOutcome.Done, (await lab.RunOneAsync(await SetAsync(lab, New, VgpuSchedulerPolicy.EqualShare, null, HostLab.Staged, Last))).Outcome);
        Assert.Equal($"NVreg_RegistryDwordsPerDevice=pci={Last};RmPVMRL=0x01", lab.Raw.Host(New).ModuleParameters["nvidia"]);
        await RebootAsync(lab, New);
        Assert.Equal(("BEST_EFFORT", "EQUAL_SHARE"), (lab.Raw.Host(New).Device(First).Scheduler, lab.Raw.Host(New).Device(Last).Scheduler));
        Assert.Equal([false, true], (await ReadAsync(lab, New)).Select(gpu => gpu.IsOwn));

        Assert.Equal(ChangeOutcome.Done, (await lab.RunOneAsync(await SetAsync(lab, New, VgpuSchedulerPolicy.FixedShare, null, HostLab.Staged))).Outcome);
        Assert.Equal("NVreg_RegistryDwords=RmPVMRL=0x11", lab.Raw.Host(New).ModuleParameters["nvidia"]);
        Assert.Equal(("FIXED_SHARE", "FIXED_SHARE"), (lab.Raw.Host(New).Device(First).Scheduler, lab.Raw.Host(New).Device(Last).Scheduler));
    }

    [Fact]
    public async Task An_undo_writes_what_was_there_and_only_where_nobody_has_changed_it_since()
    {
        using HostLab lab = await StartAsync();
        const string Before = "NVreg_RegistryDwords=A=1;RmPVMRL=17;B=2 NVreg_EnableMSI=1 NVreg_RegistryDwordsPerDevice=pci=0000:af:00;Key=3;RmPVMRL=0x00000001";
        await SetParametersAsync(lab, New, Before);
        ChangeResult set = await lab.RunOneAsync(await SetAsync(lab, New, VgpuSchedulerPolicy.EqualShare, 5, HostLab.Staged));
        Assert.Equal(ChangeOutcome.Done, set.Outcome);
        Assert.Equal("NVreg_EnableMSI=1 NVreg_RegistryDwords=A=1;RmPVMRL=0x00050003;B=2 NVreg_RegistryDwordsPerDevice=pci=0000:af:00;Key=3", Sorted(lab, New));

        // Another parameter that somebody sets meanwhile stays.
        await SetParametersAsync(lab, New, lab.Raw.Host(New).ModuleParameters["nvidia"].Replace("NVreg_EnableMSI=1", "NVreg_EnableMSI=0", StringComparison.Ordinal));
        ChangeResult undone = (await lab.Changes.UndoAsync(set.ChangeId!, lab.Context, null, lab.Feedback, CancellationToken.None)).Single();
        Assert.True(undone.Outcome == ChangeOutcome.Done, undone.Error?.ToString() ?? undone.Message);
        Assert.Equal(string.Join(" ", Before.Replace("MSI=1", "MSI=0", StringComparison.Ordinal).Split(' ').Order(StringComparer.Ordinal)), Sorted(lab, New));
        Assert.Equal(("FIXED_SHARE", "EQUAL_SHARE"), (lab.Raw.Host(New).Device(First).Scheduler, lab.Raw.Host(New).Device(Last).Scheduler));

        ChangeResult again = await lab.RunOneAsync(await SetAsync(lab, New, VgpuSchedulerPolicy.EqualShare, 5, HostLab.Staged));
        await SetParametersAsync(lab, New, "NVreg_RegistryDwords=RmPVMRL=0x11");
        await lab.Changes.UndoAsync(again.ChangeId!, lab.Context, null, lab.Feedback, CancellationToken.None);
        Assert.Contains("NVreg_RegistryDwords=RmPVMRL=0x11", lab.Raw.Host(New).ModuleParameters["nvidia"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_ssh_it_is_configured_with_a_warning_and_a_reboot_brings_it()
    {
        using HostLab lab = await StartAsync();
        lab.Shells = new WatchedShells(lab.Simulator.Shells, _ => throw new GpuVSphereException("SshAuthenticationFailed", GpuErrorCategory.AuthenticationFailed, "The host takes no key.", New));
        ChangeIntent intent = await SetAsync(lab, New, VgpuSchedulerPolicy.EqualShare, null, HostLab.Staged);

        Finding warned = Assert.Single((await lab.PlanAsync(intent)).Findings);
        Assert.Equal(("SCHEDULER-IN-FORCE", FindingSeverity.Warning), (warned.RuleId, warned.Severity));
        ChangeResult result = await lab.RunOneAsync(intent);

        Assert.True(result.Outcome == ChangeOutcome.Pending, result.Error?.ToString());
        Assert.Contains("what is in force could not be read", result.Message, StringComparison.Ordinal);
        Assert.Equal("BEST_EFFORT", lab.Raw.Host(New).Device(First).Scheduler);
        Assert.DoesNotContain("TSM-SSH", lab.Raw.Host(New).RunningServices);
        Assert.All(await ReadAsync(lab, New, lab.Shells), gpu => Assert.Equal((VgpuSchedulerPolicy.EqualShare, null, null), (gpu.Policy!.Value, gpu.CurrentPolicy, gpu.IsRebootPending)));
        Assert.Contains(lab.ShellWarned, text => text.Contains("The host takes no key.", StringComparison.Ordinal));

        ChangeResult booted = await lab.RunOneAsync(await SetAsync(lab, New, VgpuSchedulerPolicy.FixedShare, null, HostLab.RebootAndPowerOff));
        Assert.True(booted.Outcome == ChangeOutcome.Done, booted.Error?.ToString());
        Assert.Equal("FIXED_SHARE", lab.Raw.Host(New).Device(First).Scheduler);
        Assert.Contains("what the driver made of it could not be read", booted.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_that_is_not_to_use_the_shell_never_opens_it_also_from_a_saved_plan()
    {
        using HostLab lab = await StartAsync();
        lab.Shells = new WatchedShells(lab.Simulator.Shells, _ => throw new InvalidOperationException("The shell was used."));
        ChangeIntent intent = await SetAsync(lab, New, VgpuSchedulerPolicy.EqualShare, null, HostLab.Staged, usesShell: false);
        ChangePlan plan = await lab.PlanAsync(intent);
        Assert.Empty(plan.Findings);

        ChangeResult result = (await lab.RunAsync(intent, plan)).Single();

        Assert.True(result.Outcome == ChangeOutcome.Pending, result.Error?.ToString());
        Assert.Empty(lab.ShellTold);
        Assert.Equal("NVreg_RegistryDwords=RmPVMRL=0x01", lab.Raw.Host(New).ModuleParameters["nvidia"]);
    }

    [Fact]
    public async Task What_the_driver_does_not_tell_is_not_claimed()
    {
        using HostLab lab = await HostLab.StartAsync(new SimulatorOptions { Scenario = "vgpu", ClockSpeed = 400, TellsSchedulerState = false });

        ChangeResult result = await lab.RunOneAsync(await SetAsync(lab, New, VgpuSchedulerPolicy.EqualShare, null, HostLab.Staged));

        // It is in force, but only the log of the boot can be read.
        Assert.Equal("EQUAL_SHARE", lab.Raw.Host(New).Device(First).Scheduler);
        Assert.True(result.Outcome == ChangeOutcome.Pending, result.Error?.ToString());
        await RebootAsync(lab, New);
        Assert.True((await lab.PlanAsync(await SetAsync(lab, New, VgpuSchedulerPolicy.EqualShare, null, HostLab.Staged))).IsEmpty);
    }

    [Fact]
    public async Task A_host_without_driver_without_gpu_or_away_is_refused_and_nothing_is_touched()
    {
        using HostLab lab = await HostLab.StartAsync();
        foreach ((string host, string errorId, string words) in new[]
        {
            ("esx-80-01", "NvidiaModuleMissing", "Install-NvidiaVib"),
            ("esx-none-01", "BlockedByRule", "Get-GpuDevice"),
            ("esx-down-01", "BlockedByRule", "econnect"),
        })
        {
            ChangeResult result = await lab.RunOneAsync(await SetAsync(lab, host, VgpuSchedulerPolicy.EqualShare, null, HostLab.Reboot));
            Assert.Equal((ChangeOutcome.Blocked, errorId), (result.Outcome, result.Error?.Id));
            Assert.Contains(words, result.Error!.NextStep, StringComparison.Ordinal);
        }

        Assert.Equal("NvidiaModuleMissing", (await Assert.ThrowsAsync<GpuVSphereException>(() => ReadAsync(lab, "esx-80-01"))).Id);
        Assert.Equal("NvidiaNoDevices", (await Assert.ThrowsAsync<GpuVSphereException>(() => ReadAsync(lab, "esx-none-01"))).Id);
        Assert.Equal("HostNotConnected", (await Assert.ThrowsAsync<GpuVSphereException>(() => ReadAsync(lab, "esx-down-01"))).Id);
    }

    [Fact]
    public async Task A_fixed_share_is_refused_where_sizes_are_mixed_and_a_gpu_in_passthrough_is_left_out_or_named()
    {
        using HostLab lab = await StartAsync();
        ChangeResult mixed = await lab.RunOneAsync(await SetAsync(lab, Graphics, VgpuSchedulerPolicy.FixedShare, null, HostLab.Staged));
        Assert.Equal(ChangeOutcome.Blocked, mixed.Outcome);
        Assert.Contains("SCHEDULER-MIXED-SIZE", mixed.Message, StringComparison.Ordinal);
        Assert.Equal(ChangeOutcome.Done, (await lab.RunOneAsync(await SetAsync(lab, Graphics, VgpuSchedulerPolicy.FixedShare, null, HostLab.Staged, First))).Outcome);

        Assert.Equal(ChangeOutcome.Done, (await lab.RunOneAsync(await lab.EnableAsync(HostLab.RebootAndPowerOff, New + "/" + First))).Outcome);
        ChangeResult named = await lab.RunOneAsync(await SetAsync(lab, New, VgpuSchedulerPolicy.EqualShare, null, HostLab.Staged, First));
        Assert.Equal((ChangeOutcome.Blocked, "GpuInPassthrough"), (named.Outcome, named.Error?.Id));
        Assert.Equal(ChangeOutcome.Done, (await lab.RunOneAsync(await SetAsync(lab, New, VgpuSchedulerPolicy.EqualShare, null, HostLab.Staged))).Outcome);
        Assert.Equal(Last, (await ReadAsync(lab, New)).Single().Address.ToString());
    }

    [Fact]
    public async Task A_plan_whose_parameters_were_changed_since_is_refused()
    {
        using HostLab lab = await StartAsync();
        ChangeIntent intent = await SetAsync(lab, New, VgpuSchedulerPolicy.EqualShare, null, HostLab.Staged);
        ChangePlan plan = await lab.PlanAsync(intent);
        await SetParametersAsync(lab, New, "NVreg_EnableMSI=1");

        ChangeResult result = (await lab.RunAsync(intent, plan)).Single();

        Assert.Equal((ChangeOutcome.Failed, "PlanIsStale"), (result.Outcome, result.Error?.Id));
        Assert.Equal("NVreg_EnableMSI=1", lab.Raw.Host(New).ModuleParameters["nvidia"]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_call_of_esxcli_that_fails_leaves_the_host_out_of_maintenance_mode_and_a_resume_finishes(int after)
    {
        using HostLab lab = await StartAsync();
        ChangeIntent intent = await SetAsync(lab, Old, VgpuSchedulerPolicy.EqualShare, 2, HostLab.RebootAndPowerOff);
        ChangePlan plan = await lab.PlanAsync(intent);
        lab.Simulator.Faults.Add(new FaultRule { Method = "ExecuteSoap", After = after, Times = 1, Fault = "HostConfigFault" });

        ChangeResult result = (await lab.RunAsync(intent, plan)).Single();

        lab.Simulator.Faults.Clear();
        Assert.False(lab.Raw.Host(Old).IsInMaintenance);
        Assert.DoesNotContain("TSM-SSH", lab.Raw.Host(Old).RunningServices);
        if (result.Outcome is ChangeOutcome.Failed)
        {
            await lab.Changes.ResumeAsync(result.ChangeId!, lab.Context, lab.Feedback, CancellationToken.None);
        }
        else if (result.Outcome == ChangeOutcome.Blocked)
        {
            await lab.RunOneAsync(intent);
        }

        Assert.Equal(("EQUAL_SHARE", 2_000_000), Seen(lab, Old, First));
        Assert.Equal("NVreg_RegistryDwords=RmPVMRL=0x00020001", lab.Raw.Host(Old).ModuleParameters["nvidia"]);
    }

    private static Task<HostLab> StartAsync() => HostLab.StartAsync(new SimulatorOptions { Scenario = "vgpu", ClockSpeed = 400 });

    private static (string Policy, long SliceNs) Seen(HostLab lab, string host, string address) =>
        (lab.Raw.Host(host).Device(address).Scheduler, lab.Raw.Host(host).Device(address).SchedulerTimesliceNs);

    // The host lists its parameters in an order of its own.
    private static string Sorted(HostLab lab, string host) => string.Join(" ", lab.Raw.Host(host).ModuleParameters["nvidia"].Split(' ').Order(StringComparer.Ordinal));

    private static async Task<GpuHost> HostAsync(HostLab lab, string name) => (await lab.ReadAsync()).Hosts.Single(host => host.Name == name);

    private static async Task<ChangeIntent> SetAsync(HostLab lab, string name, VgpuSchedulerPolicy policy, int? slice, HostChangeOptions options, string? device = null, bool usesShell = true)
    {
        GpuHost host = await HostAsync(lab, name);
        Dictionary<GpuHost, IReadOnlyList<PciAddress>> devices = [];
        if (device is not null)
        {
            devices[host] = [PciAddress.TryParse(device, out PciAddress address) ? address : default];
        }

        return SchedulerIntents.Set([host], devices, policy, slice, usesShell, options);
    }

    private static async Task<IReadOnlyList<VgpuScheduler>> ReadAsync(HostLab lab, string name, IHostShells? shells = null) =>
        await SchedulerReader.ReadAsync(lab.Sessions[0], await HostAsync(lab, name), shells ?? lab.Simulator.Shells, lab.Context.ShellNotes, CancellationToken.None);

    private static async Task SetParametersAsync(HostLab lab, string name, string line) =>
        await lab.Sessions[0].SetModuleParametersAsync((await HostAsync(lab, name)).Id.Reference, "nvidia", line, CancellationToken.None);

    private static async Task RebootAsync(HostLab lab, string name)
    {
        ManagedObjectReference host = (await HostAsync(lab, name)).Id.Reference;
        int boots = lab.Raw.Host(name).BootCount;
        await lab.Sessions[0].RebootHostAsync(host, force: true, CancellationToken.None);
        await Eventually.IsTrueAsync(() => lab.Raw.Host(name).BootCount > boots && lab.Raw.Host(name).ConnectionState == "connected");
    }

    private static async Task StartVgpuAsync(HostLab lab, string vm, string profile)
    {
        GpuVm found = (await lab.ReadAsync()).Vms.Single(one => one.Name == vm);
        ChangeIntent intent = VmVgpuIntents.Add(
            [new(new PlanTarget(found.Id, found.Name, found.ServerName), [profile])], [], new Dictionary<string, string>(), new VmChangeOptions { PowerOn = true });
        ChangeResult result = await lab.RunOneAsync(intent);
        Assert.True(result.Outcome == ChangeOutcome.Done, result.Error?.ToString());
    }

    /// <summary>Tells of each command before it is run.</summary>
    private sealed class WatchedShells(IHostShells inner, Func<string, Task> before) : IHostShells
    {
        public async Task<IShell> OpenAsync(HostShellAddress address, CancellationToken cancellationToken) => new Shell(await inner.OpenAsync(address, cancellationToken), before);

        private sealed class Shell(IShell inner, Func<string, Task> before) : IShell
        {
            public async Task<ShellResult> RunAsync(string command, CancellationToken cancellationToken)
            {
                await before(command);
                return await inner.RunAsync(command, cancellationToken);
            }

            public void Dispose() => inner.Dispose();
        }
    }
}
