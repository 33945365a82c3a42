using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Simulator.Model.Guest;
using GpuVSphere.Simulator.Tests.Hosts;

namespace GpuVSphere.Simulator.Tests.Guest;

/// <summary>Drivers that were installed are removed again, where there was none before and nothing else was installed since.</summary>
public sealed class DriverUndoTests : IDisposable
{
    private const double Speed = 200;
    private const string Deb = "nvidia-linux-grid-470_470.63.01_amd64.deb";
    private const string Rpm = "nvidia-linux-grid-470-470.63.01-1.x86_64.rpm";
    private const string NouveauFile = "/etc/modprobe.d/gpuvsphere-nouveau.conf";

    private static readonly HostChangeOptions s_reboot = new() { Reboot = true };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gpuvsphere-driver");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("ubuntu64Guest", GuestDriverLab.Grid)]
    [InlineData("ubuntu64Guest", Deb)]
    [InlineData("rhel8_64Guest", GuestDriverLab.Grid)]
    [InlineData("rhel8_64Guest", Rpm)]
    [InlineData("centos7_64Guest", Rpm)]
    public async Task A_driver_where_there_was_none_is_removed_as_it_came(string guestId, string driver)
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(guestId, clockSpeed: Speed);
        string packagesBefore = await PackagesAsync(lab, guestId);
        string id = await InstallAsync(lab, driver);
        lab.Drivers.Desktop(lab.Vm, "gdm3");
        bool isPackage = driver != GuestDriverLab.Grid;
        Assert.Equal(isPackage, Changes(lab).Get(id).Hosts[0].Fields.Any(field => field.Name.StartsWith("package nvidia-linux-grid-470", StringComparison.Ordinal)));

        IGpuOperation undo = Changes(lab).PrepareUndo(id, lab.Context());
        ChangePlan plan = await undo.PlanAsync(CancellationToken.None);
        Assert.Equal(isPackage ? ["NVIDIA driver", "packages"] : ["NVIDIA driver"], plan.Changes.Select(change => change.Property));
        Assert.Contains(plan.Consequences, consequence => consequence.EndsPrograms && consequence.Text.Contains("gdm3 is stopped for the removal", StringComparison.Ordinal));
        Assert.Contains(plan.Consequences, consequence => consequence.Text.Contains(guestId == "ubuntu64Guest" ? "build-essential" : "gcc", StringComparison.Ordinal) && consequence.Text.Contains("stay", StringComparison.Ordinal));
        ChangeResult undone = Assert.Single(await undo.ApplyAsync(plan, new LabFeedback(), CancellationToken.None));

