using System;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Simulator;
using GpuVSphere.Vgpu;

namespace GpuVSphere.Peers.Tests;

/// <summary>Graphics types, vGPUs and NVIDIA's software of our simulator by clients that others wrote, and what our client makes of what they changed.</summary>
public sealed class SimulatorPeerVgpuTests : IDisposable
{
    private const string Host = "vgpu-67-01";
    private const string Profile = "grid_p100-8q";

    private static readonly string[] s_gpus = ["0000:3b:00.0", "0000:af:00.0"];

    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(5));

    public void Dispose() => _limit.Dispose();

    [SkippableFact]
    public async Task Pyvmomi_ReadsAndSetsGraphicsTypes_AndOurClientSeesThem()
    {
        Peer.Pyvmomi.Require();
        using SimulatorFixture server = new(scenario: "vgpu");
        using JsonDocument before = JsonDocument.Parse(server.Pyvmomi("graphics", Host).Succeeded());
        Assert.Equal("sharedDirect", before.RootElement.GetProperty("default").GetString());
        Assert.All(s_gpus, gpu => Assert.Equal("sharedDirect", before.RootElement.GetProperty("force").GetProperty(gpu).GetString()));
        Assert.Contains(Profile, before.RootElement.GetProperty("profiles").EnumerateArray().Select(name => name.GetString()));

        server.Pyvmomi("share", Host, "shared", "consolidation").Succeeded();

        HostGraphicsMode mode = await server.AskAsync(
            async session => (await HostGraphicsModes.ReadAsync(session, [await HostAsync(session)], _limit.Token)).Single(), _limit.Token);
        Assert.Equal((GraphicsType.Shared, AssignmentPolicy.Consolidation), (mode.DefaultGraphicsType!.Value, mode.AssignmentPolicy!.Value));
        Assert.All(mode.Gpus, gpu => Assert.Equal((GraphicsType.Shared, "Shared Direct", true), (gpu.ConfiguredType!.Value, gpu.ActiveType, gpu.IsPending)));
    }

    [SkippableFact]
    public async Task Pyvmomi_GivesVgpus_UntilOurCapacityIsNone_AndIsRefusedThen()
    {
        Peer.Pyvmomi.Require();
        using SimulatorFixture server = new(scenario: "vgpu");
        int fits = await FitAsync(server);
        Assert.Equal(4, fits);
        for (int number = 1; number <= fits; number++)
        {
            server.Pyvmomi("vgpu", $"v67-0{number}", Profile).Succeeded();
            server.Pyvmomi("power", $"v67-0{number}", "on").Succeeded();
            Assert.Equal(fits - number, await FitAsync(server));
        }

        VmGpu given = Assert.Single((await server.ReadVmAsync("v67-01", _limit.Token)).PciDevices);
        Assert.Equal((VmGpuKind.Vgpu, Profile), (given.Kind, given.VgpuProfile));

        server.Pyvmomi("vgpu", "v67-05", Profile).Succeeded();
        PeerRun refused = server.Pyvmomi("power", "v67-05", "on");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("The amount of graphics resource available in the parent resource pool is insufficient for the operation", refused.Error, StringComparison.Ordinal);
        Assert.False(server.Simulator.Raw.Vm("v67-05").IsPoweredOn);

        server.Pyvmomi("power", "v67-01", "off").Succeeded();
        server.Pyvmomi("take", "v67-01").Succeeded();
        Assert.Equal(1, await FitAsync(server));
    }

    [SkippableFact]
    public async Task Govc_ListsTheDriver_AndTheGraphics_AsOurClientDoes()
    {
        Peer.Govc.Require();
        using SimulatorFixture server = new(requiresCookieQuotes: false, scenario: "vgpu");
        string host = server.Govc("find", "/", "-type", "h", "-name", Host).Succeeded().Trim();
        NvidiaVib vib = await server.AskAsync(
            async session => (await NvidiaVibs.ReadAsync(session, await HostAsync(session), _limit.Token)).Single(), _limit.Token);

        string list = server.Govc("host.esxcli", "-host", host, "software", "vib", "list").Succeeded();
        Assert.Contains(vib.Name, list, StringComparison.Ordinal);
        Assert.Contains(vib.Version, list, StringComparison.Ordinal);
        Assert.Contains("SharedPassthru", server.Govc("host.esxcli", "-host", host, "graphics", "host", "get").Succeeded(), StringComparison.Ordinal);

        server.Govc("host.esxcli", "-host", host, "graphics", "host", "set", "--shared-passthru-assignment-policy", "Consolidation").Succeeded();
        HostGraphicsMode mode = await server.AskAsync(
            async session => (await HostGraphicsModes.ReadAsync(session, [await HostAsync(session)], _limit.Token)).Single(), _limit.Token);
        Assert.Equal((GraphicsType.SharedDirect, AssignmentPolicy.Consolidation), (mode.DefaultGraphicsType!.Value, mode.AssignmentPolicy!.Value));
    }

    private async Task<GpuHost> HostAsync(GpuVSphere.Vim.VimSession session) =>
        (await InventoryReader.ReadAsync(session, InventoryScope.Everything, _limit.Token)).Hosts.Single(host => host.Name == Host);

    private Task<int> FitAsync(SimulatorFixture server) => server.AskAsync(
        async session =>
        {
            GpuInventory inventory = await InventoryReader.ReadAsync(session, InventoryScope.Everything, _limit.Token);
            VgpuHost host = (await VgpuReader.ReadAsync(session, inventory, [inventory.Hosts.Single(host => host.Name == Host)], _limit.Token)).Single();
            VgpuFit fit = HostCapacity.Of(host).Fit(Profile);
            Assert.Equal(fit.CanStart, fit.MayStart);
            return fit.CanStart;
        },
        _limit.Token);
}
