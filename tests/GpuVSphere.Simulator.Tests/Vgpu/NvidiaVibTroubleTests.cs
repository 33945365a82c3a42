using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Methods;
using GpuVSphere.Passthrough;
using GpuVSphere.Simulator.Tests.Hosts;
using GpuVSphere.Vgpu;

namespace GpuVSphere.Simulator.Tests.Vgpu;

/// <summary>NVIDIA's driver on hosts that are not as they should be, and installations that do not go as planned.</summary>
public sealed class NvidiaVibTroubleTests
{
    private const string Host = "new-67-02";
    private const string Gpu = "0000:3b:00.0";
    private const string Vib67 = "NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM.670.0.0.7535516.vib";
    private const string Newer67 = "NVIDIA-VMware_ESXi_6.7_Host_Driver-430.46-1OEM.670.0.0.8169922.x86_64.vib";
    private const string Name67 = "NVIDIA-VMware_ESXi_6.7_Host_Driver";
    private const string Vgpu80 = "NVD-VGPU-800_550.144.02-1OEM.800.1.0.20613240_24487818.zip";
    private const string Aie80 = "NVD-AIE-800_550.163.02-1OEM.800.1.0.20613240_24697707.zip";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_host_where_the_driver_came_first_is_mended(bool refusesDevices)
    {
        using HostLab lab = await HostLab.StartAsync(new SimulatorOptions { ClockSpeed = 400, Scenario = "vgpu-setup", RefusesSharedDirectAfterVib = refusesDevices });
        lab.Simulator.Orders.Install(Host, SimulatedDrivers.File(Vib67));
        Assert.Equal("shared", lab.Raw.Host(Host).Device(Gpu).GraphicsType);

        ChangePlan left = await lab.PlanAsync(await IntentAsync(lab, [Host], [OnDatastore(Vib67)]));
        Assert.True(left.IsEmpty);
        Finding told = Assert.Single(left.Findings, finding => finding.RuleId == "VIB-GRAPHICS");
        Assert.False(told.Blocks);
        Assert.Contains("-SetGraphicsMode -Reboot", told.Message, StringComparison.Ordinal);

        int boots = lab.Raw.Host(Host).BootCount;
        NvidiaVibResult mended = await InstallAsync(lab, Host, [OnDatastore(Vib67)], setGraphics: true);
        Assert.Equal(ChangeOutcome.Done, mended.Outcome);
        Assert.Contains("390.42", Assert.Single(mended.VibsSkipped), StringComparison.Ordinal);
        Assert.Equal("sharedDirect", lab.Raw.Host(Host).Device(Gpu).GraphicsType);
        Assert.Equal(boots + 1, lab.Raw.Host(Host).BootCount);
        Assert.False(lab.Raw.Host(Host).IsInMaintenance);
    }

    [Fact]
    public async Task A_driver_that_was_installed_and_never_booted_is_brought_into_force()
    {
        using HostLab lab = await StartAsync();
        GpuHost known = await HostAsync(lab, Host);
        await GpuVSphere.Vim.HostCalls.EnterMaintenanceModeAsync(
            lab.Sessions[0], known.Id.Reference, TimeSpan.Zero, GpuVSphere.Vim.VsanDecommissionMode.NoAction, null, null, CancellationToken.None);
        await RunAsync(lab, await IntentAsync(lab, [Host], [OnDatastore(Vib67)], setGraphics: true, HostLab.Staged));
        Assert.False(lab.Raw.Host(Host).HasGpuDriver);

        NvidiaVibResult staged = await RunAsync(lab, await IntentAsync(lab, [Host], [OnDatastore(Vib67)], setGraphics: true, HostLab.Staged));
        Assert.Equal(ChangeOutcome.Pending, staged.Outcome);
        Assert.Contains("-Reboot", staged.Message, StringComparison.Ordinal);
        Assert.Equal(ChangeOutcome.Done, (await InstallAsync(lab, Host, [OnDatastore(Vib67)])).Outcome);
        Assert.True(lab.Raw.Host(Host).HasGpuDriver);

        // It was there before us.
        Assert.True(lab.Raw.Host(Host).IsInMaintenance);
    }

