using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Changes;

/// <summary>Into maintenance mode and out of it, and certainty about which of the two it is.</summary>
internal sealed class HostMaintenanceMode(HostRunScope scope)
{
    private readonly HostRunScope _scope = scope;

    public async Task EnterAsync(CancellationToken cancellationToken)
    {
        _scope.Update(host => host with { Step = HostStep.EnteringMaintenance, OwnsMaintenanceMode = true });
        _scope.IsDown = true;
        _scope.Say("entering maintenance mode");
        try
        {
            await _scope.Control.EnterMaintenanceAsync(
                _scope.Options.VsanMode,
                _scope.Options.MaintenanceTimeout,
                percent => _scope.Say($"entering maintenance mode, {percent} %"),
                cancellationToken).ConfigureAwait(false);
            _scope.Progress.Verbose($"{_scope.Name}: in maintenance mode.");
        }
        catch (Exception failure)
        {
            // It may have got there all the same, or be on its way when only the answer was lost; only what is seen counts.
            using CancellationTokenSource limit = new(HostRunScope.PutBackLimit);
            if (await HasSettledAsync(isAnswered: failure is VimFaultException, limit.Token).ConfigureAwait(false))
            {
                _scope.Update(host => host with { OwnsMaintenanceMode = false });
                _scope.IsDown = false;
            }

            if (failure is VimFaultException { FaultType: "Timedout" } or GpuVSphereException { Id: "MaintenanceTimeout" })
            {
                IReadOnlyList<string> left = await TryReadRunningNamesAsync(limit.Token).ConfigureAwait(false);
                throw new GpuVSphereException(
                    "MaintenanceTimeout",
                    GpuErrorCategory.Timeout,
                    $"{_scope.Name} did not enter maintenance mode within {HostRunScope.Minutes(_scope.Options.MaintenanceTimeout)}."
                        + (left.Count > 0 ? $" Still running on it: {HostRunScope.Names(left)}." : string.Empty),
                    _scope.Name,
                    left.Count > 0 ? "Move or shut down these VMs, then run the command again." : "Look at the host's recent tasks in vCenter, then run the command again.",
                    failure);
            }

            throw;
        }
    }

    // Whether it is certain that the host neither is in maintenance mode nor will be.
    private async Task<bool> HasSettledAsync(bool isAnswered, CancellationToken cancellationToken)
    {
        try
        {
            if (!isAnswered)
            {
                await _scope.Control.StopEnteringMaintenanceAsync(cancellationToken).ConfigureAwait(false);
            }

            return !(await _scope.Control.ReadRuntimeAsync(cancellationToken).ConfigureAwait(false)).InMaintenanceMode;
        }
        catch (Exception failure) when (failure is GpuVSphereException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Leaves maintenance mode. Not to be stopped halfway: whoever presses Ctrl-C here is better served by a host that is out of it.</summary>
    public async Task LeaveAsync()
    {
        bool mayBeEntering = _scope.Journal.Step == HostStep.EnteringMaintenance;
        _scope.Step(HostStep.LeavingMaintenance);
        _scope.Say("leaving maintenance mode");
        using (CancellationTokenSource limit = new(HostRunScope.PutBackLimit))
        {
            if (mayBeEntering)
            {
                await _scope.AgainAsync(() => _scope.Control.StopEnteringMaintenanceAsync(limit.Token), limit.Token).ConfigureAwait(false);
            }

            await _scope.AgainAsync(() => LeaveOnceAsync(limit.Token), limit.Token).ConfigureAwait(false);
        }

        _scope.Update(host => host with { OwnsMaintenanceMode = false });
        _scope.IsDown = false;
        _scope.Progress.Verbose($"{_scope.Name}: left maintenance mode.");
    }

    private async Task LeaveOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _scope.Control.LeaveMaintenanceAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (GpuVSphereException)
        {
            if (await _scope.TryReadRuntimeAsync(cancellationToken).ConfigureAwait(false) is not { InMaintenanceMode: false })
            {
                throw;
            }
        }
    }

    private async Task<IReadOnlyList<string>> TryReadRunningNamesAsync(CancellationToken cancellationToken)
    {
        try
        {
            HostSituation situation = await _scope.Control.ReadAsync(cancellationToken).ConfigureAwait(false);
            return situation.Vms.Where(vm => vm.IsRunning && vm.Host == situation.Host.Id.Reference).Select(vm => vm.Name).ToArray();
        }
        catch (Exception failure) when (failure is GpuVSphereException or OperationCanceledException)
        {
            return [];
        }
    }
}
