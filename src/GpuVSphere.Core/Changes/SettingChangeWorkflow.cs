using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Changes;

/// <summary>
/// Performs a change of settings: lock, journal, a last look at what the plan rests on, the change, and the look at the result, object after object. What was
/// there before is in the journal before it is overwritten.
/// </summary>
internal sealed class SettingChangeWorkflow(OperationContext context)
{
    /// <summary>Performs a plan.</summary>
    /// <param name="plan">The plan. Objects that it blocks are left alone.</param>
    /// <param name="changes">What to do on the objects of the plan.</param>
    /// <param name="feedback">Where to tell.</param>
    /// <param name="cancellationToken">Begins no further object.</param>
    /// <returns>One result for each target, in the plan's order.</returns>
    /// <exception cref="GpuVSphereException">Before anything was touched: JournalNotWritable, ChangeRunning, NotConnected.</exception>
    public async Task<IReadOnlyList<ChangeResult>> RunAsync(
        ChangePlan plan, IReadOnlyList<ISettingChange> changes, IChangeFeedback feedback, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        JournalEntry? continued = context.Continues;
        RunProgress progress = new(feedback, plan.Intent.Title, plan.Targets.Count);
        Dictionary<VimObjectId, ChangeResult> results = [];
        List<ISettingChange> work = [];
        foreach (PlanTarget target in plan.Targets)
        {
            ISettingChange? change = changes.FirstOrDefault(change => change.Target.Id == target.Id);
            if (!plan.IsBlocked(target) && change is { Changes.Count: > 0 })
            {
                work.Add(change);
                continue;
            }

            results[target.Id] = plan.IsBlocked(target)
                ? BlockedErrors.Result(plan, target) with { ChangeId = continued?.Id }
                : new ChangeResult { Target = target, Outcome = ChangeOutcome.Unchanged, ChangeId = continued?.Id };
            progress.Finished(results[target.Id]);
        }

        // A resume or an undo that could not begin leaves the entry as it was.
        if (work.Count > 0 || (continued is not null && results.Values.All(result => result.Outcome != ChangeOutcome.Blocked)))
        {
            await RunAsync(plan, work, results, progress, cancellationToken).ConfigureAwait(false);
        }

        return [.. plan.Targets.Select(target => results[target.Id])];
    }

    private async Task RunAsync(
        ChangePlan plan, List<ISettingChange> work, Dictionary<VimObjectId, ChangeResult> results, RunProgress progress, CancellationToken cancellationToken)
    {
        // Before the journal: without a session nothing begins.
        work.ForEach(change => context.SessionOf(change.Target.Id));
        ChangeJournal journal = new(context.StateDirectory);
        using JournalRecord record = context.Continues is { } entry
            ? journal.Continue(entry.Id, context.IsUndo, context.Clock.UtcNow)
            : journal.Begin(plan, [.. work.Select(change => new JournalHost { Target = change.Target, Fields = change.Fields })], context.Clock.UtcNow);
        record.OnProblem = progress.Warning;
        progress.Verbose($"{plan.Intent.Title}: the journal entry is {record.Entry.Id}.");
        foreach (ChangeResult known in results.Values.Where(result => result.Outcome == ChangeOutcome.Unchanged && record.Entry.Hosts.Any(host => host.Target.Id == result.Target.Id)))
        {
            record.Update(known.Target, host => host with { Step = HostStep.Finished, Outcome = ChangeOutcome.Done, Message = null, ErrorId = null, FinishedAt = context.Clock.UtcNow });
        }

        foreach (ISettingChange change in work)
        {
            record.Add(change.Target, change.Fields, context.IsUndo);
        }

        foreach (ISettingChange change in work)
        {
            ChangeResult result = await RunOneAsync(change, record, progress, cancellationToken).ConfigureAwait(false);
            results[change.Target.Id] = result;
            record.Update(change.Target, host => host with
            {
                Step = result.Outcome == ChangeOutcome.Interrupted ? host.Step : HostStep.Finished,
                Outcome = result.Outcome,
                Message = result.Message,
                ErrorId = result.Error?.Id,
                FinishedAt = result.Outcome == ChangeOutcome.Interrupted ? null : context.Clock.UtcNow,
            });
            progress.Finished(result);
        }

        record.Finish(StateOf(record.Entry), context.Clock.UtcNow);
    }

    private async Task<ChangeResult> RunOneAsync(ISettingChange change, JournalRecord record, RunProgress progress, CancellationToken cancellationToken)
    {
        PlanTarget target = change.Target;
        ChangeResult result = new() { Target = target, Outcome = ChangeOutcome.Done, Changes = change.Changes, ChangeId = record.Entry.Id };
        bool isTold = false;
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            using HostLock hold = HostLock.Take(context.StateDirectory, target, record.Entry.Id, context.Clock.UtcNow);
            VimSession session = context.SessionOf(target.Id);
            IReadOnlyDictionary<string, string?> found = await change.ReadAsync(session, cancellationToken).ConfigureAwait(false);
            StalePlan.Refuse(change.Changes, row => Value(found, row));
            record.Update(target, host => host with { Step = HostStep.Applying, StartedAt = host.StartedAt ?? context.Clock.UtcNow, FinishedAt = null, Outcome = null });
            progress.Say(target, "changing");
            isTold = true;
            await change.ApplyAsync(session, cancellationToken).ConfigureAwait(false);
            record.Update(target, host => host with { Step = HostStep.Verifying });
            found = await change.ReadAsync(session, cancellationToken).ConfigureAwait(false);
            PlannedChange[] missing = [.. change.Changes.Where(row => !string.Equals(Value(found, row) ?? string.Empty, row.After ?? string.Empty, StringComparison.Ordinal))];
            return missing.Length == 0 ? result : Failed(result, new GpuVSphereException(
                "ChangeNotEffective",
                GpuErrorCategory.OperationFailed,
                $"{target.Name} took the change, and what is read back is not what was set: {string.Join(", ", missing.Select(row => $"{row.Property} is {Value(found, row) ?? "absent"}"))}.",
                target.Name,
                $"Look whether something else sets it; Undo-GpuChange -Id {record.Entry.Id} puts back what was there."));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return result with
            {
                Outcome = ChangeOutcome.Interrupted,
                Message = isTold ? $"{target.Name} was told to change; whether it has was not read." : $"{target.Name} was not begun.",
            };
        }
        catch (GpuVSphereException error)
        {
            return Failed(result, error);
        }
    }

    private static ChangeResult Failed(ChangeResult result, GpuVSphereException error) => result with { Outcome = ChangeOutcome.Failed, Message = error.Message, Error = error };

    private static string? Value(IReadOnlyDictionary<string, string?> found, PlannedChange row) => found.TryGetValue(row.Property, out string? value) ? value : null;

    /// <summary>How an entry stands whose objects were all worked through.</summary>
    internal static JournalState StateOf(JournalEntry entry) =>
        entry.Hosts.Any(host => host.Outcome is null or ChangeOutcome.Interrupted) ? JournalState.Interrupted
        : entry.Hosts.Any(host => host.Outcome is ChangeOutcome.Failed or ChangeOutcome.Blocked) ? JournalState.Failed
        : entry.IsUndo ? JournalState.Undone
        : JournalState.Done;
}
