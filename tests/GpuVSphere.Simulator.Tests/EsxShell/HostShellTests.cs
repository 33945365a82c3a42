using System;
using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Tests.Model;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.EsxShell;

/// <summary>The shell of simulated hosts: who gets in, how a line is read, and the programs beside nvidia-smi.</summary>
public sealed class HostShellTests
{
    [Fact]
    public async Task It_is_refused_while_the_ssh_service_does_not_run()
    {
        using SimulatorLab lab = VgpuLab.Create();
        Assert.Equal("SshRefused", await ErrorAsync(lab, lab.Address("vgpu-67-01")));
        await lab.CallAsync(lab.Host("vgpu-67-01").ServiceSystem, "StartService", ("id", "TSM-SSH"));
        using IShell shell = await lab.Simulator.Shells.OpenAsync(lab.Address("vgpu-67-01"), default);
        Assert.Equal("vgpu-67-01\n", (await shell.RunAsync("hostname", default)).Output);

        await lab.CallAsync(lab.Host("vgpu-67-01").ServiceSystem, "StopService", ("id", "TSM-SSH"));
        Assert.Equal("SshRefused", (await Assert.ThrowsAsync<GpuVSphereException>(() => shell.RunAsync("hostname", default))).Id);
        shell.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => shell.RunAsync("hostname", default));
    }

    [Fact]
    public async Task A_host_that_is_away_or_another_servers_does_not_answer()
    {
        using SimulatorLab lab = VgpuLab.Create();
        lab.Simulator.Orders.HostConnection("vgpu-67-01", "notResponding");
        Assert.Equal("SshTimeout", await ErrorAsync(lab, lab.Address("vgpu-67-01")));
        HostShellAddress other = new(new VimObjectId(Guid.NewGuid().ToString(), lab.Address("vgpu-70-01").Host.Reference), "vgpu-70-01");
        Assert.Equal("SshNameUnknown", await ErrorAsync(lab, other));
    }

    [Theory]
    [InlineData("no-such-program --x", 127, "")]
    [InlineData("echo 'a  b' \"c\\\"d\" e\\ f", 0, "a  b c\"d e f\n")]
    [InlineData("echo one; false; echo two", 0, "one\ntwo\n")]
    [InlineData("false && echo one || echo two", 0, "two\n")]
    [InlineData("true && echo one || echo two", 0, "one\n")]
    [InlineData("echo Abc | grep -i aBC", 0, "Abc\n")]
    [InlineData("echo Abc | grep abc", 1, "")]
    [InlineData("nothing 2>/dev/null", 127, "")]
    [InlineData("nothing 2>&1 | grep -c found", 0, "1\n")]
    [InlineData("echo 'open", 2, "")]
    [InlineData("echo a |", 2, "")]
    [InlineData("| echo a", 2, "")]
    [InlineData("vmware -v", 0, "VMware ESXi 6.7.0 build-14320388\n")]
    public async Task Lines_are_read_as_a_shell_does(string line, int status, string output)
    {
        using SimulatorLab lab = VgpuLab.Create();
        ShellResult result = await lab.ShellAsync("vgpu-67-01", line);
        Assert.Equal(status, result.ExitCode);
        Assert.Equal(output, result.Output);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        using SimulatorLab lab = VgpuLab.Create();
        ShellResult result = await lab.ShellAsync("vgpu-bare-01", "nvidia-smi");
        Assert.Equal(127, result.ExitCode);
        Assert.Equal("sh: nvidia-smi: not found\n", result.Error);
    }

    [Fact]
    public async Task Esxcli_prints_what_the_soap_commands_give()
    {
        using SimulatorLab lab = VgpuLab.Create();
        Assert.Equal("   Default Graphics Type: SharedPassthru\n   Shared Passthru Assignment Policy: Performance\n", await lab.SaysAsync("vgpu-67-01", "esxcli graphics host get"));
        Assert.Equal(string.Empty, await lab.SaysAsync("vgpu-67-01", "esxcli graphics host set --default-type Shared"));
        Assert.Equal("shared", lab.Host("vgpu-67-01").Graphics.DefaultType);
        string devices = await lab.SaysAsync("vgpu-67-01", "esxcli graphics device list");
        Assert.Contains("0000:3b:00.0\n   Vendor Name: NVIDIA Corporation\n   Device Name: Tesla P100-PCIE-16GB\n   Module Name: nvidia\n   Graphics Type: SharedPassthru\n", devices, StringComparison.Ordinal);
        Assert.Contains("   Memory Size in KB: 16777216\n", devices, StringComparison.Ordinal);
        Assert.Contains("   Number of VMs: 0\n", devices, StringComparison.Ordinal);
        Assert.Equal("Disabled\n", await lab.SaysAsync("vgpu-67-01", "esxcli system maintenanceMode get"));
        Assert.Contains("NVIDIA-VMware", await lab.SaysAsync("vgpu-67-01", "esxcli software vib list | grep -i nvidia"), StringComparison.Ordinal);

        ShellResult unknown = await lab.ShellAsync("vgpu-67-01", "esxcli graphics stats get");
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("Unknown command or namespace graphics stats get", unknown.Error, StringComparison.Ordinal);
        Assert.Contains("Invalid option --nonsense", (await lab.ShellAsync("vgpu-67-01", "esxcli graphics host set --nonsense 1")).Error, StringComparison.Ordinal);
        string table = await lab.SaysAsync("vgpu-70-01", "esxcli hardware pci pcipassthru list");
        Assert.StartsWith("Device ID     Enabled\n------------  -------\n", table, StringComparison.Ordinal);
        Assert.Contains("0000:3b:00.0    false\n", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_module_and_the_scheduler_of_the_boot_can_be_looked_up()
    {
        using SimulatorLab lab = VgpuLab.Create();
        Assert.StartsWith("nvidia ", await lab.SaysAsync("vgpu-70-01", "vmkload_mod -l | grep nvidia"), StringComparison.Ordinal);
        Assert.Equal(1, (await lab.ShellAsync("vgpu-bare-01", "vmkload_mod -l | grep nvidia")).ExitCode);
        Assert.Contains("NVRM: GPU at 0000:86:00.0 has software scheduler DISABLED with policy BEST_EFFORT.", await lab.SaysAsync("vgpu-70-01", "dmesg | grep NVRM"), StringComparison.Ordinal);

        await lab.SaysAsync("vgpu-70-01", "esxcli system module parameters set -m nvidia -p \"NVreg_RegistryDwords=RmPVMRL=0x00030001\"");
        Assert.Equal("BEST_EFFORT", lab.Device("vgpu-70-01", "0000:86:00.0").Scheduler);
        await lab.RebootAsync("vgpu-70-01");
        Assert.Equal("EQUAL_SHARE", lab.Device("vgpu-70-01", "0000:86:00.0").Scheduler);
        Assert.Equal(3_000_000, lab.Device("vgpu-70-01", "0000:86:00.0").SchedulerTimesliceNs);
        Assert.Contains("ENABLED with policy EQUAL_SHARE.\nNVRM: Software scheduler timeslice set to 3 ms.", await lab.SaysAsync("vgpu-70-01", "dmesg"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RmPVMRL=0x00", "BEST_EFFORT", 0)]
    [InlineData("RmPVMRL=0x01", "EQUAL_SHARE", 0)]
    [InlineData("RmPVMRL=0x11", "FIXED_SHARE", 0)]
    [InlineData("Other=0x5;RmPVMRL=0x00180011", "FIXED_SHARE", 24_000_000)]
    [InlineData("XRmPVMRL=0x01", "BEST_EFFORT", 0)]
    public async Task The_registry_key_sets_the_scheduler(string keys, string policy, long slice)
    {
        using SimulatorLab lab = VgpuLab.Create();
        await lab.SaysAsync("vgpu-67-01", "esxcli system module parameters set -m nvidia -p 'NVreg_RegistryDwords=" + keys + "'");
        await lab.RebootAsync("vgpu-67-01");
        Assert.Equal(policy, lab.Device("vgpu-67-01", "0000:3b:00.0").Scheduler);
        Assert.Equal(slice, lab.Device("vgpu-67-01", "0000:3b:00.0").SchedulerTimesliceNs);
    }

    [Fact]
    public async Task One_gpu_can_have_a_scheduler_of_its_own()
    {
        using SimulatorLab lab = VgpuLab.Create();
        await lab.SaysAsync("vgpu-67-01", "esxcli system module parameters set -m nvidia -p 'NVreg_RegistryDwordsPerDevice=pci=0000:af:00.0;RmPVMRL=0x11 NVreg_RegistryDwords=RmPVMRL=0x01'");
        await lab.RebootAsync("vgpu-67-01");
        Assert.Equal("EQUAL_SHARE", lab.Device("vgpu-67-01", "0000:3b:00.0").Scheduler);
        Assert.Equal("FIXED_SHARE", lab.Device("vgpu-67-01", "0000:af:00.0").Scheduler);
    }

    [Fact]
    public async Task The_graphics_mode_takes_effect_with_xorg_before_7_0_U1_and_with_the_host_engine_after()
    {
        using SimulatorLab lab = VgpuLab.Create();
        foreach (string host in new[] { "vgpu-67-01", "vgpu-70-01" })
        {
            await lab.SaysAsync(host, "esxcli graphics host set --default-type Shared");
        }

        Assert.Contains("Exclusive access granted.", await lab.SaysAsync("vgpu-67-01", "/etc/init.d/xorg restart"), StringComparison.Ordinal);
        Assert.Equal("shared", lab.Device("vgpu-67-01", "0000:3b:00.0").GraphicsType);
        Assert.Equal(127, (await lab.ShellAsync("vgpu-67-01", "nv-hostengine -t")).ExitCode);

        await lab.SaysAsync("vgpu-70-01", "/etc/init.d/xorg restart");
        Assert.Equal("sharedDirect", lab.Device("vgpu-70-01", "0000:3b:00.0").GraphicsType);
        Assert.Equal("Host engine successfully terminated.\n", await lab.SaysAsync("vgpu-70-01", "nv-hostengine -t"));
        Assert.Equal("sharedDirect", lab.Device("vgpu-70-01", "0000:3b:00.0").GraphicsType);
        Assert.StartsWith("Started host engine version", await lab.SaysAsync("vgpu-70-01", "nv-hostengine -d"), StringComparison.Ordinal);
        Assert.Equal("shared", lab.Device("vgpu-70-01", "0000:3b:00.0").GraphicsType);
        Assert.NotEqual(0, (await lab.ShellAsync("vgpu-70-01", "nv-hostengine -d")).ExitCode);
    }

    private static async Task<string> ErrorAsync(SimulatorLab lab, HostShellAddress address) =>
        (await Assert.ThrowsAsync<GpuVSphereException>(() => lab.Simulator.Shells.OpenAsync(address, default))).Id;
}
