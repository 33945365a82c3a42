using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Operations;
using GpuVSphere.Readiness.PowerOn;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.PowerOn;

/// <summary>Each cause is provoked, then explained from what the server keeps, and then mended by the very command that is named; the VM must run afterwards.</summary>
public sealed class PowerOnFaultTests
{
    private const string First = "0000:3b:00.0";
    private const string Second = "0000:af:00.0";
    private const string Host = "esx-80-01";
    private static readonly VmChangeOptions s_plain = new();
    private static readonly VmChangeOptions s_powerOn = new() { PowerOn = true };

    [Fact]
    public async Task A_window_that_is_too_small_is_read_from_the_log_and_enlarged()
    {
        using PowerOnLab lab = await StartAsync();
        await lab.AddAsync("ml-01", s_plain with { MmioSizeGB = 64 }, First);

        PowerOnFinding finding = Assert.Single(await lab.FailAndExplainAsync("ml-01"));

        Assert.Equal((PowerOnCause.MmioTooSmall, PowerOnCertainty.Proved), (finding.Cause, finding.Certainty));
        Assert.Contains("total number of pages needed (", finding.Line, StringComparison.Ordinal);
        Assert.Equal("[gpu-ds] ml-01/vmware.log", finding.LineOrigin);
        Assert.Equal("Set-VmMmioSize -VM ml-01 -SizeGB 256", finding.Command);
        await MendAsync(lab, "ml-01", finding);
        Assert.Equal("NoFailedPowerOn", (await Assert.ThrowsAsync<GpuVSphereException>(() => lab.ExplainAsync("ml-01"))).Id);
    }

    [Fact]
    public async Task A_bios_vm_is_the_cause_and_no_command_breaks_its_guest()
    {
        using PowerOnLab lab = await StartAsync();
        await lab.AddAsync("ml-bios", s_plain with { SkipRules = ["VM-FIRMWARE"] }, First);

        PowerOnFinding finding = Assert.Single(await lab.FailAndExplainAsync("ml-bios"));

        Assert.Equal((PowerOnCause.Firmware, PowerOnCertainty.Proved), (finding.Cause, finding.Certainty));
        Assert.Contains("pages needed", finding.Line, StringComparison.Ordinal);
        Assert.Null(finding.Command);
        const string command = "Add-VmGpuPassthrough -VM ml-bios -Device 0000:3b:00.0 -NoGuestInstalled";
        Assert.Contains(command, finding.NextStep, StringComparison.Ordinal);
        await lab.TypeAsync(command);
        await lab.PowerOnAsync("ml-bios");
    }

    [Fact]
    public async Task An_address_that_the_host_does_not_have_is_replaced_by_a_free_gpu()
    {
        using PowerOnLab lab = await StartAsync();
        await lab.AddAsync("ml-01", s_plain, First);
        lab.Reback("ml-01", id: "0000:99:00.0");

        PowerOnFinding finding = Assert.Single(await lab.FailAndExplainAsync("ml-01"));

        Assert.Equal((PowerOnCause.StaleAddress, PowerOnCertainty.Proved), (finding.Cause, finding.Certainty));
        Assert.Contains("Device 153:0.0 is not a passthrough device.", finding.Line, StringComparison.Ordinal);
        Assert.Contains("0000:99:00.0", finding.Explanation, StringComparison.Ordinal);
        await MendAsync(lab, "ml-01", finding);
    }

    [Fact]
    public async Task A_device_of_another_host_is_taken_away_and_given_anew()
    {
        using PowerOnLab lab = await StartAsync();
        await lab.AddAsync("ml-01", s_plain, First);
        lab.Reback("ml-01", systemId: "5b2f0000-0000-0000-0000-000000000001");

        PowerOnFinding finding = Assert.Single(await lab.FailAndExplainAsync("ml-01"));

        Assert.Equal((PowerOnCause.SystemIdMismatch, PowerOnCertainty.Proved), (finding.Cause, finding.Certainty));
        Assert.Contains("currently at 59:0.0", finding.Line, StringComparison.Ordinal);
        Assert.Equal($"Remove-VmGpuPassthrough -VM ml-01 -Device {First}; Add-VmGpuPassthrough -VM ml-01 -Device {First}", finding.Command);
        await MendAsync(lab, "ml-01", finding);
    }

