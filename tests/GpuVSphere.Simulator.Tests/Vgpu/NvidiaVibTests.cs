using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Methods;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Tests.Hosts;
using GpuVSphere.Vgpu;

namespace GpuVSphere.Simulator.Tests.Vgpu;

/// <summary>NVIDIA's driver on hosts: installed, upgraded, refused, undone.</summary>
public sealed class NvidiaVibTests
{
    private const string Vib67 = "NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM.670.0.0.7535516.vib";
    private const string Bundle67 = "NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM.670.0.0.7535516-offline_bundle.zip";
    private const string Newer67 = "NVIDIA-VMware_ESXi_6.7_Host_Driver-430.46-1OEM.670.0.0.8169922.x86_64.vib";
    private const string Vib65 = "NVIDIA-VMware_ESXi_6.5_Host_Driver_390.42-1OEM.650.0.0.4598673.vib";
    private const string Vgpu80 = "NVD-VGPU-800_550.144.02-1OEM.800.1.0.20613240_24487818.zip";
    private const string Newer80 = "NVD-VGPU-800_550.163.02-1OEM.800.1.0.20613240_24697707.zip";
    private const string Aie80 = "NVD-AIE-800_550.163.02-1OEM.800.1.0.20613240_24697707.zip";
    private const string Daemon = "nvd-gpu-mgmt-daemon_550.144.02-0.0.0000_24479025.zip";
    private const string Vgpu90 = "NVD-VGPU-900_570.158.02-1OEM.900.0.24580437_24793474.zip";

