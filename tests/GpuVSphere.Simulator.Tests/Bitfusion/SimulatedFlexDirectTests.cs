using System;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model.Guest;
using GpuVSphere.Simulator.Model.Guest.Bitfusion;
using GpuVSphere.Simulator.Tests.Guest;
using GpuVSphere.Simulator.Tests.Model;

namespace GpuVSphere.Simulator.Tests.Bitfusion;

/// <summary>FlexDirect as a person at the guests' shells finds it: licences, schedulers, and clients that reach them or do not.</summary>
public sealed class SimulatedFlexDirectTests : IDisposable
{
    private readonly SimulatorLab _lab = new(new SimulatorOptions { ClockSpeed = 1000, Scenario = "flexdirect" });

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task TheGuidesSteps_LeadToAGpuOnAnotherVm()
    {
        Assert.Equal("/usr/bin/flexdirect\n", await SaysAsync("flex-gpu-01", "root", "curl -fsSL getflex.bitfusion.io | bash > /dev/null && which flexdirect"));
        Assert.Contains("License is ready for use.", await SaysAsync("flex-gpu-01", "root", "flexdirect init", FlexDirectProgram.Key + "\ny\n"), StringComparison.Ordinal);
        await SaysAsync("flex-gpu-01", "root", "nohup flexdirect resource_scheduler > /tmp/log 2>&1 < /dev/null &");
        await _lab.UntilAsync(() => Daemon("flex-gpu-01")?.IsReady == true);
        Assert.Equal("Running resource scheduler on 0.0.0.0:56001 using 1 GPUs (0) with 32768 MiB of memory each\n", await SaysAsync("flex-gpu-01", "admin", "cat /tmp/log"));

        await LicensedAsync("flex-cpu-01");
        Assert.Contains("no servers are configured", await FailsAsync("flex-cpu-01", "flexdirect list_gpus"), StringComparison.Ordinal);
        await SaysAsync("flex-cpu-01", "root", "echo " + Guest("flex-gpu-01").Address + " > /etc/bitfusionio/servers.conf");
        Assert.Contains("GPU 0: Tesla V100-PCIE-32GB, free memory 32768 MiB / 32768 MiB", await SaysAsync("flex-cpu-01", "admin", "flexdirect list_gpus"), StringComparison.Ordinal);
        Assert.Equal("hello\n", await SaysAsync("flex-cpu-01", "admin", "flexdirect run -n 1 -m 2048 echo hello"));
    }

    [Fact]
    public async Task MemoryThatAProgramHas_IsNobodyElses_AndComesBack()
    {
        await ServedAsync();
        Task<string> first = SaysAsync("flex-cpu-01", "admin", "flexdirect run -n 1 -m 20000 sleep 600");
        await _lab.UntilAsync(() => Daemon("flex-gpu-01")!.Gpus[0].UsedMB == 20000);
        Assert.Contains("not enough GPU memory", await FailsAsync("flex-cpu-01", "flexdirect run -n 1 -p 0.5 true"), StringComparison.Ordinal);
        Assert.Equal("", await SaysAsync("flex-cpu-01", "admin", "flexdirect run -n 1 -m 12768 true"));
        Assert.Contains("not enough", await FailsAsync("flex-cpu-01", "flexdirect run -n 2 -m 10 true"), StringComparison.Ordinal);
        await first;
        Assert.Equal(0, Daemon("flex-gpu-01")!.Gpus[0].UsedMB);
    }

