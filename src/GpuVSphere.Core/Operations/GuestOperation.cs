using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.GuestOs;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness;
using GpuVSphere.Shell;
using GpuVSphere.Vim;

namespace GpuVSphere.Operations;

/// <summary>
/// A change of guests: opens each, reads it, proposes, runs the rules; then once more, refuses what is no longer as planned, and performs the steps,
/// guests side by side. What a guest is to become is said by the derived class.
/// </summary>
internal abstract class GuestOperation : IGpuOperation
{
    protected GuestOperation(ChangeIntent intent, OperationContext context)
    {
        Intent = intent;
        Context = context;
        Options = GuestChangeOptions.FromText(intent.Options);
        ReadinessRules.RequireKnown(Options.SkipRules, OwnRules);
    }

    /// <inheritdoc/>
    public ChangeIntent Intent { get; }

    protected OperationContext Context { get; }

    protected GuestChangeOptions Options { get; }

    /// <summary>The ids of refusals of this kind of change that -SkipRule takes, beside those of the rules.</summary>
    protected virtual IReadOnlyCollection<string> OwnRules => [];

    /// <summary>Whether it only sets what can be put back: then what was there is in the journal before it is overwritten, and Undo-GpuChange puts it back.</summary>
    protected virtual bool IsJournaled => false;

    /// <summary>Whether a change of the journal is being undone: the wanted values are those before, each with the condition that it still is as it was set.</summary>
    protected bool IsUndo => Context.IsUndo;

    /// <summary>Whether the change that is continued, or an earlier undo of it, came to no good end in a guest: what is missing there was taken away by it.</summary>
    protected bool IsOpen(PlanTarget target) =>
        Context.Continues?.Hosts.FirstOrDefault(host => host.Target.Id == target.Id) is { Outcome: not (ChangeOutcome.Done or ChangeOutcome.Pending) };

    /// <summary>Whether what is pending after the change waits for a restart of the guest.</summary>
    protected virtual bool PendsForRestart => false;

    /// <summary>Whether the change exists for such guests; others are refused before anything is read.</summary>
    protected virtual bool Supports(GuestFamily family) => family == GuestFamily.Linux;

