using System;
using System.Linq;
using GpuVSphere.Simulator;

namespace GpuVSphere.Peers.Tests;

/// <summary>What clients that others wrote meet on our simulator besides the main way: every object, refusals, esxcli.</summary>
public sealed class SimulatorPeerProtocolTests
{
    [SkippableTheory]
    [InlineData(nameof(Peer.Pyvmomi), "gpu.py")]
    [InlineData(nameof(Peer.Rbvmomi), "gpu.rb")]
    public void EveryDeviceAndEveryVm_IsReadAsItIs(string peerName, string program)
    {
        Peer peer = (Peer)typeof(Peer).GetProperty(peerName)!.GetValue(null)!;
        peer.Require();
        using SimulatorFixture server = new();
        SimulatorRawState raw = server.Simulator.Raw;

        PeerView view = PeerView.Read(peer, program, server.HostAndPort, server.UserName, server.Password);

        Assert.Contains(raw.Hosts, host => host.Devices.Count > 1);
        Assert.All(raw.Hosts.Where(host => host.ConnectionState == "connected"), host =>
        {
            RawDevice[] devices = [.. host.Devices.Where(device => device.VendorId == 0x10de)];
            Assert.Equal(devices.Select(device => device.Address).Order(StringComparer.Ordinal), view.Devices(host.Name).Order(StringComparer.Ordinal));
            Assert.All(devices, device => Assert.Equal(
                new PeerDevice(device.IsCapable, device.IsEnabled, device.IsActive, device.DeviceId, device.Name),
                view.Device(host.Name, device.Address)));
        });
        Assert.All(raw.Vms, vm =>
        {
            Assert.Equal(vm.PowerState, view.Power(vm.Name));
            Assert.Equal(vm.IsMemoryReservationLocked, view.IsMemoryLocked(vm.Name));
            Assert.All(vm.ExtraConfig, option => Assert.Equal(option.Value, view.Extra(vm.Name, option.Key)));
        });
    }

    [SkippableFact]
    public void Pyvmomi_IsToldWhichPrivilegeIsMissing()
    {
        Peer.Pyvmomi.Require();
        using SimulatorFixture server = new();
        PeerRun run = PeerView.Start(Peer.Pyvmomi, "gpu.py", server.HostAndPort, "readonly@vsphere.local", server.Password, "enable", "esx-80-01", "0000:3b:00.0");
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("NoPermission", run.Error, StringComparison.Ordinal);
        Assert.Contains("Host.Config.PciPassthru", run.Error, StringComparison.Ordinal);
        Assert.False(server.Simulator.Raw.Host("esx-80-01").Device("0000:3b:00.0").IsEnabled);
    }

    [SkippableFact]
    public void Pyvmomi_WithAWrongPassword_MeetsInvalidLogin()
    {
        Peer.Pyvmomi.Require();
        using SimulatorFixture server = new();
        PeerRun run = PeerView.Start(Peer.Pyvmomi, "gpu.py", server.HostAndPort, server.UserName, "wrong", "read");
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("InvalidLogin", run.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Govc_RunsEsxcliWithoutSsh_AndChangesADevice()
    {
        Peer.Govc.Require();
        using SimulatorFixture server = new(requiresCookieQuotes: false);
        string host = server.Govc("find", "/", "-type", "h", "-name", "esx-70-01").Succeeded().Trim();
        Assert.Contains("0000:3b:00.0", server.Govc("host.esxcli", "-host", host, "hardware", "pci", "pcipassthru", "list").Succeeded(), StringComparison.Ordinal);

        // This host rebinds a device without a reboot.
        server.Govc("host.esxcli", "-host", host, "hardware", "pci", "pcipassthru", "set", "-d", "0000:3b:00.0", "-e", "true", "-a", "true").Succeeded();
        Assert.True(server.Simulator.Raw.Host("esx-70-01").Device("0000:3b:00.0").IsActive);
        Assert.NotEqual(0, server.Govc("host.esxcli", "-host", host, "graphics", "dance").ExitCode);
    }
}
