using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Guest;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Model.Guest;
using GpuVSphere.Simulator.Model.Guest.Cuda;
using GpuVSphere.Simulator.Model.Guest.Nvidia;

namespace GpuVSphere.Simulator.Tests.Guest;

/// <summary>Test-GpuGuest on guests in which one thing is wrong: the check that it belongs to fails, says what was seen, and what to type next.</summary>
public sealed class GuestGpuTroubleTests
{
    private const double Speed = 200;
    private const string DeviceQuery = "/usr/local/cuda/samples/1_Utilities/deviceQuery/deviceQuery";
    private const string VectorAdd = "/usr/local/cuda/samples/0_Simple/vectorAdd/vectorAdd";

    public static TheoryData<string, string, string, string> Troubles => new()
    {
        { "no GPU", "GpuSeen", "no NVIDIA GPU on its PCI bus; no GPU is configured", "Add-VmVgpuProfile -VM v67-01" },
        { "GPU not handed over", "GpuSeen", "no NVIDIA GPU on its PCI bus; 1 GPU configured", "Resolve-GpuPowerOnFault -VM v67-01" },
        { "no driver", "Driver", "NVIDIA's driver is not installed", "Install-NvidiaGuestDriver -VM v67-01" },
        { "no driver", "NvidiaSmi", "there is no nvidia-smi", "Install-NvidiaGuestDriver -VM v67-01" },
        { "driver not loaded", "Driver", "nvidia 470.63.01 is installed and not loaded.", "modprobe nvidia" },
        { "unsigned under Secure Boot", "Driver", "the kernel says: Loading of unsigned module is rejected", "Secure Boot off" },
        { "unsigned under Secure Boot", "SecureBoot", "the module is not signed", "mokutil --import" },
        { "unsigned under Secure Boot", "NvidiaSmi", "couldn't communicate with the NVIDIA driver", "check of the driver" },
        { "tools of another version", "NvidiaSmi", "version mismatch", "Restart the guest of v67-01" },
        { "tools of another version", "Driver", "nvidia 470.57.02 is loaded, and 470.63.01 is installed", "Restart the guest" },
        { "manager in the guest", "VirtualizationMode", "the vGPU manager for hosts is installed in the guest", "Install-NvidiaGuestDriver" },
        { "mode of a whole GPU", "VirtualizationMode", "Pass-Through; the VM is configured with 1 vGPU and 0 whole GPUs", "Get-VmGpu -VM v67-01" },
        { "no mode", "VirtualizationMode", "None; the VM is configured with 1 vGPU", "power the VM off and on" },
        { "no CUDA library", "Cuda", "libcuda.so.1, is not found", "Install-NvidiaGuestDriver" },
        { "toolkit too new", "DeviceQuery", "it ended with 1: ", "install a newer driver" },
        { "memory taken", "VectorAdd", "out of memory", "Get-VgpuLicense" },
    };

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task What_is_wrong_is_said_by_its_check(string what, string check, string seen, string next)
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        if (what is "unsigned under Secure Boot")
        {
            lab.Drivers.Signing(lab.Vm, false);
            lab.Change(guest => guest.Vm.Config.SecureBoot = true);
        }

        if (what is not ("no driver" or "no GPU" or "GPU not handed over"))
        {
            lab.Drivers.Install(lab.Vm, what is "tools of another version" ? "NVIDIA-Linux-x86_64-470.57.02-grid.run" : GuestDriverLab.Grid);
        }

        Samples(lab, what is "toolkit too new" ? "13.0.1" : "11.4.0");
        await SpoilAsync(lab, what);

        GuestGpuCheck found = Assert.Single(await lab.TestAsync(), one => one.Check == check);

        Assert.Equal(what is "tools of another version" && check == "Driver" ? GuestCheckOutcome.Warning : GuestCheckOutcome.Failed, found.Outcome);
        Assert.Contains(seen, found.Seen, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(next, found.NextStep, StringComparison.Ordinal);
        Assert.Equal("v67-01", found.VmName);
    }

    [Fact]
    public async Task With_nothing_wrong_every_check_passes()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        lab.Drivers.Install(lab.Vm, GuestDriverLab.Grid);
        Samples(lab, "11.4.0");

