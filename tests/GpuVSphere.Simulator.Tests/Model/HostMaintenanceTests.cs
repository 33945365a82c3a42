using System;
using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Model;

/// <summary>Maintenance mode, reboots and connections.</summary>
public sealed class HostMaintenanceTests
{
    [Fact]
    public async Task Maintenance_waits_until_the_last_VM_is_off()
    {
        using SimulatorLab lab = new();
        HostSystem host = lab.Host("esx-67-01");
        MoRef task = await lab.StartAsync(host, "EnterMaintenanceMode_Task", ("timeout", 0));
        await lab.Inventory.DelayAsync(TimeSpan.FromMinutes(10), default);
        Assert.False(lab.Raw.Host("esx-67-01").IsInMaintenance);

        await lab.CallAsync(lab.Vm("web-01"), "ShutdownGuest");
        await lab.WaitAsync(task);
        Assert.False(lab.Raw.Vm("web-01").IsPoweredOn);
        Assert.True(lab.Raw.Host("esx-67-01").IsInMaintenance);
    }

    [Fact]
    public async Task Entering_can_be_cancelled()
    {
        using SimulatorLab lab = new();
        HostSystem host = lab.Host("esx-67-01");
        MoRef task = await lab.StartAsync(host, "EnterMaintenanceMode_Task", ("timeout", 0));
        await lab.UntilAsync(() => host.IsEnteringMaintenance);
        await lab.CallAsync(lab.Simulator.World.Find(task)!, "CancelTask");
        SimulatedFault fault = await Assert.ThrowsAsync<SimulatedFault>(() => lab.WaitAsync(task));
        Assert.Equal("RequestCanceled", fault.Detail.TypeName);
        Assert.False(lab.Raw.Host("esx-67-01").IsInMaintenance);
        Assert.False(host.IsEnteringMaintenance);
        await lab.PowerOnAsync("ml-67");
    }

