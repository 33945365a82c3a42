using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Changes;

/// <summary>A host, spoken to over vim25.</summary>
internal sealed class VimHostControl(PlanTarget host, WorkingSession working) : IHostControl
{
    private const string ConnectionState = "runtime.connectionState";
    private const string InMaintenanceMode = "runtime.inMaintenanceMode";
    private const string BootTime = "runtime.bootTime";

    // How much longer than the server's own limit is waited for the server to say so.
    private static readonly TimeSpan s_grace = TimeSpan.FromMinutes(5);

    // Real time, for what is tidied up after a cancellation.
    private static readonly TimeSpan s_tidyUp = TimeSpan.FromSeconds(60);

    private static readonly string[] s_paths = [ConnectionState, InMaintenanceMode, BootTime];

    public VimSession Session => working.Session;

    public bool IsVCenter => working.Session.IsVCenter;

    public bool CanReconnect => working.CanReconnect;

    private ManagedObjectReference Reference => host.Id.Reference;

    public async Task<HostSituation> ReadAsync(CancellationToken cancellationToken)
    {
        GpuInventory inventory = await InventoryReader.ReadAsync(Session, InventoryScope.Hosts([Reference]), cancellationToken).ConfigureAwait(false);
        GpuHost found = inventory.Hosts.FirstOrDefault(other => other.Id.Reference == Reference) ?? throw new GpuVSphereException(
            "HostNotFound",
            GpuErrorCategory.ObjectNotFound,
            $"{host.Name} is no longer there: it was removed, or registered anew.",
            host.Name,
            "Get-GpuDevice shows the hosts there are; plan again.");
        DrsSettings? drs = null;
        if (found.Cluster is { } cluster)
        {
            (await DrsReader.ReadAsync(Session, [cluster], cancellationToken).ConfigureAwait(false)).TryGetValue(cluster, out drs);
        }

        return new HostSituation(found, inventory.Vms, drs);
    }

    public async Task<HostRuntime> ReadRuntimeAsync(CancellationToken cancellationToken)
    {
        HostRuntime runtime = new("connected", false, null);
        await Session.RetrieveAsync(
            [PropertyQuery.Of([Reference], s_paths)],
            _ => new DelegateObjectReader((path, value) => runtime = With(runtime, path, value.String())),
            cancellationToken).ConfigureAwait(false);
        return runtime;
    }

    public Task WaitAsync(Func<HostRuntime, bool> until, TimeSpan reread, CancellationToken cancellationToken)
    {
        HostRuntime runtime = new("connected", false, null);
        return Session.WaitForAsync(
            [Reference],
            s_paths,
            update =>
            {
                foreach (string path in s_paths)
                {
                    if (update.Values.TryGetValue(path, out VimElement? value))
                    {
                        runtime = With(runtime, path, value?.Text);
                    }
                }

                return until(runtime);
            },
            reread,
            cancellationToken);
    }

    public Task ReconnectAsync(CancellationToken cancellationToken) => working.ReconnectAsync(Session, cancellationToken);

    public async Task EnterMaintenanceAsync(VsanDecommissionMode vsanMode, TimeSpan timeout, Action<int> percent, CancellationToken cancellationToken)
    {
        VimSession session = Session;
        ManagedObjectReference task = await session.StartEnterMaintenanceModeAsync(Reference, timeout, vsanMode, null, CancellationToken.None).ConfigureAwait(false);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task wait = session.WaitForTaskAsync(task, new CallProgress(percent), stop.Token);
        Task limit = session.Clock.DelayAsync(timeout + s_grace, stop.Token);
        bool hasEnded = await Task.WhenAny(wait, limit).ConfigureAwait(false) == wait;
        stop.Cancel();
        try
        {
            await wait.ConfigureAwait(false);
            return;
        }
        catch (OperationCanceledException)
        {
            hasEnded = false;
        }
        catch (GpuVSphereException failure) when (failure is not VimTaskException)
        {
            // The wait was cut, not the task: it is not to go on behind our back.
            await StopAsync(session, task).ConfigureAwait(false);
            throw;
        }

        if (!hasEnded)
        {
            bool hasEntered = await StopAsync(session, task).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (hasEntered)
            {
                return;
            }

            throw new GpuVSphereException("MaintenanceTimeout", GpuErrorCategory.Timeout, $"{host.Name} did not enter maintenance mode in time.", host.Name);
        }
    }

