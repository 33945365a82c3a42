using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Changes;

/// <summary>
/// Performs a change of hosts: VMs out of the way, maintenance mode, the change itself, one reboot, the wait for the host, the look at
/// the result, and everything given back. Hosts of one cluster go down one after another, clusters side by side. A journal says at any
/// moment what the change owns.
/// </summary>
public sealed class HostChangeWorkflow
{
    // Hosts that are only configured: enough at a time to be quick, few enough not to flood a vCenter.
    private const int ConfiguredAtATime = 8;

    // The rule of the readiness checks that a host which does not answer breaks.
    private const string ConnectedRule = "HOST-CONNECTED";

    private readonly OperationContext _context;
    private readonly HostChangeOptions _options;
    private readonly Func<PlanTarget, IHostControl>? _controls;

    /// <summary>Makes a workflow.</summary>
    /// <param name="context">The sessions, the journal's folder and the clock.</param>
    /// <param name="options">How far the change may go.</param>
    public HostChangeWorkflow(OperationContext context, HostChangeOptions options)
        : this(context, options, null)
    {
    }

    internal HostChangeWorkflow(OperationContext context, HostChangeOptions options, Func<PlanTarget, IHostControl>? controls)
    {
        _context = context;
        _options = options;
        _controls = controls;
    }

    /// <summary>Performs a plan.</summary>
    /// <param name="plan">The plan. Hosts that it blocks are left alone.</param>
    /// <param name="changes">What to do on each host of the plan; one for each target that is not blocked.</param>
    /// <param name="feedback">Where to tell.</param>
    /// <param name="cancellationToken">
    /// Begins no further host and no further step. What is begun on a host stays as it is and is said in the result; the journal can resume or undo it.
    /// </param>
    /// <returns>One result for each target, in the plan's order.</returns>
    /// <exception cref="GpuVSphereException">Before anything was touched: OptionInvalid, JournalNotWritable, ChangeRunning, NotConnected.</exception>
    public async Task<IReadOnlyList<ChangeResult>> RunAsync(
        ChangePlan plan, IReadOnlyList<IHostChange> changes, IChangeFeedback feedback, CancellationToken cancellationToken)
    {
        _options.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        Dictionary<VimObjectId, ChangeResult> results = [];
        List<IHostChange> work = [];
        JournalEntry? continued = _context.Continues;
        RunProgress progress = new(feedback, plan.Intent.Title, plan.Targets.Count);
        foreach (PlanTarget target in plan.Targets)
        {
            IHostChange? change = changes.FirstOrDefault(change => change.Host.Id == target.Id);
            bool owns = continued?.Hosts.Any(host => host.Target.Id == target.Id && host.OwnsSomething) == true;
            bool isAway = plan.Findings.Any(finding => finding.Blocks && finding.Target == target && finding.RuleId == ConnectedRule);
            if (plan.IsBlocked(target) && (isAway || !(owns && _context.IsUndo)))
            {
                results[target.Id] = BlockedErrors.Result(plan, target) with { ChangeId = continued?.Id };
            }
            else if (plan.IsBlocked(target) || (change is null && owns))
            {
                work.Add(new GiveBackOnly(target));
            }
            else if (change is not null && (change.Changes.Count > 0 || owns))
            {
                work.Add(change);
            }
            else
            {
                results[target.Id] = new ChangeResult
                {
                    Target = target,
                    Outcome = change?.Pending is null ? ChangeOutcome.Unchanged : ChangeOutcome.Pending,
                    Message = change?.Pending,
                    ChangeId = continued?.Id,
                };
            }
        }

        foreach (ChangeResult result in results.Values)
        {
            progress.Finished(result);
        }

        // A resume or an undo that could not begin leaves the entry as it was.
        if (work.Count > 0 || (continued is not null && results.Values.All(result => result.Outcome != ChangeOutcome.Blocked)))
        {
            await RunAsync(plan, work, results, progress, cancellationToken).ConfigureAwait(false);
        }

        return plan.Targets.Select(target => results[target.Id]).ToArray();
    }

