using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Changes;

/// <summary>A host that behaves as vSphere describes it, and fails where a test says.</summary>
internal sealed class FakeHost : IHostControl
{
    public const string Server = "server-uuid";

    private readonly FakeClock _clock;
    private DateTimeOffset? _backAt;
    private DateTimeOffset? _entersFrom;
    private int _calls;

    public FakeHost(FakeClock clock, string name = "esx-01", string? cluster = null)
    {
        _clock = clock;
        Name = name;
        Cluster = cluster;
        BootTime = clock.UtcNow.AddDays(-30);
        Target = new PlanTarget(new VimObjectId(Server, new ManagedObjectReference("HostSystem", "host-" + name)), name, "vc");
    }

    public string Name { get; }

    public string? Cluster { get; }

    public PlanTarget Target { get; }

    public List<FakeVm> Vms { get; } = [];

    public DrsSettings? Drs { get; set; }

    public bool InMaintenanceMode { get; set; }

    public bool IsConnected { get; private set; } = true;

    public DateTimeOffset BootTime { get; private set; }

    public int Reboots { get; private set; }

    public bool IsEnabled { get; set; }

    public bool IsActive { get; set; }

    public TimeSpan BootsIn { get; set; } = TimeSpan.FromMinutes(8);

    /// <summary>Whether it comes back at all.</summary>
    public bool ComesBack { get; set; } = true;

    public bool TakesEffect { get; set; } = true;

    public bool RebootIsSupported { get; set; } = true;

    public GpuVSphereException? RebootTaskFails { get; set; }

    /// <summary>Everything that was called, in order; reads with a question mark.</summary>
    public List<string> Log { get; } = [];

    /// <summary>Called before each call takes effect, with its number from 1 and its name; throws to fail, cancels to stop.</summary>
    public Action<int, string>? Before { get; set; }

    /// <summary>Awaited before each call, by its name.</summary>
    public Func<string, Task>? Meet { get; set; }

    /// <summary>Called after each call took effect, while the answer is still under way.</summary>
    public Action<int, string>? After { get; set; }

    public VimSession Session => null!;

    public bool IsVCenter { get; set; } = true;

    public bool CanReconnect { get; set; }

    public Task<HostSituation> ReadAsync(CancellationToken cancellationToken) => CallAsync("read?", cancellationToken, () => new HostSituation(
        new GpuHost
        {
            Id = Target.Id,
            Name = Name,
            ServerName = "vc",
            ConnectionState = IsConnected ? "connected" : "notResponding",
            InMaintenanceMode = InMaintenanceMode,
            BootTime = BootTime,
            IsRebootSupported = RebootIsSupported,
        },
        Vms.Select(vm => vm.Read(Target.Id.Reference)).ToArray(),
        Drs));

    public Task<HostRuntime> ReadRuntimeAsync(CancellationToken cancellationToken) => CallAsync("runtime?", cancellationToken, Runtime);

    public async Task WaitAsync(Func<HostRuntime, bool> until, TimeSpan reread, CancellationToken cancellationToken)
    {
        while (!until(await CallAsync("wait?", cancellationToken, Runtime)))
        {
            await _clock.DelayAsync(reread, cancellationToken);
        }
    }

    public Task ReconnectAsync(CancellationToken cancellationToken) => CallAsync("reconnect", cancellationToken, () => true);

    public async Task EnterMaintenanceAsync(VsanDecommissionMode vsanMode, TimeSpan timeout, Action<int> percent, CancellationToken cancellationToken)
    {
        // The server's task. It goes on when the answer is lost, and is cancelled with the wait.
        await CallAsync("enter", CancellationToken.None, () => _entersFrom = _clock.UtcNow.AddSeconds(15));
        DateTimeOffset limit = _clock.UtcNow + timeout;
        try
        {
            while (true)
            {
                // Other hosts move the same clock: what was done in time shows in a look that begins after it.
                bool isOver = _clock.UtcNow >= limit;
                if (await CallAsync("entering?", cancellationToken, () => InMaintenanceMode))
                {
                    break;
                }

                percent(10);
                await _clock.DelayAsync(TimeSpan.FromSeconds(10), cancellationToken);
                if (isOver)
                {
                    throw new GpuVSphereException("MaintenanceTimeout", GpuErrorCategory.Timeout, "timed out");
                }
            }
        }
        catch (OperationCanceledException)
        {
            _entersFrom = null;
            throw;
        }
    }

