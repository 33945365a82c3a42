using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Tests.Hosts;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Guest;

/// <summary>Each way that a driver does not come into a guest: what is said of it, what to type next, and that nothing is left behind.</summary>
public sealed class GuestDriverTroubleTests : IDisposable
{
    private const double Speed = 200;

    private static readonly GuestChangeOptions s_none = new();
    private static readonly GuestChangeOptions s_reboot = new() { Reboot = true };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gpuvsphere-driver");
    private readonly LabFeedback _feedback = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_GPU_without_an_address_is_refused_before_the_upload_and_explained_when_the_rule_is_skipped()
    {
        using GuestDriverLab lab = await GuestDriverLab.WholeAsync(clockSpeed: Speed);
        lab.Order(orders => (orders.HasRoomForBars, orders.IsNouveauIdle) = (false, true));

        ChangeResult refused = await RunAsync(lab, GuestDriverLab.Stock);
        ChangeResult tried = await RunAsync(lab, GuestDriverLab.Stock, new GuestChangeOptions { SkipRules = ["GUEST-GPU-SEEN"] });

        Assert.Equal(ChangeOutcome.Blocked, refused.Outcome);
        Assert.Contains("GUEST-GPU-SEEN", refused.Message, StringComparison.Ordinal);
        Assert.Contains("BAR1 of ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Set-VmMmioSize -VM ml-01", refused.Error!.NextStep, StringComparison.Ordinal);
        Failed(tried, lab, "GuestModuleNotLoaded", "The kernel says: BAR1 is 0M @ 0x0", "Test-GpuGuest -VM ml-01");
    }

