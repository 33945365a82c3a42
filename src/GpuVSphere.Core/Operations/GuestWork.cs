using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.GuestOs;
using GpuVSphere.Inventory;
using GpuVSphere.Shell;
using GpuVSphere.Vim;

namespace GpuVSphere.Operations;

/// <summary>Work in many guests: for the cmdlets that only read, and for what changes them. One guest that cannot be opened does not stop the others.</summary>
internal static class GuestWork
{
    /// <summary>Reads the VMs of each server at once, then opens the guests side by side and does the work in each.</summary>
    /// <param name="context">Sessions, guests, time.</param>
    /// <param name="targets">The VMs, with what is wanted of each.</param>
    /// <param name="maxParallel">How many guests at the same time.</param>
    /// <param name="work">The work. The shell of the subject is closed behind it.</param>
    /// <param name="cancellationToken">Begins nothing more and ends what runs.</param>
    /// <param name="throwsWhenStopped">Whether a stop is an exception; else those that were not begun have neither value nor error.</param>
    /// <returns>An answer for each target, in their order.</returns>
    public static async Task<IReadOnlyList<GuestAnswer<T>>> ForEachAsync<T>(
        OperationContext context,
        IReadOnlyList<IntentTarget> targets,
        int maxParallel,
        Func<GuestSubject, CancellationToken, Task<T>> work,
        CancellationToken cancellationToken,
        bool throwsWhenStopped = true)
        where T : class
    {
        if (context.Guests is null)
        {
            throw new GpuVSphereException("GuestShellMissing", GpuErrorCategory.InvalidState, "No way into the guests was given.", null, "Give the login with -GuestCredential.");
        }

        try
        {
            IGrouping<string, IntentTarget>[] servers = [.. targets.GroupBy(one => one.Target.Id.ServerUuid, StringComparer.OrdinalIgnoreCase)];
            ServerRead[] reads = await Task.WhenAll(servers.Select(server => ReadServerAsync(context, [.. server], cancellationToken))).ConfigureAwait(false);
            if (reads.Length > 0 && Array.TrueForAll(reads, read => read.Error is not null))
            {
                throw reads[0].Error!;
            }

            Dictionary<string, ServerRead> byServer = servers.Select((server, i) => (server.Key, reads[i])).ToDictionary(pair => pair.Key, pair => pair.Item2, StringComparer.OrdinalIgnoreCase);
            using SemaphoreSlim gate = new(maxParallel);
            return await Task.WhenAll(targets.Select(target => OneAsync(context, target, byServer[target.Target.Id.ServerUuid], gate, work, throwsWhenStopped, cancellationToken))).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!throwsWhenStopped && cancellationToken.IsCancellationRequested)
        {
            return [.. targets.Select(target => new GuestAnswer<T>(target.Target, null, null))];
        }
    }

    /// <summary>Where a guest is.</summary>
    public static GuestAddress AddressOf(PlanTarget target, VmGuestState state) =>
        new(target.Id, target.Name, state.IpAddress.Length > 0 ? state.IpAddress : state.HostName.Length > 0 ? state.HostName : null, FamilyOf(state));

    private static GuestFamily? FamilyOf(VmGuestState state) =>
        state.Family == "windowsGuest" || (state.Family.Length == 0 && state.GuestId.StartsWith("win", StringComparison.OrdinalIgnoreCase)) ? GuestFamily.Windows
        : state.Family == "linuxGuest" || (state.Family.Length == 0 && state.GuestId.Length > 0) ? GuestFamily.Linux
        : null;

    private static async Task<GuestAnswer<T>> OneAsync<T>(
        OperationContext context,
        IntentTarget target,
        ServerRead read,
        SemaphoreSlim gate,
        Func<GuestSubject, CancellationToken, Task<T>> work,
        bool throwsWhenStopped,
        CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!throwsWhenStopped)
        {
            return new GuestAnswer<T>(target.Target, null, null);
        }

        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (read.Error is { } gone)
            {
                return new GuestAnswer<T>(target.Target, null, gone);
            }

            ManagedObjectReference reference = target.Target.Id.Reference;
            if (!read.Vms.TryGetValue(reference, out GpuVm? vm) || !read.States.TryGetValue(reference, out VmGuestState? state))
            {
                throw new GpuVSphereException(
                    "VmNotFound",
                    GpuErrorCategory.ObjectNotFound,
                    $"{target.Target.Name} ({reference}) is no longer on {target.Target.ServerName}.",
                    target.Target.Name,
                    "Get-VmGpu lists the VMs that are there.");
            }

            if (state.PowerState != "poweredOn")
            {
                throw new GpuVSphereException(
                    "GuestPoweredOff",
                    GpuErrorCategory.InvalidState,
                    $"{vm.Name} is {(state.PowerState == "suspended" ? "suspended" : "powered off")}: its guest cannot be reached.",
                    vm.Name,
                    $"Start-VM {Typed.Name(vm.Name)}, and wait until VMware Tools run.");
            }

            using IGuestShell shell = await context.Guests!.OpenAsync(AddressOf(target.Target, state), cancellationToken).ConfigureAwait(false);
            GuestSubject subject = new()
            {
                Intent = target,
                Session = context.SessionOf(target.Target.Id),
                Vm = vm,
                Host = vm.Host is { } host && read.Hosts.TryGetValue(host, out GpuHost? known) ? known : null,
                State = state,
                Shell = shell,
                System = await GuestSystem.ReadAsync(shell, cancellationToken).ConfigureAwait(false),
            };
            return new GuestAnswer<T>(target.Target, await work(subject, cancellationToken).ConfigureAwait(false), null);
        }
        catch (GpuVSphereException error)
        {
            return new GuestAnswer<T>(target.Target, null, error);
        }
        catch (OperationCanceledException) when (!throwsWhenStopped && cancellationToken.IsCancellationRequested)
        {
            return new GuestAnswer<T>(target.Target, null, null);
        }
        finally
        {
            gate.Release();
        }
    }

    private static async Task<ServerRead> ReadServerAsync(OperationContext context, IReadOnlyList<IntentTarget> targets, CancellationToken cancellationToken)
    {
        try
        {
            VimSession session = context.SessionOf(targets[0].Target.Id);
            ManagedObjectReference[] vms = [.. targets.Select(one => one.Target.Id.Reference).Distinct()];
            GpuInventory inventory = await InventoryReader.ReadAsync(session, InventoryScope.Vms(vms), cancellationToken).ConfigureAwait(false);
            IReadOnlyList<VmGuestState> states = await session.ReadGuestStatesAsync([.. inventory.Vms.Select(vm => vm.Id.Reference).Where(vms.Contains)], cancellationToken).ConfigureAwait(false);
            return new ServerRead(
                inventory.Vms.ToDictionary(vm => vm.Id.Reference),
                inventory.Hosts.ToDictionary(host => host.Id.Reference),
                states.ToDictionary(state => state.Vm),
                null);
        }
        catch (GpuVSphereException error)
        {
            return new ServerRead(new Dictionary<ManagedObjectReference, GpuVm>(), new Dictionary<ManagedObjectReference, GpuHost>(), new Dictionary<ManagedObjectReference, VmGuestState>(), error);
        }
    }

    private sealed record ServerRead(
        IReadOnlyDictionary<ManagedObjectReference, GpuVm> Vms,
        IReadOnlyDictionary<ManagedObjectReference, GpuHost> Hosts,
        IReadOnlyDictionary<ManagedObjectReference, VmGuestState> States,
        GpuVSphereException? Error);
}