        Assert.Equal((ChangeOutcome.Done, null), (undone.Outcome, undone.Error?.Message));
        Assert.Contains("no nvidia-smi", undone.Message, StringComparison.Ordinal);
        Assert.Null(lab.Drivers.Loaded(lab.Vm));
        Assert.NotEqual(0, (await lab.RunAsync("which nvidia-smi")).ExitCode);
        Assert.DoesNotContain("nvidia", await lab.SaysAsync("lsmod"), StringComparison.Ordinal);
        Assert.True(lab.Drivers.IsActive(lab.Vm, "gdm3"));
        Assert.Equal(0, (await lab.RunAsync("which gcc")).ExitCode);
        Assert.DoesNotContain((await PackagesAsync(lab, guestId)).Split('\n').Except(packagesBefore.Split('\n')), name => name.StartsWith("nvidia", StringComparison.Ordinal) || name == "dkms");
        Assert.Equal(JournalState.Undone, Changes(lab).Get(id).State);
        Assert.Equal("ChangeFinished", Assert.Throws<GpuVSphereException>(() => Changes(lab).PrepareUndo(id, lab.Context())).Id);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nouveau_comes_back_with_the_next_restart_or_at_once_on_request(bool reboots)
    {
        using GuestDriverLab lab = await GuestDriverLab.WholeAsync(clockSpeed: Speed);
        string id = await InstallAsync(lab, GuestDriverLab.Stock, new GuestChangeOptions { Reboot = true });
        await lab.SaysAsync("test -e " + NouveauFile);

        IGpuOperation undo = Changes(lab).PrepareUndo(id, lab.Context(), reboots ? s_reboot : null);
        ChangePlan plan = await undo.PlanAsync(CancellationToken.None);
        Assert.Contains(plan.Changes, change => change is { Property: "nouveau", Before: "kept from being loaded" });
        Assert.Equal(reboots, plan.Consequences.Any(consequence => consequence.Text.StartsWith("the guest is restarted", StringComparison.Ordinal)));
        ChangeResult undone = Assert.Single(await undo.ApplyAsync(plan, new LabFeedback(), CancellationToken.None));

        Assert.Equal((ChangeOutcome.Done, null), (undone.Outcome, undone.Error?.Message));
        Assert.Contains(reboots ? "nouveau drives the GPU again." : "from the next restart of the guest on", undone.Message, StringComparison.Ordinal);
        Assert.NotEqual(0, (await lab.RunAsync("test -e " + NouveauFile)).ExitCode);
        Assert.Equal(reboots, (await lab.SaysAsync("lsmod")).Contains("nouveau", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_only_prepared_is_taken_back_too()
    {
        using GuestDriverLab lab = await GuestDriverLab.WholeAsync(clockSpeed: Speed);
        ChangeResult pending = await ApplyAsync(lab, GuestDriverLab.Stock, new GuestChangeOptions());
        Assert.Equal(ChangeOutcome.Pending, pending.Outcome);
        Assert.Equal($"Restart the guests that are pending: Resume-GpuChange -Id {pending.ChangeId} -Reboot", Changes(lab).Get(pending.ChangeId!).NextStep);

        ChangeResult undone = await UndoAsync(lab, pending.ChangeId!);
        Assert.Equal((ChangeOutcome.Done, null), (undone.Outcome, undone.Error?.Message));
        Assert.Equal("nouveau", Assert.Single(undone.Changes).Property);
        Assert.NotEqual(0, (await lab.RunAsync("test -e " + NouveauFile)).ExitCode);
    }

    [Fact]
    public async Task Where_another_driver_was_before_its_file_is_asked_for_and_nothing_is_touched()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        lab.Drivers.Install(lab.Vm, "NVIDIA-Linux-x86_64-470.57.02-grid.run");
        string id = await InstallAsync(lab, GuestDriverLab.Grid);

        ChangeResult refused = await UndoAsync(lab, id);

        Assert.Equal((ChangeOutcome.Blocked, "FormerDriverNeeded"), (refused.Outcome, refused.Error!.Id));
        Assert.Equal($"Install-NvidiaGuestDriver -VM {lab.Vm} -Path <the file of driver 470.57.02 (GRID)> -AcceptEula", refused.Error.NextStep);
        Assert.Equal("470.63.01", lab.Drivers.Loaded(lab.Vm));
        Assert.Equal(JournalState.Done, Changes(lab).Get(id).State);
    }

    [Fact]
    public async Task A_driver_that_came_since_is_kept_and_said()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        string id = await InstallAsync(lab, GuestDriverLab.Grid);
        lab.Drivers.Install(lab.Vm, "NVIDIA-Linux-x86_64-470.57.02-grid.run");

        ChangePlan plan = await Changes(lab).PrepareUndo(id, lab.Context()).PlanAsync(CancellationToken.None);

        Assert.True(plan.IsEmpty);
        Assert.Equal("keeps the driver 470.57.02 (GRID): it was installed since by somebody else", Assert.Single(plan.Consequences).Text);
    }

    [Fact]
    public async Task Programs_on_the_gpu_keep_it_from_being_removed()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        string id = await InstallAsync(lab, GuestDriverLab.Grid);
        long pid = lab.Drivers.Use(lab.Vm, "python3");

        ChangeResult refused = await UndoAsync(lab, id);

        Assert.Equal((ChangeOutcome.Blocked, "GuestGpuInUse"), (refused.Outcome, refused.Error!.Id));
        Assert.Contains($"python3 ({pid})", refused.Message, StringComparison.Ordinal);
        Assert.Equal("470.63.01", lab.Drivers.Loaded(lab.Vm));
        await lab.SaysAsync("kill " + pid);
        Assert.Equal(ChangeOutcome.Done, (await UndoAsync(lab, id)).Outcome);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_module_that_stays_loaded_waits_for_a_restart(bool reboots)
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        string id = await InstallAsync(lab, GuestDriverLab.Grid);

        // nv-hostengine uses the module, and nvidia-smi does not show it.
        Hold(lab);
        IGpuOperation undo = Changes(lab).PrepareUndo(id, lab.Context(), reboots ? s_reboot : null);
        ChangeResult undone = Assert.Single(await undo.ApplyAsync(await undo.PlanAsync(CancellationToken.None), new LabFeedback(), CancellationToken.None));

        Assert.Equal(reboots ? ChangeOutcome.Done : ChangeOutcome.Pending, undone.Outcome);
        Assert.Equal(reboots ? null : "470.63.01", lab.Drivers.Loaded(lab.Vm));
        Assert.NotEqual(0, (await lab.RunAsync("which nvidia-smi")).ExitCode);
        JournalEntry entry = Changes(lab).Get(id);
        Assert.Equal((JournalState.Undone, reboots ? null : "Restart the guests that are pending: the undoing takes effect then"), (entry.State, entry.NextStep));
    }

