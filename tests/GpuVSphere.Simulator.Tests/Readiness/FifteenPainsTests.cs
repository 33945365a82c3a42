using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Passthrough;
using GpuVSphere.Readiness;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Tests.Model;
using GpuVSphere.Simulator.Tests.Passthrough;
using GpuVSphere.Simulator.Tests.PowerOn;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Readiness;

/// <summary>
/// The fifteen things that go wrong with GPUs on vSphere, each first provoked, so that it goes wrong as users suffer it, and then named beforehand by a
/// rule; what the rule says is to be done is done, and it works.
/// </summary>
public sealed class FifteenPainsTests
{
    private const string First = "0000:3b:00.0";
    private const string Second = "0000:af:00.0";
    private const string Host = "esx-80-01";
    private const string Guides67 = "NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM.670.0.0.7535516.vib";
    private const string Vgpu80 = "NVD-VGPU-800_550.163.02-1OEM.800.1.0.20613240_24697707.zip";
    private const string Aie80 = "NVD-AIE-800_550.163.02-1OEM.800.1.0.20613240_24697707.zip";
    private const string OlderAie80 = "NVD-AIE-800_525.105.14-1OEM.800.1.0.20613240_21506612.zip";
    private static readonly VmChangeOptions s_plain = new();
    private static readonly VmChangeOptions s_powerOn = new() { PowerOn = true };

    [Fact]
    public async Task Pain_01_without_64_bit_mmio_the_power_on_counts_pages_and_fails()
    {
        using PowerOnLab lab = await StartAsync();
        await lab.AddAsync("ml-01", s_plain, First);
        lab.Configure("ml-01", config =>
        {
            config.ExtraConfig.Remove("pciPassthru.use64bitMMIO");
            config.ExtraConfig["pciPassthru.set.usebitMMIO"] = "TRUE";
        });
        await lab.FailAsync("ml-01");
        Assert.Contains("exceeds limit (917504)", lab.Simulated.Raw.Vm("ml-01").ReadFile("vmware.log"), StringComparison.Ordinal);

        IReadOnlyList<ReadinessResult> rows = await lab.JudgeVmAsync("ml-01");
        rows.Row("MMIO-MISSPELT-KEY", ReadinessOutcome.Confirm);
        string command = rows.Row("MMIO-KEYS", ReadinessOutcome.Block).NextStep!;
        Assert.Equal("Set-VmMmioSize -VM ml-01 -SizeGB 256", command);

        await lab.TypeAsync(command);
        (await lab.JudgeVmAsync("ml-01")).Row("MMIO-KEYS", ReadinessOutcome.Pass);
        await lab.PowerOnAsync("ml-01");
    }

    [Fact]
    public async Task Pain_01_a_window_that_is_too_small_for_two_GPUs_is_named_and_the_adding_command_makes_it_large_enough()
    {
        using PowerOnLab lab = await StartAsync();
        await lab.AddAsync("ml-01", s_plain with { MmioSizeGB = 64 }, First);
        await lab.FailAsync("ml-01");

        Assert.Contains("64bitMMIOSizeGB = 64", (await lab.JudgeVmAsync("ml-01")).Row("MMIO-KEYS", ReadinessOutcome.Confirm).Seen, StringComparison.Ordinal);
        ChangePlan plan = await lab.PlanAsync(PassthroughIntents.AddToVm([lab.Target("ml-01")], [VmLab.Device(First), VmLab.Device(Second)], s_powerOn));
        Assert.Contains(plan.Changes, change => change.Property == "pciPassthru.64bitMMIOSizeGB" && change.Before == "64" && change.After == "512");
        await lab.AddAsync("ml-01", s_powerOn, First, Second);
    }

    [Fact]
    public async Task Pain_02_a_vm_that_boots_by_bios_cannot_have_a_GPU_with_a_large_bar()
    {
        using PowerOnLab lab = await StartAsync();
        await lab.AddAsync("ml-bios", s_plain with { SkipRules = ["VM-FIRMWARE"] }, First);
        await lab.FailAsync("ml-bios");

        (await lab.JudgeVmAsync("ml-bios")).Row("VM-FIRMWARE", ReadinessOutcome.Block);
        Finding planned = (await lab.PlanAsync(PassthroughIntents.AddToVm([lab.Target("ml-bios")], [VmLab.Device(First), VmLab.Device(Second)], s_plain))).Blocked("VM-FIRMWARE");
        Assert.Contains("-NoGuestInstalled", planned.NextStep, StringComparison.Ordinal);

        await lab.TypeAsync($"Add-VmGpuPassthrough -VM ml-bios -Device {First} -NoGuestInstalled");
        (await lab.JudgeVmAsync("ml-bios")).NothingBlocks();
        await lab.PowerOnAsync("ml-bios");
    }

