using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>The base of cmdlets that change FlexDirect in guests.</summary>
public abstract class FlexDirectChangeCmdlet : GuestChangeCmdlet
{
    /// <summary>What is wanted of these VMs.</summary>
    /// <exception cref="GpuVSphereException">It cannot be, whatever the guests are.</exception>
    internal abstract ChangeIntent IntentFor(IReadOnlyList<PlanTarget> vms);

    internal sealed override bool PrepareTargets()
    {
        if (!base.PrepareTargets())
        {
            return false;
        }

        // What was mistyped is refused before any server is asked, and here, where the current folder is at hand.
        Wish();
        return true;
    }

    /// <summary>Reads what was typed.</summary>
    /// <exception cref="GpuVSphereException">It cannot be, whatever the guests are.</exception>
    internal virtual void Wish() => IntentFor([]);

    internal sealed override Task<ChangeIntent?> IntentAsync(IReadOnlyList<NamedVm> vms, TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken)
    {
        FlexDirectNotice.Tell(Table, relay);
        return Task.FromResult<ChangeIntent?>(IntentFor([.. vms.Select(TargetOf)]));
    }
}
