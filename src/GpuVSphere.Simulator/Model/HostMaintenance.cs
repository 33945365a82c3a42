using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>Maintenance mode, reboots, and the connection of a host (facts: vim25-gpu.md 6).</summary>
internal sealed class HostMaintenance(HostSystem host, SimulatedInventory inventory)
{
    /// <summary>How long a vMotion takes.</summary>
    private static readonly TimeSpan s_migration = TimeSpan.FromSeconds(10);

    private RebootOutcome _nextReboot;
    private TimeSpan? _nextDuration;

    private Refusals Refusals => inventory.Refusals;

    /// <summary>How the next reboot goes; normal after that.</summary>
    public void Order(RebootOutcome outcome, TimeSpan? duration)
    {
        _nextReboot = outcome;
        _nextDuration = duration;
    }

    public MoRef Enter(MethodCall call)
    {
        host.RequireConnected();
        int timeout = call.Arguments.Int32("timeout") ?? 0;
        if (host.IsInMaintenance && Refusals.Has(Refusal.AlreadyInMaintenance))
        {
            throw Faults.InvalidState("The operation is not allowed in the current state: " + host.Name + " is in maintenance mode already.", "vim25-gpu.md 6: InvalidState, already in maintenance mode");
        }

        return inventory.World.StartTask(host.Reference, "HostSystem.enterMaintenanceMode", call.Session, true, task => EnterAsync(task, timeout));
    }

    public MoRef Exit(MethodCall call)
    {
        host.RequireConnected();
        if (!host.IsInMaintenance && Refusals.Has(Refusal.NotInMaintenance))
        {
            throw Faults.InvalidState("The operation is not allowed in the current state: " + host.Name + " is not in maintenance mode.", "vim25-gpu.md 6: InvalidState, not in maintenance mode");
        }

        return inventory.World.StartTask(host.Reference, "HostSystem.exitMaintenanceMode", call.Session, true, ExitAsync);
    }

    public MoRef Reboot(MethodCall call)
    {
        host.RequireConnected();
        bool force = call.Arguments.Boolean("force") ?? false;
        if (!host.CanReboot && Refusals.Has(Refusal.RebootNotSupported))
        {
            throw Faults.NotSupported("The host does not support the reboot operation.", "vim25-gpu.md 6: NotSupported, capability.rebootSupported");
        }

        if (!host.IsInMaintenance && !force && Refusals.Has(Refusal.RebootOutsideMaintenance))
        {
            throw Faults.InvalidState("The operation is not allowed in the current state: " + host.Name + " is not in maintenance mode, and force is not set.", "vim25-gpu.md 6: InvalidState, not in maintenance mode and no force");
        }

        if (!inventory.IsVCenter)
        {
            // Spoken to directly, the host takes its server along: the caller sees the connection drop and never a result.
            BeginReboot();
            throw new SimulatedDisconnect();
        }

        return inventory.World.StartTask(host.Reference, "HostSystem.reboot", call.Session, false, async _ =>
        {
            await inventory.DelayAsync(TimeSpan.FromSeconds(5), CancellationToken.None).ConfigureAwait(false);
            Task back;
            lock (inventory.Gate)
            {
                back = BeginReboot();
            }

            if (!inventory.Options.RebootTaskEndsEarly)
            {
                await back.ConfigureAwait(false);
            }

            return null;
        });
    }

    public MoRef Disconnect(MethodCall call) =>
        inventory.World.StartTask(host.Reference, "HostSystem.disconnect", call.Session, false, _ => Done(() => SetConnection("disconnected")));

    public MoRef Reconnect(MethodCall call)
    {
        if (host.IsAvailable)
        {
            throw Faults.InvalidState("The operation is not allowed in the current state: " + host.Name + " is connected.", "types-core.txt: ReconnectHost_Task, InvalidState");
        }

        return inventory.World.StartTask(host.Reference, "HostSystem.reconnect", call.Session, false, async _ =>
        {
            await inventory.DelayAsync(TimeSpan.FromSeconds(10), CancellationToken.None).ConfigureAwait(false);
            return await Done(() =>
            {
                host.WasConnected = true;
                SetConnection("connected");
                host.DevicesChanged();
            }).ConfigureAwait(false);
        });
    }

    private async Task<object?> EnterAsync(ITaskHandle task, int timeoutSeconds)
    {
        DateTimeOffset? deadline = timeoutSeconds > 0 ? inventory.Now.AddSeconds(timeoutSeconds) : null;
        try
        {
            lock (inventory.Gate)
            {
                host.IsEnteringMaintenance = true;
            }

            task.Progress(2);
            while (await WaitForDrsAsync(Refusals.Has(Refusal.MaintenanceTimeout) ? deadline : null, task.Cancelled).ConfigureAwait(false) is { } move)
            {
                await inventory.DelayAsync(s_migration, task.Cancelled).ConfigureAwait(false);
                lock (inventory.Gate)
                {
                    VmLifecycle vm = new(move.Vm, inventory);
                    if (move.Vm.Host == host && move.Vm.PowerState == "poweredOn" && vm.CanMoveTo(move.To))
                    {
                        vm.MoveRunning(move.To);
                    }
                }
            }

            task.Progress(80);
            await inventory.DelayAsync(TimeSpan.FromSeconds(5), task.Cancelled).ConfigureAwait(false);
            lock (inventory.Gate)
            {
                host.IsInMaintenance = true;
                host.RuntimeChanged();
            }

            return null;
        }
        catch (OperationCanceledException)
        {
            throw Faults.RequestCanceled();
        }
        finally
        {
            lock (inventory.Gate)
            {
                host.IsEnteringMaintenance = false;
            }
        }
    }