    [Fact]
    public async Task Pain_03_passthrough_that_waits_for_a_reboot_is_not_there_yet()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync();
        GpuDevice device = (await lab.ReadAsync()).Hosts.Single(host => host.Name == Host).Devices[0];
        Assert.Equal(ChangeOutcome.Pending, Assert.Single(await VmLab.RunAsync(lab.Operation(PassthroughIntents.Enable([device], new HostChangeOptions())))).Outcome);
        await lab.AddAsync("ml-01", s_plain with { SkipRules = ["DEVICE-ACTIVE"] }, First);
        await lab.FailAsync("ml-01");

        (await lab.JudgeHostAsync(Host, ReadinessAction.UsePassthrough)).Row("DEVICE-ACTIVE", ReadinessOutcome.Block);
        (await lab.PlanAsync(PassthroughIntents.AddToVm([lab.Target("ml-02")], [VmLab.Device(First)], s_plain with { SkipRules = ["DEVICE-IN-USE"] }))).Blocked("DEVICE-ACTIVE");
        string command = (await lab.JudgeVmAsync("ml-01")).Row("DEVICE-ACTIVE", ReadinessOutcome.Block).NextStep!;
        Assert.Equal($"Enable-GpuPassthrough -VMHost {Host} -Device {First} -Reboot", command);

        await lab.TypeAsync(command);