        Assert.All(await lab.TestAsync(), check => Assert.True(check.Outcome == GuestCheckOutcome.Passed, $"{check}: {check.Seen}"));
    }

    [Fact]
    public async Task A_GPU_whose_BAR1_has_no_address_is_known_by_lspci_and_by_the_kernel()
    {
        using GuestDriverLab lab = await GuestDriverLab.WholeAsync(clockSpeed: Speed);
        lab.Order(orders => orders.HasRoomForBars = false);
        lab.Drivers.Install(lab.Vm, GuestDriverLab.Stock);

        GuestGpuCheck[] checks = await lab.TestAsync();

        GuestGpuCheck bar = Assert.Single(checks, check => check.Check == "BarAssigned");
        Assert.Equal(GuestCheckOutcome.Failed, bar.Outcome);
        Assert.Contains("BAR1 of ", bar.Seen, StringComparison.Ordinal);
        Assert.Contains("has no address; the driver says: BAR1 is 0M @ 0x0", bar.Seen, StringComparison.Ordinal);
        Assert.Contains("Set-VmMmioSize -VM ml-01 -PowerOff -PowerOn", bar.NextStep, StringComparison.Ordinal);
        Assert.DoesNotContain("needs EFI", bar.NextStep, StringComparison.Ordinal);
        Assert.Equal(GuestCheckOutcome.Passed, Assert.Single(checks, check => check.Check == "GpuSeen").Outcome);
        Assert.Equal(GuestCheckOutcome.Failed, Assert.Single(checks, check => check.Check == "Driver").Outcome);
        Assert.Contains("Region 1: Memory at <unassigned> (64-bit, prefetchable)\n", await lab.SaysAsync("lspci -vv -d 10de:"), StringComparison.Ordinal);

        lab.Change(guest => guest.Vm.Config.Firmware = "bios");
        Assert.Contains("BIOS firmware, and a large BAR needs EFI", Assert.Single(await lab.TestAsync(), check => check.Check == "BarAssigned").NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nouveau_in_place_of_the_driver_is_named()
    {
        using GuestDriverLab lab = await GuestDriverLab.WholeAsync(clockSpeed: Speed);

        GuestGpuCheck driver = Assert.Single(await lab.TestAsync(), check => check.Check == "Driver");

        Assert.Equal((GuestCheckOutcome.Failed, "nouveau is loaded in place of NVIDIA's driver."), (driver.Outcome, driver.Seen));
        Assert.Contains("-Reboot keeps nouveau from being loaded", driver.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_lspci_nothing_is_said_of_the_bus_that_was_not_seen()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        lab.Drivers.Install(lab.Vm, GuestDriverLab.Grid);
        await lab.SaysAsync("rm /usr/bin/lspci");

        GuestGpuCheck[] checks = await lab.TestAsync();

        GuestGpuCheck seen = Assert.Single(checks, check => check.Check == "GpuSeen");
        Assert.Equal((GuestCheckOutcome.NotChecked, "Install pciutils in the guest."), (seen.Outcome, seen.NextStep));
        Assert.Equal(GuestCheckOutcome.NotChecked, Assert.Single(checks, check => check.Check == "BarAssigned").Outcome);
        Assert.Equal(GuestCheckOutcome.Passed, Assert.Single(checks, check => check.Check == "NvidiaSmi").Outcome);
    }

    [Theory]
    [InlineData("no driver", "Driver", "code 28", "Install-NvidiaGuestDriver -VM v67-01")]
    [InlineData("no room", "BarAssigned", "code 12", "Set-VmMmioSize -VM v67-01")]
    [InlineData("stock driver", "Driver", "code 43", "A stock driver serves no vGPU")]
    public async Task On_Windows_Device_Manager_says_it(string what, string check, string seen, string next)
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync("windows2019srv_64Guest", clockSpeed: Speed);
        if (what is not "no driver")
        {
            lab.Drivers.Install(lab.Vm, what is "stock driver" ? "471.68-quadro-rtx-desktop-notebook-win10-win11-64bit-international-dch-whql.exe" : "471.68_grid_win10_server2016_server2019_64bit_international.exe");
        }

        lab.Order(orders => orders.HasRoomForBars = what is not "no room");

        GuestGpuCheck found = Assert.Single(await lab.TestAsync("Administrator"), one => one.Check == check);

        Assert.Equal(GuestCheckOutcome.Failed, found.Outcome);
        Assert.Contains(seen, found.Seen, StringComparison.Ordinal);
        Assert.Contains(next, found.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_samples_reaches_the_guest_as_it_is_and_one_that_is_not_there_is_no_error()
    {
        const string Folder = "/opt/it's $(touch /tmp/owned); x";
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        lab.Drivers.Install(lab.Vm, GuestDriverLab.Grid);
        lab.Change(guest => guest.Files.PutProgram(Folder + "/deviceQuery/deviceQuery", "deviceQuery"));

        GuestGpuCheck[] there = await lab.TestAsync(options: new GuestGpuTestOptions { SamplePath = Folder });
        GuestGpuCheck[] gone = await lab.TestAsync(options: new GuestGpuTestOptions { SamplePath = "/opt/none" });

        Assert.Equal(GuestCheckOutcome.Passed, Assert.Single(there, check => check.Check == "DeviceQuery").Outcome);
        Assert.Equal(GuestCheckOutcome.NotChecked, Assert.Single(gone, check => check.Check == "DeviceQuery").Outcome);
        Assert.Equal(string.Empty, await lab.SaysAsync("ls /tmp"));
    }

    private static async Task SpoilAsync(GuestDriverLab lab, string what)
    {
        switch (what)
        {
            case "no GPU":
                lab.Change(guest => guest.Vm.Config.Devices.RemoveAll(device => device is VmPassthroughDevice));
                break;
            case "GPU not handed over":
                lab.Change(guest => guest.Vm.Config.Passthrough.Single().Seat = null);
                break;
            case "driver not loaded":
                await lab.SaysAsync("systemctl stop nvidia-gridd");
                await Eventually.IsTrueAsync(async () => (await lab.RunAsync("rmmod nvidia")).ExitCode == 0);
                break;
            case "tools of another version":
                lab.Change(guest => NvidiaFiles.Put(guest, new NvidiaPackage("470.63.01", true, "run")));
                break;
            case "manager in the guest":
                lab.Order(orders => orders.VirtualizationMode = "Host VGPU");
                break;
            case "mode of a whole GPU":
                lab.Order(orders => orders.VirtualizationMode = "Pass-Through");
                break;
            case "no mode":
                lab.Order(orders => orders.VirtualizationMode = "None");
                break;
            case "no CUDA library":
                await lab.SaysAsync("rm /usr/lib/x86_64-linux-gnu/libcuda.so.1");
                break;
            case "memory taken":
                lab.Change(guest => guest.State<CudaOrders>().IsMemoryTaken = true);
                break;
        }
    }

    private static void Samples(GuestDriverLab lab, string version) => lab.Change(guest =>
    {
        foreach (string path in new[] { DeviceQuery, VectorAdd })
        {
            guest.Files.PutProgram(path, path.Substring(path.LastIndexOf('/') + 1));
            guest.Files.Put(path + ".cu", "// CUDA " + version + "\n");
        }
    });
}
