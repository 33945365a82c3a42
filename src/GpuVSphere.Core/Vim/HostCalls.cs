using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>What is asked of a host.</summary>
public static class HostCalls
{
    /// <summary>Configures passthrough. The call ends when the configuration is written; whether it is in force says <c>passthruActive</c>, often after a reboot only.</summary>
    /// <param name="session">The session.</param>
    /// <param name="passthruSystem">The host's <c>configManager.pciPassthruSystem</c>.</param>
    /// <param name="configs">The devices; those not named stay as they are.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="VimFaultException">HostConfigFault, or NoPermission without Host.Config.PciPassthru.</exception>
    public static Task UpdatePassthruConfigAsync(
        this VimSession session,
        ManagedObjectReference passthruSystem,
        IReadOnlyList<PassthruConfig> configs,
        CancellationToken cancellationToken) =>
        session.CallAsync(
            passthruSystem,
            "UpdatePassthruConfig",
            writer =>
            {
                foreach (PassthruConfig config in configs)
                {
                    writer.Element("config", element => element
                        .Element("id", config.Id)
                        .Element("passthruEnabled", config.PassthruEnabled)
                        .Element("applyNow", session.ApiVersion.IsAtLeast(7, 0) ? config.ApplyNow : null)
                        .Element("hardwareLabel", session.ApiVersion.IsAtLeast(7, 0, 2) ? config.HardwareLabel : null));
                }
            },
            cancellationToken);

    /// <summary>Has the host look for its PCI devices again.</summary>
    /// <param name="session">The session.</param>
    /// <param name="passthruSystem">The host's <c>configManager.pciPassthruSystem</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task RefreshPassthruAsync(this VimSession session, ManagedObjectReference passthruSystem, CancellationToken cancellationToken) =>
        session.CallAsync(passthruSystem, "Refresh", null, cancellationToken);

    /// <summary>Begins to enter maintenance mode: the task ends when no VM runs on the host any more.</summary>
    /// <param name="session">The session.</param>
    /// <param name="host">The host.</param>
    /// <param name="timeout">After what time the server gives up; zero for never. Whole seconds.</param>
    /// <param name="vsanMode">What happens to vSAN data.</param>
    /// <param name="evacuatePoweredOffVms">Whether powered-off VMs are moved away too; null leaves it to the server.</param>
    /// <param name="cancellationToken">Ends the wait for the beginning.</param>
    /// <returns>The task.</returns>
    public static Task<ManagedObjectReference> StartEnterMaintenanceModeAsync(
        this VimSession session,
        ManagedObjectReference host,
        TimeSpan timeout,
        VsanDecommissionMode vsanMode,
        bool? evacuatePoweredOffVms,
        CancellationToken cancellationToken) =>
        session.StartTaskAsync(
            host,
            "EnterMaintenanceMode_Task",
            writer => writer
                .Element("timeout", (int)timeout.TotalSeconds)
                .Element("evacuatePoweredOffVms", evacuatePoweredOffVms)
                .Element("maintenanceSpec", spec => spec.Element("vsanMode", mode => mode.Element("objectAction", vsanMode switch
                {
                    VsanDecommissionMode.EvacuateAllData => "evacuateAllData",
                    VsanDecommissionMode.NoAction => "noAction",
                    _ => "ensureObjectAccessibility",
                }))),
            cancellationToken);

    /// <summary>Enters maintenance mode and waits until the host is in it.</summary>
    /// <param name="session">The session.</param>
    /// <param name="host">The host.</param>
    /// <param name="timeout">After what time the server gives up; zero for never. Whole seconds.</param>
    /// <param name="vsanMode">What happens to vSAN data.</param>
    /// <param name="evacuatePoweredOffVms">Whether powered-off VMs are moved away too; null leaves it to the server.</param>
    /// <param name="percent">Told the progress, or null.</param>
    /// <param name="cancellationToken">Ends the wait only.</param>
    public static async Task EnterMaintenanceModeAsync(
        this VimSession session,
        ManagedObjectReference host,
        TimeSpan timeout,
        VsanDecommissionMode vsanMode,
        bool? evacuatePoweredOffVms,
        IProgress<int>? percent,
        CancellationToken cancellationToken)
    {
        ManagedObjectReference task = await session.StartEnterMaintenanceModeAsync(host, timeout, vsanMode, evacuatePoweredOffVms, cancellationToken).ConfigureAwait(false);
        await session.WaitForTaskAsync(task, percent, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Leaves maintenance mode and waits until the host has left it.</summary>
    /// <param name="session">The session.</param>
    /// <param name="host">The host.</param>
    /// <param name="timeout">After what time the server gives up; zero for never. Whole seconds.</param>
    /// <param name="percent">Told the progress, or null.</param>
    /// <param name="cancellationToken">Ends the wait only.</param>
    public static async Task ExitMaintenanceModeAsync(
        this VimSession session,
        ManagedObjectReference host,
        TimeSpan timeout,
        IProgress<int>? percent,
        CancellationToken cancellationToken)
    {
        ManagedObjectReference task = await session.StartTaskAsync(
            host,
            "ExitMaintenanceMode_Task",
            writer => writer.Element("timeout", (int)timeout.TotalSeconds),
            cancellationToken).ConfigureAwait(false);
        await session.WaitForTaskAsync(task, percent, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Begins to reboot a host. Whether the task ends before the host is back is not said anywhere: wait for <c>runtime.bootTime</c> to change.
    /// A host that is connected to directly drops the connection instead of answering.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="host">The host.</param>
    /// <param name="force">Whether to reboot a host that is not in maintenance mode.</param>
    /// <param name="cancellationToken">Ends the wait for the beginning.</param>
    /// <returns>The task.</returns>
    public static Task<ManagedObjectReference> StartRebootHostAsync(this VimSession session, ManagedObjectReference host, bool force, CancellationToken cancellationToken) =>
        session.StartTaskAsync(host, "RebootHost_Task", writer => writer.Element("force", force), cancellationToken);

    /// <summary>Reboots a host and waits for the end of the task, which need not be the end of the reboot.</summary>
    /// <param name="session">The session.</param>
    /// <param name="host">The host.</param>
    /// <param name="force">Whether to reboot a host that is not in maintenance mode.</param>
    /// <param name="cancellationToken">Ends the wait only.</param>
    public static async Task RebootHostAsync(this VimSession session, ManagedObjectReference host, bool force, CancellationToken cancellationToken)
    {
        ManagedObjectReference task = await session.StartRebootHostAsync(host, force, cancellationToken).ConfigureAwait(false);
        await session.WaitForTaskAsync(task, null, cancellationToken).ConfigureAwait(false);
    }
}