    /// <summary>Waits until no VM runs on the host (null), or DRS has one that it moves away by itself, and where to.</summary>
    private async Task<(VirtualMachine Vm, HostSystem To)?> WaitForDrsAsync(DateTimeOffset? deadline, CancellationToken cancellationToken)
    {
        (VirtualMachine Vm, HostSystem To)? move = null;
        bool isReady = await inventory.WaitUntilAsync(
            () => !Refusals.Has(Refusal.MaintenanceWaitsForVms) || RunningVms().Count == 0 || (move = NextMove()) is not null, deadline, cancellationToken).ConfigureAwait(false);
        return isReady ? move : throw new SimulatedFault(
            "Timedout", "The operation timed out: virtual machines still run on " + host.Name + ".", "vim25-gpu.md 6: the task waits until no VM is powered on; Timedout");
    }

    private (VirtualMachine Vm, HostSystem To)? NextMove()
    {
        foreach (VirtualMachine vm in RunningVms().Where(host.Compute.Drs.Evacuates))
        {
            VmLifecycle lifecycle = new(vm, inventory);
            if (host.Compute.IsCluster && host.Compute.Hosts.FirstOrDefault(other => other != host && lifecycle.CanMoveTo(other)) is { } to)
            {
                return (vm, to);
            }
        }

        return null;
    }

    private async Task<object?> ExitAsync(ITaskHandle task)
    {
        try
        {
            await inventory.DelayAsync(TimeSpan.FromSeconds(3), task.Cancelled).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw Faults.RequestCanceled();
        }

        return await Done(() =>
        {
            host.IsInMaintenance = false;
            host.RuntimeChanged();
        }).ConfigureAwait(false);
    }

    /// <summary>Takes the host down, under the gate; the task ends when it is back, or when it was ordered to stay away.</summary>
    private Task BeginReboot()
    {
        RebootOutcome outcome = _nextReboot;
        TimeSpan duration = _nextDuration ?? inventory.Options.RebootDuration;
        _nextReboot = RebootOutcome.Normal;
        _nextDuration = null;
        foreach (VirtualMachine vm in RunningVms())
        {
            vm.Power.Crash();
        }

        SetConnection("notResponding");
        if (!inventory.IsVCenter)
        {
            inventory.World.IsReachable = false;
        }

        return ComeBackAsync(outcome, duration);
    }

    /// <summary>The host boots as it is, past maintenance mode and the time it takes; for what orders need done.</summary>
    public void Restarted()
    {
        foreach (VirtualMachine vm in RunningVms())
        {
            vm.Power.Crash();
        }

        Boot(RebootOutcome.Normal);
        host.DevicesChanged();
        host.RuntimeChanged();
    }

    /// <summary>What a boot changes: devices, graphics types, software and services.</summary>
    private void Boot(RebootOutcome outcome)
    {
        host.BootTime = inventory.Now;
        host.BootCount++;
        host.Software.Boot();
        host.IsHostEngineRunning = true;
        host.IsGpuDaemonRunning = true;
        if (outcome != RebootOutcome.DevicesStayInactive)
        {
            host.Graphics.TakeEffect();
        }

        foreach (PciFunction function in host.Functions)
        {
            if (outcome != RebootOutcome.DevicesStayInactive && !function.IgnoresNextReboot)
            {
                function.IsActive = function.IsEnabled;
            }

            function.IgnoresNextReboot = false;
            function.Gpu.Boot(VgpuScheduler.AtBoot(host, function));
        }

        foreach (HostService service in host.Services)
        {
            service.IsRunning = service.Policy == "on";
        }
    }

    private async Task ComeBackAsync(RebootOutcome outcome, TimeSpan duration)
    {
        await inventory.DelayAsync(duration, CancellationToken.None).ConfigureAwait(false);
        if (outcome == RebootOutcome.NeverComesBack)
        {
            return;
        }

        lock (inventory.Gate)
        {
            Boot(outcome);
            if (outcome == RebootOutcome.LeavesMaintenance)
            {
                host.IsInMaintenance = false;
            }

            SetConnection(outcome == RebootOutcome.ComesBackDisconnected ? "disconnected" : "connected");
            host.DevicesChanged();
            inventory.Changed(host.ServiceSystem, "serviceInfo");
            if (!inventory.IsVCenter)
            {
                inventory.World.IsReachable = true;
            }
        }
    }

    public void SetConnection(string state)
    {
        host.ConnectionState = state;
        host.RuntimeChanged();
        foreach (VirtualMachine vm in host.Vms)
        {
            vm.RuntimeChanged();
        }
    }

    private List<VirtualMachine> RunningVms() => host.Vms.Where(vm => vm.PowerState == "poweredOn").ToList();

    private Task<object?> Done(Action change)
    {
        lock (inventory.Gate)
        {
            change();
        }

        return Task.FromResult<object?>(null);
    }
}
