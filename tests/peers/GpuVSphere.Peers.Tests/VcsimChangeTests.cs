using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Peers.Tests;

/// <summary>What our client changes on govmomi's server, seen by pyvmomi, and the other way round.</summary>
public sealed class VcsimChangeTests : IClassFixture<VcsimFixture>, IDisposable
{
    private const string Vm = "DC0_C0_RP0_VM0";

    private readonly VcsimFixture _vcsim;
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(5));

    public VcsimChangeTests(VcsimFixture vcsim) => _vcsim = vcsim;

    public void Dispose() => _limit.Dispose();

    [SkippableFact]
    public async Task OneReconfigureCall_CarriesTheDevice_TheSettings_AndTheMemory()
    {
        using VimSession session = await _vcsim.ConnectAsync(_limit.Token);
        ManagedObjectReference vm = await FindAsync(session, "VirtualMachine", Vm);

        await session.ReconfigureVmAsync(
            vm,
            new VmConfigSpec
            {
                Devices = [PciDeviceChange.Add(new StaticPciBacking("0000:af:00.0", 0x26b9, "a-system", 0x10de, "NVIDIA L40S"))],
                ExtraConfig = new Dictionary<string, string> { ["pciPassthru.use64bitMMIO"] = "TRUE", ["pciPassthru.64bitMMIOSizeGB"] = "128" },
                IsMemoryReservationLocked = true,
            },
            null,
            _limit.Token);

        PeerView view = Read();
        Assert.Equal(["0000:af:00.0"], view.GivenTo(Vm));
        Assert.Equal("TRUE", view.Extra(Vm, "pciPassthru.use64bitMMIO"));
        Assert.Equal("128", view.Extra(Vm, "pciPassthru.64bitMMIOSizeGB"));
        Assert.True(view.IsMemoryLocked(Vm));
        await session.LogoutAsync(_limit.Token);
    }

    [SkippableFact]
    public async Task MaintenanceMode_IsEnteredAndLeft()
    {
        using VimSession session = await _vcsim.ConnectAsync(_limit.Token);
        ManagedObjectReference host = await FindAsync(session, "HostSystem", "DC0_H0");

        await session.EnterMaintenanceModeAsync(host, TimeSpan.Zero, VsanDecommissionMode.EnsureObjectAccessibility, null, null, _limit.Token);
        Assert.True(await InMaintenanceAsync(session, host));

        await session.ExitMaintenanceModeAsync(host, TimeSpan.Zero, null, _limit.Token);
        Assert.False(await InMaintenanceAsync(session, host));
        await session.LogoutAsync(_limit.Token);
    }

    [SkippableFact]
    public async Task ATaskThatFails_KeepsItsFault()
    {
        using VimSession session = await _vcsim.ConnectAsync(_limit.Token);
        ManagedObjectReference vm = await FindAsync(session, "VirtualMachine", "DC0_H0_VM0");

        VimTaskException failed = await Assert.ThrowsAsync<VimTaskException>(() => session.PowerOnAsync(vm, null, _limit.Token));

        Assert.Equal("InvalidPowerState", failed.FaultType);
        await session.LogoutAsync(_limit.Token);
    }

    [SkippableFact]
    public async Task AChangeBySomebodyElse_EndsAWait()
    {
        using VimSession session = await _vcsim.ConnectAsync(_limit.Token);
        ManagedObjectReference vm = await FindAsync(session, "VirtualMachine", "DC0_H0_VM1");
        TaskCompletionSource watching = new(TaskCreationOptions.RunContinuationsAsynchronously);

        Task waiting = session.WaitForAsync(
            [vm],
            ["runtime.powerState"],
            update =>
            {
                watching.TrySetResult();
                return update.Text("runtime.powerState") == "poweredOff";
            },
            TimeSpan.FromMinutes(10),
            _limit.Token);
        await watching.Task.WaitAsync(_limit.Token);
        Assert.False(waiting.IsCompleted);
        PeerView.Run(Peer.Pyvmomi, "gpu.py", _vcsim.Server.HostAndPort, "user", "pass", "power", "DC0_H0_VM1", "off");

        await waiting;
        await session.LogoutAsync(_limit.Token);
    }

    private PeerView Read() => PeerView.Read(Peer.Pyvmomi, "gpu.py", _vcsim.Server.HostAndPort, _vcsim.Server.UserName, _vcsim.Server.Password);

    private async Task<ManagedObjectReference> FindAsync(VimSession session, string type, string name)
    {
        ManagedObjectReference found = default;
        await session.RetrieveAsync(
            [PropertyQuery.All(type, "name")],
            reference => new DelegateObjectReader((_, value) => found = value.String() == name ? reference : found),
            _limit.Token);
        Assert.NotEqual(default, found);
        return found;
    }

    private async Task<bool> InMaintenanceAsync(VimSession session, ManagedObjectReference host)
    {
        bool? result = null;
        await session.RetrieveAsync(
            [PropertyQuery.Of([host], "runtime.inMaintenanceMode")],
            _ => new DelegateObjectReader((_, value) => result = value.Boolean()),
            _limit.Token);
        return result!.Value;
    }
}
