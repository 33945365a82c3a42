using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model.Guest.Nvidia;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Guest;

/// <summary>Install-NvidiaGuestDriver's operation and Test-GpuGuest's, end to end on simulated guests.</summary>
public sealed class GuestDriverTests : IDisposable
{
    // A question may take minutes of simulated time before it is given up, which pass in a second: not faster, for a busy machine's sake.
    private const double Speed = 200;

    private static readonly GuestChangeOptions s_reboot = new() { Reboot = true };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gpuvsphere-driver");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("ubuntu64Guest", GuestDriverLab.Grid)]
    [InlineData("ubuntu64Guest", "nvidia-linux-grid-470_470.63.01_amd64.deb")]
    [InlineData("rhel8_64Guest", GuestDriverLab.Grid)]
    [InlineData("rhel8_64Guest", "nvidia-linux-grid-470-470.63.01-1.x86_64.rpm")]
    [InlineData("centos7_64Guest", GuestDriverLab.Grid)]
    public async Task A_vgpu_gets_its_driver_on_every_distribution(string guestId, string driver)
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(guestId, clockSpeed: Speed);

        ChangeResult result = await RunAsync(lab, driver);

        Assert.True(result.Outcome == ChangeOutcome.Done, $"{result.Outcome}: {result.Message}");
        Assert.Contains("driver 470.63.01, GRID P100-8Q", result.Message, StringComparison.Ordinal);
        Assert.Contains("Set-VgpuLicense", result.Message, StringComparison.Ordinal);
        Assert.Equal("470.63.01", lab.Drivers.Loaded(lab.Vm));
        Assert.Empty(lab.Drivers.Files(lab.Vm, "/var/tmp"));
        Assert.Empty((await Operation(lab, driver).PlanAsync(CancellationToken.None)).Changes);
    }

    [Fact]
    public async Task A_whole_gpu_gets_the_stock_driver_behind_a_restart_without_nouveau()
    {
        using GuestDriverLab lab = await GuestDriverLab.WholeAsync(clockSpeed: Speed);

        ChangePlan plan = await Operation(lab, GuestDriverLab.Stock).PlanAsync(CancellationToken.None);
        ChangeResult pending = await RunAsync(lab, GuestDriverLab.Stock);
        ChangeResult done = await RunAsync(lab, GuestDriverLab.Stock, s_reboot);

        Assert.Equal([null, "guest reboot"], plan.Stages.Select(stage => stage.Barrier));
        Assert.Contains(plan.Consequences, consequence => consequence.Text.Contains("when -Reboot is given", StringComparison.Ordinal));
        Assert.Equal(ChangeOutcome.Pending, pending.Outcome);
        Assert.Contains("-Reboot", pending.Message, StringComparison.Ordinal);
        Assert.True(done.Outcome == ChangeOutcome.Done, $"{done.Outcome}: {done.Message}");
        Assert.Equal("535.161.08", lab.Drivers.Loaded(lab.Vm));
        Assert.Contains("blacklist nouveau", (await lab.RunAsync("cat /etc/modprobe.d/gpuvsphere-nouveau.conf")).Output, StringComparison.Ordinal);
        Assert.All((await TestAsync(lab)).Where(check => check.Check is not ("DeviceQuery" or "VectorAdd")), check => Assert.True(check.Outcome == GuestCheckOutcome.Passed, $"{check}: {check.Seen}"));
    }

    [Theory]
    [InlineData("NVIDIA-Linux-x86_64-470.57.02.run", "GUEST-DRIVER-KIND", "takes guest drivers 13.")]
    [InlineData("NVIDIA-Linux-x86_64-535.54.03-grid.run", "GUEST-DRIVER-MANAGER", "takes guest drivers 13.")]
    [InlineData("NVIDIA-Linux-x86_64-390.42-grid.run", "GUEST-DRIVER-MANAGER", "takes guest drivers 13.")]
    [InlineData("471.68_grid_win10_server2016_server2019_server2022_64bit_international.exe", "GUEST-DRIVER-FORM", ".run")]
    [InlineData("nvidia-linux-grid-470-470.63.01-1.x86_64.rpm", "GUEST-DRIVER-FORM", ".deb")]
    public async Task What_the_vgpu_would_not_take_is_refused_before_anything_is_uploaded(string driver, string rule, string words)
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);

        ChangeResult result = await RunAsync(lab, driver, s_reboot);

        Assert.Equal(ChangeOutcome.Blocked, result.Outcome);
        Assert.Contains(rule, result.Message, StringComparison.Ordinal);
        Assert.Contains(words, result.Message + result.Error!.NextStep, StringComparison.Ordinal);
        Assert.Empty(lab.Drivers.Files(lab.Vm, "/var/tmp"));
        Assert.NotEqual(0, (await lab.RunAsync("which gcc")).ExitCode);
    }

    [Fact]
    public async Task Without_the_licence_accepted_nothing_is_changed()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        IGpuOperation operation = Operation(lab, GuestDriverLab.Grid, acceptEula: false);

        ChangePlan plan = await operation.PlanAsync(CancellationToken.None);
        ChangeResult result = Assert.Single(await operation.ApplyAsync(plan, ChangeFeedback.None, CancellationToken.None));

        Assert.NotEmpty(plan.Changes);
        Assert.Equal(("EulaNotAccepted", ChangeOutcome.Blocked), (result.Error!.Id, result.Outcome));
        Assert.Contains("-AcceptEula", result.Error.NextStep, StringComparison.Ordinal);
        Assert.NotEqual(0, (await lab.RunAsync("which gcc")).ExitCode);
    }

    [Fact]
    public async Task Programs_on_the_gpu_are_named_and_ended_on_request_and_the_desktop_is_put_back()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        lab.Drivers.Install(lab.Vm, "NVIDIA-Linux-x86_64-470.57.02-grid.run");
        lab.Drivers.Desktop(lab.Vm, "gdm3");
        lab.Drivers.Persistence(lab.Vm);
        long pid = lab.Drivers.Use(lab.Vm, "python3");

        ChangeResult refused = await RunAsync(lab, GuestDriverLab.Grid);
        ChangeResult done = await RunAsync(lab, GuestDriverLab.Grid, stop: true);

        Assert.Equal(ChangeOutcome.Blocked, refused.Outcome);
        Assert.Contains($"python3 ({pid})", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Xorg", refused.Message, StringComparison.Ordinal);
        Assert.True(done.Outcome == ChangeOutcome.Done, $"{done.Outcome}: {done.Message}");
        Assert.Equal("470.63.01", lab.Drivers.Loaded(lab.Vm));
        Assert.True(lab.Drivers.IsActive(lab.Vm, "gdm3"));
        Assert.True(lab.Drivers.IsActive(lab.Vm, "nvidia-persistenced"));
        Assert.NotEqual(0, (await lab.RunAsync($"kill -0 {pid}")).ExitCode);
    }

    [Fact]
    public async Task A_failed_installation_says_why_and_puts_the_desktop_back_and_removes_the_upload()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        lab.Drivers.Desktop(lab.Vm, "lightdm");
        await lab.RunAsync("apt-get install -y build-essential linux-headers-$(uname -r)");

        // A file that is named as a driver that the manager takes, and holds one for another machine's module: the module is not taken.
        lab.Drivers.Signing(lab.Vm, false);
        lock (lab.Lab.Inventory.Gate)
        {
            lab.Lab.Vm(lab.Vm).Config.SecureBoot = true;
        }

        ChangeResult result = await RunAsync(lab, GuestDriverLab.Grid, new GuestChangeOptions { SkipRules = ["GUEST-MODULE-SIGNATURE"] });

        Assert.Equal((ChangeOutcome.Failed, "GuestModuleRefused"), (result.Outcome, result.Error!.Id));
        Assert.Contains("unsigned module is rejected", result.Message, StringComparison.Ordinal);
        Assert.Contains("lightdm was started again", result.Message, StringComparison.Ordinal);
        Assert.Contains("The upload was removed", result.Message, StringComparison.Ordinal);
        Assert.True(lab.Drivers.IsActive(lab.Vm, "lightdm"));
        Assert.Empty(lab.Drivers.Files(lab.Vm, "/var/tmp"));
    }

    [Fact]
    public async Task Secure_Boot_is_said_before_anything_is_done()
    {
        using GuestDriverLab lab = await GuestDriverLab.WholeAsync(configure: config => config.SecureBoot = true, clockSpeed: Speed);

        ChangeResult result = await RunAsync(lab, GuestDriverLab.Stock, s_reboot);

        Assert.Equal(ChangeOutcome.Blocked, result.Outcome);
        Assert.Contains("GUEST-MODULE-SIGNATURE", result.Message, StringComparison.Ordinal);
        Assert.NotEqual(0, (await lab.RunAsync("test -e /etc/modprobe.d/gpuvsphere-nouveau.conf")).ExitCode);
    }

    [Fact]
    public async Task A_guest_without_repositories_says_so_and_one_with_compiler_and_headers_needs_none()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        lab.Drivers.Internet(lab.Vm, false);

        ChangeResult failed = await RunAsync(lab, GuestDriverLab.Grid);
        lab.Drivers.Internet(lab.Vm, true);
        await lab.RunAsync("apt-get install -y build-essential linux-headers-$(uname -r)");
        lab.Drivers.Internet(lab.Vm, false);
        ChangeResult done = await RunAsync(lab, GuestDriverLab.Grid);

        Assert.Equal("GuestRepositoryUnreachable", failed.Error!.Id);
        Assert.True(done.Outcome == ChangeOutcome.Done, $"{done.Outcome}: {done.Message}");
    }

    [Fact]
    public async Task A_package_over_a_driver_that_is_loaded_waits_for_a_restart()
    {
        const string Package = "nvidia-linux-grid-470_470.63.01_amd64.deb";
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        lab.Drivers.Install(lab.Vm, "NVIDIA-Linux-x86_64-470.57.02-grid.run");

        ChangeResult pending = await RunAsync(lab, Package);
        ChangePlan left = await Operation(lab, Package).PlanAsync(CancellationToken.None);
        ChangeResult done = await RunAsync(lab, Package, s_reboot);

        Assert.Equal(ChangeOutcome.Pending, pending.Outcome);
        Assert.Contains("470.57.02 is loaded", pending.Message, StringComparison.Ordinal);
        Assert.Equal("guest reboot", Assert.Single(left.Stages).Barrier);
        Assert.True(done.Outcome == ChangeOutcome.Done, $"{done.Outcome}: {done.Message}");
        Assert.Equal("470.63.01", lab.Drivers.Loaded(lab.Vm));
    }

    [Fact]
    public async Task A_stop_ends_the_installer_and_puts_back_what_was_stopped()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        await lab.RunAsync("apt-get install -y build-essential linux-headers-$(uname -r)");
        lab.Drivers.Desktop(lab.Vm, "lightdm");
        using CancellationTokenSource stop = new();
        IGpuOperation operation = Operation(lab, GuestDriverLab.Grid);
        ChangePlan plan = await operation.PlanAsync(CancellationToken.None);

        ChangeResult result = Assert.Single(await operation.ApplyAsync(plan, new StopWhen("Building kernel modules", stop), stop.Token));

        Assert.Equal(ChangeOutcome.Interrupted, result.Outcome);
        Assert.True(lab.Drivers.IsActive(lab.Vm, "lightdm"));
        Assert.Empty(lab.Drivers.Files(lab.Vm, "/var/tmp"));
        Assert.DoesNotContain("nvidia-installer", (await lab.RunAsync("ps -e -o args")).Output, StringComparison.Ordinal);
        Assert.Null(lab.Drivers.Loaded(lab.Vm));
        Assert.Equal(ChangeOutcome.Done, (await RunAsync(lab, GuestDriverLab.Grid)).Outcome);
    }

    [Fact]
    public async Task Windows_gets_its_driver()
    {
        const string First = "471.68_grid_win10_server2016_server2019_server2022_64bit_international.exe";
        const string Next = "472.39_grid_win10_win11_server2016_server2019_server2022_64bit_international.exe";
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync("windows2019srv_64Guest", clockSpeed: Speed);

        // The setup's file is still held when it has ended.
        lab.Change(guest => guest.State<GuestHeldFiles>().Refusals = 1);
        ChangeResult first = await RunAsync(lab, First, user: "Administrator");
        ChangeResult pending = await RunAsync(lab, Next, user: "Administrator");
        ChangeResult next = await RunAsync(lab, Next, s_reboot, user: "Administrator");

        Assert.True(first.Outcome == ChangeOutcome.Done, $"{first.Outcome}: {first.Message}");
        lab.Change(guest => Assert.Equal(0, guest.State<GuestHeldFiles>().Refusals));
        Assert.True(pending.Outcome == ChangeOutcome.Pending, $"{pending.Outcome}: {pending.Message}");
        Assert.True(next.Outcome == ChangeOutcome.Done, $"{next.Outcome}: {next.Message}");
        Assert.Equal("472.39", lab.Drivers.Loaded(lab.Vm));
        Assert.Empty(lab.Drivers.Files(lab.Vm, "/C:/Windows/Temp"));
    }

    [Theory]
    [InlineData("rhel8_64Guest", "admin", GuestDriverLab.Grid)]
    [InlineData("windows2019srv_64Guest", "Administrator", "471.68_grid_win10_server2016_server2019_server2022_64bit_international.exe")]
    public async Task By_VMware_Tools_a_guest_gets_its_driver_and_is_tested(string guestId, string user, string driver)
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(guestId, clockSpeed: Speed);
        using VimCredential login = new(user, Secret(SimulatorUser.DefaultPassword));
        OperationContext context = new([lab.Session], lab.Lab.Simulator.Clock, lab.State) { Guests = new ToolsGuestShells([lab.Session], login) };
        IGpuOperation operation = GpuOperations.Create(GuestDriverIntents.Install([lab.Target], Package(driver), true, false, false, new GuestChangeOptions()), context);

        ChangeResult result = Assert.Single(await operation.ApplyAsync(await operation.PlanAsync(CancellationToken.None), ChangeFeedback.None, CancellationToken.None));
        GuestGpuTestResult test = Assert.Single(await GuestGpuTest.RunAsync(context, [lab.Target], new GuestGpuTestOptions(), _ => { }, CancellationToken.None));

        Assert.True(result.Outcome == ChangeOutcome.Done, $"{result.Outcome}: {result.Message}");
        Assert.DoesNotContain(test.Checks, check => check.Outcome is GuestCheckOutcome.Failed or GuestCheckOutcome.Warning);
        Assert.Contains(test.Checks, check => check is { Check: "VirtualizationMode", Outcome: GuestCheckOutcome.Passed });
    }

    [Fact]
    public async Task Samples_of_CUDA_are_found_built_on_request_and_run()
    {
        const string Toolkit = "/opt/cuda_9.1.85_387.26_linux";
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        lab.Drivers.Install(lab.Vm, GuestDriverLab.Grid);
        using (IGuestShell shell = await lab.OpenAsync())
        {
            byte[] content = SimulatedCuda.RunFile("9.1.85", "387.26");
            await shell.WriteFileAsync(Toolkit, new MemoryStream(content), content.Length, GuestFileOptions.Private, CancellationToken.None);
        }

        await lab.RunAsync("apt-get install -y build-essential");
        ShellResult installed = await lab.RunAsync($"sh {Toolkit} --silent --toolkit --samples --samplespath=/usr/local/src --override");

        GuestGpuCheck[] before = await TestAsync(lab, "admin");
        GuestGpuTestResult built = Assert.Single(await GuestGpuTest.RunAsync(Context(lab, "admin"), [lab.Target], new GuestGpuTestOptions { BuildSample = true }, _ => { }, CancellationToken.None));

        Assert.True(installed.ExitCode == 0, installed.Error);
        Assert.Contains("-BuildSample", Assert.Single(before, check => check.Check == "DeviceQuery").NextStep, StringComparison.Ordinal);
        Assert.All(built.Checks, check => Assert.True(check.Outcome == GuestCheckOutcome.Passed, $"{check}: {check.Seen}"));
        Assert.Contains("toolkit 9.1", Assert.Single(built.Checks, check => check.Check == "Cuda").Seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_said_as_such()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        using VimCredential login = new("admin", Secret("wrong"));
        OperationContext context = new([lab.Session], lab.Lab.Simulator.Clock, lab.State) { Guests = new ToolsGuestShells([lab.Session], login) };

        GuestGpuTestResult test = Assert.Single(await GuestGpuTest.RunAsync(context, [lab.Target], new GuestGpuTestOptions(), _ => { }, CancellationToken.None));

        Assert.Equal("GuestLoginFailed", test.Error!.Id);
        Assert.DoesNotContain("wrong", test.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guest_that_is_off_says_what_to_do()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        await lab.Lab.PowerOffAsync(lab.Vm);

        GuestGpuTestResult test = Assert.Single(await GuestGpuTest.RunAsync(Context(lab, "root"), [lab.Target], new GuestGpuTestOptions(), _ => { }, CancellationToken.None));
        ChangeResult install = await RunAsync(lab, GuestDriverLab.Grid);

        Assert.Equal(("GuestPoweredOff", "GuestPoweredOff"), (test.Error!.Id, install.Error!.Id));
        Assert.Contains("Start-VM", test.Error.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_without_sudo_is_told_before_anything_is_done_and_may_still_test()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);

        ChangePlan plan = await Operation(lab, GuestDriverLab.Grid, user: "guest").PlanAsync(CancellationToken.None);
        ChangeResult result = await RunAsync(lab, GuestDriverLab.Grid, user: "guest");
        GuestGpuCheck[] checks = await TestAsync(lab, "guest");

        Assert.Equal("GuestNotRoot", Assert.Single(plan.Findings, finding => finding.Blocks).ErrorId);
        Assert.Equal((ChangeOutcome.Blocked, "GuestNotRoot"), (result.Outcome, result.Error!.Id));
        Assert.Contains(checks, check => check is { Check: "GpuSeen", Outcome: GuestCheckOutcome.Passed });
        Assert.Contains(checks, check => check is { Check: "Driver", Outcome: GuestCheckOutcome.Failed });
    }

    [Theory]
    [InlineData("NVIDIA-Linux-x86_64-470.57.02.run", "NvidiaSmi", "No devices were found")]
    [InlineData("NVIDIA-Linux-x86_64-535.54.03-grid.run", "VgpuManager", "later main release")]
    public async Task The_test_names_the_driver_that_serves_no_vgpu(string driver, string check, string words)
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        lab.Drivers.Install(lab.Vm, driver);

        GuestGpuCheck found = Assert.Single(await TestAsync(lab), one => one.Check == check);

        Assert.Equal(GuestCheckOutcome.Failed, found.Outcome);
        Assert.Contains(words, found.Seen, StringComparison.Ordinal);
        Assert.Contains("13.", found.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_from_before_another_driver_came_is_refused()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        IGpuOperation operation = Operation(lab, GuestDriverLab.Grid);
        ChangePlan plan = await operation.PlanAsync(CancellationToken.None);
        lab.Drivers.Install(lab.Vm, "NVIDIA-Linux-x86_64-470.57.02-grid.run");

        ChangeResult result = Assert.Single(await operation.ApplyAsync(plan, ChangeFeedback.None, CancellationToken.None));

        Assert.Equal((ChangeOutcome.Failed, "PlanIsStale"), (result.Outcome, result.Error!.Id));
        Assert.Equal("470.57.02", lab.Drivers.Loaded(lab.Vm));
    }

    private static OperationContext Context(GuestDriverLab lab, string user) =>
        new([lab.Session], lab.Lab.Simulator.Clock, lab.State) { Guests = lab.Guests(user) };

    private static async Task<GuestGpuCheck[]> TestAsync(GuestDriverLab lab, string user = "root")
    {
        GuestGpuTestResult result = Assert.Single(await GuestGpuTest.RunAsync(Context(lab, user), [lab.Target], new GuestGpuTestOptions(), _ => { }, CancellationToken.None));
        Assert.Null(result.Error);
        return [.. result.Checks];
    }

    private static SecureString Secret(string text)
    {
        SecureString secret = new();
        foreach (char letter in text)
        {
            secret.AppendChar(letter);
        }

        return secret;
    }

    private string Package(string driver)
    {
        string path = Path.Combine(_folder.FullName, driver);
        File.WriteAllBytes(path, SimulatedGuestDrivers.File(driver));
        return path;
    }

    private IGpuOperation Operation(GuestDriverLab lab, string driver, GuestChangeOptions? options = null, bool acceptEula = true, bool stop = false, string user = "admin")
    {
        return GpuOperations.Create(GuestDriverIntents.Install([lab.Target], Package(driver), acceptEula, upgradePackages: false, stop, options ?? new GuestChangeOptions()), Context(lab, user));
    }

    private async Task<ChangeResult> RunAsync(GuestDriverLab lab, string driver, GuestChangeOptions? options = null, bool stop = false, string user = "admin")
    {
        IGpuOperation operation = Operation(lab, driver, options, stop: stop, user: user);
        ChangePlan plan = await operation.PlanAsync(CancellationToken.None);
        return Assert.Single(await operation.ApplyAsync(plan, ChangeFeedback.None, CancellationToken.None));
    }

    /// <summary>Stops as soon as something is said.</summary>
    private sealed class StopWhen(string words, CancellationTokenSource stop) : IChangeFeedback
    {
        public void Progress(string activity, string status, int done, int total)
        {
        }

        public void Verbose(string message)
        {
            if (message.Contains(words, StringComparison.Ordinal))
            {
                stop.Cancel();
            }
        }

        public void Warning(string message)
        {
        }

        public void Finished(ChangeResult result)
        {
        }
    }
}
