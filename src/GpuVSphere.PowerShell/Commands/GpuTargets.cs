using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Methods;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>What cmdlets that change GPUs of hosts have in common: which GPUs are meant, and the way from them to the change.</summary>
internal static class GpuTargets
{
    /// <summary>Whether there is something to do.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="all">Whether all GPUs of the hosts are meant that are named without GPUs.</param>
    /// <exception cref="GpuVSphereException">NothingNamed.</exception>
    public static bool Prepare(HostPlanCmdlet cmdlet, bool all)
    {
        if (cmdlet.Groups.Count == 0)
        {
            return cmdlet.MyInvocation.ExpectingInput || cmdlet.HasFailed ? false : throw Unnamed("Nothing was named that is to be changed.");
        }

        if (!all && cmdlet.Groups.Any(group => group.Devices.Count == 0))
        {
            throw Unnamed("Hosts were named, but not which of their GPUs.");
        }

        return cmdlet.Groups.Any(group => group.Hosts.Count > 0 || group.Devices.Any(device => device.Host is not null))
            ? true
            : throw Unnamed("GPUs were named, but not of which host.");
    }

    /// <summary>Reads the GPUs that are meant, and changes them.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="intent">What is wanted of them.</param>
    /// <param name="show">Gives them as they are afterwards.</param>
    /// <param name="relay">The pipeline.</param>
    /// <param name="cancellationToken">Starts nothing new.</param>
    public static async Task RunAsync(
        HostPlanCmdlet cmdlet,
        Func<IReadOnlyList<GpuDevice>, ChangeIntent> intent,
        Func<IReadOnlyList<(GpuHost Host, GpuDevice Device)>, OperationContext, Task> show,
        PipelineRelay relay,
        CancellationToken cancellationToken)
    {
        TargetReader reader = new(cmdlet.Servers, cmdlet.Table.LastRead, relay);
        IReadOnlyList<(GpuHost Host, GpuDevice Device)> targets = await DeviceTargets.ReadAsync(reader, cmdlet.Groups, relay, cancellationToken, requires: true).ConfigureAwait(false);
        if (targets.Count == 0)
        {
            return;
        }

        await cmdlet.ChangeAsync(
            reader,
            context => GpuOperations.Create(intent([.. targets.Select(target => target.Device)]), context),
            async (_, results, context) =>
            {
                HashSet<Vim.VimObjectId> changed = HostPlanCmdlet.Changed(results);
                IReadOnlyList<(GpuHost Host, GpuDevice Device)> now = await DeviceTargets.ReadAsync(reader, cmdlet.Groups, relay, cancellationToken).ConfigureAwait(false);
                await show([.. now.Where(one => changed.Contains(one.Device.HostId))], context).ConfigureAwait(false);
            },
            relay,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives the GPUs themselves.</summary>
    public static Task ShowAsync(IReadOnlyList<(GpuHost Host, GpuDevice Device)> devices, PipelineRelay relay)
    {
        foreach ((GpuHost _, GpuDevice device) in devices)
        {
            relay.Output(device);
        }

        return Task.CompletedTask;
    }

    private static GpuVSphereException Unnamed(string message) => new(
        "NothingNamed",
        GpuErrorCategory.InvalidArgument,
        message,
        null,
        "Name the host with -VMHost and its GPUs with -Device (Get-GpuDevice lists them), or say -All for every GPU of the hosts that are named.");
}