    [Fact]
    public async Task The_guides_way_graphics_driver_one_reboot_verified()
    {
        using HostLab lab = await StartAsync();
        int boots = lab.Raw.Host("new-67-02").BootCount;
        NvidiaVibResult result = await InstallAsync(lab, "new-67-02", [OnDatastore(Vib67)], setGraphics: true);

        Assert.Equal(ChangeOutcome.Done, result.Outcome);
        Assert.Equal("Operation finished successfully.", result.Message);
        Assert.False(result.RebootRequired);
        Assert.Equal("NVIDIA_bootbank_NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM.670.0.0.7535516", Assert.Single(result.VibsInstalled));
        Assert.Empty(result.VibsRemoved);
        RawHost host = lab.Raw.Host("new-67-02");
        Assert.Equal(boots + 1, host.BootCount);
        Assert.True(host.HasGpuDriver);
        Assert.False(host.IsInMaintenance);
        Assert.Equal("sharedDirect", host.Device("0000:3b:00.0").GraphicsType);
        Assert.Contains("is listed", result.Verified, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_could_not_be_asked_is_a_warning_and_never_called_verified()
    {
        using HostLab lab = await StartAsync();
        NvidiaVibResult result = await InstallAsync(lab, "new-67-02", [OnDatastore(Vib67)], setGraphics: true, shells: new NoShells());
        Assert.Equal(ChangeOutcome.Done, result.Outcome);
        Assert.Contains("nvidia-smi answers", Assert.Single(result.NotVerified), StringComparison.Ordinal);
        Assert.DoesNotContain("nvidia-smi answers", result.Verified, StringComparison.Ordinal);
        Assert.Contains(lab.Feedback.Warnings, warning => warning.Contains("not verified", StringComparison.Ordinal) && warning.Contains("Host VGPU of 0000:3b:00.0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nvidia_smi_is_asked_and_has_to_say_Host_VGPU_of_every_GPU()
    {
        using HostLab lab = await StartAsync();
        NvidiaVibResult good = await InstallAsync(lab, "new-67-02", [OnDatastore(Vib67)], setGraphics: true, shells: new SmiShells("0000:3B:00.0"));
        Assert.Empty(good.NotVerified);
        Assert.Contains("Host VGPU on 0000:3b:00.0", good.Verified, StringComparison.Ordinal);

        NvidiaVibResult bad = await InstallAsync(lab, "new-67-01", [OnDatastore(Vib67)], setGraphics: true, shells: new SmiShells("0000:3B:00.0"));
        Assert.Equal(ChangeOutcome.Failed, bad.Outcome);
        Assert.Contains("does not say Host VGPU of 0000:af:00.0", bad.Message + lab.Feedback.Results.Last().Error?.Message, StringComparison.Ordinal);
        Assert.False(lab.Raw.Host("new-67-01").IsInMaintenance);
    }

    [Fact]
    public async Task An_upgrade_is_not_done_while_the_old_driver_answers()
    {
        using HostLab lab = await StartAsync();
        await InstallAsync(lab, "new-67-02", [OnDatastore(Vib67)], setGraphics: true);
        NvidiaVibResult result = await InstallAsync(lab, "new-67-02", [OnDatastore(Newer67)], shells: new SmiShells("0000:3B:00.0"));
        Assert.Equal(ChangeOutcome.Failed, result.Outcome);
        Assert.Contains("driver 390.42, and 430.46 was installed", lab.Feedback.Results.Last().Error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_is_still_Shared_is_refused_without_the_switch()
    {
        using HostLab lab = await StartAsync();
        Finding finding = await BlockedAsync(lab, "new-67-02", [OnDatastore(Vib67)]);
        Assert.Equal("VIB-GRAPHICS", finding.RuleId);
        Assert.Contains("-SetGraphicsMode", finding.NextStep, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("new-67-02", Vib65, "VIB-ESXI", "6.5")]
    [InlineData("new-80-01", Vib67, "VIB-ESXI", "6.7")]
    [InlineData("new-70-01", Vgpu80, "VIB-ESXI", "8.0")]
    [InlineData("new-80-02", Vgpu80, "VIB-FLAVOUR", "NVD-AIE")]
    [InlineData("new-img-01", Vgpu80, "VIB-IMAGE", "NVD-VGPU-800 550.144.02-1OEM.800.1.0.20613240")]
    [InlineData("new-90-01", Vgpu90, "VIB-IMAGE", "NVD-VGPU-900 570.158.02-1OEM.900.0.24580437")]
    public async Task The_wrong_package_is_refused_before_anything_is_touched(string host, string file, string rule, string words)
    {
        using HostLab lab = await StartAsync();
        Finding finding = await BlockedAsync(lab, host, [OnDatastore(file)], setGraphics: true);
        Assert.Equal(rule, finding.RuleId);
        Assert.Contains(words, finding.Message, StringComparison.Ordinal);
        if (rule == "VIB-IMAGE")
        {
            Assert.Contains("Set-Cluster", finding.NextStep, StringComparison.Ordinal);
        }

        Assert.Equal("shared", lab.Raw.Host(host).Graphics.DefaultType);
        Assert.DoesNotContain(lab.Raw.Host(host).Vibs, vib => vib.Contains("NV", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_acceptance_level_that_is_too_low_is_refused()
    {
        using HostLab lab = await StartAsync();
        lab.Simulator.Orders.AcceptanceLevel("new-67-02", "VMwareCertified");
        Finding finding = await BlockedAsync(lab, "new-67-02", [OnDatastore(Vib67)], setGraphics: true);
        Assert.Equal("VIB-ACCEPTANCE", finding.RuleId);
        Assert.Contains("VMwareAccepted", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Driver_and_daemon_come_together_with_one_maintenance_mode_and_one_reboot()
    {
        using HostLab lab = await StartAsync();
        int boots = lab.Raw.Host("new-80-01").BootCount;
        NvidiaVibResult result = await InstallAsync(lab, "new-80-01", [OnDatastore(Vgpu80), OnDatastore(Daemon)], setGraphics: true);
        Assert.Equal(ChangeOutcome.Done, result.Outcome);
        Assert.Equal(2, result.VibsInstalled.Count);
        RawHost host = lab.Raw.Host("new-80-01");
        Assert.Equal(boots + 1, host.BootCount);
        Assert.Contains(host.RunningVibs, vib => vib.Contains("NVD-VMware_ESXi_8.0.0_Driver", StringComparison.Ordinal));
        Assert.Contains(host.RunningVibs, vib => vib.Contains("nvdgpumgmtdaemon", StringComparison.Ordinal));

        GpuHost known = await HostAsync(lab, "new-80-01");
        IReadOnlyList<NvidiaVib> vibs = await NvidiaVibs.ReadAsync(lab.Sessions[0], known, CancellationToken.None);
        Assert.Equal(2, vibs.Count);
        NvidiaVib driver = Assert.Single(vibs, vib => vib.DriverVersion is not null);
        Assert.Equal("550.144.02", driver.DriverVersion!.ToString());
        Assert.Equal("NVD-VGPU-800 550.144.02-1OEM.800.1.0.20613240", driver.Component);
        Assert.False(driver.IsRebootPending);
    }

    [Fact]
    public async Task A_local_file_is_uploaded_and_removed_again()
    {
        using HostLab lab = await StartAsync();
        string folder = Path.Combine(Path.GetTempPath(), "gpuvsphere-vib-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder);
        try
        {
            string path = Path.Combine(folder, Bundle67);
            await File.WriteAllBytesAsync(path, SimulatedDrivers.File(Bundle67));
            NvidiaVibResult result = await InstallAsync(lab, "new-67-02", [path], setGraphics: true);
            Assert.Equal(ChangeOutcome.Done, result.Outcome);
            Assert.True(lab.Raw.Host("new-67-02").HasGpuDriver);
            Assert.Contains(lab.Feedback.VerboseLines, text => text.StartsWith("Uploading", StringComparison.Ordinal));
            Assert.Contains(lab.Feedback.VerboseLines, text => text.StartsWith("Removed [gpu-ds] gpuvsphere-", StringComparison.Ordinal));
            Assert.DoesNotContain(lab.Feedback.Warnings, warning => warning.Contains("could not be removed", StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_full_datastore_a_missing_and_a_damaged_file_are_clear_errors()
    {
        using HostLab lab = await StartAsync();
        string path = Path.Combine(Path.GetTempPath(), "gpuvsphere-" + Guid.NewGuid().ToString("N") + ".vib");
        Assert.Equal("PackageNotFound", (await BlockedAsync(lab, "new-67-02", [path], setGraphics: true)).ErrorId);
        try
        {
            byte[] vib = SimulatedDrivers.File(Vib67);
            await File.WriteAllBytesAsync(path, vib[..(vib.Length / 2)]);
            Assert.Equal("PackageDamaged", (await BlockedAsync(lab, "new-67-02", [path], setGraphics: true)).ErrorId);
            await File.WriteAllBytesAsync(path, vib);
            lab.Simulator.Orders.DatastoreFree("gpu-ds", 100);
            Assert.Equal("DatastoreFull", (await BlockedAsync(lab, "new-67-02", [path], setGraphics: true)).ErrorId);
        }
        finally
        {
            File.Delete(path);
        }

        Assert.Equal("DatastoreFileNotFound", (await BlockedAsync(lab, "new-67-02", ["[gpu-ds] NVIDIA/none.vib"], setGraphics: true)).ErrorId);
        Assert.Equal("DatastoreNotFound", (await BlockedAsync(lab, "new-67-02", ["[nowhere] x.vib"], setGraphics: true)).ErrorId);
        Assert.Equal("PackageUnreachable", (await BlockedAsync(lab, "new-67-02", ["https://files.example/none.vib"], setGraphics: true)).ErrorId);
        Assert.Equal("shared", lab.Raw.Host("new-67-02").Graphics.DefaultType);
    }

    [Fact]
    public async Task A_url_is_read_by_the_host()
    {
        using HostLab lab = await StartAsync();
        string url = "https://files.example/" + Vib67;
        lab.Simulator.Orders.Download(url, SimulatedDrivers.File(Vib67));
        NvidiaVibResult result = await InstallAsync(lab, "new-67-02", [url], setGraphics: true);
        Assert.Equal(ChangeOutcome.Done, result.Outcome);
        lab.Simulator.Orders.Download("https://files.example/" + Vib65, SimulatedDrivers.File(Vib65));
        Assert.Equal("VIB-ESXI", (await BlockedAsync(lab, "new-67-01", ["https://files.example/" + Vib65], setGraphics: true)).RuleId);
    }

    [Fact]
    public async Task Already_installed_is_an_empty_plan_and_a_newer_one_is_an_upgrade()
    {
        using HostLab lab = await StartAsync();
        await InstallAsync(lab, "new-67-02", [OnDatastore(Vib67)], setGraphics: true);
        ChangePlan again = await lab.PlanAsync(await IntentAsync(lab, "new-67-02", [OnDatastore(Vib67)], HostLab.RebootAndPowerOff, true));
        Assert.True(again.IsEmpty);
        Assert.Contains(again.Consequences, consequence => consequence.Text.Contains("already", StringComparison.Ordinal));

        ChangePlan upgrade = await lab.PlanAsync(await IntentAsync(lab, "new-67-02", [OnDatastore(Newer67)], HostLab.RebootAndPowerOff, true));
        Assert.Contains(upgrade.Consequences, consequence => consequence.Text.Contains("upgraded", StringComparison.Ordinal));
        NvidiaVibResult result = await InstallAsync(lab, "new-67-02", [OnDatastore(Newer67)]);
        Assert.Equal(ChangeOutcome.Done, result.Outcome);
        Assert.Contains("430.46", Assert.Single(result.VibsInstalled), StringComparison.Ordinal);
        Assert.Contains("390.42", Assert.Single(result.VibsRemoved), StringComparison.Ordinal);

        // Undo brings back what an earlier change had brought.
        await lab.Changes.UndoAsync(result.ChangeId!, lab.Context, HostLab.RebootAndPowerOff, lab.Feedback, CancellationToken.None);
        Assert.Contains(lab.Raw.Host("new-67-02").RunningVibs, vib => vib.Contains("390.42", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Undo_takes_driver_and_graphics_back()
    {
        using HostLab lab = await StartAsync();
        NvidiaVibResult result = await InstallAsync(lab, "new-80-01", [OnDatastore(Vgpu80)], setGraphics: true);
        await lab.Changes.UndoAsync(result.ChangeId!, lab.Context, HostLab.RebootAndPowerOff, lab.Feedback, CancellationToken.None);
        RawHost host = lab.Raw.Host("new-80-01");
        Assert.False(host.HasGpuDriver);
        Assert.Equal("shared", host.Graphics.DefaultType);
        Assert.False(host.IsInMaintenance);
        Assert.Equal(JournalState.Undone, lab.Changes.Get(result.ChangeId!).State);
    }

    [Fact]
    public async Task Without_the_reboot_it_is_refused_and_in_maintenance_mode_it_is_staged()
    {
        using HostLab lab = await StartAsync();
        ChangePlan plan = await lab.PlanAsync(await IntentAsync(lab, "new-67-02", [OnDatastore(Vib67)], HostLab.Staged, true));
        Assert.Equal("MaintenanceNotAsked", Assert.Single(plan.Findings, finding => finding.Blocks).ErrorId);

        GpuHost known = await HostAsync(lab, "new-67-02");
        await GpuVSphere.Vim.HostCalls.EnterMaintenanceModeAsync(lab.Sessions[0], known.Id.Reference, TimeSpan.Zero, GpuVSphere.Vim.VsanDecommissionMode.NoAction, null, null, CancellationToken.None);
        NvidiaVibResult staged = await RunAsync(lab, await IntentAsync(lab, "new-67-02", [OnDatastore(Vib67)], HostLab.Staged, true), null);
        Assert.Equal(ChangeOutcome.Pending, staged.Outcome);
        Assert.True(staged.RebootRequired);
        Assert.False(lab.Raw.Host("new-67-02").HasGpuDriver);
        Assert.True(lab.Raw.Host("new-67-02").IsInMaintenance);
        NvidiaVib vib = Assert.Single(await NvidiaVibs.ReadAsync(lab.Sessions[0], await HostAsync(lab, "new-67-02"), CancellationToken.None));
        Assert.True(vib.IsRebootPending);

        NvidiaVibResult finished = await InstallAsync(lab, "new-67-02", [OnDatastore(Vib67)]);
        Assert.Equal(ChangeOutcome.Done, finished.Outcome);
        Assert.True(lab.Raw.Host("new-67-02").HasGpuDriver);
    }

    [Fact]
    public async Task All_of_NVIDIAs_are_removed()
    {
        using HostLab lab = await StartAsync();
        await InstallAsync(lab, "new-80-01", [OnDatastore(Vgpu80), OnDatastore(Daemon)], setGraphics: true);
        NvidiaVibResult result = await RunAsync(lab, NvidiaVibIntents.Uninstall([new(await HostAsync(lab, "new-80-01"), [])], HostLab.RebootAndPowerOff), null);
        Assert.Equal(ChangeOutcome.Done, result.Outcome);
        Assert.Equal(2, result.VibsRemoved.Count);
        Assert.False(lab.Raw.Host("new-80-01").HasGpuDriver);
        Assert.Empty(await NvidiaVibs.ReadAsync(lab.Sessions[0], await HostAsync(lab, "new-80-01"), CancellationToken.None));
    }

    [Fact]
    public async Task AI_Enterprise_serves_the_A100()
    {
        using HostLab lab = await StartAsync();
        NvidiaVibResult result = await InstallAsync(lab, "new-80-02", [OnDatastore(Aie80)], setGraphics: true);
        Assert.Equal(ChangeOutcome.Done, result.Outcome);
        Assert.True(lab.Raw.Host("new-80-02").HasGpuDriver);
        Assert.Contains("550.163.02", Newer80, StringComparison.Ordinal);
    }

    private static Task<HostLab> StartAsync() => HostLab.StartAsync(new SimulatorOptions { ClockSpeed = 400, Scenario = "vgpu-setup" });

    private static string OnDatastore(string file) => "[gpu-ds] NVIDIA/" + file;

    private static async Task<GpuHost> HostAsync(HostLab lab, string name) => (await lab.ReadAsync()).Hosts.Single(host => host.Name == name);

    private static async Task<ChangeIntent> IntentAsync(HostLab lab, string name, IReadOnlyList<string> sources, HostChangeOptions options, bool setGraphics) =>
        NvidiaVibIntents.Install([await HostAsync(lab, name)], sources, setGraphics, null, options);

    private static async Task<NvidiaVibResult> InstallAsync(HostLab lab, string name, IReadOnlyList<string> sources, bool setGraphics = false, IHostShells? shells = null) =>
        await RunAsync(lab, await IntentAsync(lab, name, sources, HostLab.RebootAndPowerOff, setGraphics), shells);

    private static async Task<NvidiaVibResult> RunAsync(HostLab lab, ChangeIntent intent, IHostShells? shells)
    {
        OperationContext context = new(lab.Sessions, lab.Simulator.Clock, lab.Folder) { Shells = shells };
        INvidiaVibOperation operation = Assert.IsAssignableFrom<INvidiaVibOperation>(GpuOperations.Create(intent, context));
        await operation.ApplyAsync(await operation.PlanAsync(CancellationToken.None), lab.Feedback, CancellationToken.None);
        return operation.Results.Single();
    }

    // And to go on all the same changes nothing: not the host, not its VMs, not the journal, and no maintenance mode on the way.
    private static async Task<Finding> BlockedAsync(HostLab lab, string name, IReadOnlyList<string> sources, bool setGraphics = false)
    {
        string before = State(lab, name);
        int entries = lab.Changes.List().Entries.Count;
        ChangeIntent intent = await IntentAsync(lab, name, sources, HostLab.RebootAndPowerOff, setGraphics);
        ChangePlan plan = await lab.PlanAsync(intent);
        Finding finding = Assert.Single(plan.Findings, finding => finding.Blocks);
        LabFeedback feedback = new();
        ChangeResult result = Assert.Single(await lab.RunAsync(intent, plan, feedback));
        Assert.Equal(ChangeOutcome.Blocked, result.Outcome);
        Assert.DoesNotContain(feedback.VerboseLines, line => line.Contains("in maintenance mode", StringComparison.Ordinal));
        Assert.Equal(before, State(lab, name));
        Assert.Equal(entries, lab.Changes.List().Entries.Count);
        return finding;
    }

    private static string State(HostLab lab, string name)
    {
        RawHost host = lab.Raw.Host(name);
        return string.Join(
            "|",
            host.IsInMaintenance,
            host.BootCount,
            string.Join(",", host.Vibs),
            host.Graphics.DefaultType,
            host.Graphics.Policy,
            string.Join(",", host.Graphics.Devices.Select(device => device.ConfiguredType)),
            string.Join(",", lab.Raw.Vms.Select(vm => vm.Name + vm.PowerState)));
    }

    private sealed class NoShells : IHostShells
    {
        public Task<IShell> OpenAsync(HostShellAddress address, CancellationToken cancellationToken) =>
            throw new GpuVSphereException("SshHostKeyUnknown", GpuErrorCategory.PermissionDenied, $"The host key of {address.Name} is not known.", address.Name, "Add it to known_hosts.");
    }

    private sealed class SmiShells(string hostVgpu) : IHostShells
    {
        public Task<IShell> OpenAsync(HostShellAddress address, CancellationToken cancellationToken) => Task.FromResult<IShell>(new Shell(hostVgpu));

        private sealed class Shell(string hostVgpu) : IShell
        {
            public Task<ShellResult> RunAsync(string command, CancellationToken cancellationToken) => Task.FromResult(new ShellResult(
                0,
                command.Contains("-x", StringComparison.Ordinal)
                    ? "<?xml version=\"1.0\" ?><nvidia_smi_log><driver_version>390.42</driver_version><attached_gpus>1</attached_gpus>"
                        + $"<gpu id=\"0000{hostVgpu}\"><product_name>Tesla P100</product_name><gpu_virtualization_mode><virtualization_mode>Host VGPU</virtualization_mode></gpu_virtualization_mode></gpu></nvidia_smi_log>"
                    : string.Empty,
                string.Empty));

            public void Dispose()
            {
            }
        }
    }
}
