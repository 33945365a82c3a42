using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Peers.Tests;

/// <summary>Our inventory of govmomi's server, held against what pyvmomi and rbvmomi read of it.</summary>
public sealed class VcsimInventoryTests : IClassFixture<VcsimFixture>, IDisposable
{
    private readonly VcsimFixture _vcsim;
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(5));

    public VcsimInventoryTests(VcsimFixture vcsim) => _vcsim = vcsim;

    public void Dispose() => _limit.Dispose();

    [SkippableTheory]
    [InlineData(nameof(Peer.Pyvmomi), "gpu.py")]
    [InlineData(nameof(Peer.Rbvmomi), "gpu.rb")]
    public async Task EveryGpu_IsReadAsThePeerReadsIt(string peerName, string program)
    {
        Peer peer = (Peer)typeof(Peer).GetProperty(peerName)!.GetValue(null)!;
        peer.Require();
        PeerView theirs = PeerView.Read(peer, program, _vcsim.Server.HostAndPort, _vcsim.Server.UserName, _vcsim.Server.Password);

        GpuInventory ours = await ReadAsync();

        Assert.Equal(theirs.Hosts.Order(StringComparer.Ordinal), ours.Hosts.Select(host => host.Name).Order(StringComparer.Ordinal));
        Assert.All(ours.Hosts, host =>
        {
            Assert.Equal(2, host.Devices.Count);
            Assert.Equal(theirs.Devices(host.Name).Order(StringComparer.Ordinal), host.Devices.Select(device => device.Address.ToString()).Order(StringComparer.Ordinal));
            Assert.All(host.Devices, device => Assert.Equal(
                theirs.Device(host.Name, device.Address.ToString()),
                new PeerDevice(device.IsCapable, device.IsEnabled, device.IsActive, device.DeviceId, device.Name)));
        });
    }

    [SkippableFact]
    public async Task ADeviceThatThePeerGives_IsSeenWithItsHolder()
    {
        PeerView.Run(Peer.Pyvmomi, "gpu.py", _vcsim.Server.HostAndPort, "user", "pass", "power", "DC0_H0_VM0", "off");
        Peer.Rbvmomi.Require();
        PeerView.Run(Peer.Rbvmomi, "gpu.rb", _vcsim.Server.HostAndPort, "user", "pass", "give", "DC0_H0_VM0", "0000:af:00.0", "a-system");

        GpuInventory inventory = await ReadAsync();

        GpuVm vm = inventory.Vms.Single(one => one.Name == "DC0_H0_VM0");
        Assert.False(vm.IsRunning);
        Assert.True(vm.IsMemoryReservationLocked);
        VmGpu given = Assert.Single(vm.PciDevices);
        Assert.Equal("0000:af:00.0", given.Address.ToString());
        Assert.Equal("a-system", given.SystemId);
        GpuDevice device = inventory.Hosts.Single(host => host.Name == "DC0_H0").Devices.Single(one => one.Address == given.Address);
        Assert.Equal("DC0_H0_VM0", Assert.Single(device.Assignments).VmName);
    }

    private async Task<GpuInventory> ReadAsync()
    {
        using VimSession session = await _vcsim.ConnectAsync(_limit.Token);
        GpuInventory inventory = await InventoryReader.ReadAsync(session, InventoryScope.Everything, _limit.Token);
        await session.LogoutAsync(_limit.Token);
        return inventory;
    }
}
