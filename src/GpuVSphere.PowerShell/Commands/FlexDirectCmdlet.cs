using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Bitfusion;
using GpuVSphere.Changes;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Shell;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>The base of cmdlets that ask FlexDirect in guests, and change nothing.</summary>
public abstract class FlexDirectCmdlet : GuestCmdlet
{
    /// <summary>Asks one guest, and writes what it says.</summary>
    internal abstract Task ReadAsync(PlanTarget vm, IGuestShell shell, PipelineRelay relay, CancellationToken cancellationToken);

    /// <summary>Which of the VMs are asked.</summary>
    internal virtual Task<IReadOnlyList<NamedVm>> ChooseAsync(IReadOnlyList<NamedVm> vms, PipelineRelay relay) => Task.FromResult(vms);

    internal sealed override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        FlexDirectNotice.Tell(Table, relay);
        TargetReader reader = new(Servers, Table.LastRead, relay);
        IReadOnlyList<NamedVm> vms = await ChooseAsync(await VmsAsync(reader, cancellationToken).ConfigureAwait(false), relay).ConfigureAwait(false);
        if (vms.Count == 0)
        {
            return;
        }

        PlanTarget[] targets = [.. vms.Select(TargetOf).OrderBy(vm => vm.ServerName, StringComparer.OrdinalIgnoreCase).ThenBy(vm => vm.Name, StringComparer.OrdinalIgnoreCase)];

        // One guest speaks as it goes; several are asked side by side and shown in the order of their names.
        Dictionary<PlanTarget, PipelineRelay> said = targets.ToDictionary(vm => vm, _ => targets.Length == 1 ? relay : new PipelineRelay());
        try
        {
            await FlexDirectReader.AskAsync(
                GuestContext(vms, relay),
                targets,
                (vm, shell, stop) => ReadAsync(vm, shell, said[vm], stop),
                (vm, error) => said[vm].Error(error),
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (PlanTarget vm in targets.Where(_ => targets.Length > 1))
            {
                relay.Append(said[vm]);
                said[vm].Dispose();
            }
        }
    }
}
