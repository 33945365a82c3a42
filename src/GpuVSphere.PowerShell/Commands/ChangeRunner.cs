using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Takes one operation along its path: plan, show or confirm, apply, say what became of it.</summary>
internal sealed class ChangeRunner(PipelineRelay relay)
{
    /// <summary>Whether the plan is given as an object instead of being performed.</summary>
    public bool AsPlan { get; init; }

    /// <summary>Whether it reboots, powers off or removes.</summary>
    public bool IsDisruptive { get; init; }

    /// <summary>Whether the confirmed plan is performed by a job, which is given instead of waiting for it.</summary>
    public bool AsJob { get; init; }

    /// <summary>What is to be done after the plan was performed, there or in the job; null for nothing.</summary>
    public Func<CancellationToken, Task>? Afterwards { get; init; }

    /// <summary>Plans the operation and performs the plan.</summary>
    /// <returns>What became of each object; empty when nothing was performed, but for those that were blocked.</returns>
    public async Task<IReadOnlyList<ChangeResult>> RunAsync(IGpuOperation operation, CancellationToken cancellationToken)
    {
        ChangePlan plan = await operation.PlanAsync(cancellationToken).ConfigureAwait(false);
        if (AsPlan)
        {
            relay.Output(plan);
            return [];
        }

        return await PerformAsync(operation, plan, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Performs a plan after asking about each of its objects.</summary>
    public async Task<IReadOnlyList<ChangeResult>> PerformAsync(IGpuOperation operation, ChangePlan plan, CancellationToken cancellationToken)
    {
        bool isWhatIf = await relay.AskAsync(Confirmation.IsWhatIf).ConfigureAwait(false);
        if (isWhatIf)
        {
            foreach (string line in PlanText.Lines(plan, await relay.AskAsync(cmdlet => cmdlet.ConsoleWidth).ConfigureAwait(false)))
            {
                relay.Show(line);
            }
        }
        else
        {
            Report(plan);
        }

        PlanTarget[] changing = [.. plan.Targets.Where(target => !plan.IsBlocked(target) && plan.Changes.Any(change => change.Target == target))];
        PlanTarget[] confirmed = await relay.AskAsync(
            cmdlet => changing.Where(target => Confirmation.Ask(cmdlet, plan, target, IsDisruptive || EndsPrograms(plan, target))).ToArray()).ConfigureAwait(false);
        if (isWhatIf)
        {
            return [];
        }

        if (changing.Length > 0 && confirmed.Length == 0)
        {
            // Who wants none of the others changed is still to hear why these could not have been.
            ChangeResult[] blocked = [.. plan.Targets.Where(plan.IsBlocked).Select(target => BlockedErrors.Result(plan, target))];
            foreach (ChangeResult result in blocked)
            {
                Report(result);
            }

            return blocked;
        }

        ChangePlan left = changing.Length == confirmed.Length ? plan : Without(plan, [.. changing.Except(confirmed)]);
        if (AsJob)
        {
            GpuJob job = await relay.AskAsync(cmdlet => Enlist(cmdlet, left)).ConfigureAwait(false);
            job.Start((feedback, stop) => ApplyAsync(operation, left, feedback, stop));
            relay.Output(job);
            return [];
        }

        try
        {
            IReadOnlyList<ChangeResult> results = await ApplyAsync(operation, left, relay, cancellationToken).ConfigureAwait(false);
            foreach (ChangeResult result in results)
            {
                Report(result);
            }

            return results;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            relay.LastWord(plan.Intent.Title + " was stopped. " + (plan.Targets.Any(target => !target.IsVm)
                ? "Get-GpuChange shows how far it came and how to go on."
                : "Run the command again to go on: what is already as wanted is left alone."));
            throw;
        }
    }

    private async Task<IReadOnlyList<ChangeResult>> ApplyAsync(IGpuOperation operation, ChangePlan plan, IChangeFeedback feedback, CancellationToken cancellationToken)
    {
        IReadOnlyList<ChangeResult> results = await operation.ApplyAsync(plan, feedback, cancellationToken).ConfigureAwait(false);
        if (Afterwards is not null && results.Count > 0)
        {
            await Afterwards(cancellationToken).ConfigureAwait(false);
        }

        return results;
    }

    private static bool EndsPrograms(ChangePlan plan, PlanTarget target) => plan.Consequences.Any(consequence => consequence.EndsPrograms && consequence.Target == target);

    private static GpuJob Enlist(GpuCmdlet cmdlet, ChangePlan plan)
    {
        GpuJob job = new(cmdlet.MyInvocation.Line.Trim(), string.Join(", ", plan.Targets.Select(target => target.Name)));
        cmdlet.JobRepository.Add(job);
        return job;
    }

    /// <summary>The plan without some of its objects.</summary>
    private static ChangePlan Without(ChangePlan plan, HashSet<PlanTarget> refused) => plan with
    {
        Targets = [.. plan.Targets.Where(target => !refused.Contains(target))],
        Stages = [.. plan.Stages.Select(stage => stage with { Changes = [.. stage.Changes.Where(change => !refused.Contains(change.Target))] })],
        Findings = [.. plan.Findings.Where(finding => !refused.Contains(finding.Target))],
        Consequences = [.. plan.Consequences.Where(consequence => !refused.Contains(consequence.Target))],
        Intent = plan.Intent with { Targets = [.. plan.Intent.Targets.Where(target => !refused.Contains(target.Target))] },
    };

    private void Report(ChangePlan plan)
    {
        foreach (Finding finding in plan.Findings)
        {
            string text = ChangeReport.About(finding.Target, finding.Message);
            if (finding.IsSkipped || finding.Severity == FindingSeverity.Warning)
            {
                relay.Warning((finding.IsSkipped ? $"Rule {finding.RuleId} is skipped. " : string.Empty) + text + (finding.IsSkipped || finding.NextStep is null ? string.Empty : " " + finding.NextStep));
            }
            else if (finding.Severity == FindingSeverity.Information)
            {
                relay.Verbose(text);
            }
        }

        foreach (PlanConsequence consequence in plan.Consequences)
        {
            relay.Verbose(ChangeReport.About(consequence.Target, consequence.Text));
        }

        if (plan.IsEmpty && !plan.Targets.Any(plan.IsBlocked))
        {
            relay.Verbose($"{plan.Intent.Title}: nothing to change.");
        }
    }

    // How to go on after a stop must reach the user although the pipeline has ended.
    private void Report(ChangeResult result) =>
        ChangeReport.Tell(result, relay.Error, result.Outcome == ChangeOutcome.Interrupted ? relay.LastWord : relay.Warning);
}
