using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Changes;

/// <summary>A change from the journal, resumed or undone: its operation, and what the earlier run still holds.</summary>
internal sealed class ContinuedOperation(IGpuOperation operation, JournalEntry entry) : IGpuOperation
{
    private const string MaintenanceMode = "maintenance mode";

    public ChangeIntent Intent => operation.Intent;

    public async Task<ChangePlan> PlanAsync(CancellationToken cancellationToken)
    {
        ChangePlan plan = await operation.PlanAsync(cancellationToken).ConfigureAwait(false);
        List<PlannedChange> held = [];
        foreach (JournalHost host in entry.Hosts)
        {
            PlanTarget? target = plan.Targets.FirstOrDefault(target => target.Id == host.Target.Id);
            if (target is null)
            {
                continue;
            }

            if (host.OwnsMaintenanceMode)
            {
                held.Add(new PlannedChange(target, MaintenanceMode, "entered by this change", "left"));
            }

            held.AddRange(host.VmsShutDown.Select(vm => new PlannedChange(target, "power of " + vm.Name, "shut down by this change", "powered on")));
        }

        return held.Count == 0 ? plan : plan with { Stages = [.. plan.Stages, new ChangeStage(plan.Stages.Count + 1, null, held)] };
    }

    public Task<IReadOnlyList<ChangeResult>> ApplyAsync(ChangePlan plan, IChangeFeedback feedback, CancellationToken cancellationToken)
    {
        // What is held is known to the journal; the operation is not to look for it among its own changes.
        ChangePlan own = plan with
        {
            Stages = plan.Stages
                .Select(stage => stage with { Changes = stage.Changes.Where(change => !IsHeld(change)).ToArray() })
                .Where(stage => stage.Changes.Count > 0)
                .ToArray(),
        };
        return operation.ApplyAsync(own, feedback, cancellationToken);
    }

    private static bool IsHeld(PlannedChange change) =>
        (change.Property == MaintenanceMode && change.Before == "entered by this change") || change.Before == "shut down by this change";
}
