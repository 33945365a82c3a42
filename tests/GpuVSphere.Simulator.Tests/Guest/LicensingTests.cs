using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model.Guest;
using GpuVSphere.Simulator.Model.Guest.Licensing;
using GpuVSphere.Simulator.Model.Guest.Nvidia;
using GpuVSphere.Simulator.Tests.Model;

namespace GpuVSphere.Simulator.Tests.Guest;

/// <summary>nvidia-gridd and the licence servers: what is configured decides, and licences are counted.</summary>
public sealed class LicensingTests : IDisposable
{
    private const string Product = "NVIDIA RTX Virtual Workstation";
    private const string Token = "/etc/nvidia/ClientConfigToken/client_configuration_token_1.tok";

    private readonly SimulatorLab _lab = new(new SimulatorOptions { Scenario = "vgpu", ClockSpeed = 10_000 });

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task ALegacyServer_LendsALicence_AndHasItBack()
    {
        await ReadyAsync("v70-01", "grid_v100d-8q", "470.129.06");
        await SaysAsync("v70-01", "sed 's/^ServerAddress=.*/ServerAddress=gridls.sim/' /etc/nvidia/gridd.conf.template | sed 's/^FeatureType=.*/FeatureType=1/' > /etc/nvidia/gridd.conf; systemctl restart nvidia-gridd");
        await LoggedAsync("v70-01", "License acquired successfully. (Info: http://gridls.sim:7070/request; " + Product + ")");

        Assert.Equal("Licensed", Status("v70-01"));
        Assert.Equal(["v70-01: " + Product], _lab.Simulator.Licensing.Leases(SimulatorLicensing.LegacyServer));
        await SaysAsync("v70-01", "systemctl stop nvidia-gridd");
        await Eventually.IsTrueAsync(() => Status("v70-01") == "Unlicensed" && _lab.Simulator.Licensing.Leases(SimulatorLicensing.LegacyServer).Count == 0);
    }

