using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Vgpu;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Shows what hosts use their GPUs for: the default graphics type, the assignment policy, and each GPU as configured and in force.</summary>
[Cmdlet(VerbsCommon.Get, "HostGraphicsMode")]
[OutputType(typeof(HostGraphicsMode))]
public sealed class GetHostGraphicsModeCommand : HostCmdlet
{
    internal override bool PrepareTargets() => Groups.Count > 0 || (!MyInvocation.ExpectingInput && !HasFailed);

    internal override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        TargetReader reader = new(Servers, Table.LastRead, relay);
        List<HostMeant> hosts = [];
        foreach (TargetGroup group in Groups.Count > 0 ? Groups : [new TargetGroup()])
        {
            IReadOnlyList<HostMeant> meant = await HostsMeant.ReadAsync(reader, group, relay, cancellationToken).ConfigureAwait(false);

            // Of a wildcard only the hosts with a GPU are of interest.
            hosts.AddRange(Groups.Count > 0 ? meant : meant.Where(host => host.Host.Devices.Count > 0));
        }

        await ShowAsync(hosts, relay, cancellationToken).ConfigureAwait(false);
    }

    internal static async Task ShowAsync(IReadOnlyList<HostMeant> hosts, PipelineRelay relay, CancellationToken cancellationToken)
    {
        List<HostGraphicsMode> modes = [];
        HostMeant[] distinct = [.. hosts.GroupBy(host => host.Host.Id).Select(same => same.First())];
        foreach (IGrouping<GpuConnection, HostMeant> server in distinct.GroupBy(host => host.Connection))
        {
            modes.AddRange(await HostGraphicsModes.ReadAsync(server.Key.Session, [.. server.Select(host => host.Host)], cancellationToken).ConfigureAwait(false));
        }

        foreach (HostMeant away in distinct.Where(host => !host.Host.IsConnected))
        {
            relay.Warning($"{away.Host.Name} is {(away.Host.ConnectionState == "notResponding" ? "not responding" : away.Host.ConnectionState)}: its graphics cannot be read. Reconnect it in vCenter.");
        }

        foreach (HostGraphicsMode mode in modes.OrderBy(mode => mode.ServerName).ThenBy(mode => mode.HostName))
        {
            if (mode.Pending is { } pending)
            {
                relay.Verbose($"{mode.HostName}: {pending}");
            }

            relay.Output(mode);
        }
    }
}
