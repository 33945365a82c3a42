using System;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>What is asked of a VM.</summary>
public static class VmCalls
{
    /// <summary>Begins to reconfigure a VM: everything in one call, all or nothing.</summary>
    /// <param name="session">The session.</param>
    /// <param name="vm">The VM.</param>
    /// <param name="spec">What to change.</param>
    /// <param name="cancellationToken">Ends the wait for the beginning.</param>
    /// <returns>The task.</returns>
    public static Task<ManagedObjectReference> StartReconfigureVmAsync(this VimSession session, ManagedObjectReference vm, VmConfigSpec spec, CancellationToken cancellationToken) =>
        session.StartTaskAsync(vm, "ReconfigVM_Task", writer => writer.Element("spec", spec.Write), cancellationToken);

    /// <summary>Reconfigures a VM and waits for the end.</summary>
    /// <param name="session">The session.</param>
    /// <param name="vm">The VM.</param>
    /// <param name="spec">What to change.</param>
    /// <param name="percent">Told the progress, or null.</param>
    /// <param name="cancellationToken">Ends the wait only.</param>
    /// <exception cref="VimTaskException">The server refused: InvalidPowerState, ConcurrentAccess (changeVersion), InvalidDeviceSpec, …</exception>
    public static async Task ReconfigureVmAsync(this VimSession session, ManagedObjectReference vm, VmConfigSpec spec, IProgress<int>? percent, CancellationToken cancellationToken)
    {
        ManagedObjectReference task = await session.StartReconfigureVmAsync(vm, spec, cancellationToken).ConfigureAwait(false);
        await session.WaitForTaskAsync(task, percent, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Begins to power a VM on.</summary>
    /// <param name="session">The session.</param>
    /// <param name="vm">The VM.</param>
    /// <param name="cancellationToken">Ends the wait for the beginning.</param>
    /// <returns>The task.</returns>
    public static Task<ManagedObjectReference> StartPowerOnAsync(this VimSession session, ManagedObjectReference vm, CancellationToken cancellationToken) =>
        session.StartTaskAsync(vm, "PowerOnVM_Task", null, cancellationToken);

    /// <summary>Powers a VM on and waits until it runs.</summary>
    /// <param name="session">The session.</param>
    /// <param name="vm">The VM.</param>
    /// <param name="percent">Told the progress, or null.</param>
    /// <param name="cancellationToken">Ends the wait only.</param>
    /// <exception cref="VimTaskException">It does not power on; <see cref="VimFaultException.Details"/> has the host's texts.</exception>
    public static async Task PowerOnAsync(this VimSession session, ManagedObjectReference vm, IProgress<int>? percent, CancellationToken cancellationToken)
    {
        ManagedObjectReference task = await session.StartPowerOnAsync(vm, cancellationToken).ConfigureAwait(false);
        await session.WaitForTaskAsync(task, percent, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Powers a VM off hard, as pulling the plug, and waits until it is off.</summary>
    /// <param name="session">The session.</param>
    /// <param name="vm">The VM.</param>
    /// <param name="percent">Told the progress, or null.</param>
    /// <param name="cancellationToken">Ends the wait only.</param>
    public static async Task PowerOffAsync(this VimSession session, ManagedObjectReference vm, IProgress<int>? percent, CancellationToken cancellationToken)
    {
        ManagedObjectReference task = await session.StartTaskAsync(vm, "PowerOffVM_Task", null, cancellationToken).ConfigureAwait(false);
        await session.WaitForTaskAsync(task, percent, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks the guest to shut down. Returns at once: wait for <c>runtime.powerState</c>.</summary>
    /// <param name="session">The session.</param>
    /// <param name="vm">The VM; VMware Tools must run in it.</param>
    /// <param name="cancellationToken">Ends the wait for the answer.</param>
    /// <exception cref="VimFaultException">ToolsUnavailable: nobody in the guest listens.</exception>
    public static Task ShutdownGuestAsync(this VimSession session, ManagedObjectReference vm, CancellationToken cancellationToken) =>
        session.CallAsync(vm, "ShutdownGuest", null, cancellationToken);

    /// <summary>Asks what a host offers to a VM: PCI devices in passthrough mode, with the systemId a backing needs.</summary>
    /// <param name="session">The session.</param>
    /// <param name="environmentBrowser">The VM's or the compute resource's <c>environmentBrowser</c>.</param>
    /// <param name="host">The host, or empty for what the browser stands for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task<ConfigTarget> QueryConfigTargetAsync(
        this VimSession session,
        ManagedObjectReference environmentBrowser,
        ManagedObjectReference host,
        CancellationToken cancellationToken) =>
        session.CallAsync(environmentBrowser, "QueryConfigTarget", writer => writer.Element("host", host), ConfigTarget.Read, new ConfigTarget(), cancellationToken);
}
