using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness;
using GpuVSphere.Vim;

namespace GpuVSphere.Operations;

/// <summary>
/// A change of hosts: reads them, has each planned, and performs the plan by <see cref="HostChangeWorkflow"/>. What a host is to become is said by the
/// derived class, which may read more of it first.
/// </summary>
internal abstract class HostOperation : IReadinessOperation
{
    // What a host is asked for itself (esxcli, a shell) takes a second or more; asking thousands at once would be felt by vCenter.
    private const int HostsAtOnce = 16;

    /// <exception cref="GpuVSphereException">OptionInvalid.</exception>
    protected HostOperation(ChangeIntent intent, OperationContext context)
    {
        Intent = intent;
        Context = context;
        Options = HostChangeOptions.FromOptions(intent.Options);
    }

    /// <inheritdoc/>
    public ChangeIntent Intent { get; }

    protected OperationContext Context { get; }

    protected HostChangeOptions Options { get; }

    /// <summary>Whether a host may have to enter maintenance mode, so that it counts what DRS does with its VMs.</summary>
    protected virtual bool MayEnterMaintenance => Options.Reboot;

    /// <inheritdoc/>
    /// <exception cref="GpuVSphereException">UnknownRule, NotConnected, and what the reading meets when no server could be read.</exception>
    public async Task<ChangePlan> PlanAsync(CancellationToken cancellationToken) => (await ReadAndPlanAsync(cancellationToken).ConfigureAwait(false)).Plan;

    /// <inheritdoc/>
    /// <exception cref="GpuVSphereException">As <see cref="PlanAsync"/>.</exception>
    public async Task<ChangeReadiness> ReportAsync(CancellationToken cancellationToken)
    {
        LivePlan live = await ReadAndPlanAsync(cancellationToken).ConfigureAwait(false);
        List<ReadinessResult> rows = [];
        foreach (PlanTarget target in live.Plan.Targets)
        {
            ReadinessSubject[] asked = live.Asked.TryGetValue(target.Id, out IReadOnlyList<ReadinessSubject>? subjects) ? [.. subjects] : [];
            ReadinessAction action = asked.Aggregate(ReadinessAction.None, (all, subject) => all | subject.Action);
            rows.AddRange(ReadinessReport.OfPlan(asked, live.Plan.Findings.Where(finding => finding.Target == target), Options.SkipRules, action));
            if (!live.Plan.IsBlocked(target) && live.Plan.Changes.All(change => change.Target != target))
            {
                rows.Add(ReadinessReport.NothingToChange(target, action));
            }
        }

        return new ChangeReadiness(rows, []);
    }