    public Task StopEnteringMaintenanceAsync(CancellationToken cancellationToken) => CallAsync("stop entering", cancellationToken, () =>
    {
        _entersFrom = null;
        return true;
    });

    public Task LeaveMaintenanceAsync(CancellationToken cancellationToken) => CallAsync("leave", cancellationToken, () => InMaintenanceMode
        ? InMaintenanceMode = false
        : throw new GpuVSphereException("InvalidState", GpuErrorCategory.InvalidState, "not in maintenance mode"));

    public async Task<Task> RebootAsync(CancellationToken cancellationToken)
    {
        await CallAsync("reboot", CancellationToken.None, () =>
        {
            Assert.True(InMaintenanceMode, "A host is never rebooted outside of maintenance mode.");
            if (RebootTaskFails is null)
            {
                Reboots++;
                IsConnected = false;
                _backAt = ComesBack ? _clock.UtcNow + BootsIn : null;
            }

            return true;
        });
        return RebootTaskFails is null ? Task.CompletedTask : Task.FromException(RebootTaskFails);
    }

    public Task ShutDownGuestAsync(VimObjectId vm, CancellationToken cancellationToken) => CallAsync("shut down " + Find(vm).Name, cancellationToken, () =>
    {
        FakeVm found = Find(vm);
        Assert.True(found.IsRunning && found.HasTools);
        found.OffAt = found.ShutdownTime is { } time ? _clock.UtcNow + time : null;
        return true;
    });

    public Task PowerOffAsync(VimObjectId vm, CancellationToken cancellationToken) => CallAsync("power off " + Find(vm).Name, cancellationToken, () => Find(vm).IsRunning = false);

    public Task PowerOnAsync(VimObjectId vm, CancellationToken cancellationToken) => CallAsync("power on " + Find(vm).Name, cancellationToken, () =>
    {
        Assert.False(InMaintenanceMode, "No VM starts on a host in maintenance mode.");
        FakeVm found = Find(vm);
        Assert.False(found.IsRunning);
        return !found.RefusesToStart ? found.IsRunning = true : throw new GpuVSphereException("GenericVmConfigFault", GpuErrorCategory.OperationFailed, "no resources");
    });

    public Task<IReadOnlyCollection<VimObjectId>> ReadRunningAsync(IReadOnlyCollection<VimObjectId> vms, CancellationToken cancellationToken) =>
        CallAsync<IReadOnlyCollection<VimObjectId>>("power?", cancellationToken, () => vms.Where(vm => Find(vm).IsRunning).ToArray());

    public void Tick()
    {
        if (_backAt is { } back && _clock.UtcNow >= back)
        {
            _backAt = null;
            IsConnected = true;
            BootTime = back;
            IsActive = TakesEffect ? IsEnabled : IsActive;
        }

        if (_entersFrom <= _clock.UtcNow && Vms.All(vm => !vm.IsRunning || (Drs?.Moves(vm.Id.Reference) == true && !vm.HoldsDevice)))
        {
            _entersFrom = null;
            InMaintenanceMode = true;
        }

        foreach (FakeVm vm in Vms.Where(vm => vm.OffAt <= _clock.UtcNow))
        {
            vm.OffAt = null;
            vm.IsRunning = false;
        }
    }

    public async Task<T> CallAsync<T>(string name, CancellationToken cancellationToken, Func<T> effect)
    {
        if (Meet is not null)
        {
            await Meet(name);
        }

        int number = Interlocked.Increment(ref _calls);
        Tick();
        cancellationToken.ThrowIfCancellationRequested();
        Before?.Invoke(number, name);
        cancellationToken.ThrowIfCancellationRequested();
        if (!IsConnected && name is not ("read?" or "runtime?" or "wait?" or "power?" or "reconnect" or "stop entering"))
        {
            throw new GpuVSphereException("HostNotConnected", GpuErrorCategory.ConnectionFailed, "the host does not answer");
        }

        Log.Add(name);
        T result = effect();
        After?.Invoke(number, name);
        cancellationToken.ThrowIfCancellationRequested();
        await Task.Yield();
        return result;
    }

    private HostRuntime Runtime() => new(IsConnected ? "connected" : "notResponding", InMaintenanceMode, BootTime);

    private FakeVm Find(VimObjectId id) => Vms.Single(vm => vm.Id == id);
}
