using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Commands;

namespace GpuVSphere.PowerShell.Session;

/// <summary>The hosts that cmdlets about whole hosts mean, read now: also those without a GPU, about which the cmdlet has something to say.</summary>
internal static class HostsMeant
{
    /// <summary>The hosts of a group. With devices, only those of its hosts that have one of them.</summary>
    public static async Task<IReadOnlyList<HostMeant>> ReadAsync(TargetReader reader, TargetGroup group, PipelineRelay relay, CancellationToken cancellationToken)
    {
        HostIdentity[] identities = [.. group.Hosts.Concat(group.Devices.Select(device => device.Host).OfType<HostIdentity>())];
        if (identities.Length == 0)
        {
            identities = [new HostIdentity("*")];
        }

        if (group.Devices.Count == 0)
        {
            IReadOnlyList<NamedHost> named = await reader.HostsAsync(identities, cancellationToken).ConfigureAwait(false);
            return [.. (await reader.ReadHostsAsync(named, cancellationToken).ConfigureAwait(false)).Select(one => new HostMeant(one.Meant.Connection, one.Host, null))];
        }

        IReadOnlyList<(GpuHost Host, GpuDevice Device)> devices = await DeviceTargets.ReadAsync(reader, [group with { Hosts = identities }], relay, cancellationToken).ConfigureAwait(false);
        return [.. devices.GroupBy(one => one.Host.Id).Select(host => new HostMeant(
            reader.Connections.First(connection => connection.Session.ServerUuid == host.Key.ServerUuid), host.First().Host, [.. host.Select(one => one.Device)]))];
    }
}