    public async Task StopEnteringMaintenanceAsync(CancellationToken cancellationToken)
    {
        VimSession session = Session;
        List<ManagedObjectReference> recent = [];
        await session.RetrieveAsync(
            [PropertyQuery.Of([Reference], "recentTask")],
            _ => new DelegateObjectReader((_, value) =>
            {
                while (value.NextChild())
                {
                    recent.Add(value.Reference());
                }
            }),
            cancellationToken).ConfigureAwait(false);
        List<ManagedObjectReference> entering = [];
        await session.RetrieveAsync(
            [PropertyQuery.Of(recent, "info")],
            task => new DelegateObjectReader((_, value) =>
            {
                VimElement info = value.Element();
                if (info["state"]?.Text is "running" or "queued"
                    && (info["descriptionId"]?.Text ?? string.Empty).IndexOf("enterMaintenanceMode", StringComparison.OrdinalIgnoreCase) >= 0)
                {
                    entering.Add(task);
                }
            }),
            cancellationToken).ConfigureAwait(false);
        foreach (ManagedObjectReference task in entering)
        {
            await session.CancelTaskAsync(task, cancellationToken).ConfigureAwait(false);
            try
            {
                await session.WaitForTaskAsync(task, null, cancellationToken).ConfigureAwait(false);
            }
            catch (VimTaskException)
            {
                // Cancelled, as wished.
            }
        }
    }

    public Task LeaveMaintenanceAsync(CancellationToken cancellationToken) =>
        Session.ExitMaintenanceModeAsync(Reference, TimeSpan.Zero, null, cancellationToken);

    public async Task<Task> RebootAsync(CancellationToken cancellationToken)
    {
        VimSession session = Session;
        ManagedObjectReference task;
        try
        {
            task = await session.StartRebootHostAsync(Reference, force: false, CancellationToken.None).ConfigureAwait(false);
        }
        catch (GpuVSphereException failure) when (!session.IsVCenter && failure.Category is GpuErrorCategory.ConnectionFailed or GpuErrorCategory.Timeout)
        {
            // A host that is spoken to directly may go down before it has answered.
            return Task.CompletedTask;
        }

        return session.IsVCenter ? WatchAsync(session, task, cancellationToken) : Task.CompletedTask;
    }

    public Task ShutDownGuestAsync(VimObjectId vm, CancellationToken cancellationToken) => Session.ShutdownGuestAsync(vm.Reference, cancellationToken);

    public async Task PowerOffAsync(VimObjectId vm, CancellationToken cancellationToken)
    {
        try
        {
            await Session.PowerOffAsync(vm.Reference, null, cancellationToken).ConfigureAwait(false);
        }
        catch (VimFaultException fault) when (fault.FaultType == "InvalidPowerState")
        {
            // It went off by itself in this moment.
        }
    }

    public Task PowerOnAsync(VimObjectId vm, CancellationToken cancellationToken) => Session.PowerOnAsync(vm.Reference, null, cancellationToken);

    public async Task<IReadOnlyCollection<VimObjectId>> ReadRunningAsync(IReadOnlyCollection<VimObjectId> vms, CancellationToken cancellationToken)
    {
        HashSet<VimObjectId> running = [];
        await Session.RetrieveAsync(
            [PropertyQuery.Of(vms.Select(vm => vm.Reference).ToArray(), "runtime.powerState")],
            vm => new DelegateObjectReader((_, value) =>
            {
                if (value.String() == "poweredOn")
                {
                    running.Add(new VimObjectId(host.Id.ServerUuid, vm));
                }
            }),
            cancellationToken).ConfigureAwait(false);
        return running;
    }

    private static HostRuntime With(HostRuntime runtime, string path, string? text) => path switch
    {
        ConnectionState => runtime with { ConnectionState = text ?? "disconnected" },
        InMaintenanceMode => runtime with { InMaintenanceMode = text is "true" or "1" },
        BootTime => runtime with
        {
            BootTime = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null,
        },
        _ => runtime,
    };

    // Only the server's refusal matters; whether the task ends before the host is back is not said anywhere.
    private static async Task WatchAsync(VimSession session, ManagedObjectReference task, CancellationToken cancellationToken)
    {
        try
        {
            await session.WaitForTaskAsync(task, null, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not VimTaskException)
        {
            // The host itself is watched elsewhere.
        }
    }

    // Whether it had succeeded before it could be stopped.
    private static async Task<bool> StopAsync(VimSession session, ManagedObjectReference task)
    {
        using CancellationTokenSource limit = new(s_tidyUp);
        try
        {
            await session.CancelTaskAsync(task, limit.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is GpuVSphereException or OperationCanceledException)
        {
            // It has ended already, or the server is not to be reached.
        }

        try
        {
            await session.WaitForTaskAsync(task, null, limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception failure) when (failure is GpuVSphereException or OperationCanceledException)
        {
            // Cancelled, as wished, or not to be reached; the host's state is read next.
            return false;
        }
    }

    private sealed class CallProgress(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }
}