    [Fact]
    public async Task AToken_LeadsToItsServer_AndALicenceOfItEnds()
    {
        await ReadyAsync("v803-01", "nvidia_l40-8q", "550.163.01");
        await SaysAsync("v803-01", $"echo {SimulatorLicensing.Token()} > {Token}; systemctl restart nvidia-gridd");
        await LoggedAsync("v803-01", "License acquired successfully. (Info: dls.sim, " + Product + "; Expiry: 2025-3-4 ");
        Assert.StartsWith("Licensed (Expiry: 2025-3-4 ", Status("v803-01"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("550.163.01", "true", "Unable to fetch the client configuration token file")]
    [InlineData("550.163.01", "echo a.b.c > " + Token, "Failed to decode signature from token received")]
    [InlineData("470.129.06", "true", "Failed to open file /etc/nvidia/gridd.conf")]
    [InlineData("390.42", "echo ServerPort=7070 > /etc/nvidia/gridd.conf", "Configuration parameter ( ServerAddress  FeatureType) not set")]
    [InlineData("390.42", "printf 'ServerAddress=gridls.sim\\nFeatureType=3\\n' > /etc/nvidia/gridd.conf", "Invalid feature type requested")]
    [InlineData("390.42", "printf 'ServerAddress=nowhere.sim\\nFeatureType=1\\n' > /etc/nvidia/gridd.conf", "Failed to acquire license from nowhere.sim (Info: " + Product + " - Error: Couldn't connect to server)")]
    [InlineData("390.42", "printf 'ServerAddress=gridls.sim\\nServerPort=7071\\nFeatureType=1\\n' > /etc/nvidia/gridd.conf", "Couldn't connect to server")]
    [InlineData("550.163.01", "printf 'ServerAddress=gridls.sim\\nFeatureType=1\\n' > /etc/nvidia/gridd.conf", "Unable to fetch the client configuration token file")]
    public async Task WhatIsWrong_IsSaid_AndTheGuestStaysUnlicensed(string driver, string configure, string line)
    {
        await ReadyAsync("v803-01", "nvidia_l40-8q", driver);
        await SaysAsync("v803-01", configure + "; systemctl restart nvidia-gridd");
        await LoggedAsync("v803-01", line);
        Assert.Equal("Unlicensed", Status("v803-01"));
    }

    [Fact]
    public async Task WhenEveryLicenceIsLent_TheNextGuestIsRefused_UntilOneComesBack()
    {
        _lab.Simulator.Licensing.Own(SimulatorLicensing.CloudServer, 1);
        foreach (string vm in new[] { "v803-01", "v803-02" })
        {
            await ReadyAsync(vm, "nvidia_l40-8q", "550.163.01");
            await SaysAsync(vm, $"echo {SimulatorLicensing.Token()} > {Token}; systemctl restart nvidia-gridd");
            await LoggedAsync(vm, vm == "v803-01" ? "License acquired" : "Error: No pool features found for : " + Product);
        }

        await SaysAsync("v803-01", "systemctl stop nvidia-gridd");
        await Eventually.IsTrueAsync(() => Status("v803-02")!.StartsWith("Licensed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ABackupServer_IsAskedNext()
    {
        _lab.Simulator.Licensing.Add("gridls2.sim", isLegacy: true);
        _lab.Simulator.Licensing.Reachable(SimulatorLicensing.LegacyServer, false);
        await ReadyAsync("v70-01", "grid_v100d-8q", "470.129.06");
        await SaysAsync("v70-01", "printf 'ServerAddress=gridls.sim\\nBackupServerAddress=gridls2.sim\\nFeatureType=1\\n' > /etc/nvidia/gridd.conf; systemctl restart nvidia-gridd");
        await LoggedAsync("v70-01", "License acquired successfully. (Info: http://gridls2.sim:7070/request");
    }

    [Fact]
    public async Task AServerWhoseClockDiffers_Refuses()
    {
        _lab.Simulator.Licensing.Skew(SimulatorLicensing.CloudServer, TimeSpan.FromHours(-3));
        await ReadyAsync("v803-01", "nvidia_l40-8q", "550.163.01");
        await SaysAsync("v803-01", $"echo {SimulatorLicensing.Token()} > {Token}; systemctl restart nvidia-gridd");
        await LoggedAsync("v803-01", "Error: The allowed time to process response has expired");
    }

    private async Task ReadyAsync(string vm, string profile, string driver)
    {
        await _lab.GiveAsync(vm, 0, SimulatorLab.VgpuDevice(-1, profile));
        await _lab.PowerOnAsync(vm);
        lock (_lab.Inventory.Gate)
        {
            SimulatedGuest guest = _lab.Vm(vm).Guest;
            guest.Modules.Add("nvidia");
            GriddFiles.Put(guest, new NvidiaPackage(driver, true, "run"));
            GriddFiles.Start(guest);
        }
    }

    private string? Status(string vm)
    {
        lock (_lab.Inventory.Gate)
        {
            SimulatedGuest guest = _lab.Vm(vm).Guest;
            return guest.State<GuestLicense>().Status(guest);
        }
    }

    private Task LoggedAsync(string vm, string line) => Eventually.IsTrueAsync(() =>
    {
        lock (_lab.Inventory.Gate)
        {
            return _lab.Vm(vm).Guest.Journal.Any(one => one.Program.StartsWith("nvidia-gridd", StringComparison.Ordinal) && one.Message.Contains(line, StringComparison.Ordinal));
        }
    });

    private async Task SaysAsync(string vm, string command)
    {
        using IGuestShell shell = await SimulatedShellTests.OpenAsync(_lab, vm, "root");
        ShellResult result = await shell.RunAsync(new GuestCommand(command), CancellationToken.None);
        Assert.True(result.ExitCode == 0, result.Error);
    }
}