    [Fact]
    public async Task GPUs_in_passthrough_mode_are_refused_when_all_are_and_left_alone_when_some_are()
    {
        using HostLab lab = await StartAsync();
        await lab.RunOneAsync(await lab.EnableAsync(HostLab.Reboot, Host));
        Finding finding = await BlockedAsync(lab, Host, [OnDatastore(Vib67)], setGraphics: true);
        Assert.Equal("GRAPHICS-PASSTHROUGH", finding.RuleId);
        Assert.Contains("Disable-GpuPassthrough", finding.NextStep, StringComparison.Ordinal);

        await lab.RunOneAsync(await lab.EnableAsync(HostLab.RebootAndPowerOff, "new-67-01/0000:af:00.0"));
        NvidiaVibResult result = await InstallAsync(lab, "new-67-01", [OnDatastore(Vib67)], setGraphics: true);
        Assert.Equal(ChangeOutcome.Done, result.Outcome);
        Assert.Equal("sharedDirect", lab.Raw.Host("new-67-01").Device(Gpu).GraphicsType);
        Assert.True(lab.Raw.Host("new-67-01").Device("0000:af:00.0").IsActive);
    }

    [Fact]
    public async Task A_host_without_a_GPU_and_one_that_does_not_answer_are_refused()
    {
        using HostLab lab = await HostLab.StartAsync();
        string url = "https://files.example/" + Vgpu80;
        lab.Simulator.Orders.Download(url, SimulatedDrivers.File(Vgpu80));
        Assert.Equal("HOST-GPU", (await BlockedAsync(lab, "esx-none-01", [url])).RuleId);
        Assert.Equal("HOST-CONNECTED", (await BlockedAsync(lab, "esx-down-01", [url])).RuleId);
    }

    [Fact]
    public async Task Another_driver_is_told_of_and_the_host_refuses_before_anything_is_touched()
    {
        using HostLab lab = await StartAsync();
        lab.Simulator.Orders.Install("new-80-01", SimulatedDrivers.File(Vgpu80));
        ChangeIntent intent = await IntentAsync(lab, ["new-80-01"], [OnDatastore(Aie80)], setGraphics: true);
        Finding told = Assert.Single((await lab.PlanAsync(intent)).Findings, finding => finding.RuleId == "VIB-OTHER-DRIVER");
        Assert.Equal(FindingSeverity.Warning, told.Severity);
        Assert.Contains("Uninstall-NvidiaVib", told.Message, StringComparison.Ordinal);

        NvidiaVibResult result = await RunAsync(lab, intent);
        Assert.Equal(ChangeOutcome.Blocked, result.Outcome);
        Assert.Contains("claimed by multiple", result.Message, StringComparison.Ordinal);
        Assert.Equal("VibDependency", lab.Feedback.Results[^1].Error!.Id);
        Untouched(lab, "new-80-01");
    }

