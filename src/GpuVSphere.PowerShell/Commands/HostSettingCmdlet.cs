using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>The base of cmdlets that change a host as a whole: its graphics, its driver, its scheduler.</summary>
public abstract class HostSettingCmdlet : HostRebootCmdlet
{
    internal override bool PrepareTargets() =>
        Groups.Count > 0 ? true
        : MyInvocation.ExpectingInput || HasFailed ? false
        : throw new GpuVSphereException(
            "NothingNamed",
            GpuErrorCategory.InvalidArgument,
            "No host was named that is to be changed.",
            null,
            "Name it with -VMHost, or pipe hosts in; Get-GpuDevice lists the hosts that have GPUs.");

    internal sealed override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        TargetReader reader = new(Servers, Table.LastRead, relay);
        IReadOnlyList<HostMeant> hosts = await ReadAsync(reader, relay, cancellationToken).ConfigureAwait(false);
        if (hosts.Count == 0)
        {
            return;
        }

        await ChangeAsync(
            reader,
            context => Operation(hosts, context),
            async (operation, results, context) =>
                await ShowAsync(operation, results, await ReadAsync(reader, relay, cancellationToken).ConfigureAwait(false), context, relay, cancellationToken).ConfigureAwait(false),
            relay,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The operation that makes what was asked for.</summary>
    internal abstract IGpuOperation Operation(IReadOnlyList<HostMeant> hosts, OperationContext context);

    /// <summary>Gives, with -PassThru, what became of the hosts.</summary>
    internal abstract Task ShowAsync(
        IGpuOperation operation, IReadOnlyList<ChangeResult> results, IReadOnlyList<HostMeant> hosts, OperationContext context, PipelineRelay relay, CancellationToken cancellationToken);

    private async Task<IReadOnlyList<HostMeant>> ReadAsync(TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken)
    {
        List<HostMeant> meant = [];
        foreach (TargetGroup group in Groups)
        {
            foreach (HostMeant read in await HostsMeant.ReadAsync(reader, group, relay, cancellationToken).ConfigureAwait(false))
            {
                HostMeant host = group.Vibs.Count > 0 ? read with { Vibs = group.Vibs } : read;
                int known = meant.FindIndex(earlier => earlier.Host.Id == host.Host.Id);
                if (known < 0)
                {
                    meant.Add(host);
                }
                else
                {
                    meant[known] = meant[known] with
                    {
                        Devices = meant[known].Devices is { } some && host.Devices is { } more ? [.. some.Union(more)] : null,
                        Vibs = meant[known].Vibs is { } one && host.Vibs is { } other ? [.. one.Union(other, StringComparer.OrdinalIgnoreCase)] : null,
                    };
                }
            }
        }

        return meant;
    }
}