    [Fact]
    public async Task Nouveau_that_nothing_uses_is_unloaded_and_the_guest_is_not_restarted()
    {
        using GuestDriverLab lab = await GuestDriverLab.WholeAsync(clockSpeed: Speed);
        lab.Order(orders => orders.IsNouveauIdle = true);
        string boot = await lab.SaysAsync("cat /proc/sys/kernel/random/boot_id");

        ChangeResult done = await RunAsync(lab, GuestDriverLab.Stock);

        Assert.True(done.Outcome == ChangeOutcome.Done, $"{done.Outcome}: {done.Message}");
        Assert.Equal(boot, await lab.SaysAsync("cat /proc/sys/kernel/random/boot_id"));
        Assert.Contains("blacklist nouveau", await lab.SaysAsync("cat /etc/modprobe.d/gpuvsphere-nouveau.conf"), StringComparison.Ordinal);
        Assert.DoesNotContain("nouveau", await lab.SaysAsync("lsmod"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nouveau_that_came_into_use_meanwhile_takes_a_restart(bool reboots)
    {
        using GuestDriverLab lab = await GuestDriverLab.WholeAsync(clockSpeed: Speed);
        lab.Order(orders => orders.IsNouveauIdle = true);
        _feedback.OnStatus = status => lab.Order(orders => orders.IsNouveauIdle &= !status.Contains("keeping nouveau", StringComparison.Ordinal));

        ChangeResult result = await RunAsync(lab, GuestDriverLab.Stock, reboots ? s_reboot : s_none);

        if (reboots)
        {
            Assert.True(result.Outcome == ChangeOutcome.Done, $"{result.Outcome}: {result.Message}");
        }
        else
        {
            Failed(result, lab, "NouveauLoaded", "Module nouveau is in use", "-Reboot");
        }
    }

    [Fact]
    public async Task Nouveau_that_stays_in_spite_of_the_blacklist_is_said()
    {
        using GuestDriverLab lab = await GuestDriverLab.WholeAsync(clockSpeed: Speed);
        lab.Order(orders => orders.NouveauStays = true);

        Failed(await RunAsync(lab, GuestDriverLab.Stock, s_reboot), lab, "NouveauLoaded", "although it is on the blacklist and the guest was restarted", "rd.driver.blacklist=nouveau");
    }

    [Fact]
    public async Task A_guest_that_does_not_come_back_is_said_with_how_long_was_waited()
    {
        using GuestDriverLab lab = await GuestDriverLab.WholeAsync(clockSpeed: Speed);
        lab.Order(orders => orders.HangsAtReboot = true);

        ChangeResult result = await RunAsync(lab, GuestDriverLab.Stock, s_reboot with { RebootTimeout = TimeSpan.FromMinutes(5) });

        Assert.Equal((ChangeOutcome.Failed, "GuestRebootTimeout", "ml-01"), (result.Outcome, result.Error!.Id, result.Error.Target));
        Assert.Contains("did not come back within 5 minutes", result.Message, StringComparison.Ordinal);
        Assert.Contains("Look at its console", result.Error.NextStep, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_driver_that_serves_no_GPU_of_the_guest_is_not_called_a_success_nor_a_matter_of_a_restart(bool reboots)
    {
        const string TooOld = "NVIDIA-Linux-x86_64-418.226.00.run";
        using GuestDriverLab lab = await GuestDriverLab.WholeAsync(clockSpeed: Speed);
        lab.Order(orders => orders.IsNouveauIdle = true);

        ChangeResult result = await RunAsync(lab, TooOld, reboots ? s_reboot : s_none);
        ChangePlan left = await Operation(lab, TooOld).PlanAsync(CancellationToken.None);

        Failed(result, lab, "GuestDriverNotWorking", "nvidia-smi does not confirm it. Nvidia-smi says: No devices were found", "Install a driver that serves");
        Assert.Equal("loaded, without a GPU", Assert.Single(left.Changes).Before);
    }

    [Fact]
    public async Task A_package_whose_module_the_kernel_refuses_is_not_promised_for_after_a_restart()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        lab.Drivers.Signing(lab.Vm, false);
        lab.Change(guest => guest.Vm.Config.SecureBoot = true);

        ChangeResult result = await RunAsync(lab, "nvidia-linux-grid-470_470.63.01_amd64.deb");

        Failed(result, lab, "GuestDriverNotWorking", "Loading of unsigned module is rejected", "Secure Boot");
    }

    [Theory]
    [InlineData("withdrawn", "GuestPackageNotFound", "Unable to locate package linux-headers-", "-UpgradePackages")]
    [InlineData("busy", "PackageManagerBusy", "another program of the guest installs packages", "Wait until it has ended")]
    public async Task What_the_repositories_do_not_give_is_said(string what, string id, string words, string next)
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        lab.Change(guest => Order(guest.State<GpuVSphere.Simulator.Model.Guest.GuestOrders>(), guest.Distribution.Kernel));

        Failed(await RunAsync(lab, GuestDriverLab.Grid), lab, id, words, next);

        void Order(GpuVSphere.Simulator.Model.Guest.GuestOrders orders, string kernel)
        {
            orders.IsPackageManagerBusy = what == "busy";
            orders.Withdrawn.Add(what == "withdrawn" ? "linux-headers-" + kernel : "none");
        }
    }

    [Fact]
    public async Task A_guest_without_compiler_and_package_manager_is_refused()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        await lab.SaysAsync("rm /usr/bin/apt-get");

        ChangeResult result = await RunAsync(lab, GuestDriverLab.Grid);

        Assert.Equal((ChangeOutcome.Blocked, "GuestPackagesUnknown"), (result.Outcome, result.Error!.Id));
        Assert.Contains("lacks a C compiler and the headers of its kernel", result.Message, StringComparison.Ordinal);
        Assert.Contains("by hand", result.Error.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_X_server_without_a_display_manager_is_named_and_ended_on_request()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        long pid = lab.Drivers.Use(lab.Vm, "Xorg");

        ChangeResult refused = await RunAsync(lab, GuestDriverLab.Grid);
        ChangeResult tried = await RunAsync(lab, GuestDriverLab.Grid, new GuestChangeOptions { SkipRules = ["GUEST-GPU-PROCESS"] });
        ChangeResult done = await RunAsync(lab, GuestDriverLab.Grid, stop: true);

        Assert.Equal(ChangeOutcome.Blocked, refused.Outcome);
        Assert.Contains($"Xorg ({pid})", refused.Message, StringComparison.Ordinal);
        Assert.Contains("-StopGpuProcess", refused.Error!.NextStep, StringComparison.Ordinal);
        Failed(tried, lab, "XServerRunning", "an X server runs", "-StopGpuProcess");
        Assert.True(done.Outcome == ChangeOutcome.Done, $"{done.Outcome}: {done.Message}");
        Assert.NotEqual(0, (await lab.RunAsync($"kill -0 {pid}")).ExitCode);
    }

    [Fact]
    public async Task A_driver_in_use_and_a_program_that_does_not_end_are_named()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        lab.Drivers.Install(lab.Vm, "NVIDIA-Linux-x86_64-470.57.02-grid.run");
        long pid = lab.Drivers.Use(lab.Vm, "python3", isStuck: true);

        ChangeResult used = await RunAsync(lab, GuestDriverLab.Grid, new GuestChangeOptions { SkipRules = ["GUEST-GPU-PROCESS"] });
        ChangeResult stuck = await RunAsync(lab, GuestDriverLab.Grid, stop: true);

        Failed(used, lab, "GuestDriverInUse", "the driver that is loaded is in use", "Test-GpuGuest -VM v67-01");
        Failed(stuck, lab, "GuestProcessNotEnded", $"python3 ({pid}) in v67-01 did not end", "restart the guest first");
        Assert.Equal("470.57.02", lab.Drivers.Loaded(lab.Vm));
        Assert.True(lab.Drivers.IsActive(lab.Vm, "nvidia-gridd"));
    }

    [Fact]
    public async Task An_installer_that_fails_for_a_reason_of_its_own_is_told_in_its_words()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        lab.Drivers.Desktop(lab.Vm, "lightdm");

        ChangeResult result = await RunAsync(lab, GuestDriverLab.Grid, content: Encoding.ASCII.GetBytes("#!/bin/sh\necho unpacking\necho 'Error in MD5 checksums: x is different from y' >&2\nexit 2\n"));

        Failed(result, lab, "GuestInstallFailed", "it ended with 2. Error in MD5 checksums: x is different from y", "/var/log/nvidia-installer.log");
        Assert.Contains("lightdm was started again", result.Message, StringComparison.Ordinal);
        Assert.True(lab.Drivers.IsActive(lab.Vm, "lightdm"));
    }

    [Fact]
    public async Task The_installers_words_about_X_are_verbose_and_marked_harmless()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);