    [Fact]
    public async Task A_device_that_another_vm_holds_is_replaced_by_a_free_one()
    {
        using PowerOnLab lab = await StartAsync();
        await lab.AddAsync("ml-02", s_powerOn, First);
        await lab.AddAsync("ml-01", s_plain with { SkipRules = ["DEVICE-IN-USE"] }, First);

        PowerOnFinding finding = Assert.Single(await lab.FailAndExplainAsync("ml-01"));

        Assert.Equal((PowerOnCause.DeviceInUse, PowerOnCertainty.Proved), (finding.Cause, finding.Certainty));
        Assert.Contains("held by ml-02", finding.Explanation, StringComparison.Ordinal);
        Assert.EndsWith("-Device " + Second, finding.Command, StringComparison.Ordinal);
        await MendAsync(lab, "ml-01", finding);
    }

    [Fact]
    public async Task A_device_in_use_without_another_one_names_its_holder()
    {
        using PowerOnLab lab = await StartAsync();
        await lab.AddAsync("ml-02", s_powerOn, First, Second);
        await lab.AddAsync("ml-01", s_plain with { SkipRules = ["DEVICE-IN-USE"] }, First);

        PowerOnFinding finding = Assert.Single(await lab.FailAndExplainAsync("ml-01"));

        Assert.Null(finding.Command);
        Assert.Contains("power ml-02 off first", finding.NextStep, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "enabled and not yet in force")]
    [InlineData(false, "is not enabled")]
    public async Task A_device_that_is_not_active_is_enabled_with_one_reboot(bool isEnabled, string text)
    {
        using PowerOnLab lab = await StartAsync();
        await lab.AddAsync("ml-01", s_plain, First);
        lab.Change(() =>
        {
            lab.Simulated.Host(Host).Function(First)!.IsActive = false;
            lab.Simulated.Host(Host).Function(First)!.IsEnabled = isEnabled;
            lab.Simulated.Host(Host).DevicesChanged();
        });

        PowerOnFinding finding = Assert.Single(await lab.FailAndExplainAsync("ml-01"));

        Assert.Equal((PowerOnCause.DeviceNotActive, PowerOnCertainty.Proved), (finding.Cause, finding.Certainty));
        Assert.Contains(text, finding.Explanation, StringComparison.Ordinal);
        Assert.Equal($"Enable-GpuPassthrough -VMHost {Host} -Device {First} -Reboot", finding.Command);
        await MendAsync(lab, "ml-01", finding);
    }

    [Fact]
    public async Task A_device_that_is_active_points_to_the_hot_plug_slot()
    {
        using PowerOnLab lab = await StartAsync();
        await lab.AddAsync("ml-01", s_plain, First);
        lab.Activate(Host, false, First);
        await lab.FailAsync("ml-01");
        lab.Activate(Host, true, First);

        PowerOnFinding finding = Assert.Single(await lab.ExplainAsync("ml-01"));

        Assert.Equal((PowerOnCause.HotPlugSlot, PowerOnCertainty.Likely), (finding.Cause, finding.Certainty));
        Assert.Contains("a00121002en_us", finding.NextStep, StringComparison.Ordinal);
        await lab.PowerOnAsync("ml-01");
    }

    [Fact]
    public async Task Memory_that_is_not_reserved_is_reserved()
    {
        using PowerOnLab lab = await StartAsync();
        await lab.AddAsync("ml-01", s_plain, First);
        lab.Configure("ml-01", config => (config.LockMemory, config.ReservationMB) = (false, 1024));

        PowerOnFinding finding = Assert.Single(await lab.FailAndExplainAsync("ml-01"));

        Assert.Equal((PowerOnCause.MemoryNotReserved, PowerOnCertainty.Proved), (finding.Cause, finding.Certainty));
        Assert.Contains("sched.mem.min", finding.Line, StringComparison.Ordinal);
        await MendAsync(lab, "ml-01", finding);
    }