    [Theory]
    [InlineData(GuestDriverLab.Grid, "nvidia-uninstall --silent")]
    [InlineData(Deb, "DEBIAN_FRONTEND=noninteractive apt-get remove --purge -y nvidia-linux-grid-470 dkms")]
    public async Task What_is_in_memory_only_waits_for_a_restart_and_is_not_taken_for_somebody_elses(string driver, string removal)
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        string id = await InstallAsync(lab, driver);
        Hold(lab);

        // As an undo leaves it that was cut behind the removal.
        await lab.SaysAsync(removal);
        Assert.Equal("470.63.01", lab.Drivers.Loaded(lab.Vm));

        IGpuOperation undo = Changes(lab).PrepareUndo(id, lab.Context());
        ChangeResult undone = Assert.Single(await undo.ApplyAsync(await undo.PlanAsync(CancellationToken.None), new LabFeedback(), CancellationToken.None));

        Assert.Equal((ChangeOutcome.Pending, null), (undone.Outcome, undone.Error?.Message));
        Assert.EndsWith("in memory only", Assert.Single(undone.Changes).Before, StringComparison.Ordinal);
        Assert.Contains("stays loaded", undone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_waits_for_a_restart_is_resumed_with_it_and_not_said_to_be_done()
    {
        using GuestDriverLab lab = await GuestDriverLab.WholeAsync(clockSpeed: Speed);
        string id = (await ApplyAsync(lab, GuestDriverLab.Stock, new GuestChangeOptions())).ChangeId!;

        GpuVSphereException waiting = Assert.Throws<GpuVSphereException>(() => Changes(lab).PrepareResume(id, lab.Context()));
        Assert.Equal(("ChangePending", $"Resume-GpuChange -Id {id} -Reboot brings what is pending into force."), (waiting.Id, waiting.NextStep));
        IGpuOperation resumed = Changes(lab).PrepareResume(id, lab.Context(), s_reboot);
        ChangeResult done = Assert.Single(await resumed.ApplyAsync(await resumed.PlanAsync(CancellationToken.None), new LabFeedback(), CancellationToken.None));

        Assert.Equal((ChangeOutcome.Done, null), (done.Outcome, done.Error?.Message));
        Assert.Equal("535.161.08", lab.Drivers.Loaded(lab.Vm));
        Assert.Null(Changes(lab).Get(id).NextStep);

        // What the first part changed is still known: nouveau was loaded, and is again.
        IGpuOperation undo = Changes(lab).PrepareUndo(id, lab.Context(), s_reboot);
        ChangeResult undone = Assert.Single(await undo.ApplyAsync(await undo.PlanAsync(CancellationToken.None), new LabFeedback(), CancellationToken.None));
        Assert.Equal((ChangeOutcome.Done, null), (undone.Outcome, undone.Error?.Message));
        Assert.Contains("nouveau drives the GPU again.", undone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_command_with_its_restart_ends_what_an_earlier_one_left_waiting()
    {
        using GuestDriverLab lab = await GuestDriverLab.WholeAsync(clockSpeed: Speed);
        string id = (await ApplyAsync(lab, GuestDriverLab.Stock, new GuestChangeOptions())).ChangeId!;
        Assert.NotNull(Changes(lab).Get(id).NextStep);
        await InstallAsync(lab, GuestDriverLab.Stock, new GuestChangeOptions { Reboot = true });
        Assert.Null(Changes(lab).Get(id).NextStep);
    }

    [Fact]
    public async Task An_uninstaller_that_does_nothing_and_ends_well_is_not_believed()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        string id = await InstallAsync(lab, GuestDriverLab.Grid);
        lab.Order(orders => orders.IsUninstallerBroken = true);

        ChangeResult failed = await UndoAsync(lab, id);

        Assert.Equal((ChangeOutcome.Failed, "GuestDriverNotRemoved"), (failed.Outcome, failed.Error!.Id));
        Assert.Contains("/var/log/nvidia-uninstall.log", failed.Error.NextStep, StringComparison.Ordinal);
        Assert.Equal($"Undo-GpuChange -Id {id}", Changes(lab).Get(id).NextStep);
        lab.Order(orders => orders.IsUninstallerBroken = false);
        Assert.Equal(ChangeOutcome.Done, (await UndoAsync(lab, id)).Outcome);
    }

    [Fact]
    public async Task A_package_manager_that_is_busy_is_said_and_the_desktop_runs_on()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        string id = await InstallAsync(lab, Deb);
        lab.Drivers.Desktop(lab.Vm, "lightdm");
        lab.Order(orders => orders.IsPackageManagerBusy = true);

        ChangeResult failed = await UndoAsync(lab, id);

        Assert.Equal((ChangeOutcome.Failed, "PackageManagerBusy"), (failed.Outcome, failed.Error!.Id));
        Assert.True(lab.Drivers.IsActive(lab.Vm, "lightdm"));
        lab.Order(orders => orders.IsPackageManagerBusy = false);
        Assert.Equal(ChangeOutcome.Done, (await UndoAsync(lab, id)).Outcome);
    }

    [Theory]
    [InlineData("ubuntu64Guest", Deb)]
    [InlineData("rhel8_64Guest", Rpm)]
    public async Task Packages_that_others_need_by_now_are_not_taken_from_them(string guestId, string driver)
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(guestId, clockSpeed: Speed);
        string id = await InstallAsync(lab, driver);
        lab.Change(guest => guest.Packages["zfs-dkms"] = new GuestPackage("zfs-dkms", "2.1.5") { Depends = ["dkms"] });

        ChangeResult refused = await UndoAsync(lab, id);

        Assert.Equal((ChangeOutcome.Blocked, "GuestPackagesNeeded"), (refused.Outcome, refused.Error!.Id));
        Assert.Contains("zfs-dkms", refused.Message, StringComparison.Ordinal);
        Assert.Equal("470.63.01", lab.Drivers.Loaded(lab.Vm));
    }