    /// <inheritdoc/>
    /// <exception cref="GpuVSphereException">Before anything was touched: JournalNotWritable, ChangeRunning, NotConnected.</exception>
    public async Task<IReadOnlyList<ChangeResult>> ApplyAsync(ChangePlan plan, IChangeFeedback feedback, CancellationToken cancellationToken)
    {
        (ChangePlan fresh, IReadOnlyList<HostChange> changes, _) = await ReadAndPlanAsync(cancellationToken).ConfigureAwait(false);

        // What became forbidden since the plan was made is forbidden.
        ChangePlan performed = plan with
        {
            Findings = [.. plan.Findings, .. fresh.Findings.Where(finding => finding.Blocks && !plan.IsBlocked(finding.Target))],
        };
        foreach (HostChange change in changes)
        {
            // The rows of the plan decide, so that a row whose before no longer holds is found; what is sent is made from the live state.
            PlannedChange[] rows = [.. plan.Changes.Where(planned => planned.Target.Id == change.Host.Id)];
            HashSet<string> known = [.. rows.Select(row => row.Property), HostRebootPlan.RunningVms];
            PlannedChange? surprise = fresh.Changes.FirstOrDefault(now => now.Target.Id == change.Host.Id && !known.Contains(now.Property));
            if (surprise is not null)
            {
                // By the plan it was as wanted, and it no longer is.
                rows = [.. rows, surprise with { Before = surprise.After }];
            }

            change.Changes = rows;
        }

        return await PerformAsync(performed, changes, feedback, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Performs the plan. A derived class does around it what is not of one host, such as bringing a file to the hosts and taking it away again.</summary>
    protected virtual Task<IReadOnlyList<ChangeResult>> PerformAsync(
        ChangePlan plan, IReadOnlyList<HostChange> changes, IChangeFeedback feedback, CancellationToken cancellationToken) =>
        new HostChangeWorkflow(Context, Options).RunAsync(plan, changes, feedback, cancellationToken);

    /// <summary>
    /// What is to become of one host. Reads what the inventory does not have, then plans. An error of the module's is this host's and does not stop the others.
    /// </summary>
    /// <param name="session">The session of the host's server.</param>
    /// <param name="subject">The host; it may be one that does not answer, which a rule refuses.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    protected abstract Task<HostProposal> ProposeAsync(VimSession session, HostSubject subject, CancellationToken cancellationToken);

    private static GpuVSphereException NotFound(PlanTarget target) => new(
        "HostNotFound",
        GpuErrorCategory.ObjectNotFound,
        $"{target.Name} is not on {target.ServerName}: it was removed, or registered anew.",
        target.Name,
        "Get-GpuDevice shows the hosts there are.");

    // It would stay in maintenance mode as if somebody had put it there by hand.
    private static Finding Held(PlanTarget target, JournalEntry holder) => new(
        "HOST-HELD",
        FindingSeverity.Warning,
        target,
        $"{target.Name} is in maintenance mode because change {holder.Id} ({holder.Title}) did not come to its end, and stays in it after this one. To have it left: {holder.NextStep}.");

    private async Task<LivePlan> ReadAndPlanAsync(CancellationToken cancellationToken)
    {
        ReadinessRules.RequireKnown(Options.SkipRules);
        DateTimeOffset now = Context.Clock.UtcNow;
        IGrouping<string, IntentTarget>[] servers = [.. Intent.Targets.GroupBy(target => target.Target.Id.ServerUuid, StringComparer.OrdinalIgnoreCase)];
        ServerRead[] reads = await Task.WhenAll(servers.Select(server => ReadAsync([.. server], cancellationToken))).ConfigureAwait(false);
        if (reads.Length > 0 && Array.TrueForAll(reads, read => read.Error is not null))
        {
            throw reads[0].Error!;
        }

        // One server that is gone, or one host that was removed, does not stop the others.
        Dictionary<VimObjectId, (HostProposal? Proposal, GpuVSphereException? Error)> proposals = [];
        Dictionary<string, GpuVSphereException> lost = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < reads.Length; i++)
        {
            foreach ((VimObjectId host, HostProposal? proposal, GpuVSphereException? error) in reads[i].Proposals)
            {
                proposals[host] = (proposal, error);
            }

            if (reads[i].Error is { } gone)
            {
                lost[servers[i].Key] = gone;
            }
        }

        PlanBuilder builder = new();
        List<Finding> findings = [];
        List<PlanConsequence> consequences = [];
        List<HostChange> changes = [];
        Dictionary<VimObjectId, IReadOnlyList<ReadinessSubject>> asked = [];
        foreach (PlanTarget target in Intent.Targets.Select(target => target.Target))
        {
            if (proposals.TryGetValue(target.Id, out (HostProposal? Proposal, GpuVSphereException? Error) read) && read.Proposal is { } proposal)
            {
                foreach (ChangeStage stage in proposal.Stages)
                {
                    foreach (PlannedChange row in stage.Changes)
                    {
                        builder.Change(stage.Barrier, row.Target, row.Property, row.Before, row.After, row.Needs);
                    }
                }

                findings.AddRange(proposal.Findings);
                asked[target.Id] = proposal.Asked;
                if (proposal.Subject.HeldBy is { } holder)
                {
                    findings.Add(Held(target, holder));
                }

                consequences.AddRange(proposal.Consequences);
                if (proposal.Change is { } change)
                {
                    changes.Add(change);
                }
            }
            else
            {
                findings.Add(BlockedErrors.Finding(
                    target, read.Error ?? (lost.TryGetValue(target.Id.ServerUuid, out GpuVSphereException? error) ? error : NotFound(target))));
            }
        }

        ChangePlan plan = new()
        {
            Intent = Intent,
            PlannedAt = now,
            Targets = [.. Intent.Targets.Select(target => target.Target)],
            Stages = builder.Build(),
            Findings = findings,
            Consequences = consequences,
        };
        return new LivePlan(plan, changes, asked);
    }

    private async Task<ServerRead> ReadAsync(IReadOnlyList<IntentTarget> targets, CancellationToken cancellationToken)
    {
        try
        {
            VimSession session = Context.SessionOf(targets[0].Target.Id);
            GpuInventory inventory = await InventoryReader
                .ReadAsync(session, InventoryScope.Hosts([.. targets.Select(target => target.Target.Id.Reference)]), cancellationToken)
                .ConfigureAwait(false);
            IReadOnlyDictionary<ManagedObjectReference, DrsSettings> drs = MayEnterMaintenance
                ? await DrsReader.ReadAsync(session, inventory.Hosts.Where(host => host.Cluster is not null).Select(host => host.Cluster!.Value), cancellationToken).ConfigureAwait(false)
                : new Dictionary<ManagedObjectReference, DrsSettings>();
            Dictionary<ManagedObjectReference, GpuHost> hosts = inventory.Hosts.ToDictionary(host => host.Id.Reference);
            IReadOnlyList<JournalEntry> journal = inventory.Hosts.All(host => host.IsConnected && !host.InMaintenanceMode) ? [] : new ChangeJournal(Context.StateDirectory).List().Entries;
            using SemaphoreSlim gate = new(HostsAtOnce);
            HostRead[] read = await Task.WhenAll(targets
                .Where(target => hosts.ContainsKey(target.Target.Id.Reference))
                .Select(target => Subject(target, hosts[target.Target.Id.Reference]))
                .Select(subject => ReadAsync(session, subject, gate, cancellationToken))).ConfigureAwait(false);
            return new ServerRead(read, null);

            HostSubject Subject(IntentTarget target, GpuHost host) => new()
            {
                Intent = target,
                Host = host,
                Vms = inventory.Vms,
                Drs = host.Cluster is { } cluster && drs.TryGetValue(cluster, out DrsSettings? settings) ? settings : null,
                CanComeBack = session.IsVCenter || Context.LogInAgain is not null,
                OwnsMaintenance = Context.Continues?.Hosts.Any(known => known.Target.Id == target.Target.Id && known.OwnsMaintenanceMode) == true,
                RebootedBy = host.IsConnected ? null : ChangeJournal.RebooterOf(target.Target.Id, journal),
                HeldBy = host.InMaintenanceMode && Context.Continues is null ? ChangeJournal.HolderOf(target.Target.Id, journal) : null,
            };
        }
        catch (GpuVSphereException e)
        {
            return new ServerRead([], e);
        }
    }

    private async Task<HostRead> ReadAsync(VimSession session, HostSubject subject, SemaphoreSlim gate, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return new HostRead(subject.Target.Id, await ProposeAsync(session, subject, cancellationToken).ConfigureAwait(false), null);
        }
        catch (GpuVSphereException e)
        {
            return new HostRead(subject.Target.Id, null, e);
        }
        finally
        {
            gate.Release();
        }
    }

    private sealed record LivePlan(ChangePlan Plan, IReadOnlyList<HostChange> Changes, IReadOnlyDictionary<VimObjectId, IReadOnlyList<ReadinessSubject>> Asked);

    private sealed record HostRead(VimObjectId Host, HostProposal? Proposal, GpuVSphereException? Error);

    private sealed record ServerRead(IReadOnlyList<HostRead> Proposals, GpuVSphereException? Error);
}