    [Fact]
    public async Task More_memory_than_the_host_has_is_told()
    {
        using PowerOnLab lab = await StartAsync();
        await lab.AddAsync("ml-01", s_plain, First);
        lab.Configure("ml-01", config => config.MemoryMB = 4 * 1024 * 1024);

        PowerOnFinding finding = Assert.Single(await lab.FailAndExplainAsync("ml-01"));

        Assert.Equal((PowerOnCause.HostMemory, PowerOnCertainty.Proved), (finding.Cause, finding.Certainty));
        Assert.Contains("4194304 MB", finding.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dynamic_device_without_a_free_gpu_finds_one_that_is_not_active_yet()
    {
        using PowerOnLab lab = await StartAsync();
        lab.Activate(Host, false, Second);
        await lab.AddAsync("ml-02", s_powerOn, First);
        await lab.TypeAsync("Add-VmGpuPassthrough -VM ml-01 -DeviceId '10de:20b5'");

        PowerOnFinding finding = Assert.Single(await lab.FailAndExplainAsync("ml-01"));

        Assert.Equal((PowerOnCause.NoFreeDevice, PowerOnCertainty.Proved), (finding.Cause, finding.Certainty));
        Assert.Contains("held by ml-02", finding.Explanation, StringComparison.Ordinal);
        Assert.Equal($"Enable-GpuPassthrough -VMHost {Host} -Device {Second} -Reboot", finding.Command);
    }

    [Fact]
    public async Task A_label_that_no_gpu_has_is_given_to_one()
    {
        using PowerOnLab lab = await StartAsync();
        lab.Change(() => lab.Simulated.Host(Host).Function(First)!.Label = "train");
        await lab.TypeAsync("Add-VmGpuPassthrough -VM ml-01 -DeviceId '10de:20b5' -Label train");
        lab.Change(() => lab.Simulated.Host(Host).Function(First)!.Label = null);

        PowerOnFinding finding = Assert.Single(await lab.FailAndExplainAsync("ml-01"));

        Assert.Equal((PowerOnCause.NoFreeDevice, PowerOnCertainty.Proved), (finding.Cause, finding.Certainty));
        Assert.Equal($"Set-GpuDevice -VMHost {Host} -Device {First} -Label train", finding.Command);
        await MendAsync(lab, "ml-01", finding);
    }

    [Fact]
    public async Task A_host_in_maintenance_mode_is_told()
    {
        using PowerOnLab lab = await StartAsync();
        await lab.AddAsync("ml-01", s_plain, First);
        await lab.Simulated.CallAsync(lab.Simulated.Host(Host), "EnterMaintenanceMode_Task", ("timeout", 0));

        Assert.Equal(PowerOnCause.HostState, Assert.Single(await lab.FailAndExplainAsync("ml-01")).Cause);
    }

    [Fact]
    public async Task A_licence_that_vsphere_lacks_is_told()
    {
        using PowerOnLab lab = await StartAsync();
        await lab.AddAsync("ml-01", s_plain, First);
        lab.Simulated.Simulator.Faults.Add(new FaultRule { Method = "PowerOnVM_Task", Fault = "NotEnoughLicenses", FaultMessage = "There are not enough licenses installed to perform the operation." });
        VimFaultException fault = await lab.FailAsync("ml-01");

        PowerOnFinding finding = Assert.Single(PowerOnFaults.Explain(PowerOnTold.Of(fault, "the fault"), "ml-01"));

        Assert.Equal((PowerOnCause.Licence, PowerOnCertainty.Proved), (finding.Cause, finding.Certainty));
        Assert.Contains("not enough licenses", finding.Line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gpu_that_is_shared_is_made_shared_direct()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync("vgpu");
        await lab.AddVgpuAsync("v803-01", s_plain, "nvidia_l40-8q");
        Graphics(lab, "vgpu-803-01", "shared");

        PowerOnFinding finding = Assert.Single(await lab.FailAndExplainAsync("v803-01"));

        Assert.Equal((PowerOnCause.NotSharedDirect, PowerOnCertainty.Proved), (finding.Cause, finding.Certainty));
        Assert.Contains("graphics resource", finding.Line, StringComparison.Ordinal);
        Assert.Equal("Set-HostGraphicsMode -VMHost vgpu-803-01 -GraphicsType SharedDirect", finding.Command);
        await MendAsync(lab, "v803-01", finding);
    }

    [Fact]
    public async Task A_full_gpu_is_told_with_those_who_fill_it()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync("vgpu");
        foreach (int number in Enumerable.Range(1, 4))
        {
            await lab.AddVgpuAsync($"v67-0{number}", s_powerOn, "grid_p100-8q");
        }

        await lab.AddVgpuAsync("v67-05", s_plain with { SkipRules = ["VGPU-ROOM"] }, "grid_p100-8q");
        PowerOnFinding finding = Assert.Single(await lab.FailAndExplainAsync("v67-05"));

        Assert.Equal((PowerOnCause.NoGraphicsResources, PowerOnCertainty.Proved), (finding.Cause, finding.Certainty));
        Assert.Contains("v67-01, v67-02", finding.Explanation, StringComparison.Ordinal);
        Assert.Equal("Get-GpuCapacity -VMHost vgpu-67-01 -VgpuProfile grid_p100-8q", finding.Command);
    }

    [Fact]
    public async Task A_plugin_that_misses_memory_says_so_before_what_is_only_possible()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync("vgpu");
        await lab.AddVgpuAsync("v67-01", s_plain, "grid_p100-8q");
        lab.Configure("v67-01", config => (config.LockMemory, config.ReservationMB) = (false, 0));

        IReadOnlyList<PowerOnFinding> findings = await lab.FailAndExplainAsync("v67-01");

        Assert.Equal((PowerOnCause.MemoryNotReserved, PowerOnCertainty.Likely), (findings[0].Cause, findings[0].Certainty));
        Assert.DoesNotContain(findings, finding => finding.Cause is PowerOnCause.EccOn or PowerOnCause.SriovOff);
        Assert.Equal("Add-VmVgpuProfile -VM v67-01 -VgpuProfile grid_p100-8q", findings[0].Command);
        await MendAsync(lab, "v67-01", findings[0]);
    }

    [Fact]
    public async Task Ecc_with_a_driver_before_release_nine_is_switched_off()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync("vgpu");
        await lab.AddVgpuAsync("v67-01", s_plain, "grid_p100-8q");
        lab.Change(() =>
        {
            HostSystem host = lab.Simulated.Host("vgpu-67-01");
            host.Vibs.RemoveAll(vib => vib.Vendor == "NVIDIA");
            host.Vibs.Add(new InstalledVib("NVIDIA-VMware_ESXi_6.7_Host_Driver", "390.42-1OEM.670.0.0.7535516", "NVIDIA", "VMwareAccepted", "2018-04-17"));
        });

        IReadOnlyList<PowerOnFinding> findings = await lab.FailAndExplainAsync("v67-01");

        Assert.Equal((PowerOnCause.EccOn, PowerOnCertainty.Likely), (findings[0].Cause, findings[0].Certainty));
        Assert.Contains("390.42", findings[0].Explanation, StringComparison.Ordinal);
        Assert.Equal("Set-GpuEcc -VMHost vgpu-67-01 -All -Enabled $false", findings[0].Command);
        await MendAsync(lab, "v67-01", findings[0]);
    }