    [Theory]
    [InlineData("off", "i/o timeout")]
    [InlineData("stopped", "connection refused")]
    [InlineData("wrong address", "i/o timeout")]
    [InlineData("wrong name", "no such host")]
    [InlineData("other port", "connection refused")]
    [InlineData("unlicensed server", "not licensed")]
    public async Task AServerThatIsNotReached_IsToldAsPublicTextsShow(string trouble, string reason)
    {
        await ServedAsync();
        string address = Guest("flex-gpu-01").Address;
        lock (_lab.Inventory.Gate)
        {
            switch (trouble)
            {
                case "off":
                    _lab.Vm("flex-gpu-01").PowerState = "poweredOff";
                    break;
                case "unlicensed server":
                    Guest("flex-gpu-01").State<FlexDirectState>().IsLicensed = false;
                    break;
            }
        }

        if (trouble == "stopped")
        {
            await SaysAsync("flex-gpu-01", "root", "pkill -x flexdirect");
            await _lab.UntilAsync(() => Daemon("flex-gpu-01") is null);
        }

        string line = trouble switch { "wrong address" => "10.99.0.1", "wrong name" => "flex-gpu-99", "other port" => address + ":56002", _ => address };
        await SaysAsync("flex-cpu-01", "root", "echo " + line + " > /etc/bitfusionio/servers.conf");
        string error = await FailsAsync("flex-cpu-01", "flexdirect list_gpus");
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.EndsWith("Error: none of the servers responded correctly to client id claim requests.\n", error, StringComparison.Ordinal);
        string health = await FailsAsync("flex-cpu-01", "flexdirect health");
        Assert.Contains("[FAIL] Servers", health, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flexdirect resource_scheduler -n 2", "2 GPUs were asked for")]
    [InlineData("flexdirect resource_scheduler -d 1", "no GPU 1")]
    [InlineData("flexdirect resource_scheduler -l 10.99.0.1", "cannot assign requested address")]
    [InlineData("flexdirect resource_scheduler", "address already in use")]
    [InlineData("flexdirect nonsense", "unknown command")]
    [InlineData("flexdirect run -n 0 true", "invalid argument")]
    [InlineData("flexdirect run -n 1", "no application")]
    [InlineData("flexdirect local -n 1 true", "invalid argument")]
    public async Task WhatCannotBe_IsRefused(string command, string error)
    {
        await ServedAsync();
        Assert.Contains(error, await FailsAsync("flex-gpu-01", command), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flexdirect list_gpus")]
    [InlineData("flexdirect resource_scheduler")]
    [InlineData("flexdirect run -n 1 true")]
    [InlineData("flexdirect local true")]
    public async Task WithoutALicence_NothingWorks(string command)
    {
        await InstalledAsync("flex-gpu-01");
        Assert.Contains("is not licensed", await FailsAsync("flex-gpu-01", command), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "no license key was entered")]
    [InlineData("WRONG\ny\n", "is invalid")]
    [InlineData(FlexDirectProgram.Key + "\n", "was not accepted")]
    public async Task Init_WantsTheRightKeyAndAYes(string input, string error)
    {
        await InstalledAsync("flex-cpu-01");
        Assert.Contains(error, await FailsAsync("flex-cpu-01", "flexdirect init", input), StringComparison.Ordinal);
        Assert.False(Guest("flex-cpu-01").State<FlexDirectState>().IsLicensed);
        Assert.Contains("must be run as root", (await RunAsync("flex-cpu-01", "admin", "flexdirect init")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheLaterForm_IsReadByTheLaterProgramFromItsUsersHome()
    {
        await ServedAsync();
        lock (_lab.Inventory.Gate)
        {
            Guest("flex-cpu-02").Files.PutProgram("/usr/bin/bitfusion");
            Guest("flex-cpu-02").State<FlexDirectState>().IsLicensed = true;
        }

        await SaysAsync("flex-cpu-02", "admin", "mkdir .bitfusion && printf 'servers:\\n- addresses:\\n  - " + Guest("flex-gpu-01").Address + ":56001\\n' > .bitfusion/servers.conf");
        Assert.Contains("running 0 tasks", await SaysAsync("flex-cpu-02", "admin", "bitfusion list_gpus"), StringComparison.Ordinal);
        await SaysAsync("flex-cpu-02", "admin", "echo not an address > .bitfusion/servers.conf");
        Assert.Contains("Failed to parse", await FailsAsync("flex-cpu-02", "bitfusion list_gpus", user: "admin"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASchedulerEnds_WithItsGuest()
    {
        await ServedAsync();
        lock (_lab.Inventory.Gate)
        {
            Guest("flex-gpu-01").Reboot();
        }

        await _lab.UntilAsync(() => Daemon("flex-gpu-01") is null);
    }

    private SimulatedGuest Guest(string vm) => _lab.Vm(vm).Guest;

    private FlexDirectDaemon? Daemon(string vm)
    {
        lock (_lab.Inventory.Gate)
        {
            return Guest(vm).State<FlexDirectState>().Daemons.FirstOrDefault();
        }
    }

    private Task InstalledAsync(string vm) => SaysAsync(vm, "root", "curl -fsSL getflex.bitfusion.io | bash");

    private async Task LicensedAsync(string vm)
    {
        await InstalledAsync(vm);
        lock (_lab.Inventory.Gate)
        {
            Guest(vm).State<FlexDirectState>().IsLicensed = true;
        }
    }

    private async Task ServedAsync()
    {
        await LicensedAsync("flex-gpu-01");
        await LicensedAsync("flex-cpu-01");
        await SaysAsync("flex-gpu-01", "root", "nohup flexdirect resource_scheduler > /tmp/log 2>&1 < /dev/null &");
        await _lab.UntilAsync(() => Daemon("flex-gpu-01")?.IsReady == true);
        await SaysAsync("flex-cpu-01", "root", "echo " + Guest("flex-gpu-01").Address + " > /etc/bitfusionio/servers.conf");
    }

    private async Task<string> SaysAsync(string vm, string user, string command, string? input = null)
    {
        ShellResult result = await RunAsync(vm, user, command, input);
        Assert.True(result.ExitCode == 0, $"{command}: {result.ExitCode} {result.Output}{result.Error}");
        return result.Output;
    }

    private async Task<string> FailsAsync(string vm, string command, string? input = null, string user = "root")
    {
        ShellResult result = await RunAsync(vm, user, command, input);
        Assert.NotEqual(0, result.ExitCode);
        return result.Output + result.Error;
    }

    private async Task<ShellResult> RunAsync(string vm, string user, string command, string? input = null)
    {
        using IGuestShell shell = await SimulatedShellTests.OpenAsync(_lab, vm, user);
        return await shell.RunAsync(new GuestCommand(command) { Input = input is null ? null : new NetworkCredential(string.Empty, input).SecurePassword }, CancellationToken.None);
    }
}