        // The VM was given a device that was offered to none, so its ids were not known.
        await lab.TypeAsync((await lab.JudgeVmAsync("ml-01")).First(row => row.RuleId == "DEVICE-IDS").NextStep!.Replace("When it does not: ", string.Empty, StringComparison.Ordinal));
        (await lab.JudgeVmAsync("ml-01")).NothingBlocks();
        await lab.PowerOnAsync("ml-01");
    }

    [Fact]
    public async Task Pain_04_the_ids_of_another_host_are_taken_and_fail_at_power_on()
    {
        using PowerOnLab lab = await StartAsync();
        await lab.AddAsync("ml-01", s_plain, First);
        lab.Reback("ml-01", systemId: "5b2f0000-0000-0000-0000-000000000001");
        Assert.Contains("systemId does not match", (await lab.FailAsync("ml-01")).Message, StringComparison.Ordinal);

        string command = (await lab.JudgeVmAsync("ml-01")).Row("DEVICE-IDS", ReadinessOutcome.Block).NextStep!;
        Assert.Equal($"Remove-VmGpuPassthrough -VM ml-01 -Device {First}; Add-VmGpuPassthrough -VM ml-01 -Device {First}", command);

        await lab.TypeAsync(command);
        (await lab.JudgeVmAsync("ml-01")).Row("DEVICE-IDS", ReadinessOutcome.Pass);
        await lab.PowerOnAsync("ml-01");
    }

    [Fact]
    public async Task Pain_04_an_address_that_the_host_no_longer_has_is_replaced()
    {
        using PowerOnLab lab = await StartAsync();
        await lab.AddAsync("ml-01", s_plain, First);
        lab.Reback("ml-01", id: "0000:99:00.0");
        await lab.FailAsync("ml-01");

        string command = (await lab.JudgeVmAsync("ml-01")).Row("DEVICE-ADDRESS", ReadinessOutcome.Block).NextStep!;
        Assert.StartsWith("Remove-VmGpuPassthrough -VM ml-01 -Device 0000:99:00.0; Add-VmGpuPassthrough -VM ml-01 -Device ", command, StringComparison.Ordinal);

        // The changing command warns of it, and does what it is asked for.
        ChangePlan plan = await lab.PlanAsync(PassthroughIntents.AddToVm([lab.Target("ml-01")], [VmLab.Device(Second)], s_plain));
        Assert.Equal(FindingSeverity.Warning, Assert.Single(plan.Findings, finding => finding.RuleId == "DEVICE-ADDRESS").Severity);
        await lab.TypeAsync(command);
        (await lab.JudgeVmAsync("ml-01")).NothingBlocks();
        await lab.PowerOnAsync("ml-01");
    }

    [Fact]
    public async Task Pain_05_a_hot_plug_slot_takes_the_GPU_away_while_the_vm_starts()
    {
        using PowerOnLab lab = await StartAsync();
        lab.Simulated.Simulator.Orders.ServerVendor(Host, "HPE");
        lab.Simulated.Simulator.Orders.FirmwareHotPlug(Host, First, true);
        await lab.AddAsync("ml-01", s_plain, First);
        Assert.Contains("is not a passthrough device", (await lab.FailAsync("ml-01")).Message, StringComparison.Ordinal);

        // vSphere does not show the slot, so it is to be confirmed, and blocks nothing.
        Assert.Contains("a00121002en_us", (await lab.JudgeHostAsync(Host, ReadinessAction.UsePassthrough)).Row("DEVICE-HOT-PLUG", ReadinessOutcome.Confirm).NextStep, StringComparison.Ordinal);
        IReadOnlyList<ReadinessResult> rows = await lab.JudgeVmAsync("ml-01");
        rows.Row("DEVICE-HOT-PLUG", ReadinessOutcome.Confirm);
        rows.NothingBlocks();

        lab.Simulated.Simulator.Orders.FirmwareHotPlug(Host, First, false);
        await lab.PowerOnAsync("ml-01");
        (await lab.JudgeVmAsync("ml-01")).Row("DEVICE-HOT-PLUG", ReadinessOutcome.Pass);
    }

    [Fact]
    public async Task Pain_05_a_GPU_that_the_firmware_keeps_from_passthrough_is_named()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync();
        lab.Simulated.Simulator.Orders.DeviceCapable(Host, First, false);
        await Assert.ThrowsAnyAsync<Exception>(() => lab.Simulated.ConfigureAsync(Host, (First, true)));

        IReadOnlyList<ReadinessResult> rows = await lab.JudgeHostAsync(Host, ReadinessAction.UsePassthrough);
        rows.Row("DEVICE-CAPABLE", ReadinessOutcome.Block);
        Assert.Contains("above 4G decoding", rows.Row("HOST-LARGE-BAR", ReadinessOutcome.Confirm).NextStep, StringComparison.Ordinal);
        GpuDevice device = (await lab.ReadAsync()).Hosts.Single(host => host.Name == Host).Devices[0];
        (await lab.PlanAsync(PassthroughIntents.Enable([device], new HostChangeOptions()))).Blocked("DEVICE-CAPABLE");

        lab.Simulated.Simulator.Orders.DeviceCapable(Host, First, true);
        (await lab.JudgeHostAsync(Host, ReadinessAction.UsePassthrough)).Row("DEVICE-CAPABLE", ReadinessOutcome.Pass);
        await lab.Simulated.ConfigureAsync(Host, (First, true));
    }

    [Fact]
    public async Task Pain_06_the_driver_of_the_other_flavour_shows_the_GPU_and_has_no_profile_for_it()
    {
        const string HostName = "new-80-02";
        using PowerOnLab lab = await PowerOnLab.StartAsync("vgpu-setup");
        Shared(lab, HostName);
        lab.Put(HostName, Vgpu80);
        Assert.Equal(2, (await lab.SmiAsync(HostName)).Count);
        await lab.AddVgpuAsync("ml-80a", s_plain with { SkipRules = ["VGPU-OFFERED"] }, "grid_a100d-40c");
        await lab.FailAsync("ml-80a");

        IReadOnlyList<ReadinessResult> rows = await lab.JudgeHostAsync(HostName, ReadinessAction.UseVgpu);
        ReadinessResult row = rows.Row("DRIVER-FLAVOUR", ReadinessOutcome.Block);
        Assert.Contains("NVD-AIE", row.Seen, StringComparison.Ordinal);
        Assert.StartsWith($"Uninstall-NvidiaVib -VMHost {HostName}", row.NextStep, StringComparison.Ordinal);

        await lab.DriverAsync(HostName, null);
        (await lab.PlanDriverAsync(HostName, Vgpu80)).Blocked("VIB-FLAVOUR");
        await lab.DriverAsync(HostName, Aie80, setsGraphics: true);
        (await lab.JudgeHostAsync(HostName, ReadinessAction.UseVgpu)).Row("DRIVER-FLAVOUR", ReadinessOutcome.Pass);
        await lab.PowerOnAsync("ml-80a");
    }

    [Fact]
    public async Task Pain_07_a_driver_that_needs_no_reboot_by_esxcli_serves_no_GPU_before_one()
    {
        const string HostName = "new-67-02";
        using PowerOnLab lab = await PowerOnLab.StartAsync("vgpu-setup");
        Shared(lab, HostName);
        await lab.Simulated.MaintainAsync(HostName);
        Assert.Equal(false, (await lab.Simulated.InstallAsync(HostName, Guides67))["RebootRequired"]);
        await lab.Simulated.EsxCliAsync(HostName, "system maintenanceMode set", ("enable", "false"));
        await lab.AddVgpuAsync("desk-67a", s_plain with { SkipRules = ["VGPU-OFFERED", "VGPU-DRIVER"] }, "grid_p100-8q");
        await lab.FailAsync("desk-67a");

        ReadinessResult row = (await lab.JudgeHostAsync(HostName, ReadinessAction.UseVgpu)).Row("DRIVER-RUNNING", ReadinessOutcome.Block);
        Assert.Contains("runs after a reboot", row.Seen, StringComparison.Ordinal);
        Assert.StartsWith($"Install-NvidiaVib -VMHost {HostName} -Path <the same package> -Reboot", row.NextStep, StringComparison.Ordinal);
        (await lab.JudgeVmAsync("desk-67a")).Row("VGPU-DRIVER", ReadinessOutcome.Block);

        await lab.DriverAsync(HostName, Guides67);
        await lab.TypeAsync($"Set-GpuEcc -VMHost {HostName} -Enabled $false -Reboot");
        (await lab.JudgeHostAsync(HostName, ReadinessAction.UseVgpu, asksShell: true)).NothingBlocks();
        await lab.PowerOnAsync("desk-67a");
    }

    [Fact]
    public async Task Pain_07_a_GPU_that_is_still_Shared_has_no_graphics_resource()
    {
        const string HostName = "vgpu-803-01";
        using PowerOnLab lab = await PowerOnLab.StartAsync("vgpu");
        await lab.AddVgpuAsync("v803-01", s_plain, "nvidia_l40-8q");
        lab.Change(() =>
        {
            HostSystem host = lab.Simulated.Host(HostName);
            host.Graphics.DefaultType = "shared";
            host.Graphics.TakeEffect();
            host.DevicesChanged();
        });
        Assert.Contains("graphics resource", (await lab.FailAsync("v803-01")).Message, StringComparison.Ordinal);

        string command = (await lab.JudgeHostAsync(HostName, ReadinessAction.UseVgpu)).Row("VGPU-SHARED-DIRECT", ReadinessOutcome.Block).NextStep!;
        (await lab.JudgeVmAsync("v803-01")).Row("VGPU-SHARED-DIRECT", ReadinessOutcome.Block);
        await lab.TypeAsync(command);
        (await lab.JudgeVmAsync("v803-01")).NothingBlocks();
        await lab.PowerOnAsync("v803-01");
    }

    [Fact]
    public async Task Pain_08_free_memory_on_a_GPU_is_no_room_for_another_size()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync("vgpu");
        await lab.AddVgpuAsync("v67-01", s_powerOn, "grid_p100-8q");
        await lab.AddVgpuAsync("v67-02", s_powerOn, "grid_p100-8q");
        await lab.AddVgpuAsync("v67-03", s_plain with { SkipRules = ["VGPU-ROOM"] }, "grid_p100-4q");
        Assert.Contains("graphics resource", (await lab.FailAsync("v67-03")).Message, StringComparison.Ordinal);

        ReadinessResult row = (await lab.JudgeVmAsync("v67-03")).Row("VGPU-ROOM", ReadinessOutcome.Block);
        Assert.Contains("Get-GpuCapacity", row.NextStep, StringComparison.Ordinal);
        (await lab.PlanAsync(VmVgpuIntents.Add([new(lab.Target("v67-04"), ["grid_p100-4q"])], [], new Dictionary<string, string>(), s_plain))).Blocked("VGPU-ROOM");

        await lab.Simulated.PowerOffAsync("v67-02");
        (await lab.JudgeVmAsync("v67-03")).Row("VGPU-ROOM", ReadinessOutcome.Pass);
        await lab.PowerOnAsync("v67-03");
    }

    [Fact]
    public async Task Pain_09_a_running_vm_with_a_vgpu_does_not_move_before_vcenter_lets_it()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync("migration");
        VimFaultException refused = await Assert.ThrowsAnyAsync<VimFaultException>(() => lab.MoveAsync("desk-a", "move-80-02"));
        Assert.Equal("MigrationFeatureNotSupported", refused.FaultType);

        // It keeps no VM from being powered on, so for a VM and for a host it is told, and blocks nothing.
        ReadinessResult row = (await lab.JudgeVmAsync("desk-a")).Row("VMOTION-SETTING", ReadinessOutcome.Information);
        Assert.Contains("vgpu.hotmigrate.enabled is not true", row.Seen, StringComparison.Ordinal);
        Assert.StartsWith("Enable-VgpuMigration -Cluster MOVE-80", row.NextStep, StringComparison.Ordinal);
        (await lab.JudgeHostAsync("move-80-01", ReadinessAction.UseVgpu)).Row("VMOTION-SETTING", ReadinessOutcome.Information);

        await lab.EnableMigrationAsync("MOVE-80", new VgpuMigrationWish());
        (await lab.JudgeVmAsync("desk-a")).Row("VMOTION-SETTING", ReadinessOutcome.Pass);
        await lab.MoveAsync("desk-a", "move-80-02");
        Assert.Equal("move-80-02", lab.Simulated.Raw.Vm("desk-a").HostName);
    }

    [Fact]
    public async Task Pain_10_a_host_with_vgpu_vms_never_enters_maintenance_mode()
    {
        const string HostName = "move-80-04";
        using PowerOnLab lab = await PowerOnLab.StartAsync("migration");
        await lab.Simulated.PowerOffAsync("cad-b");
        Assert.Equal("Timedout", (await Assert.ThrowsAnyAsync<VimFaultException>(() => lab.EnterMaintenanceAsync(HostName))).FaultType);

        IReadOnlyList<ReadinessResult> rows = await lab.JudgeHostAsync(HostName, ReadinessAction.UseVgpu);
        Assert.StartsWith("Enable-VgpuMigration -Cluster MOVE-80 -MaintenanceTimeoutSeconds <seconds>", rows.Row("DRS-VGPU-MAINTENANCE", ReadinessOutcome.Information).NextStep, StringComparison.Ordinal);
        rows.Row("VMOTION-SETTING", ReadinessOutcome.Information);

        // The commands that enter maintenance mode name the VMs that are in the way before they try.
        ChangePlan plan = await lab.PlanAsync(PassthroughIntents.Enable([(await lab.ReadAsync()).Hosts.Single(host => host.Name == HostName).Devices[0]], new HostChangeOptions { Reboot = true }));
        Assert.Contains(plan.Findings, finding => finding is { RuleId: "HOST-VMS-RUNNING", Blocks: true } && finding.Message.Contains("ai-d", StringComparison.Ordinal));

        await lab.EnableMigrationAsync("MOVE-80", new VgpuMigrationWish { MaintenanceTimeoutSeconds = 300 });
        (await lab.JudgeHostAsync(HostName, ReadinessAction.UseVgpu)).Row("DRS-VGPU-MAINTENANCE", ReadinessOutcome.Pass);
        await lab.EnterMaintenanceAsync(HostName);
        Assert.Equal(["move-80-02", "move-80-02"], new[] { "ai-d", "ai-e" }.Select(name => lab.Simulated.Raw.Vm(name).HostName));
    }

    [Fact]
    public async Task Pain_11_a_vib_that_is_installed_by_hand_is_gone_after_the_remediation()
    {
        const string HostName = "new-img-01";
        const string Package = "NVD-VGPU-800_550.144.02-1OEM.800.1.0.20613240_24487818.zip";
        using PowerOnLab lab = await PowerOnLab.StartAsync("vgpu-setup");
        Shared(lab, HostName);
        lab.Put(HostName, Package);
        await lab.AddVgpuAsync("desk-img", s_powerOn, "nvidia_a40-8q");
        await lab.Simulated.PowerOffAsync("desk-img");
        lab.Simulated.Simulator.Orders.RemediateCluster("NEW-IMAGE");
        await lab.FailAsync("desk-img");

        Finding planned = (await lab.PlanDriverAsync(HostName, Package)).Blocked("VIB-IMAGE");
        Assert.Contains("Set-Cluster", planned.NextStep, StringComparison.Ordinal);
        (await lab.PlanDriverAsync("new-90-01", "NVD-VGPU-900_570.158.02-1OEM.900.0.24580437_24793474.zip")).Blocked("VIB-IMAGE");
        Assert.Contains("image", (await lab.JudgeHostAsync(HostName, ReadinessAction.UseVgpu)).Row("HOST-IMAGE", ReadinessOutcome.Information).Seen, StringComparison.Ordinal);

        lab.Simulated.Simulator.Orders.ClusterImage("NEW-IMAGE", SimulatedDrivers.File(Package));
        lab.Simulated.Simulator.Orders.RemediateCluster("NEW-IMAGE");
        lab.Simulated.Simulator.Orders.RemediateCluster("NEW-IMAGE");
        await lab.PowerOnAsync("desk-img");
    }

    [Fact]
    public async Task Pain_12_a_guest_driver_of_another_branch_has_a_vgpu_that_does_not_load()
    {
        const string HostName = "vgpu-801-01";
        using PowerOnLab lab = await PowerOnLab.StartAsync("vgpu");
        await lab.AddVgpuAsync("v801-12", s_powerOn, "nvidia_a40-8q");
        Assert.Equal("525.147.05", lab.Simulated.Vm("v801-12").GuestDriver);

        // Nothing on vSphere's side fails: the VM runs, and its guest has a vGPU that its driver cannot start.
        Assert.NotEqual(0, (await lab.InGuestAsync("v801-12", "nvidia-smi -L")).ExitCode);
        Assert.Contains("RmInitAdapter failed", (await lab.InGuestAsync("v801-12", "dmesg")).Output, StringComparison.Ordinal);

        IReadOnlyList<ReadinessResult> rows = await lab.JudgeVmAsync("v801-12", HostName);
        Assert.Contains("guest driver of vGPU 17.x, 16.x", rows.Row("GUEST-DRIVER", ReadinessOutcome.Block).NextStep, StringComparison.Ordinal);
        (await lab.JudgeVmAsync("v801-12")).Row("GUEST-DRIVER", ReadinessOutcome.Confirm);

        lab.Simulated.Simulator.GuestDrivers.Install("v801-12", "NVIDIA-Linux-x86_64-550.163.01-grid.run");
        Assert.Contains("NVIDIA A40-8Q", (await lab.InGuestAsync("v801-12", "nvidia-smi -L")).Output, StringComparison.Ordinal);
        (await lab.JudgeVmAsync("v801-12", HostName)).Row("GUEST-DRIVER", ReadinessOutcome.Pass);
    }

    [Fact]
    public async Task Pain_12_a_new_manager_names_the_vms_whose_guests_it_may_leave_behind()
    {
        const string HostName = "new-80-02";
        using PowerOnLab lab = await PowerOnLab.StartAsync("vgpu-setup");
        Shared(lab, HostName);
        lab.Put(HostName, OlderAie80);
        await lab.AddVgpuAsync("ml-80a", s_powerOn, "grid_a100d-40c");

        Finding finding = Assert.Single((await lab.PlanDriverAsync(HostName, Aie80)).Findings, finding => finding.RuleId == "GUEST-DRIVER");
        Assert.Equal(FindingSeverity.Warning, finding.Severity);
        Assert.Contains("ml-80a", finding.Message, StringComparison.Ordinal);
        Assert.Contains($"Test-VgpuCompatibility -VMHost {HostName} -FromShell -PlannedManager 17", finding.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pain_13_a_vgpu_without_a_licence_starts_and_is_slowed_down_without_a_word()
    {
        const string HostName = "vgpu-803-01";
        const string Token = "/etc/nvidia/ClientConfigToken/client_configuration_token_1.tok";
        using PowerOnLab lab = await PowerOnLab.StartAsync("vgpu");
        await lab.AddVgpuAsync("v803-11", s_powerOn, "nvidia_l40-8q");
        Assert.Contains("Unlicensed", (await lab.InGuestAsync("v803-11", "nvidia-smi -q")).Output, StringComparison.Ordinal);

        IReadOnlyList<ReadinessResult> rows = await lab.JudgeVmAsync("v803-11", HostName);
        Assert.Contains("runs without a licence (", rows.Row("LICENSE-STATE", ReadinessOutcome.Confirm).Seen, StringComparison.Ordinal);
        Assert.Contains("the NVIDIA License System (CLS or DLS), by a client token", rows.Row("LICENSE-SERVER", ReadinessOutcome.Information).Seen, StringComparison.Ordinal);

        // Before the first start, and without nvidia-smi, it is to be confirmed.
        (await lab.JudgeVmAsync("v803-11")).Row("LICENSE-STATE", ReadinessOutcome.Confirm);

        await lab.InGuestAsync("v803-11", $"echo {SimulatorLicensing.Token()} > {Token}; systemctl restart nvidia-gridd");
        await Eventually.IsTrueAsync(() => lab.Simulated.Simulator.Licensing.Leases(SimulatorLicensing.CloudServer).Count == 1);
        Assert.Contains("Licensed (Expiry: ", (await lab.JudgeVmAsync("v803-11", HostName)).Row("LICENSE-STATE", ReadinessOutcome.Pass).Seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pain_14_ecc_keeps_the_vgpus_of_a_driver_before_9_from_starting()
    {
        const string HostName = "new-67-02";
        using PowerOnLab lab = await PowerOnLab.StartAsync("vgpu-setup");
        Shared(lab, HostName);
        lab.Put(HostName, Guides67);
        await lab.AddVgpuAsync("desk-67a", s_plain, "grid_p100-8q");
        Assert.Contains("libnvidia-vgx.so", (await lab.FailAsync("desk-67a")).Message, StringComparison.Ordinal);

        (await lab.JudgeVmAsync("desk-67a")).Row("ECC-VGPU", ReadinessOutcome.Confirm);
        string command = (await lab.JudgeHostAsync(HostName, ReadinessAction.UseVgpu, asksShell: true)).Row("ECC-VGPU", ReadinessOutcome.Block).NextStep!;
        Assert.Equal($"Set-GpuEcc -VMHost {HostName} -Device {First} -Enabled $false -Reboot", command);
        (await lab.JudgeVmAsync("desk-67a", HostName)).Row("ECC-VGPU", ReadinessOutcome.Block);

        await lab.TypeAsync(command);
        (await lab.JudgeVmAsync("desk-67a", HostName)).Row("ECC-VGPU", ReadinessOutcome.Pass);
        await lab.PowerOnAsync("desk-67a");
    }

    [Fact]
    public async Task Pain_15_without_sriov_in_the_bios_the_plugin_is_not_initialized()
    {
        const string HostName = "vgpu-803-01";
        using PowerOnLab lab = await PowerOnLab.StartAsync("vgpu");
        await lab.AddVgpuAsync("v803-01", s_plain, "nvidia_l40-8q");
        lab.Simulated.Simulator.Orders.FirmwareSriov(HostName, false);
        Assert.Contains("libnvidia-vgx.so", (await lab.FailAsync("v803-01")).Message, StringComparison.Ordinal);

        Assert.Contains("SR-IOV Global Enable", (await lab.JudgeHostAsync(HostName, ReadinessAction.UseVgpu)).Row("DEVICE-SRIOV", ReadinessOutcome.Confirm).NextStep, StringComparison.Ordinal);
        (await lab.JudgeVmAsync("v803-01")).Row("DEVICE-SRIOV", ReadinessOutcome.Confirm);

        lab.Simulated.Simulator.Orders.FirmwareSriov(HostName, true);
        (await lab.JudgeVmAsync("v803-01")).Row("DEVICE-SRIOV", ReadinessOutcome.Pass);
        await lab.PowerOnAsync("v803-01");
    }

    private static async Task<PowerOnLab> StartAsync()
    {
        PowerOnLab lab = await PowerOnLab.StartAsync();
        lab.Activate(Host, true, First, Second);
        return lab;
    }

    // As set in the client before any driver was there.
    private static void Shared(PowerOnLab lab, string host) => lab.Change(() => lab.Simulated.Host(host).Graphics.DefaultType = "sharedDirect");
}