    [Fact]
    public async Task A_forced_reboot_takes_the_VMs_down_hard()
    {
        using SimulatorLab lab = new(SimulatorLab.LongReboot);
        await lab.CallAsync(lab.Host("esx-80-02"), "RebootHost_Task", ("force", true));
        Assert.False(lab.Raw.Vm("web-02").IsPoweredOn);
        Assert.Equal("disconnected", ((DataObject)lab.Vm("web-02").GetProperty("runtime")!)["connectionState"]);
        SimulatedFault fault = await Assert.ThrowsAsync<SimulatedFault>(() => lab.PowerOnAsync("web-02"));
        Assert.Equal("HostNotReachable", fault.Detail.TypeName);
        await lab.EndRebootAsync("esx-80-02");
        await lab.PowerOnAsync("web-02");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_the_task_of_a_reboot_ends_is_a_switch(bool early)
    {
        using SimulatorLab lab = new(new SimulatorOptions { ClockSpeed = 10_000, RebootTaskEndsEarly = early, RebootDuration = TimeSpan.FromHours(early ? 100 : 1) });
        await lab.CallAsync(lab.Host("esx-none-01"), "RebootHost_Task", ("force", true));
        Assert.Equal(early ? "notResponding" : "connected", lab.Raw.Host("esx-none-01").ConnectionState);
    }

    [Theory]
    [InlineData(RebootOutcome.Normal, "connected", true, true)]
    [InlineData(RebootOutcome.ComesBackDisconnected, "disconnected", true, true)]
    [InlineData(RebootOutcome.DevicesStayInactive, "connected", false, true)]
    [InlineData(RebootOutcome.LeavesMaintenance, "connected", true, false)]
    public async Task A_reboot_goes_as_it_was_ordered(RebootOutcome outcome, string connection, bool isActive, bool inMaintenance)
    {
        using SimulatorLab lab = new(new SimulatorOptions { ClockSpeed = 10_000, RebootTaskEndsEarly = false });
        lab.Simulator.Orders.NextReboot("esx-80-01", outcome);
        await lab.ConfigureAsync("esx-80-01", ("0000:3b:00.0", true));
        await lab.CallAsync(lab.Host("esx-80-01"), "EnterMaintenanceMode_Task", ("timeout", 0));
        await lab.CallAsync(lab.Host("esx-80-01"), "RebootHost_Task", ("force", false));
        RawHost host = lab.Raw.Host("esx-80-01");
        Assert.Equal((connection, isActive, inMaintenance), (host.ConnectionState, host.Device("0000:3b:00.0").IsActive, host.IsInMaintenance));
    }

    [Fact]
    public async Task A_host_can_stay_away()
    {
        using SimulatorLab lab = new();
        lab.Simulator.Orders.NextReboot("esx-none-01", RebootOutcome.NeverComesBack);
        await lab.CallAsync(lab.Host("esx-none-01"), "RebootHost_Task", ("force", true));
        await lab.Inventory.DelayAsync(TimeSpan.FromHours(2), default);
        Assert.Equal("notResponding", lab.Raw.Host("esx-none-01").ConnectionState);
        Assert.Equal(1, lab.Raw.Host("esx-none-01").BootCount);
    }

    [Fact]
    public async Task A_host_can_take_long()
    {
        using SimulatorLab lab = new();
        lab.Simulator.Orders.NextReboot("esx-none-01", RebootOutcome.Normal, TimeSpan.FromHours(100));
        await lab.CallAsync(lab.Host("esx-none-01"), "RebootHost_Task", ("force", true));
        await lab.Inventory.DelayAsync(TimeSpan.FromHours(1), default);
        Assert.Equal("notResponding", lab.Raw.Host("esx-none-01").ConnectionState);
        await lab.EndRebootAsync("esx-none-01");
        Assert.Equal(2, lab.Raw.Host("esx-none-01").BootCount);
    }

    [Fact]
    public async Task One_device_can_stay_as_it_was()
    {
        using SimulatorLab lab = new();
        lab.Simulator.Orders.DeviceIgnoresNextReboot("esx-80-01", "0000:af:00.0");
        await lab.ActivateAsync("esx-80-01", "0000:3b:00.0", "0000:af:00.0");
        Assert.True(lab.Raw.Host("esx-80-01").Device("0000:3b:00.0").IsActive);
        Assert.False(lab.Raw.Host("esx-80-01").Device("0000:af:00.0").IsActive);
    }

    [Fact]
    public async Task An_ESXi_host_takes_its_own_server_and_its_sessions_along()
    {
        using SimulatorLab lab = new(new SimulatorOptions { Scenario = "esxi", ClockSpeed = 10_000, RebootDuration = TimeSpan.FromHours(100) });
        HostSystem host = lab.Inventory.Hosts.Single();
        await lab.ConfigureAsync(host.Name, ("0000:3b:00.0", true));
        await lab.CallAsync(host, "EnterMaintenanceMode_Task", ("timeout", 0));
        await Assert.ThrowsAsync<SimulatedDisconnect>(() => lab.CallAsync(host, "RebootHost_Task", ("force", false)));
        Assert.False(lab.Simulator.World.IsReachable);
        lab.Simulator.Clock.Advance(TimeSpan.FromHours(100));
        await lab.UntilAsync(() => lab.Simulator.World.IsReachable);
        Assert.True(lab.Raw.Host(host.Name).Device("0000:3b:00.0").IsActive);
        Assert.Equal("ha-host", host.Reference.Value);
        Assert.Equal(2, host.BootCount);
    }

    [Fact]
    public async Task Services_start_and_stop_and_follow_their_policy_over_a_reboot()
    {
        using SimulatorLab lab = new(new SimulatorOptions { ClockSpeed = 10_000, RebootTaskEndsEarly = false });
        HostSystem host = lab.Host("esx-none-01");
        Assert.DoesNotContain("TSM-SSH", lab.Raw.Host(host.Name).RunningServices);
        await lab.CallAsync(host.ServiceSystem, "StartService", ("id", "TSM-SSH"));
        Assert.Contains("TSM-SSH", lab.Raw.Host(host.Name).RunningServices);
        await lab.CallAsync(host, "RebootHost_Task", ("force", true));
        Assert.DoesNotContain("TSM-SSH", lab.Raw.Host(host.Name).RunningServices);
        await lab.CallAsync(host.ServiceSystem, "UpdateServicePolicy", ("id", "TSM-SSH"), ("policy", "on"));
        await lab.CallAsync(host, "RebootHost_Task", ("force", true));
        Assert.Contains("TSM-SSH", lab.Raw.Host(host.Name).RunningServices);
    }
}
