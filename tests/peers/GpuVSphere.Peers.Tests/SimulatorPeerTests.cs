using System;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Simulator;

namespace GpuVSphere.Peers.Tests;

/// <summary>Clients that others wrote, against our simulator over HTTPS: what they read, and what they change so that our client sees it.</summary>
public sealed class SimulatorPeerTests : IDisposable
{
    private const string Host = "esx-80-01";
    private const string Gpu = "0000:3b:00.0";
    private const string Vm = "ml-01";

    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(5));

    public void Dispose() => _limit.Dispose();

    [SkippableTheory]
    [InlineData(nameof(Peer.Pyvmomi), "gpu.py")]
    [InlineData(nameof(Peer.Rbvmomi), "gpu.rb")]
    public void APeer_ReadsTheGpusAndTheirState_AsTheyAre(string peerName, string program)
    {
        Peer peer = (Peer)typeof(Peer).GetProperty(peerName)!.GetValue(null)!;
        peer.Require();
        using SimulatorFixture server = new();

        PeerView view = PeerView.Read(peer, program, server.HostAndPort, server.UserName, server.Password);

        Assert.Equal(server.Simulator.Raw.Hosts.Select(host => host.Name).Order(), view.Hosts.Order());
        RawDevice raw = server.Simulator.Raw.Host(Host).Device(Gpu);
        Assert.Equal(new PeerDevice(raw.IsCapable, raw.IsEnabled, raw.IsActive, raw.DeviceId, raw.Name), view.Device(Host, Gpu));
        Assert.True(view.Device(Host, Gpu).IsCapable);
        Assert.False(view.Device(Host, Gpu).IsActive);
        Assert.Equal("poweredOff", view.Power(Vm));
        Assert.Empty(view.GivenTo(Vm));
    }

    [SkippableFact]
    public async Task Pyvmomi_GoesTheWholeWay_AndOurClientSeesEachStep()
    {
        Peer.Pyvmomi.Require();
        using SimulatorFixture server = new();

        server.Pyvmomi("enable", Host, Gpu).Succeeded();
        GpuDevice device = await server.ReadDeviceAsync(Host, Gpu, _limit.Token);
        Assert.True(device.IsEnabled);
        Assert.True(device.IsRebootPending);

        server.Pyvmomi("reboot", Host).Succeeded();
        device = await server.ReadDeviceAsync(Host, Gpu, _limit.Token);
        Assert.True(device.IsActive);
        Assert.False(device.IsRebootPending);

        server.Pyvmomi("give", Vm, Gpu, "pciPassthru.use64bitMMIO=TRUE", "pciPassthru.64bitMMIOSizeGB=256").Succeeded();
        GpuVm vm = await server.ReadVmAsync(Vm, _limit.Token);
        Assert.Equal(Gpu, Assert.Single(vm.PciDevices).Address.ToString());
        Assert.Equal("256", vm.ExtraConfig["pciPassthru.64bitMMIOSizeGB"]);
        Assert.True(vm.IsMemoryReservationLocked);

        server.Pyvmomi("power", Vm, "on").Succeeded();
        Assert.True((await server.ReadVmAsync(Vm, _limit.Token)).IsRunning);
        device = await server.ReadDeviceAsync(Host, Gpu, _limit.Token);
        Assert.Equal(Vm, Assert.Single(device.Assignments).VmName);
        Assert.True(server.Simulator.Raw.Vm(Vm).IsPoweredOn);

        server.Pyvmomi("power", Vm, "off").Succeeded();
        server.Pyvmomi("take", Vm).Succeeded();
        Assert.Empty((await server.ReadVmAsync(Vm, _limit.Token)).PciDevices);
        Assert.Null(server.Simulator.Raw.Host(Host).Device(Gpu).HeldBy);
    }

    [SkippableFact]
    public void Pyvmomi_IsRefused_WhatVSphereRefuses()
    {
        Peer.Pyvmomi.Require();
        using SimulatorFixture server = new();
        server.Pyvmomi("enable", Host, Gpu).Succeeded();
        server.Pyvmomi("reboot", Host).Succeeded();

        server.Pyvmomi("give", Vm, Gpu, "pciPassthru.use64bitMMIO=TRUE", "pciPassthru.64bitMMIOSizeGB=16").Succeeded();
        PeerRun refused = server.Pyvmomi("power", Vm, "on");

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("vim.fault", refused.Error, StringComparison.Ordinal);
        Assert.False(server.Simulator.Raw.Vm(Vm).IsPoweredOn);
    }

    [SkippableFact]
    public async Task Rbvmomi_SetsExtraConfig_AndGivesADevice()
    {
        Peer.Rbvmomi.Require();
        Peer.Pyvmomi.Require();
        using SimulatorFixture server = new();
        server.Pyvmomi("enable", Host, Gpu).Succeeded();
        server.Pyvmomi("reboot", Host).Succeeded();

        server.Rbvmomi("set", Vm, "pciPassthru.use64bitMMIO=TRUE", "pciPassthru.64bitMMIOSizeGB=512").Succeeded();
        server.Rbvmomi("give", Vm, Gpu, server.Simulator.Raw.Host(Host).SystemId).Succeeded();
        GpuVm vm = await server.ReadVmAsync(Vm, _limit.Token);
        Assert.Equal("512", vm.ExtraConfig["pciPassthru.64bitMMIOSizeGB"]);
        Assert.Equal(Gpu, Assert.Single(vm.PciDevices).Address.ToString());

        server.Rbvmomi("take", Vm).Succeeded();
        Assert.Empty((await server.ReadVmAsync(Vm, _limit.Token)).PciDevices);
    }

    [SkippableFact]
    public async Task Govc_ListsAndGivesADevice_ChangesSettings_AndPowersOn()
    {
        Peer.Govc.Require();
        Peer.Pyvmomi.Require();
        using SimulatorFixture server = new(requiresCookieQuotes: false);
        Assert.DoesNotContain(Gpu, server.Govc("device.pci.ls", "-vm", Vm).Succeeded(), StringComparison.Ordinal);
        server.Pyvmomi("enable", Host, Gpu).Succeeded();
        server.Pyvmomi("reboot", Host).Succeeded();

        Assert.Contains(Gpu, server.Govc("device.pci.ls", "-vm", Vm).Succeeded(), StringComparison.Ordinal);
        server.Govc("vm.change", "-vm", Vm, "-memory-pin", "-e", "pciPassthru.use64bitMMIO=TRUE", "-e", "pciPassthru.64bitMMIOSizeGB=256").Succeeded();
        server.Govc("device.pci.add", "-vm", Vm, Gpu).Succeeded();
        GpuVm vm = await server.ReadVmAsync(Vm, _limit.Token);
        Assert.Equal("256", vm.ExtraConfig["pciPassthru.64bitMMIOSizeGB"]);
        Assert.Equal(Gpu, Assert.Single(vm.PciDevices).Address.ToString());

        server.Govc("vm.power", "-on", Vm).Succeeded();
        Assert.True((await server.ReadVmAsync(Vm, _limit.Token)).IsRunning);
        Assert.Contains("VirtualPCIPassthrough", server.Govc("device.info", "-vm", Vm).Succeeded(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Govc_ReadsPassthroughState_AndEntersMaintenanceMode()
    {
        Peer.Govc.Require();
        using SimulatorFixture server = new(requiresCookieQuotes: false);

        string found = server.Govc("find", "/", "-type", "h", "-name", Host).Succeeded().Trim();
        using JsonDocument info = JsonDocument.Parse(server.Govc("object.collect", "-json", found, "config.pciPassthruInfo").Succeeded());
        Assert.Contains(Gpu, info.RootElement.ToString(), StringComparison.Ordinal);

        server.Govc("host.maintenance.enter", found).Succeeded();
        Assert.True((await server.ReadAsync(_limit.Token)).Hosts.Single(host => host.Name == Host).InMaintenanceMode);
        server.Govc("host.maintenance.exit", found).Succeeded();
        Assert.False((await server.ReadAsync(_limit.Token)).Hosts.Single(host => host.Name == Host).InMaintenanceMode);
    }
}
