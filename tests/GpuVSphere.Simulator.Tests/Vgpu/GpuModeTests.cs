using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Tests.Hosts;
using GpuVSphere.Smi;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Vgpu;

/// <summary>nvidia-smi, ECC and MIG of simulated hosts, through their shells, from the reading to the undo.</summary>
public sealed class GpuModeTests
{
    private const string First = "0000:3b:00.0";
    private const string Last = "0000:af:00.0";
    private const string Old = "vgpu-67-01";
    private const string Compute = "vgpu-803-02";

    [Fact]
    public async Task Nvidia_smi_is_read_with_ssh_on_for_the_call_only()
    {
        using HostLab lab = await StartAsync();

        NvidiaSmiReport report = await ReadAsync(lab, Old);

        Assert.Equal([First, Last], report.Gpus.Select(gpu => gpu.Address.ToString()));
        Assert.All(report.Gpus, gpu => Assert.True(gpu.IsHostVgpu && gpu.HostName == Old));
        Assert.DoesNotContain("TSM-SSH", lab.Raw.Host(Old).RunningServices);
        Assert.Equal([$"SSH was off on {Old}: it was started for this.", $"SSH on {Old} was stopped again."], lab.ShellTold);

        // SSH that somebody else switched on stays on.
        ManagedObjectReference services = await lab.Sessions[0].FindServiceSystemAsync((await HostAsync(lab, Old)).Id.Reference, CancellationToken.None);
        await lab.Sessions[0].StartServiceAsync(services, "TSM-SSH", CancellationToken.None);
        await ReadAsync(lab, Old);
        Assert.Contains("TSM-SSH", lab.Raw.Host(Old).RunningServices);
        Assert.Equal(2, lab.ShellTold.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ssh_is_off_again_after_a_failure_and_after_a_cancellation(bool isCancelled)
    {
        using HostLab lab = await StartAsync();
        bool wasOn = false;
        lab.Shells = new FailingShells(lab.Simulator.Shells, async token =>
        {
            wasOn = lab.Raw.Host(Old).RunningServices.Contains("TSM-SSH");
            if (isCancelled)
            {
                await lab.Stop.CancelAsync();
                token.ThrowIfCancellationRequested();
            }

            throw new GpuVSphereException("SshAuthenticationFailed", GpuErrorCategory.AuthenticationFailed, "no", Old);
        });

        Exception error = await Assert.ThrowsAnyAsync<Exception>(() => ReadAsync(lab, Old));

        Assert.True(isCancelled ? error is OperationCanceledException : error is GpuVSphereException { Id: "SshAuthenticationFailed" }, error.ToString());
        Assert.True(wasOn);
        Assert.DoesNotContain("TSM-SSH", lab.Raw.Host(Old).RunningServices);
    }

    [Fact]
    public async Task Ssh_that_may_not_be_started_is_an_explained_error()
    {
        using HostLab lab = await StartAsync();
        lab.Sessions[0] = await lab.LogInAsync("readonly@vsphere.local");

        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => ReadAsync(lab, Old));

        Assert.Equal(("SshServiceNotStarted", GpuErrorCategory.PermissionDenied), (error.Id, error.Category));
        Assert.Equal($"SSH is off on {Old} and could not be started: the account lacks Host.Config.NetService on it.", error.Message);
        Assert.Contains("Host.Config.NetService", error.NextStep);
    }

    [Fact]
    public async Task A_host_without_the_driver_and_gpus_in_passthrough_are_explained()
    {
        using HostLab lab = await HostLab.StartAsync();
        Assert.Equal("NvidiaSmiMissing", (await Assert.ThrowsAsync<GpuVSphereException>(() => ReadAsync(lab, "esx-80-01"))).Id);
        Assert.Equal("NvidiaNoDevices", (await Assert.ThrowsAsync<GpuVSphereException>(() => ReadAsync(lab, "esx-none-01"))).Id);
        Assert.Equal("HostNotConnected", (await Assert.ThrowsAsync<GpuVSphereException>(() => ReadAsync(lab, "esx-down-01"))).Id);

        Assert.Equal(ChangeOutcome.Done, (await lab.RunOneAsync(await lab.EnableAsync(HostLab.RebootAndPowerOff, "esx-67-01"))).Outcome);
        GpuVSphereException hidden = await Assert.ThrowsAsync<GpuVSphereException>(() => ReadAsync(lab, "esx-67-01"));
        Assert.Equal("NvidiaNoDevices", hidden.Id);
        Assert.Contains("0000:3b:00.0 (P100 PCIe 16GB), 0000:af:00.0 (P100 PCIe 16GB) are in passthrough and not visible", hidden.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ecc_is_staged_then_pending_then_in_force_after_one_reboot_then_nothing_to_do()
    {
        using HostLab lab = await StartAsync();
        bool wasOn = lab.Raw.Host(Old).Device(First).EccCurrent;
        ChangeIntent Set(HostChangeOptions options, IReadOnlyList<GpuDevice> devices) => EccIntents.Set(devices, !wasOn, options);
        IReadOnlyList<GpuDevice> gpus = await lab.DevicesAsync(Old);
        HostChangeOptions skipping = wasOn ? HostLab.Staged : HostLab.Staged with { SkipRules = ["ECC-RELEASE"] };

        ChangeResult staged = await lab.RunOneAsync(Set(skipping, [gpus[0]]));
        Assert.True(staged.Outcome == ChangeOutcome.Pending, staged.Error?.ToString());
        Assert.Equal((wasOn, !wasOn), (lab.Raw.Host(Old).Device(First).EccCurrent, lab.Raw.Host(Old).Device(First).EccPending));
        Assert.Equal(wasOn, lab.Raw.Host(Old).Device(Last).EccPending);

        ChangePlan again = await lab.PlanAsync(Set(skipping, [gpus[0]]));
        Assert.True(again.IsEmpty);

        int boots = lab.Raw.Host(Old).BootCount;
        ChangeResult done = await lab.RunOneAsync(Set(skipping with { Reboot = true, PowerOff = true }, gpus));
        Assert.True(done.Outcome == ChangeOutcome.Done, done.Error?.ToString());
        Assert.Equal(boots + 1, lab.Raw.Host(Old).BootCount);
        Assert.All([First, Last], address => Assert.Equal(!wasOn, lab.Raw.Host(Old).Device(address).EccCurrent));
        Assert.False(lab.Raw.Host(Old).IsInMaintenance);
        Assert.DoesNotContain("TSM-SSH", lab.Raw.Host(Old).RunningServices);
        Assert.True((await lab.PlanAsync(Set(skipping with { Reboot = true }, gpus))).IsEmpty);
    }

    [Fact]
    public async Task Ecc_is_taken_back_by_the_journal_where_nobody_has_changed_it_since()
    {
        using HostLab lab = await StartAsync();
        IReadOnlyList<GpuDevice> gpus = await lab.DevicesAsync(Compute + "/" + First, Compute + "/0000:5e:00.0");
        Assert.True(lab.Raw.Host(Compute).Device(First).EccCurrent);
        ChangeResult result = await lab.RunOneAsync(EccIntents.Set(gpus, false, HostLab.Staged));
        Assert.Equal(ChangeOutcome.Pending, result.Outcome);
        Assert.False(lab.Raw.Host(Compute).Device(First).EccPending);

        await ShellAsync(lab, Compute, "nvidia-smi -i 0000:5e:00.0 -e 1");
        ChangeResult undone = (await lab.Changes.UndoAsync(result.ChangeId!, lab.Context, null, lab.Feedback, CancellationToken.None)).Single();

        Assert.True(undone.Outcome == ChangeOutcome.Done, undone.Error?.ToString() ?? undone.Message);
        Assert.True(lab.Raw.Host(Compute).Device(First).EccPending);
        Assert.True(lab.Raw.Host(Compute).Device("0000:5e:00.0").EccPending);
    }

    [Fact]
    public async Task A_plan_whose_gpu_was_switched_since_is_refused()
    {
        using HostLab lab = await StartAsync();
        ChangeIntent intent = EccIntents.Set(await lab.DevicesAsync(Compute + "/" + First), false, HostLab.Staged);
        ChangePlan plan = await lab.PlanAsync(intent);
        await ShellAsync(lab, Compute, $"nvidia-smi -i {First} -e 0");

        ChangeResult result = (await lab.RunAsync(intent, plan)).Single();

        Assert.Equal((ChangeOutcome.Failed, "PlanIsStale"), (result.Outcome, result.Error?.Id));
    }

    [Fact]
    public async Task Mig_mode_is_switched_with_a_reboot_and_instances_are_made_and_removed_at_once()
    {
        using HostLab lab = await StartAsync();
        IReadOnlyList<GpuDevice> gpu = await lab.DevicesAsync(Compute + "/" + First);

        Assert.Equal("MigNotInForce", (await lab.RunOneAsync(MigIntents.Set(gpu, null, ["1g.10gb"], HostLab.Staged))).Error?.Id);
        ChangeResult on = await lab.RunOneAsync(MigIntents.Set(gpu, true, null, HostLab.RebootAndPowerOff));
        Assert.True(on.Outcome == ChangeOutcome.Done, on.Error?.ToString());
        Assert.True(lab.Raw.Host(Compute).Device(First).MigCurrent);

        ChangeResult made = await lab.RunOneAsync(MigIntents.Set(gpu, null, ["1g.10gb", "3g.40gb", "1g.10gb"], HostLab.Staged));
        Assert.True(made.Outcome == ChangeOutcome.Done, made.Error?.ToString());
        Assert.Equal(["MIG 1g.10gb", "MIG 1g.10gb", "MIG 3g.40gb"], Profiles(lab));
        Assert.True((await lab.PlanAsync(MigIntents.Set(gpu, true, ["3g.40gb", "1g.10gb", "1g.10gb"], HostLab.Staged))).IsEmpty);

        GpuMig read = (await GpuMigReader.ReadAsync(lab.Sessions[0], await HostAsync(lab, Compute), lab.Simulator.Shells, new HostShellNotes(), CancellationToken.None)).Single(one => one.Address == gpu[0].Address);
        Assert.Equal((true, true, 3), (read.Current, read.IsSupported, read.Instances.Count));
        Assert.Contains(read.Profiles, profile => profile is { Name: "1g.10gb", Total: 7 });
        Assert.Equal(lab.Raw.Host(Compute).Device(First).MigInstances.Order(), read.Instances.Select(instance => $"MIG {instance.Profile}@{instance.Start}").Order());

        // One kept, one gone, one new.
        Assert.Equal(ChangeOutcome.Done, (await lab.RunOneAsync(MigIntents.Set(gpu, null, ["2g.20gb", "3g.40gb"], HostLab.Staged))).Outcome);
        Assert.Equal(["MIG 2g.20gb", "MIG 3g.40gb"], Profiles(lab));

        // More than there is at all is not even sent.
        ChangeResult tooMany = await lab.RunOneAsync(MigIntents.Set(gpu, null, ["2g.20gb", "3g.40gb", "4g.40gb"], HostLab.Staged));
        Assert.Equal((ChangeOutcome.Blocked, "MigProfileTooMany"), (tooMany.Outcome, tooMany.Error?.Id));
        Assert.Equal(["MIG 2g.20gb", "MIG 3g.40gb"], Profiles(lab));

        ChangeResult undone = (await lab.Changes.UndoAsync(made.ChangeId!, lab.Context, null, lab.Feedback, CancellationToken.None)).Single();
        Assert.Equal(["MIG 2g.20gb", "MIG 3g.40gb"], Profiles(lab));
        Assert.Equal(ChangeOutcome.Unchanged, undone.Outcome);
        Assert.Equal(ChangeOutcome.Done, (await lab.RunOneAsync(MigIntents.Set(gpu, null, [], HostLab.Staged))).Outcome);
        Assert.Empty(Profiles(lab));

        // No room beside what stays: refused by the host when a part is done, and nothing has changed.
        Assert.Equal(ChangeOutcome.Done, (await lab.RunOneAsync(MigIntents.Set(gpu, null, ["1g.10gb"], HostLab.Staged))).Outcome);
        Assert.Equal(ChangeOutcome.Done, (await lab.RunOneAsync(MigIntents.Set(gpu, null, ["1g.10gb", "3g.40gb"], HostLab.Staged))).Outcome);
        ChangeResult full = await lab.RunOneAsync(MigIntents.Set(gpu, null, ["1g.10gb", "4g.40gb"], HostLab.Staged));
        Assert.Equal((ChangeOutcome.Failed, "MigNotSet"), (full.Outcome, full.Error?.Id));
        Assert.Contains($"Set-GpuMig -VMHost {Compute} -Device {First} -Instance @()", full.Error!.NextStep);
        Assert.Equal(["MIG 1g.10gb", "MIG 3g.40gb"], Profiles(lab));

        // On an empty GPU the large one gets its only place, though the small one is named first.
        Assert.Equal(ChangeOutcome.Done, (await lab.RunOneAsync(MigIntents.Set(gpu, null, [], HostLab.Staged))).Outcome);
        Assert.Equal(ChangeOutcome.Done, (await lab.RunOneAsync(MigIntents.Set(gpu, null, ["1g.10gb", "4g.40gb"], HostLab.Staged))).Outcome);
        Assert.Equal(["MIG 1g.10gb", "MIG 4g.40gb"], Profiles(lab));
    }

    [Fact]
    public async Task A_card_without_mig_is_refused_and_nothing_is_touched()
    {
        using HostLab lab = await StartAsync();

        ChangeResult result = await lab.RunOneAsync(MigIntents.Set(await lab.DevicesAsync(Old), true, null, HostLab.Staged));

        Assert.Equal((ChangeOutcome.Blocked, "MigNotSupported"), (result.Outcome, result.Error?.Id));
        Assert.Equal(1, lab.Raw.Host(Old).BootCount);
    }

    private static Task<HostLab> StartAsync() => HostLab.StartAsync(new SimulatorOptions { Scenario = "vgpu", ClockSpeed = 400 });

    private static IEnumerable<string> Profiles(HostLab lab) => lab.Raw.Host(Compute).Device(First).MigInstances.Select(instance => instance.Split('@')[0]).Order(StringComparer.Ordinal);

    private static async Task<GpuHost> HostAsync(HostLab lab, string name) => (await lab.ReadAsync()).Hosts.Single(host => host.Name == name);

    private static async Task<NvidiaSmiReport> ReadAsync(HostLab lab, string name) =>
        await NvidiaSmiReader.ReadAsync(lab.Sessions[0], await HostAsync(lab, name), lab.Context.Shells, lab.Context.ShellNotes, lab.Stop.Token);

    private static async Task ShellAsync(HostLab lab, string name, string command)
    {
        GpuHost host = await HostAsync(lab, name);
        ShellResult result = await HostShellAccess.UseAsync(
            lab.Sessions[0], host.Id, host.Name, lab.Simulator.Shells, (shell, token) => shell.RunAsync(command, token), new HostShellNotes(), CancellationToken.None);
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
    }

    private sealed class FailingShells(IHostShells inner, Func<CancellationToken, Task> fail) : IHostShells
    {
        public async Task<IShell> OpenAsync(HostShellAddress address, CancellationToken cancellationToken)
        {
            using IShell shell = await inner.OpenAsync(address, cancellationToken);
            await fail(cancellationToken);
            return shell;
        }
    }
}
