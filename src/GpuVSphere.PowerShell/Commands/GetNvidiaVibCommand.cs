using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Shows NVIDIA's VIBs on hosts: the driver for vGPU or AI Enterprise, and the management daemon.</summary>
[Cmdlet(VerbsCommon.Get, "NvidiaVib")]
[OutputType(typeof(NvidiaVib))]
public sealed class GetNvidiaVibCommand : HostCmdlet
{
    // Each host is asked by several calls of esxcli, which take a second or more.
    private const int HostsAtOnce = 16;

    internal override bool PrepareTargets() => Groups.Count > 0 || (!MyInvocation.ExpectingInput && !HasFailed);

    internal override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        TargetReader reader = new(Servers, Table.LastRead, relay);
        List<HostMeant> hosts = [];
        foreach (TargetGroup group in Groups.Count > 0 ? Groups : [new TargetGroup()])
        {
            IReadOnlyList<HostMeant> meant = await HostsMeant.ReadAsync(reader, group, relay, cancellationToken).ConfigureAwait(false);

            // Where none is named, only the hosts with a GPU are of interest.
            hosts.AddRange(Groups.Count > 0 ? meant : meant.Where(host => host.Host.Devices.Count > 0));
        }

        HostMeant[] distinct =
        [
            .. hosts.GroupBy(host => host.Host.Id).Select(same => same.First())
                .OrderBy(one => one.Host.ServerName, StringComparer.OrdinalIgnoreCase).ThenBy(one => one.Host.Name, StringComparer.OrdinalIgnoreCase),
        ];
        foreach (HostMeant away in distinct.Where(host => !host.Host.IsConnected))
        {
            relay.Warning($"{away.Host.Name} is {(away.Host.ConnectionState == "notResponding" ? "not responding" : away.Host.ConnectionState)}: its software cannot be read. Reconnect it in vCenter.");
        }

        using SemaphoreSlim gate = new(HostsAtOnce);
        Task<IReadOnlyList<NvidiaVib>>[] reads = [.. distinct.Where(host => host.Host.IsConnected).Select(host => ReadAsync(host.Connection.Session, host.Host, gate, relay, cancellationToken))];
        foreach (Task<IReadOnlyList<NvidiaVib>> read in reads)
        {
            IReadOnlyList<NvidiaVib> vibs = await read.ConfigureAwait(false);
            Table.LastRead.Take(vibs);
            foreach (NvidiaVib vib in vibs)
            {
                relay.Output(vib);
            }
        }
    }

    private static async Task<IReadOnlyList<NvidiaVib>> ReadAsync(VimSession session, GpuHost host, SemaphoreSlim gate, PipelineRelay relay, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            IReadOnlyList<NvidiaVib> vibs = await NvidiaVibs.ReadAsync(session, host, cancellationToken).ConfigureAwait(false);
            if (vibs.Count == 0)
            {
                relay.Verbose($"{host.Name} (ESXi {host.Version}) has none of NVIDIA's VIBs.");
            }

            return vibs;
        }
        catch (GpuVSphereException error)
        {
            relay.Error(error);
            return [];
        }
        finally
        {
            gate.Release();
        }
    }
}
