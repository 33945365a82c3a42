using System;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model.Guest;

namespace GpuVSphere.Simulator.Tests.Guest;

/// <summary>NVIDIA's installers, module and nvidia-smi in simulated guests: what the real ones refuse is refused, and what is shown follows from the VM and its host.</summary>
public sealed class SimulatedDriverTests
{
    private const string File = "/opt/driver.run";
    private const string Prepare = "apt-get update && apt-get install -y build-essential linux-headers-$(uname -r)";
    private const string Install = "sh " + File + " --ui=none --no-questions --accept-license";

    [Fact]
    public async Task A_guest_with_a_vgpu_has_nvidia_smi_after_the_installation()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync();
        await lab.UploadAsync(File, GuestDriverLab.Grid);
        Assert.Equal(127, (await lab.RunAsync("nvidia-smi")).ExitCode);

        await OkAsync(lab, Prepare);
        ShellResult installed = await OkAsync(lab, Install);
        string report = (await OkAsync(lab, "nvidia-smi -q", "guest")).Output;

        Assert.Contains("forced to guess the X library path", installed.Error, StringComparison.Ordinal);
        Assert.Contains("is now complete", installed.Output, StringComparison.Ordinal);
        Assert.Contains(": 470.63.01", report, StringComparison.Ordinal);
        Assert.Contains(": GRID P100-8Q", report, StringComparison.Ordinal);
        Assert.Contains(": VGPU", report, StringComparison.Ordinal);
        Assert.Contains("8192 MiB", report, StringComparison.Ordinal);
        Assert.Contains("470.63.01", (await OkAsync(lab, "cat /sys/module/nvidia/version")).Output, StringComparison.Ordinal);
        Assert.Contains("Kernel driver in use: nvidia", (await OkAsync(lab, "lspci -D -nn -vv -d 10de:")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restart_loads_the_driver_again()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync();
        lab.Drivers.Install(lab.Vm, GuestDriverLab.Grid);
        string boot = (await OkAsync(lab, "cat /proc/sys/kernel/random/boot_id")).Output;

        lock (lab.Lab.Inventory.Gate)
        {
            lab.Lab.Vm(lab.Vm).Guest.Boot();
        }

        Assert.NotEqual(boot, (await OkAsync(lab, "cat /proc/sys/kernel/random/boot_id")).Output);
        Assert.Equal("470.63.01", lab.Drivers.Loaded(lab.Vm));
        Assert.Contains("GRID P100-8Q", (await OkAsync(lab, "nvidia-smi -L")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no licence", "license was not accepted")]
    [InlineData("no compiler", "development tool `cc`")]
    [InlineData("no headers", "kernel source tree")]
    [InlineData("X server", "running an X server")]
    [InlineData("driver in use", "appears to already be loaded")]
    [InlineData("nouveau", "Nouveau kernel driver is currently in use")]
    [InlineData("not root", "must be run as root")]
    [InlineData("option", "unrecognized option")]
    [InlineData("Secure Boot", "Unable to load the kernel module")]
    public async Task The_installer_refuses_what_the_real_one_refuses(string what, string words)
    {
        using GuestDriverLab lab = what is "nouveau" ? await GuestDriverLab.WholeAsync()
            : what is "Secure Boot" ? await GuestDriverLab.WholeAsync(configure: config => config.SecureBoot = true)
            : await GuestDriverLab.VgpuAsync();
        string driver = what is "nouveau" or "Secure Boot" ? GuestDriverLab.Stock : GuestDriverLab.Grid;
        if (what is "driver in use")
        {
            lab.Drivers.Install(lab.Vm, "NVIDIA-Linux-x86_64-470.57.02-grid.run");
            lab.Drivers.Use(lab.Vm, "python3");
        }

        await lab.UploadAsync(what is "not root" ? "/tmp/driver.run" : File, driver);
        await OkAsync(lab, what is "no compiler" ? "true" : what is "no headers" ? "apt-get install -y build-essential" : what is "not root" ? "chmod 0755 /tmp/driver.run" : Prepare);
        if (what is "X server")
        {
            lab.Drivers.Desktop(lab.Vm, "lightdm");
        }

        if (what is "Secure Boot")
        {
            lab.Order(orders => orders.IsNouveauIdle = true);
            await OkAsync(lab, "rmmod nouveau");
        }

        ShellResult result = await lab.RunAsync(
            what switch
            {
                "no licence" => "sh " + File + " --ui=none",
                "option" => Install + " --no-such-option",
                "not root" => "sh /tmp/driver.run --silent",
                _ => Install,
            },
            what is "not root" ? "guest" : "root");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
        Assert.NotEqual("470.63.01", lab.Drivers.Loaded(lab.Vm));
    }

    [Theory]
    [InlineData("NVIDIA-Linux-x86_64-470.63.01-grid.run", "GRID P100-8Q")]
    [InlineData("NVIDIA-Linux-x86_64-450.51.05-grid.run", "GRID P100-8Q")]
    [InlineData("NVIDIA-Linux-x86_64-470.57.02.run", "No devices were found")]
    [InlineData("NVIDIA-Linux-x86_64-535.54.03-grid.run", "No devices were found")]
    [InlineData("NVIDIA-Linux-x86_64-390.42-grid.run", "No devices were found")]
    public async Task A_vgpu_is_served_by_the_drivers_that_its_manager_takes(string driver, string words)
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync();
        lab.Drivers.Install(lab.Vm, driver);

        Assert.Contains(words, (await lab.RunAsync("nvidia-smi -L")).Output, StringComparison.Ordinal);
        Assert.Equal(words.StartsWith("GRID", StringComparison.Ordinal) ? driver.Split('-')[3].Replace(".run", string.Empty) : string.Empty, lab.Lab.Vm(lab.Vm).GuestDriver);
    }

    [Fact]
    public async Task A_driver_that_was_replaced_while_loaded_says_that_versions_differ()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync();
        lab.Drivers.Install(lab.Vm, "NVIDIA-Linux-x86_64-470.57.02-grid.run");
        await OkAsync(lab, Prepare);
        await lab.UploadAsync("/opt/nvidia-linux-grid-470_470.63.01_amd64.deb", "nvidia-linux-grid-470_470.63.01_amd64.deb");
        await OkAsync(lab, "apt-get install -y /opt/nvidia-linux-grid-470_470.63.01_amd64.deb");

        ShellResult smi = await lab.RunAsync("nvidia-smi");

        Assert.Equal(18, smi.ExitCode);
        Assert.Contains("Driver/library version mismatch", smi.Output, StringComparison.Ordinal);
        Assert.Equal("470.57.02", lab.Drivers.Loaded(lab.Vm));
    }

    [Theory]
    [InlineData("rhel8_64Guest", "nvidia-linux-grid-470-470.63.01-1.x86_64.rpm", "dnf")]
    [InlineData("centos7_64Guest", "nvidia-linux-grid-470-470.63.01-1.x86_64.rpm", "yum")]
    public async Task A_package_installs_the_driver_on_Red_Hat_and_its_relatives(string guestId, string driver, string manager)
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(guestId);
        await lab.UploadAsync("/opt/" + driver, driver);
        await OkAsync(lab, manager + " install -y gcc make kernel-devel-$(uname -r)");
        await OkAsync(lab, manager + " install -y /opt/" + driver);

        Assert.Contains("GRID P100-8Q", (await OkAsync(lab, "nvidia-smi -L")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_on_the_gpu_is_shown_until_it_ends()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync();
        lab.Drivers.Install(lab.Vm, GuestDriverLab.Grid);
        long pid = lab.Drivers.Use(lab.Vm, "python3");

        Assert.Equal($"{pid}, python3\n", (await OkAsync(lab, "nvidia-smi --query-compute-apps=pid,process_name --format=csv,noheader")).Output);
        Assert.Contains($"<pid>{pid}</pid>", (await OkAsync(lab, "nvidia-smi -q -x")).Output, StringComparison.Ordinal);
        await OkAsync(lab, $"kill {pid}");
        await Eventually.IsTrueAsync(async () => (await OkAsync(lab, "nvidia-smi --query-compute-apps=pid,process_name --format=csv,noheader")).Output.Length == 0);
    }

    [Fact]
    public async Task Nouveau_gives_the_gpu_free_after_a_restart_with_the_blacklist()
    {
        using GuestDriverLab lab = await GuestDriverLab.WholeAsync();
        Assert.Contains("nouveau", (await OkAsync(lab, "cat /proc/modules")).Output, StringComparison.Ordinal);
        await lab.UploadAsync(File, GuestDriverLab.Stock);
        await OkAsync(lab, Prepare + " && echo 'blacklist nouveau' > /etc/modprobe.d/own.conf && update-initramfs -u");

        lock (lab.Lab.Inventory.Gate)
        {
            lab.Lab.Vm(lab.Vm).Guest.Boot();
        }

        await OkAsync(lab, Install);

        Assert.Contains(": Pass-Through", (await OkAsync(lab, "nvidia-smi -q")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("nouveau", (await OkAsync(lab, "cat /proc/modules")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Windows_shows_its_devices_and_takes_a_driver_that_asks_nothing()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync("windows9Server64Guest");
        const string Setup = "471.68_grid_win10_server2016_server2019_server2022_64bit_international.exe";
        using IGuestShell shell = await lab.OpenAsync("Administrator");
        byte[] content = SimulatedGuestDrivers.File(Setup);
        await shell.WriteFileAsync(@"C:\Windows\Temp\setup.exe", new System.IO.MemoryStream(content), content.Length, GuestFileOptions.Default, default);

        Assert.Contains("|28|", (await shell.RunAsync(new GuestCommand(Devices), default)).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await shell.RunAsync(new GuestCommand(@"C:\Windows\Temp\setup.exe -s -noreboot -noeula"), default)).ExitCode);
        Assert.Contains("|0|nvlddmkm|Display|GRID P100-8Q", (await shell.RunAsync(new GuestCommand(Devices), default)).Output, StringComparison.Ordinal);
        Assert.Contains("471.68", (await shell.RunAsync(new GuestCommand(@"C:\Windows\System32\nvidia-smi.exe -q"), default)).Output, StringComparison.Ordinal);
    }

    private const string Devices = "powershell.exe -NoProfile -Command \"Get-WmiObject Win32_PnPEntity\"";

    private static async Task<ShellResult> OkAsync(GuestDriverLab lab, string command, string user = "root")
    {
        ShellResult result = await lab.RunAsync(command, user);
        Assert.True(result.ExitCode == 0, $"{command}: {result.ExitCode} {result.Output} {result.Error}");
        return result;
    }
}