    /// <summary>Reads what is needed of one guest and says what is to become of it. Called to plan, again before the first step, and to verify where the proposal has no reading of its own.</summary>
    /// <exception cref="GpuVSphereException">What keeps it from being planned; it becomes a finding that blocks this guest alone.</exception>
    protected abstract Task<GuestProposal> ProposeAsync(GuestSubject subject, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public async Task<ChangePlan> PlanAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset plannedAt = Context.Clock.UtcNow;
        IReadOnlyList<GuestAnswer<GuestProposal>> answers = await GuestWork.ForEachAsync(
            Context, Intent.Targets, Options.MaxParallel, async (subject, stop) => await JudgedAsync(subject, stop).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        PlanBuilder builder = new();
        List<Finding> findings = [];
        List<PlanConsequence> consequences = [];
        foreach (GuestAnswer<GuestProposal> answer in answers)
        {
            if (answer.Error is { } error)
            {
                findings.Add(BlockedErrors.Finding(answer.Target, error));
                continue;
            }

            foreach (ChangeStage stage in answer.Value!.Stages)
            {
                foreach (PlannedChange row in stage.Changes)
                {
                    builder.Change(stage.Barrier, row.Target, row.Property, row.Before, row.After, row.Needs);
                }
            }

            findings.AddRange(answer.Value.Findings);
            consequences.AddRange(answer.Value.Consequences);
        }

        return new ChangePlan
        {
            Intent = Intent,
            PlannedAt = plannedAt,
            Targets = [.. Intent.Targets.Select(one => one.Target)],
            Stages = builder.Build(),
            Findings = findings,
            Consequences = consequences,
        };
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ChangeResult>> ApplyAsync(ChangePlan plan, IChangeFeedback feedback, CancellationToken cancellationToken)
    {
        RunProgress progress = new(feedback, Intent.Title, plan.Targets.Count);
        Dictionary<PlanTarget, ChangeResult> results = [];
        List<IntentTarget> begun = [];
        foreach (IntentTarget intended in Intent.Targets.Where(one => plan.Targets.Contains(one.Target)))
        {
            PlanTarget target = intended.Target;
            ChangeResult? early = plan.IsBlocked(target) ? BlockedErrors.Result(plan, target)
                : plan.Changes.Any(change => change.Target == target) ? null
                : new ChangeResult { Target = target, Outcome = ChangeOutcome.Unchanged, ChangeId = Context.Continues?.Id };
            if (early is null)
            {
                begun.Add(intended);
            }
            else
            {
                results[target] = early;
                progress.Finished(early);
            }
        }

        // An undo that could not begin leaves the entry as it was.
        bool isKept = IsJournaled && (begun.Count > 0 || (Context.Continues is not null && results.Values.All(result => result.Outcome != ChangeOutcome.Blocked)));
        using JournalRecord? record = isKept ? Open(plan, begun, feedback) : null;
        foreach (ChangeResult known in results.Values)
        {
            Keep(record, known);
        }

        IReadOnlyList<GuestAnswer<ChangeResult>> answers = await GuestWork.ForEachAsync(
            Context,
            begun,
            Options.MaxParallel,
            async (subject, stop) => Keep(record, await ApplyOneAsync(plan, subject, record, feedback, progress, stop).ConfigureAwait(false)),
            cancellationToken,
            throwsWhenStopped: false).ConfigureAwait(false);
        foreach (GuestAnswer<ChangeResult> answer in answers)
        {
            PlannedChange[] planned = [.. plan.Changes.Where(change => change.Target == answer.Target)];
            ChangeResult result = answer.Value ?? Keep(record, answer.Error is { } error
                ? new ChangeResult { Target = answer.Target, Outcome = ChangeOutcome.Failed, Changes = planned, Message = error.Message, Error = error }
                : new ChangeResult { Target = answer.Target, Outcome = ChangeOutcome.Interrupted, Changes = planned, Message = $"{answer.Target.Name} was not begun. Run the same command again." });
            results[answer.Target] = result;
            progress.Finished(result);
        }

        record?.Finish(SettingChangeWorkflow.StateOf(record.Entry), Context.Clock.UtcNow);
        return [.. plan.Targets.Where(results.ContainsKey).Select(target => results[target])];
    }

    /// <summary>Where a guest is, as it is opened.</summary>
    internal static GuestAddress AddressOf(GuestSubject subject) => GuestWork.AddressOf(subject.Target, subject.State);

    private JournalRecord Open(ChangePlan plan, List<IntentTarget> begun, IChangeFeedback feedback)
    {
        ChangeJournal journal = new(Context.StateDirectory);
        JournalRecord record = Context.Continues is { } entry
            ? journal.Continue(entry.Id, IsUndo, Context.Clock.UtcNow)
            : journal.Begin(plan, [.. begun.Select(one => new JournalHost { Target = one.Target })], Context.Clock.UtcNow);
        record.OnProblem = feedback.Warning;
        feedback.Verbose($"{plan.Intent.Title}: the journal entry is {record.Entry.Id}.");
        return record;
    }

    private ChangeResult Keep(JournalRecord? record, ChangeResult result)
    {
        if (record is null || record.Entry.Hosts.All(host => host.Target.Id != result.Target.Id))
        {
            return result;
        }

        // What is pending in the journal waits for a restart: a licence that was not waited for does not.
        ChangeOutcome outcome = result.Outcome == ChangeOutcome.Unchanged || (result.Outcome == ChangeOutcome.Pending && !PendsForRestart) ? ChangeOutcome.Done : result.Outcome;
        record.Update(result.Target, host => host with
        {
            Step = outcome == ChangeOutcome.Interrupted || host.Step == HostStep.NotStarted && outcome is not (ChangeOutcome.Done or ChangeOutcome.Pending) ? host.Step : HostStep.Finished,
            Outcome = outcome,
            Message = result.Message,
            ErrorId = result.Error?.Id,
            FinishedAt = outcome == ChangeOutcome.Interrupted ? null : Context.Clock.UtcNow,
        });
        return result with { ChangeId = record.Entry.Id };
    }

    private async Task<GuestProposal> JudgedAsync(GuestSubject subject, CancellationToken cancellationToken)
    {
        if (!Supports(subject.Shell.Family))
        {
            throw new GpuVSphereException(
                "GuestNotSupported",
                GpuErrorCategory.NotSupported,
                $"{subject.Name} runs {subject.System.DisplayName}, and '{Intent.Title}' is for {(subject.Shell.Family == GuestFamily.Windows ? "Linux" : "Windows")} guests.",
                subject.Name,
                "Leave this VM out.");
        }

        GuestProposal proposal = await ProposeAsync(subject, cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < proposal.Findings.Count; i++)
        {
            if (Options.SkipRules.Contains(proposal.Findings[i].RuleId, StringComparer.OrdinalIgnoreCase))
            {
                proposal.Findings[i] = proposal.Findings[i] with { IsSkipped = true };
            }
        }

        return proposal;
    }

    private async Task<ChangeResult> ApplyOneAsync(
        ChangePlan plan, GuestSubject subject, JournalRecord? record, IChangeFeedback feedback, RunProgress progress, CancellationToken cancellationToken)
    {
        PlannedChange[] planned = [.. plan.Changes.Where(change => change.Target == subject.Target)];
        using GuestRun run = new(
            subject,
            Context,
            Options,
            feedback,
            status => progress.Say(subject.Target, status.Substring(Math.Min(status.Length, subject.Name.Length + 2))),
            field => record?.Add(subject.Target, [field], IsUndo));
        int done = 0;
        string? current = null;
        GuestProposal? proposal = null;
        try
        {
            proposal = await JudgedAsync(subject, cancellationToken).ConfigureAwait(false);
            ChangePlan live = plan with { Stages = proposal.Stages, Findings = proposal.Findings };
            if (live.IsBlocked(subject.Target))
            {
                return BlockedErrors.Result(live, subject.Target) with { Changes = planned };
            }

            RefuseStale(planned, [.. live.Changes]);
            record?.Add(subject.Target, proposal.Fields, IsUndo);
            record?.Update(subject.Target, host => host with { Step = HostStep.Applying, StartedAt = host.StartedAt ?? Context.Clock.UtcNow, FinishedAt = null, Outcome = null });
            foreach (GuestStep step in proposal.Steps)
            {
                cancellationToken.ThrowIfCancellationRequested();
                run.Progress(step.Title);
                current = step.Title;
                await step.Work(run, cancellationToken).ConfigureAwait(false);
                current = null;
                done++;
                run.Verbose(step.Title + ": done.");
            }

            run.Progress("reading back");
            GuestOutcome outcome = proposal.Verify is { } verify
                ? await verify(run, cancellationToken).ConfigureAwait(false)
                : await VerifyByPlanAsync(run, cancellationToken).ConfigureAwait(false);
            return new ChangeResult { Target = subject.Target, Outcome = outcome.Outcome, Changes = planned, Message = outcome.Message, Error = outcome.Error };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new ChangeResult
            {
                Target = subject.Target,
                Outcome = ChangeOutcome.Interrupted,
                Changes = planned,
                Message = $"{subject.Name}: {HowFar(proposal, done, current)}. Run the same command again: what is already as wanted is left alone.",
            };
        }
        catch (GpuVSphereException error)
        {
            // Who reads the error must know what the guest is like now.
            GpuVSphereException told = proposal is null || done == 0 ? error
                : new(error.Id, error.Category, $"{error.Message} ({HowFar(proposal, done)})", error.Target, error.NextStep, error);
            return new ChangeResult { Target = subject.Target, Outcome = ChangeOutcome.Failed, Changes = planned, Message = told.Message, Error = told };
        }
    }

    // A step that was begun may have done a part of its work: that is not nothing.
    private static string HowFar(GuestProposal? proposal, int done, string? current = null)
    {
        string stopped = current is null ? string.Empty : "stopped while " + current;
        return proposal is null || done == 0 ? (stopped.Length > 0 ? stopped : "nothing was done yet")
            : "done before: " + string.Join(", ", proposal.Steps.Take(done).Select(step => step.Title)) + (stopped.Length > 0 ? "; " + stopped : string.Empty);
    }

    private async Task<GuestOutcome> VerifyByPlanAsync(GuestRun run, CancellationToken cancellationToken)
    {
        GuestSystem system = await GuestSystem.ReadAsync(run.Shell, cancellationToken).ConfigureAwait(false);
        GuestProposal after = await JudgedAsync(run.Subject with { System = system }, cancellationToken).ConfigureAwait(false);
        PlannedChange? left = after.Stages.SelectMany(stage => stage.Changes).FirstOrDefault();
        return left is null
            ? GuestOutcome.Done()
            : GuestOutcome.Failed(new GpuVSphereException(
                "NotAsWanted",
                GpuErrorCategory.OperationFailed,
                $"{run.Target.Name}: {left.Property} is {left.Before ?? "absent"} and should be {left.After ?? "absent"}.",
                run.Target.Name,
                "Look into the guest, then run the command again."));
    }

    private static void RefuseStale(PlannedChange[] planned, List<PlannedChange> live)
    {
        foreach (PlannedChange change in planned)
        {
            int at = live.FindIndex(other => other.Property == change.Property && other.After == change.After);
            if (at < 0 || live[at].Before != change.Before)
            {
                throw new PlanIsStaleException(change, at < 0 ? change.After : live[at].Before);
            }

            live.RemoveAt(at);
        }

        if (live.Count > 0)
        {
            throw new PlanIsStaleException(live[0] with { Before = live[0].After }, live[0].Before);
        }
    }
}