    private async Task RunAsync(
        ChangePlan plan, List<IHostChange> work, Dictionary<VimObjectId, ChangeResult> results, RunProgress progress, CancellationToken cancellationToken)
    {
        if (_controls is null)
        {
            // Before the journal: without a session nothing begins.
            work.ForEach(change => _context.SessionOf(change.Host.Id));
        }

        ChangeJournal journal = new(_context.StateDirectory);
        using JournalRecord record = _context.Continues is { } entry
            ? journal.Continue(entry.Id, _context.IsUndo, _context.Clock.UtcNow)
            : journal.Begin(plan, work.Select(change => new JournalHost { Target = change.Host, Fields = change.Fields }).ToArray(), _context.Clock.UtcNow);
        record.OnProblem = progress.Warning;
        progress.Verbose($"{plan.Intent.Title}: the journal entry is {record.Entry.Id}.");
        foreach (ChangeResult known in results.Values.Where(result => record.Entry.Hosts.Any(host => host.Target.Id == result.Target.Id && !IsKept(host, result))))
        {
            record.Update(known.Target, host => host with
            {
                Step = known.Outcome == ChangeOutcome.Blocked ? host.Step : HostStep.Finished,
                Outcome = known.Outcome == ChangeOutcome.Unchanged ? ChangeOutcome.Done : known.Outcome,
                Message = known.Message,
                FinishedAt = _context.Clock.UtcNow,
            });
        }

        foreach (IHostChange change in work)
        {
            record.Add(change.Host, change.Fields, isUndo: _context.IsUndo);
        }

        Dictionary<string, WorkingSession> sessions = new(StringComparer.OrdinalIgnoreCase);
        try
        {
            foreach (IHostChange change in work)
            {
                string server = change.Host.Id.ServerUuid;
                if (_controls is null && !sessions.ContainsKey(server))
                {
                    sessions[server] = await WorkingSession.OpenAsync(_context.SessionOf(change.Host.Id), _context.LogInAgain, progress.Verbose, cancellationToken).ConfigureAwait(false);
                }
            }

            using SemaphoreSlim configuring = new(ConfiguredAtATime);
            Task<ChangeResult>[] runs = work
                .GroupBy(change => change.Cluster is { } cluster ? new VimObjectId(change.Host.Id.ServerUuid, cluster) : change.Host.Id)
                .SelectMany(cluster =>
                {
                    ClusterSlots slots = new(cluster.First().ClusterName, _options.MaxDownPerCluster);
                    return cluster.Select(change => RunOneAsync(change, slots));
                })
                .ToArray();
            foreach (ChangeResult result in await Task.WhenAll(runs).ConfigureAwait(false))
            {
                results[result.Target.Id] = plan.IsBlocked(result.Target) && result.Outcome == ChangeOutcome.Done
                    ? BlockedErrors.Result(plan, result.Target) with { ChangeId = result.ChangeId }
                    : result;
            }

            async Task<ChangeResult> RunOneAsync(IHostChange change, ClusterSlots slots)
            {
                IHostControl control = _controls?.Invoke(change.Host) ?? new VimHostControl(change.Host, sessions[change.Host.Id.ServerUuid]);
                HostRun run = new(change, control, _options, record, slots, _context.StateDirectory, _context.Clock, progress);
                bool isLong = change.NeedsMaintenanceToApply || (change.NeedsReboot && _options.Reboot);
                if (isLong)
                {
                    return await run.RunAsync(cancellationToken).ConfigureAwait(false);
                }

                await configuring.WaitAsync(CancellationToken.None).ConfigureAwait(false);
                try
                {
                    return await run.RunAsync(cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    configuring.Release();
                }
            }
        }
        finally
        {
            foreach (WorkingSession session in sessions.Values)
            {
                await session.CloseAsync().ConfigureAwait(false);
            }
        }

        record.Finish(StateOf(record.Entry), _context.Clock.UtcNow);
        if (record.Entry.State == JournalState.Interrupted)
        {
            progress.Warning($"{plan.Intent.Title} was stopped. {record.Entry.NextStep}");
        }
    }

    // A host on which a resume could not begin stands as it did; of an undo it has to be said that this one is not undone.
    private bool IsKept(JournalHost host, ChangeResult result) =>
        result.Outcome == ChangeOutcome.Blocked
        && _context.Continues is not null
        && (!_context.IsUndo || host.Outcome is null or ChangeOutcome.Interrupted or ChangeOutcome.Failed);

    private static JournalState StateOf(JournalEntry entry)
    {
        if (entry.Hosts.Any(host => host.Outcome is null or ChangeOutcome.Interrupted))
        {
            return JournalState.Interrupted;
        }

        return entry.Hosts.Any(host => host.Outcome is ChangeOutcome.Failed or ChangeOutcome.Blocked || host.OwnsSomething) ? JournalState.Failed
            : entry.IsUndo ? JournalState.Undone
            : JournalState.Done;
    }
}