    [Fact]
    public async Task A_dependency_that_is_not_met_is_found_before_maintenance_mode()
    {
        using HostLab lab = await StartAsync();
        lab.Simulator.Orders.DatastoreFile("gpu-ds", "NVIDIA/unmet.vib", Unmet());
        NvidiaVibResult result = await InstallAsync(lab, Host, [OnDatastore("unmet.vib")], setGraphics: true);
        Assert.Equal(ChangeOutcome.Blocked, result.Outcome);
        Assert.Equal("VibDependency", lab.Feedback.Results[^1].Error!.Id);
        Assert.Contains("something-that-nobody-has", lab.Feedback.Results[^1].Error!.Message, StringComparison.Ordinal);
        Assert.Contains("asked beforehand", lab.Feedback.Results[^1].Error!.Message, StringComparison.Ordinal);
        Assert.Contains("nothing was changed on it", lab.Feedback.Results[^1].Error!.Message, StringComparison.Ordinal);
        Untouched(lab, Host);

        // Also of a file that is uploaded first, and taken away again.
        string path = Path.Combine(Path.GetTempPath(), "gpuvsphere-" + Guid.NewGuid().ToString("N") + ".vib");
        await File.WriteAllBytesAsync(path, Unmet());
        try
        {
            Assert.Equal(ChangeOutcome.Blocked, (await InstallAsync(lab, Host, [path], setGraphics: true)).Outcome);
            Assert.Contains(lab.Feedback.VerboseLines, line => line.StartsWith("Removed [gpu-ds] gpuvsphere-", StringComparison.Ordinal));
            Untouched(lab, Host);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task What_is_refused_in_maintenance_mode_is_given_back()
    {
        using HostLab lab = await StartAsync();

        // Somebody fills the boot bank between the question and the installation.
        lab.Feedback.OnStatus = status =>
        {
            if (status.Contains("maintenance", StringComparison.Ordinal))
            {
                lab.Simulator.Orders.BootbankFree(Host, 10);
            }
        };
        NvidiaVibResult result = await InstallAsync(lab, Host, [OnDatastore(Vib67)], setGraphics: true);
        Assert.Equal(ChangeOutcome.Failed, result.Outcome);
        Assert.Equal("VibNoSpace", lab.Feedback.Results[^1].Error!.Id);
        Assert.DoesNotContain("beforehand", lab.Feedback.Results[^1].Error!.Message, StringComparison.Ordinal);
        Assert.Contains(lab.Feedback.VerboseLines, line => line.Contains("in maintenance mode", StringComparison.Ordinal));
        RawHost host = lab.Raw.Host(Host);
        Assert.False(host.IsInMaintenance);
        Assert.Equal("shared", host.Graphics.DefaultType);
        Assert.Equal("shared", host.Graphics.Device(Gpu).ConfiguredType);
        Assert.DoesNotContain(host.Vibs, vib => vib.Contains("NVIDIA", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_two_hosts_the_one_that_refuses_is_left_alone_and_the_other_is_served()
    {
        using HostLab lab = await StartAsync();
        lab.Simulator.Orders.BootbankFree(Host, 10);
        IReadOnlyList<ChangeResult> results = await lab.RunAsync(await IntentAsync(lab, ["new-67-01", Host], [OnDatastore(Vib67)], setGraphics: true));

        Assert.Equal((ChangeOutcome.Blocked, "VibNoSpace"), results.Where(result => result.Target.Name == Host).Select(result => (result.Outcome, result.Error!.Id)).Single());
        Assert.Equal(ChangeOutcome.Done, results.Single(result => result.Target.Name == "new-67-01").Outcome);
        RawHost refused = lab.Raw.Host(Host);
        Assert.Equal((false, 1, "shared"), (refused.IsInMaintenance, refused.BootCount, refused.Graphics.DefaultType));
        Assert.True(lab.Raw.Host("new-67-01").HasGpuDriver);
    }

    [Fact]
    public async Task Little_room_on_the_boot_banks_is_a_warning()
    {
        using HostLab lab = await StartAsync();
        lab.Simulator.Orders.BootbankFree(Host, 10);
        ChangePlan plan = await lab.PlanAsync(await IntentAsync(lab, [Host], [OnDatastore(Vib67)], setGraphics: true));
        Assert.Equal(FindingSeverity.Warning, Assert.Single(plan.Findings, finding => finding.RuleId == "VIB-SPACE").Severity);
        Assert.Equal(ChangeOutcome.Blocked, (await InstallAsync(lab, Host, [OnDatastore(Vib67)], setGraphics: true)).Outcome);
        Untouched(lab, Host);
    }

    [Fact]
    public async Task Of_two_packages_the_first_is_taken_back_when_the_second_is_refused()
    {
        using HostLab lab = await StartAsync();
        byte[] daemon = SimulatedPackage.OfflineBundle(new SimulatedVib { Name = "nvdgpumgmtdaemon", Version = "390.42-0.0.0000", Vendor = "NVD", Depends = ["something-that-nobody-has"] });
        lab.Simulator.Orders.DatastoreFile("gpu-ds", "NVIDIA/daemon.zip", daemon);
        NvidiaVibResult result = await InstallAsync(lab, Host, [OnDatastore(Vib67), OnDatastore("daemon.zip")], setGraphics: true);
        Assert.Equal(ChangeOutcome.Failed, result.Outcome);
        Assert.DoesNotContain(lab.Raw.Host(Host).Vibs, vib => vib.Contains("NVIDIA", StringComparison.Ordinal));
        Assert.Equal("shared", lab.Raw.Host(Host).Graphics.DefaultType);
        Assert.False(lab.Raw.Host(Host).IsInMaintenance);

        // What had an older version before stays, and that is said.
        lab.Simulator.Orders.Install(Host, SimulatedDrivers.File(Vib67));
        NvidiaVibResult upgraded = await InstallAsync(lab, Host, [OnDatastore(Newer67), OnDatastore("daemon.zip")], setGraphics: true);
        Assert.Equal(ChangeOutcome.Failed, upgraded.Outcome);
        Assert.Contains("stays on new-67-02: NVIDIA-VMware_ESXi_6.7_Host_Driver 430.46", lab.Feedback.Results[^1].Error!.Message, StringComparison.Ordinal);
        Assert.Contains(lab.Raw.Host(Host).Vibs, vib => vib.Contains("430.46", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_that_stays_down_is_resumed_when_it_is_back()
    {
        using HostLab lab = await StartAsync();
        lab.Simulator.Orders.NextReboot(Host, RebootOutcome.NeverComesBack);
        NvidiaVibResult result = await InstallAsync(lab, Host, [OnDatastore(Vib67)], setGraphics: true);
        Assert.Equal(ChangeOutcome.Failed, result.Outcome);
        Assert.NotNull(result.ChangeId);

        lab.Simulator.Orders.HostConnection(Host, "connected");
        await lab.Changes.ResumeAsync(result.ChangeId!, lab.Context, lab.Feedback, CancellationToken.None);
        RawHost host = lab.Raw.Host(Host);
        Assert.True(host.HasGpuDriver);
        Assert.Equal("sharedDirect", host.Device(Gpu).GraphicsType);
        Assert.False(host.IsInMaintenance);
        Assert.Equal(JournalState.Done, lab.Changes.Get(result.ChangeId!).State);
    }

    [Fact]
    public async Task A_host_that_a_stopped_change_left_in_maintenance_mode_does_not_stay_there_unsaid()
    {
        using HostLab lab = await StartAsync();
        lab.Feedback.OnStatus = status =>
        {
            if (status.Contains("changing the configuration", StringComparison.Ordinal))
            {
                lab.Stop.Cancel();
            }
        };
        ChangeIntent intent = await IntentAsync(lab, [Host], [OnDatastore(Vib67)], setGraphics: true);
        ChangeResult stopped = await lab.RunOneAsync(intent);
        Assert.Equal(ChangeOutcome.Interrupted, stopped.Outcome);
        Assert.True(lab.Raw.Host(Host).IsInMaintenance);

        // Typed again instead of resumed.
        lab.Feedback.OnStatus = null;
        Finding told = Assert.Single((await lab.PlanAsync(intent)).Findings, finding => finding.RuleId == "HOST-HELD");
        Assert.Equal(FindingSeverity.Warning, told.Severity);
        Assert.Contains("stays in it", told.Message, StringComparison.Ordinal);
        Assert.Contains("Resume-GpuChange -Id " + stopped.ChangeId, told.Message, StringComparison.Ordinal);
        Assert.Equal(ChangeOutcome.Done, (await RunAsync(lab, intent)).Outcome);
        Assert.True(lab.Raw.Host(Host).IsInMaintenance);

        // Also where nothing is left to change; and what is typed next ends it.
        Assert.Contains((await lab.PlanAsync(intent)).Findings, finding => finding.RuleId == "HOST-HELD");
        await lab.Changes.ResumeAsync(stopped.ChangeId!, lab.Context, lab.Feedback, CancellationToken.None);
        Assert.False(lab.Raw.Host(Host).IsInMaintenance);
        Assert.DoesNotContain((await lab.PlanAsync(intent)).Findings, finding => finding.RuleId == "HOST-HELD");
    }

    [Fact]
    public async Task A_package_that_the_account_may_not_read_is_named_as_it_was_typed()
    {
        using HostLab lab = await StartAsync();
        lab.Sessions[0] = await lab.LogInAsync("readonly@vsphere.local");
        Finding finding = await BlockedAsync(lab, Host, [OnDatastore(Vib67)], setGraphics: true);
        Assert.Equal("DatastoreFileRefused", finding.ErrorId);
        Assert.Contains(OnDatastore(Vib67) + " may not be read", finding.Message, StringComparison.Ordinal);
        Assert.Contains("Datastore.Browse", finding.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_what_is_removed_it_is_not_said_that_it_runs_after_a_reboot()
    {
        using HostLab lab = await StartAsync();
        lab.Simulator.Orders.Install(Host, SimulatedDrivers.File(Vib67));
        Assert.Equal(ChangeOutcome.Done, (await RunAsync(lab, NvidiaVibIntents.Uninstall([new(await HostAsync(lab, Host), [])], HostLab.Reboot))).Outcome);
        string configured = Assert.Single(lab.Feedback.VerboseLines, line => line.Contains("configured.", StringComparison.Ordinal));
        Assert.Contains("What was removed runs on until a reboot, although esxcli", configured, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_driver_that_does_not_start_is_not_called_done()
    {
        using HostLab lab = await StartAsync();
        lab.Simulator.Orders.NextReboot(Host, RebootOutcome.DevicesStayInactive);
        NvidiaVibResult result = await InstallAsync(lab, Host, [OnDatastore(Vib67)], setGraphics: true);
        Assert.NotEqual(ChangeOutcome.Done, result.Outcome);
        Assert.Empty(result.Verified);
        Assert.False(lab.Raw.Host(Host).IsInMaintenance);
    }

    [Fact]
    public async Task An_answer_that_is_lost_is_looked_for_on_the_host()
    {
        using HostLab lab = await StartAsync();
        bool isLost = false;
        lab.Feedback.OnStatus = status =>
        {
            if (!isLost && status.Contains("changing the configuration", StringComparison.Ordinal))
            {
                isLost = true;
                lab.Simulator.Faults.Add(new FaultRule { Method = "ExecuteSoap", Times = 1, AfterWork = true, DropConnection = true });
            }
        };
        NvidiaVibResult result = await InstallAsync(lab, Host, [OnDatastore(Vib67)], setGraphics: true);
        Assert.True(isLost);
        Assert.Contains("was lost", result.Message, StringComparison.Ordinal);
        Assert.Equal(ChangeOutcome.Done, result.Outcome);
        Assert.True(lab.Raw.Host(Host).HasGpuDriver);
    }

    [Fact]
    public async Task A_local_file_is_uploaded_once_for_the_hosts_that_share_a_datastore()
    {
        using HostLab lab = await StartAsync();
        string path = Path.Combine(Path.GetTempPath(), "gpuvsphere-" + Guid.NewGuid().ToString("N") + ".vib");
        await File.WriteAllBytesAsync(path, SimulatedDrivers.File(Vib67));
        try
        {
            ChangeIntent intent = await IntentAsync(lab, ["new-67-01", Host], [path], setGraphics: true);
            IReadOnlyList<ChangeResult> results = await lab.RunAsync(intent);
            Assert.All(results, result => Assert.Equal(ChangeOutcome.Done, result.Outcome));
            Assert.Single(lab.Feedback.VerboseLines, line => line.StartsWith("Uploading", StringComparison.Ordinal));
            Assert.Single(lab.Feedback.VerboseLines, line => line.StartsWith("Removed [gpu-ds]", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task The_paths_of_the_ESXi_shell_are_understood_by_name_and_by_id()
    {
        using HostLab lab = await StartAsync();
        ChangePlan byName = await lab.PlanAsync(await IntentAsync(lab, [Host], ["/vmfs/volumes/gpu-ds/NVIDIA/" + Vib67], setGraphics: true));
        Assert.DoesNotContain(byName.Findings, finding => finding.Blocks);
        GpuVSphere.Vim.DatastoreInfo store = Assert.Single(await GpuVSphere.Vim.DatastoreCalls.ReadDatastoresAsync(
            lab.Sessions[0], [(await HostAsync(lab, Host)).Id.Reference], CancellationToken.None));
        string byId = store.PathOnHost(new GpuVSphere.Vim.DatastorePath(store.Name, "NVIDIA/" + Vib67));
        Assert.DoesNotContain("gpu-ds", byId, StringComparison.Ordinal);
        Assert.DoesNotContain((await lab.PlanAsync(await IntentAsync(lab, [Host], [byId], setGraphics: true))).Findings, finding => finding.Blocks);
        Assert.Equal("PackageNotFound", (await BlockedAsync(lab, Host, ["/vmfs/volumes/gpu-ds"])).ErrorId);
    }

    [Fact]
    public async Task The_component_behind_a_url_is_named_for_the_image()
    {
        using HostLab lab = await StartAsync();
        string url = "https://files.example/" + Vgpu80;
        lab.Simulator.Orders.Download(url, SimulatedDrivers.File(Vgpu80));
        Finding finding = await BlockedAsync(lab, "new-img-01", [url], setGraphics: true);
        Assert.Contains("The image needs NVD-VGPU-800 550.144.02-1OEM.800.1.0.20613240.", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_undo_that_knows_no_package_says_what_to_give()
    {
        using HostLab lab = await StartAsync();
        lab.Simulator.Orders.Install(Host, SimulatedDrivers.File(Vib67));
        NvidiaVibResult removed = await RunAsync(lab, NvidiaVibIntents.Uninstall([new(await HostAsync(lab, Host), [])], HostLab.RebootAndPowerOff));
        Assert.Equal(ChangeOutcome.Done, removed.Outcome);
        await lab.Changes.UndoAsync(removed.ChangeId!, lab.Context, HostLab.RebootAndPowerOff, lab.Feedback, CancellationToken.None);
        ChangeResult told = lab.Feedback.Results[^1];
        Assert.Equal(ChangeOutcome.Blocked, told.Outcome);
        Assert.Contains("Install-NvidiaVib", told.Error!.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_NVIDIAs_VIBs_are_removed_and_of_a_mistyped_one_is_told_what_there_is()
    {
        using HostLab lab = await StartAsync();
        lab.Simulator.Orders.Install(Host, SimulatedDrivers.File(Vib67));
        GpuHost host = await HostAsync(lab, Host);
        ChangePlan foreign = await lab.PlanAsync(NvidiaVibIntents.Uninstall([new(host, ["esx-base"])], HostLab.Reboot));
        Assert.True(foreign.IsEmpty);
        Assert.Contains("left alone", Assert.Single(foreign.Findings).Message, StringComparison.Ordinal);
        ChangePlan mistyped = await lab.PlanAsync(NvidiaVibIntents.Uninstall([new(host, ["NVIDIA-VMware"])], HostLab.Reboot));
        Assert.Contains(Name67, Assert.Single(mistyped.Findings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_driver_is_not_taken_from_a_running_vGPU_VM()
    {
        using HostLab lab = await HostLab.StartAsync(new SimulatorOptions { ClockSpeed = 400, Scenario = "vgpu" });
        GpuVm vm = (await lab.ReadAsync()).Vms.Single(vm => vm.Name == "v67-01");
        Assert.Equal(ChangeOutcome.Done, (await lab.RunOneAsync(VmVgpuIntents.Add(
            [new(new PlanTarget(vm.Id, vm.Name, vm.ServerName), ["grid_p100-8q"])], [], new Dictionary<string, string>(), new GpuVSphere.Operations.VmChangeOptions { PowerOn = true }))).Outcome);
        GpuHost host = await HostAsync(lab, "vgpu-67-01");
        ChangePlan refused = await lab.PlanAsync(NvidiaVibIntents.Uninstall([new(host, [])], HostLab.RebootAndPowerOff));
        Finding finding = Assert.Single(refused.Findings, finding => finding.Blocks);
        Assert.Equal("VIB-VGPU-VMS", finding.RuleId);
        Assert.Contains("Remove-VmVgpuProfile -VM v67-01", finding.NextStep, StringComparison.Ordinal);
    }

    private static byte[] Unmet() => SimulatedPackage.Vib(new SimulatedVib { Name = Name67, Version = "390.42-1OEM.670.0.0.7535516", Depends = ["something-that-nobody-has"] });

    private static void Untouched(HostLab lab, string host)
    {
        Assert.DoesNotContain(lab.Feedback.VerboseLines, line => line.Contains("in maintenance mode", StringComparison.Ordinal));
        Assert.False(lab.Raw.Host(host).IsInMaintenance);
        Assert.Equal("shared", lab.Raw.Host(host).Graphics.DefaultType);
        Assert.Empty(lab.Changes.List().Entries);
    }

    private static Task<HostLab> StartAsync() => HostLab.StartAsync(new SimulatorOptions { ClockSpeed = 400, Scenario = "vgpu-setup" });

    private static string OnDatastore(string file) => "[gpu-ds] NVIDIA/" + file;

    private static async Task<GpuHost> HostAsync(HostLab lab, string name) => (await lab.ReadAsync()).Hosts.Single(host => host.Name == name);

    private static async Task<ChangeIntent> IntentAsync(HostLab lab, string[] names, IReadOnlyList<string> sources, bool setGraphics = false, HostChangeOptions? options = null)
    {
        GpuInventory inventory = await lab.ReadAsync();
        return NvidiaVibIntents.Install(inventory.Hosts.Where(host => names.Contains(host.Name)), sources, setGraphics, null, options ?? HostLab.RebootAndPowerOff);
    }

    private static async Task<NvidiaVibResult> InstallAsync(HostLab lab, string name, IReadOnlyList<string> sources, bool setGraphics = false) =>
        await RunAsync(lab, await IntentAsync(lab, [name], sources, setGraphics));

    private static async Task<NvidiaVibResult> RunAsync(HostLab lab, ChangeIntent intent)
    {
        INvidiaVibOperation operation = Assert.IsAssignableFrom<INvidiaVibOperation>(GpuOperations.Create(intent, lab.Context));
        await operation.ApplyAsync(await operation.PlanAsync(CancellationToken.None), lab.Feedback, CancellationToken.None);
        return operation.Results.Single();
    }

    private static async Task<Finding> BlockedAsync(HostLab lab, string name, IReadOnlyList<string> sources, bool setGraphics = false)
    {
        ChangePlan plan = await lab.PlanAsync(await IntentAsync(lab, [name], sources, setGraphics));
        return Assert.Single(plan.Findings, finding => finding.Blocks);
    }
}
