using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Smi;
using GpuVSphere.Vgpu;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>The base of cmdlets that show what hosts offer for vGPU. Without a host every host is meant.</summary>
public abstract class VgpuHostCmdlet : HostCmdlet
{
    // An empty pipeline, or one whose objects were all wrong, does not mean everything.
    internal override bool PrepareTargets() => Groups.Count > 0 || (!MyInvocation.ExpectingInput && !HasFailed);

    /// <summary>Reads the hosts that are meant, each with its capacity and with the addresses of the GPUs that are meant.</summary>
    private protected async Task<IReadOnlyList<(VgpuHost Host, HostCapacity Capacity, HashSet<PciAddress> Devices)>> ReadAsync(
        PipelineRelay relay, CancellationToken cancellationToken, IReadOnlyCollection<NvidiaSmiGpu>? told = null)
    {
        TargetReader reader = new(Servers, Table.LastRead, relay);
        IReadOnlyList<TargetGroup> groups = [.. (Groups.Count > 0 ? Groups : [new TargetGroup()])
            .Select(group => group.Hosts.Count > 0 || group.Devices.Any(device => device.Host is not null) ? group : group with { Hosts = [new HostIdentity("*")] })];
        IReadOnlyList<(GpuHost Host, GpuDevice Device)> devices =
            await DeviceTargets.ReadAsync(reader, groups, relay, cancellationToken, explains: Groups.Any(group => group.Hosts.Count > 0)).ConfigureAwait(false);
        ILookup<Vim.VimObjectId, PciAddress> meant = devices.ToLookup(one => one.Host.Id, one => one.Device.Address);
        IReadOnlyList<VgpuHost> hosts = await reader.ReadVgpuAsync([.. devices.Select(one => one.Host.Id).Distinct()], cancellationToken).ConfigureAwait(false);
        return [.. hosts
            .OrderBy(host => host.Host.ServerName, StringComparer.OrdinalIgnoreCase)
            .ThenBy(host => host.Host.Name, StringComparer.OrdinalIgnoreCase)
            .Select(host => (host, HostCapacity.Of(host, told ?? []), new HashSet<PciAddress>(meant[host.Host.Id])))];
    }

    /// <summary>The error about a profile that none of the hosts has, with the names that could be meant.</summary>
    private protected static GpuVSphereException NotFound(string name, IEnumerable<VgpuHost> hosts)
    {
        VgpuHost[] asked = [.. hosts];
        IReadOnlyList<string> near = CapacityReport.Near(name, asked);
        return new GpuVSphereException(
            "VgpuProfileNotFound",
            GpuErrorCategory.ObjectNotFound,
            $"No host that was asked offers the vGPU profile '{name}'.",
            name,
            near.Count > 0 ? $"Near names: {string.Join(", ", near)}. Get-VgpuProfile lists them all."
                : asked.Any(host => host.OfferedProfiles is { Count: > 0 }) ? "Get-VgpuProfile lists the profiles that are offered."
                : "No host that was asked offers any vGPU profile: Get-HostGraphicsMode shows the graphics types, Get-NvidiaVib the drivers.");
    }

    private protected static WildcardPattern Pattern(string name) => new(name.Trim(), WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
}