    [Fact]
    public async Task On_Windows_it_is_refused_with_what_to_do_by_hand()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync("windows2019srv_64Guest", clockSpeed: Speed);
        ChangeResult installed = await ApplyAsync(lab, "471.68_grid_win10_server2016_server2019_server2022_64bit_international.exe", new GuestChangeOptions(), "Administrator");
        Assert.Equal((ChangeOutcome.Done, null), (installed.Outcome, installed.Error?.Message));

        ChangeResult refused = Assert.Single(await Changes(lab).UndoAsync(installed.ChangeId!, lab.Context("Administrator"), null, new LabFeedback(), CancellationToken.None));

        Assert.Equal((ChangeOutcome.Blocked, "GuestDriverStays"), (refused.Outcome, refused.Error!.Id));
        Assert.Contains("under Apps", refused.Error.NextStep, StringComparison.Ordinal);
        Assert.Equal("471.68", lab.Drivers.Loaded(lab.Vm));
    }

    [Fact]
    public async Task A_user_without_sudo_is_told_before_anything_is_removed()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        string id = await InstallAsync(lab, GuestDriverLab.Grid);

        ChangeResult refused = Assert.Single(await Changes(lab).UndoAsync(id, lab.Context("guest"), null, new LabFeedback(), CancellationToken.None));

        Assert.Equal((ChangeOutcome.Blocked, "GuestNotRoot"), (refused.Outcome, refused.Error!.Id));
        Assert.Equal("470.63.01", lab.Drivers.Loaded(lab.Vm));
    }

    private static void Hold(GuestDriverLab lab) => lab.Change(guest => guest.Start(null, guest.Root, "nv-hostengine", "nv-hostengine", async process =>
    {
        await Task.Delay(Timeout.Infinite, process.Token);
        return 0;
    }));

    private static ChangeManager Changes(GuestDriverLab lab) => GpuOperations.Changes(lab.State);

    private static async Task<ChangeResult> UndoAsync(GuestDriverLab lab, string id) =>
        Assert.Single(await Changes(lab).UndoAsync(id, lab.Context(), null, new LabFeedback(), CancellationToken.None));

    private static Task<string> PackagesAsync(GuestDriverLab lab, string guestId) =>
        lab.SaysAsync(guestId == "ubuntu64Guest" ? "dpkg-query -W -f='${Package}\\n'" : "rpm -qa --qf '%{NAME}\\n'");

    private async Task<string> InstallAsync(GuestDriverLab lab, string driver, GuestChangeOptions? options = null)
    {
        ChangeResult installed = await ApplyAsync(lab, driver, options ?? new GuestChangeOptions());
        Assert.Equal((ChangeOutcome.Done, null), (installed.Outcome, installed.Error?.Message));
        return installed.ChangeId!;
    }

    private Task<ChangeResult> ApplyAsync(GuestDriverLab lab, string driver, GuestChangeOptions options, string user = "admin")
    {
        string path = Path.Combine(_folder.FullName, driver);
        File.WriteAllBytes(path, SimulatedGuestDrivers.File(driver));
        return lab.ApplyAsync(GuestDriverIntents.Install([lab.Target], path, acceptEula: true, upgradePackages: false, stopGpuProcess: false, options), user);
    }
}