        ChangeResult done = await RunAsync(lab, GuestDriverLab.Grid);

        Assert.Equal(ChangeOutcome.Done, done.Outcome);
        Assert.Contains(_feedback.VerboseLines, line => line.Contains("(harmless) WARNING: nvidia-installer was forced to guess the X library path", StringComparison.Ordinal));
        Assert.Contains(_feedback.VerboseLines, line => line == lab.Vm + ": Building kernel modules");
        Assert.Empty(_feedback.Warnings);
    }

    [Theory]
    [InlineData("PUT", 3)]
    [InlineData("StartProgramInGuest", 14)]
    [InlineData("InitiateFileTransferFromGuest", 40)]
    public async Task A_connection_that_breaks_midway_leaves_nothing_in_the_guest(string method, int after)
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        await lab.SaysAsync("apt-get install -y build-essential linux-headers-$(uname -r)");
        using VimCredential login = new("admin", ToolsShellTests.Secret(SimulatorUser.DefaultPassword));
        OperationContext context = new([lab.Session], lab.Lab.Simulator.Clock, lab.State) { Guests = new ToolsGuestShells([lab.Session], login) };
        IGpuOperation operation = GpuOperations.Create(GuestDriverIntents.Install([lab.Target], Package(GuestDriverLab.Grid, null), true, false, false, s_none), context);
        ChangePlan plan = await operation.PlanAsync(CancellationToken.None);
        FaultRule broken = lab.Lab.Simulator.Faults.Add(new FaultRule { Method = method, After = after, Times = 3, DropConnection = true });

        ChangeResult result = Assert.Single(await operation.ApplyAsync(plan, _feedback, CancellationToken.None));

        Assert.True(broken.Applied > 0, "The accident did not happen.");
        Assert.True(result.Outcome is ChangeOutcome.Failed or ChangeOutcome.Done, $"{result.Outcome}: {result.Message}");
        Assert.Empty(lab.Drivers.Files(lab.Vm, "/var/tmp"));
        Assert.Empty(lab.Drivers.Files(lab.Vm, "/tmp"));
    }

    private static void Failed(ChangeResult result, GuestDriverLab lab, string id, string words, string next)
    {
        Assert.Equal((ChangeOutcome.Failed, id, lab.Vm), (result.Outcome, result.Error?.Id, result.Error?.Target));
        Assert.Contains(words, result.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(next, result.Error!.NextStep, StringComparison.Ordinal);
        Assert.Empty(lab.Drivers.Files(lab.Vm, "/var/tmp"));
    }

    private string Package(string driver, byte[]? content)
    {
        string path = Path.Combine(_folder.FullName, driver);
        File.WriteAllBytes(path, content ?? SimulatedGuestDrivers.File(driver));
        return path;
    }

    private IGpuOperation Operation(GuestDriverLab lab, string driver, GuestChangeOptions? options = null, bool stop = false, byte[]? content = null) =>
        GpuOperations.Create(GuestDriverIntents.Install([lab.Target], Package(driver, content), acceptEula: true, upgradePackages: false, stop, options ?? s_none), lab.Context());

    private async Task<ChangeResult> RunAsync(GuestDriverLab lab, string driver, GuestChangeOptions? options = null, bool stop = false, byte[]? content = null)
    {
        IGpuOperation operation = Operation(lab, driver, options, stop, content);
        return Assert.Single(await operation.ApplyAsync(await operation.PlanAsync(CancellationToken.None), _feedback, CancellationToken.None));
    }
}
