using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Shell;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>The base of cmdlets that read GPUs through the ESXi shells of their hosts.</summary>
public abstract class HostShellCmdlet : HostCmdlet
{
    // A login takes a second; a process is started for each.
    private const int HostsAtOnce = 8;

    /// <summary>
    /// The login at the hosts' ESXi shell. Without it the OpenSSH client's configuration and keys are used; with an empty password it names
    /// the user only.
    /// </summary>
    [Parameter]
    [Credential]
    public PSCredential? HostCredential { get; set; }

    internal override bool PrepareTargets()
    {
        if (Groups.Count == 0)
        {
            // Logging in at every host there is, and starting SSH there, is not what nothing means.
            return MyInvocation.ExpectingInput || HasFailed ? false : throw Unnamed("No host was named.");
        }

        return Groups.Any(group => group.Hosts.Count > 0 || group.Devices.Any(device => device.Host is not null))
            ? true
            : throw Unnamed("GPUs were named, but not of which host.");
    }

    internal sealed override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        TargetReader reader = new(Servers, Table.LastRead, relay);
        HashSet<(VimObjectId Host, PciAddress Address)>? wanted = await WantedAsync(reader, relay, cancellationToken).ConfigureAwait(false);
        HostIdentity[] identities = [.. Groups.SelectMany(group => group.Hosts.Concat(group.Devices.Select(device => device.Host).OfType<HostIdentity>()))];
        IReadOnlyList<NamedHost> named = await reader.HostsAsync(identities, cancellationToken).ConfigureAwait(false);
        (NamedHost Meant, GpuHost Host)[] hosts =
        [
            .. (await reader.ReadHostsAsync(named, cancellationToken).ConfigureAwait(false))
                .Where(one => wanted is null || wanted.Any(device => device.Host == one.Host.Id))

                // Of a cluster or a wildcard's matches, those without a GPU are not meant.
                .Where(one => one.Meant.IsNamed || one.Host.Devices.Count > 0)
                .OrderBy(one => one.Host.ServerName, StringComparer.OrdinalIgnoreCase).ThenBy(one => one.Host.Name, StringComparer.OrdinalIgnoreCase),
        ];
        IHostShells shells = HostShells.Of([.. hosts.Select(one => one.Meant.Connection).Distinct()], HostCredential);
        HostShellNotes notes = new(relay.Verbose, relay.Warning);
        using SemaphoreSlim gate = new(HostsAtOnce);
        PipelineRelay[] said = [.. hosts.Select(_ => new PipelineRelay())];
        Task[] reads = [.. hosts.Select((one, i) => ReadAsync(one.Meant.Connection.Session, one.Host, wanted, shells, notes, gate, said[i], cancellationToken))];
        try
        {
            // They are asked side by side and shown in the order of their names.
            for (int i = 0; i < reads.Length; i++)
            {
                await reads[i].ConfigureAwait(false);
                relay.Append(said[i]);
            }
        }
        finally
        {
            // A host that is still being asked has its SSH stopped again before the command ends.
            await Task.WhenAll(reads).ConfigureAwait(false);
            Array.ForEach(said, one => one.Dispose());
        }
    }

    /// <summary>Reads one host and gives what is wanted of it.</summary>
    /// <param name="session">The server of the host.</param>
    /// <param name="host">The host.</param>
    /// <param name="isWanted">Whether a GPU was asked for.</param>
    /// <param name="shells">The way to its shell.</param>
    /// <param name="notes">What is told.</param>
    /// <param name="relay">Where the output goes.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The addresses of the GPUs that the host's driver has.</returns>
    internal abstract Task<IReadOnlyCollection<PciAddress>> ReadAsync(
        VimSession session, GpuHost host, Func<PciAddress?, bool> isWanted, IHostShells shells, HostShellNotes notes, PipelineRelay relay, CancellationToken cancellationToken);

    private static GpuVSphereException Unnamed(string message) => new(
        "NothingNamed",
        GpuErrorCategory.InvalidArgument,
        message,
        null,
        "Name the host with -VMHost, or pipe hosts or GPUs in: Get-GpuDevice lists both.");

    // Null when some hosts are meant with all of their GPUs.
    private async Task<HashSet<(VimObjectId Host, PciAddress Address)>?> WantedAsync(TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken)
    {
        if (Groups.All(group => group.Devices.Count == 0))
        {
            return null;
        }

        IReadOnlyList<(GpuHost Host, GpuDevice Device)> devices = await DeviceTargets.ReadAsync(reader, Groups, relay, cancellationToken).ConfigureAwait(false);
        return [.. devices.Select(one => (one.Host.Id, one.Device.Address))];
    }

    private async Task ReadAsync(
        VimSession session,
        GpuHost host,
        HashSet<(VimObjectId Host, PciAddress Address)>? wanted,
        IHostShells shells,
        HostShellNotes notes,
        SemaphoreSlim gate,
        PipelineRelay relay,
        CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            bool IsWanted(PciAddress? address) => wanted is null || (address is { } at && wanted.Contains((host.Id, at)));
            IReadOnlyCollection<PciAddress> seen = await ReadAsync(session, host, IsWanted, shells, notes, relay, cancellationToken).ConfigureAwait(false);
            foreach (GpuDevice device in host.Devices.Where(device => IsWanted(device.Address) && !seen.Contains(device.Address)))
            {
                relay.Warning(device.IsActive
                    ? $"{device.Address} ({device.Model ?? device.Name}) on {host.Name} is in passthrough and not visible to the host's driver."
                    : $"NVIDIA's driver on {host.Name} does not show {device.Address} ({device.Model ?? device.Name}): it may be too old for it, or the GPU has failed.");
            }
        }
        catch (GpuVSphereException error)
        {
            relay.Error(error);
        }
        finally
        {
            gate.Release();
        }
    }
}