    [Fact]
    public async Task Sriov_that_is_off_in_the_bios_is_named_among_what_is_possible()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync("vgpu");
        await lab.AddVgpuAsync("c803-01", s_plain, "grid_a100d-40c");
        lab.Simulated.Simulator.Orders.FirmwareSriov("vgpu-803-02", false);

        IReadOnlyList<PowerOnFinding> findings = await lab.FailAndExplainAsync("c803-01");

        Assert.Equal([PowerOnCause.SriovOff, PowerOnCause.HostDriver], findings.Select(finding => finding.Cause));
        Assert.All(findings, finding => Assert.Equal(PowerOnCertainty.Possible, finding.Certainty));
        Assert.Contains("SR-IOV Global Enable", findings[0].NextStep, StringComparison.Ordinal);
        lab.Simulated.Simulator.Orders.FirmwareSriov("vgpu-803-02", true);
        await lab.PowerOnAsync("c803-01");
    }

    [Fact]
    public async Task The_log_alone_tells_the_same_without_a_server()
    {
        using PowerOnLab lab = await StartAsync();
        await lab.AddAsync("ml-01", s_plain with { MmioSizeGB = 64 }, First);
        await lab.FailAsync("ml-01");
        string datacenter = await lab.Session.FindDatacenterPathAsync(lab.Target("ml-01").Id.Reference, CancellationToken.None);
        using Stream log = await lab.Session.OpenReadAsync(datacenter, DatastorePath.Parse("[gpu-ds] ml-01/vmware.log"), CancellationToken.None);

        PowerOnFinding finding = Assert.Single(await PowerOnFaults.ExplainLogAsync(log, "vmware.log", CancellationToken.None));

        Assert.Equal("Set-VmMmioSize -VM ml-01 -SizeGB 256", finding.Command);
        Assert.Equal(("ml-01", null, null), (finding.VmName, finding.HostName, finding.ServerName));
    }

    [Fact]
    public async Task A_log_that_is_gone_leaves_what_the_task_and_the_vm_say()
    {
        using PowerOnLab lab = await StartAsync();
        await lab.AddAsync("ml-01", s_plain with { MmioSizeGB = 64 }, First);
        await lab.FailAsync("ml-01");
        lab.Change(() => lab.Simulated.Vm("ml-01").Datastore.Delete("ml-01/vmware.log"));

        PowerOnFinding finding = Assert.Single(await lab.ExplainAsync("ml-01"));

        Assert.Equal((PowerOnCause.MmioTooSmall, PowerOnCertainty.Likely), (finding.Cause, finding.Certainty));
        Assert.Equal("Set-VmMmioSize -VM ml-01 -SizeGB 256", finding.Command);
    }

    [Fact]
    public async Task An_account_that_may_not_read_the_log_gets_what_it_may_see_and_is_told()
    {
        using PowerOnLab lab = await StartAsync();
        await lab.AddAsync("ml-01", s_plain with { MmioSizeGB = 64 }, First);
        await lab.FailAsync("ml-01");
        using VimSession reader = await Passthrough.VmLab.LogInAsync(lab.Simulated.Simulator.Server, "readonly@vsphere.local");

        PowerOnFinding finding = Assert.Single(await lab.ExplainAsync("ml-01", reader));

        Assert.Equal((PowerOnCause.MmioTooSmall, PowerOnCertainty.Likely), (finding.Cause, finding.Certainty));
        Assert.Contains("The log of ml-01 could not be read", Assert.Single(lab.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_older_log_is_not_taken_for_the_power_on_that_never_began_one()
    {
        using PowerOnLab lab = await StartAsync();
        await lab.AddAsync("ml-01", s_plain with { MmioSizeGB = 64 }, First);
        await lab.FailAsync("ml-01");
        await lab.Simulated.CallAsync(lab.Simulated.Host(Host), "EnterMaintenanceMode_Task", ("timeout", 0));

        PowerOnFinding finding = Assert.Single(await lab.FailAndExplainAsync("ml-01"));

        Assert.Equal(PowerOnCause.HostState, finding.Cause);
    }

    [Fact]
    public async Task A_vm_that_never_failed_is_no_failure()
    {
        using PowerOnLab lab = await StartAsync();

        GpuVSphereException never = await Assert.ThrowsAsync<GpuVSphereException>(() => lab.ExplainAsync("ml-01"));
        GpuVSphereException running = await Assert.ThrowsAsync<GpuVSphereException>(() => lab.ExplainAsync("web-01"));

        Assert.Equal(("NoFailedPowerOn", "NoFailedPowerOn"), (never.Id, running.Id));
        Assert.Contains("is powered on", running.Message, StringComparison.Ordinal);
    }

    private static async Task<PowerOnLab> StartAsync()
    {
        PowerOnLab lab = await PowerOnLab.StartAsync();
        lab.Activate(Host, true, First, Second);
        return lab;
    }

    private static async Task MendAsync(PowerOnLab lab, string vm, PowerOnFinding finding)
    {
        await lab.TypeAsync(finding.Command!);
        await lab.PowerOnAsync(vm);
    }

    private static void Graphics(PowerOnLab lab, string host, string type) => lab.Change(() =>
    {
        HostSystem system = lab.Simulated.Host(host);
        system.Graphics.DefaultType = type;
        foreach (PciFunction function in system.Functions)
        {
            function.GraphicsType = null;
        }

        system.Graphics.TakeEffect();
        system.DevicesChanged();
    });
}
