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
/// A change of VMs: reads, proposes for each VM, runs the rules; then plans once more, refuses what is no longer as planned, and changes the VMs
/// side by side, each by one reconfigure call. What a VM is to become is said by the derived class.
/// </summary>
internal abstract class VmOperation : IReadinessOperation
{
    private readonly OperationContext _context;

    protected VmOperation(ChangeIntent intent, OperationContext context)
    {
        Intent = intent;
        _context = context;
        Options = VmChangeOptions.FromText(intent.Options);
        Options.Check();
        ReadinessRules.RequireKnown(Options.SkipRules);
    }

    /// <inheritdoc/>
    public ChangeIntent Intent { get; }

    protected VmChangeOptions Options { get; }

    /// <inheritdoc/>
    public async Task<ChangePlan> PlanAsync(CancellationToken cancellationToken) => (await PlanLiveAsync(cancellationToken).ConfigureAwait(false)).Plan;

    /// <inheritdoc/>
    public async Task<ChangeReadiness> ReportAsync(CancellationToken cancellationToken)
    {
        LivePlan live = await PlanLiveAsync(cancellationToken).ConfigureAwait(false);
        List<ReadinessResult> rows = [];
        foreach (PlanTarget target in live.Plan.Targets)
        {
            live.Proposals.TryGetValue(target, out VmProposal? proposal);
            ReadinessAction action = proposal?.Action ?? ReadinessAction.None;
            bool isEmpty = proposal is { Edit.IsEmpty: true };
            rows.AddRange(ReadinessReport.OfPlan(
                proposal is null || isEmpty ? [] : [proposal.Subject(Options)], live.Plan.Findings.Where(finding => finding.Target == target), Options.SkipRules, action));
            if (isEmpty)
            {
                rows.Add(ReadinessReport.NothingToChange(target, action));
            }
        }

        return new ChangeReadiness(rows, [.. live.Proposals.Values]);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ChangeResult>> ApplyAsync(ChangePlan plan, IChangeFeedback feedback, CancellationToken cancellationToken)
    {
        LivePlan live;
        try
        {
            live = await PlanLiveAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return plan.Targets.Select(target => NotBegun(plan, target)).ToList();
        }

        int done = 0;
        int total = plan.Targets.Count;
        using var gate = new SemaphoreSlim(Options.MaxParallel);
        var sessions = new VmSessions(_context, feedback);
        try
        {
            return await Task.WhenAll(plan.Targets.Select(async target =>
            {
                await gate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
                try
                {
                    ChangeResult result = await ApplyOneAsync(
                        plan, live, target, sessions, feedback, status => feedback.Progress(Intent.Title, status, Volatile.Read(ref done), total), cancellationToken).ConfigureAwait(false);
                    feedback.Progress(Intent.Title, $"{target.Name}: {result.Outcome}", Interlocked.Increment(ref done), total);
                    feedback.Finished(result);
                    return result;
                }
                finally
                {
                    gate.Release();
                }
            })).ConfigureAwait(false);
        }
        finally
        {
            await sessions.CloseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Whether the host's offer of devices is needed to plan this VM.</summary>
    protected abstract bool NeedsOffers(IntentTarget target);

    /// <summary>What is to become of one VM.</summary>
    protected abstract VmProposal Propose(VmSituation situation, IntentTarget target);

    /// <summary>Reads what else is needed to plan VMs of one server: the same situations, or richer ones.</summary>
    /// <param name="session">The session of the server.</param>
    /// <param name="inventory">What was read of it.</param>
    /// <param name="situations">The VMs that were found.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    protected virtual Task<IReadOnlyDictionary<PlanTarget, VmSituation>> ReadMoreAsync(
        VimSession session, GpuInventory inventory, IReadOnlyDictionary<PlanTarget, VmSituation> situations, CancellationToken cancellationToken) => Task.FromResult(situations);

    /// <summary>What speaks against changing these VMs in one call, although nothing speaks against each alone.</summary>
    protected virtual IEnumerable<Finding> JudgeTogether(IReadOnlyDictionary<PlanTarget, VmProposal> proposals) => [];

    private static ChangeResult NotBegun(ChangePlan plan, PlanTarget target) => plan.Changes.Any(change => change.Target == target)
        ? new ChangeResult
        {
            Target = target,
            Outcome = ChangeOutcome.Interrupted,
            Changes = plan.Changes.Where(change => change.Target == target).ToList(),
            Message = $"{target.Name} was not begun. Run the same command again.",
        }
        : new ChangeResult { Target = target, Outcome = ChangeOutcome.Unchanged };

    private async Task<ChangeResult> ApplyOneAsync(
        ChangePlan plan,
        LivePlan live,
        PlanTarget target,
        VmSessions sessions,
        IChangeFeedback feedback,
        Action<string> tell,
        CancellationToken cancellationToken)
    {
        if (plan.IsBlocked(target))
        {
            return BlockedErrors.Result(plan, target);
        }

        List<PlannedChange> planned = plan.Changes.Where(change => change.Target == target).ToList();
        if (planned.Count == 0)
        {
            return new ChangeResult { Target = target, Outcome = ChangeOutcome.Unchanged };
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return NotBegun(plan, target);
        }

        if (!live.Proposals.TryGetValue(target, out VmProposal? proposal))
        {
            return BlockedErrors.Result(live.Plan, target) with { Outcome = ChangeOutcome.Failed, Changes = planned };
        }

        try
        {
            RefuseStale(planned, live.Plan.Changes.Where(change => change.Target == target).ToList(), proposal.Situation.Vm);
        }
        catch (GpuVSphereException e)
        {
            return new ChangeResult { Target = target, Outcome = ChangeOutcome.Failed, Changes = planned, Message = e.Message, Error = e };
        }

        // Nothing that the plan rests on has changed, and yet a rule has come to speak: a snapshot, a lost privilege, a device taken meanwhile.
        if (live.Plan.IsBlocked(target))
        {
            return BlockedErrors.Result(live.Plan, target) with { Changes = planned };
        }

        bool isLong = proposal.Edit.PowersOff || proposal.Edit.PowersOn;
        VimSession session = isLong ? await sessions.ForLongWorkAsync(target.Id, cancellationToken).ConfigureAwait(false) : _context.SessionOf(target.Id);
        var run = new VmRun(session, _context.Clock, proposal, planned, Options, feedback, tell);
        return await run.PerformAsync(cancellationToken).ConfigureAwait(false);
    }

    private static void RefuseStale(List<PlannedChange> planned, List<PlannedChange> live, GpuVm vm)
    {
        foreach (PlannedChange change in planned)
        {
            int at = live.FindIndex(other => other.Property == change.Property && other.After == change.After);
            PlannedChange? now = at < 0 ? null : live[at];
            if (now is null || now.Before != change.Before)
            {
                throw new PlanIsStaleException(change, now is null ? VmProperty.Read(vm, change.Property) : now.Before);
            }

            live.RemoveAt(at);
        }

        // What is to be changed now and was not then: it was already as wanted when the plan was made.
        if (live.Count > 0)
        {
            throw new PlanIsStaleException(live[0] with { Before = live[0].After }, live[0].Before);
        }
    }

    private async Task<LivePlan> PlanLiveAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset plannedAt = _context.Clock.UtcNow;
        List<Finding> findings = [];
        Dictionary<PlanTarget, VmProposal> proposals = [];
        IReadOnlyDictionary<PlanTarget, VmSituation> situations = await ReadAsync(findings, cancellationToken).ConfigureAwait(false);
        Dictionary<(VimObjectId Host, PciAddress Address), string> taken = [];
        foreach (IntentTarget intended in Intent.Targets)
        {
            if (!situations.TryGetValue(intended.Target, out VmSituation? situation))
            {
                continue;
            }

            try
            {
                VmProposal proposal = Propose(situation, intended);
                proposals.Add(intended.Target, proposal);
                findings.AddRange(proposal.Findings);
                findings.AddRange(Judge(proposal));
                findings.AddRange(GivenTwice(proposal, taken));
            }
            catch (GpuVSphereException e)
            {
                findings.Add(BlockedErrors.Finding(intended.Target, e));
            }
        }

        findings.AddRange(JudgeTogether(proposals));
        return new LivePlan(
            new ChangePlan
            {
                Intent = Intent,
                PlannedAt = plannedAt,
                Targets = Intent.Targets.Select(intended => intended.Target).ToList(),
                Stages = Stages(proposals),
                Findings = findings,
                Consequences = proposals
                    .SelectMany(proposal => proposal.Value.Consequences.Select(text => new PlanConsequence(proposal.Key, text)))
                    .ToList(),
            },
            proposals);
    }

    private static List<ChangeStage> Stages(Dictionary<PlanTarget, VmProposal> proposals)
    {
        List<ChangeStage> stages = [];
        List<PlannedChange> changes = proposals.SelectMany(proposal => proposal.Value.Edit.Changes(proposal.Key)).ToList();
        if (changes.Count > 0)
        {
            stages.Add(new ChangeStage(1, null, changes));
        }

        List<PlannedChange> powerOns = proposals
            .Select(proposal => proposal.Value.Edit.PowerOnChange(proposal.Key))
            .Where(change => change is not null)
            .Select(change => change!)
            .ToList();
        if (powerOns.Count > 0)
        {
            stages.Add(new ChangeStage(stages.Count + 1, stages.Count == 0 ? null : "reconfigured", powerOns));
        }

        return stages;
    }

    private IEnumerable<Finding> Judge(VmProposal proposal)
    {
        IReadOnlyList<Finding> findings = ReadinessRules.Check([proposal.Subject(Options)], Options.SkipRules);

        // Nothing is done to a VM that is as wanted already, so nothing can be in the way; what is odd about its keys is said all the same.
        return proposal.Edit.IsEmpty ? findings.Where(finding => finding.RuleId == "MMIO-MISSPELT-KEY") : findings;
    }

    private IEnumerable<Finding> GivenTwice(VmProposal proposal, Dictionary<(VimObjectId Host, PciAddress Address), string> taken)
    {
        const string RuleId = "DEVICE-IN-USE";
        foreach (GpuDevice device in proposal.Devices)
        {
            (VimObjectId, PciAddress) key = (device.HostId, device.Address);
            if (taken.TryGetValue(key, out string? other))
            {
                yield return new Finding(
                    RuleId,
                    FindingSeverity.Block,
                    proposal.Situation.Target,
                    $"{device.Address} on {device.HostName} goes to {other} in the same call, and a device belongs to one VM.",
                    "Name another device for each VM, or ask for devices dynamically.",
                    Options.SkipRules.Contains(RuleId, StringComparer.OrdinalIgnoreCase));
            }
            else
            {
                taken.Add(key, proposal.Situation.Vm.Name);
            }
        }
    }

    private async Task<IReadOnlyDictionary<PlanTarget, VmSituation>> ReadAsync(List<Finding> findings, CancellationToken cancellationToken)
    {
        Dictionary<PlanTarget, VmSituation> situations = [];
        var servers = Intent.Targets.GroupBy(intended => intended.Target.Id.ServerUuid, StringComparer.OrdinalIgnoreCase).ToList();
        ServerRead[] reads = await Task.WhenAll(servers.Select(server => ReadServerAsync(server.ToList(), cancellationToken))).ConfigureAwait(false);
        if (reads.Length > 0 && Array.TrueForAll(reads, read => read.Error is not null))
        {
            throw reads[0].Error!;
        }

        foreach (ServerRead read in reads)
        {
            foreach (PlanTarget target in read.Targets)
            {
                if (read.Error is { } error)
                {
                    // One server that is gone does not stop the others.
                    findings.Add(BlockedErrors.Finding(target, error));
                }
                else if (read.Situations.TryGetValue(target, out VmSituation? situation))
                {
                    situations.Add(target, situation);
                }
                else
                {
                    findings.Add(BlockedErrors.Finding(target, new GpuVSphereException(
                        "VmNotFound",
                        GpuErrorCategory.ObjectNotFound,
                        $"{target.Name} ({target.Id.Reference}) is no longer on {target.ServerName}.",
                        target.Name,
                        "Get-VmGpu lists the VMs that are there.")));
                }
            }
        }

        return situations;
    }

    private async Task<ServerRead> ReadServerAsync(List<IntentTarget> intended, CancellationToken cancellationToken)
    {
        List<PlanTarget> targets = intended.Select(one => one.Target).ToList();
        try
        {
            VimSession session = _context.SessionOf(targets[0].Id);
            GpuInventory inventory = await InventoryReader.ReadAsync(
                session, InventoryScope.Vms(targets.Select(target => target.Id.Reference).Distinct().ToList()), cancellationToken).ConfigureAwait(false);
            Dictionary<ManagedObjectReference, GpuVm> vms = inventory.Vms.ToDictionary(vm => vm.Id.Reference);
            Dictionary<ManagedObjectReference, GpuHost> hosts = inventory.Hosts.ToDictionary(host => host.Id.Reference);
            HashSet<ManagedObjectReference> asked =
            [
                .. intended
                    .Where(NeedsOffers)
                    .Select(one => vms.TryGetValue(one.Target.Id.Reference, out GpuVm? vm) ? vm.Host : null)
                    .Where(host => host is not null)
                    .Select(host => host!.Value),
            ];
            Dictionary<ManagedObjectReference, Offers> offers = await ReadOffersAsync(
                session, vms.Values.Where(vm => vm.Host is { } host && asked.Contains(host)).ToList(), hosts, cancellationToken).ConfigureAwait(false);
            Dictionary<PlanTarget, VmSituation> situations = [];
            foreach (PlanTarget target in targets.Where(target => vms.ContainsKey(target.Id.Reference)).Distinct())
            {
                GpuVm vm = vms[target.Id.Reference];
                ManagedObjectReference at = vm.Host ?? default;
                offers.TryGetValue(at, out Offers? offer);
                situations[target] = new VmSituation
                {
                    Target = target,
                    Vm = vm,
                    Host = hosts.TryGetValue(at, out GpuHost? host) ? host : null,
                    OtherVms = inventory.Vms,
                    Offers = offer?.Target,
                    WhyNoOffers = offer?.Error,
                };
            }

            return new ServerRead(targets, await ReadMoreAsync(session, inventory, situations, cancellationToken).ConfigureAwait(false), null);
        }
        catch (GpuVSphereException e)
        {
            return new ServerRead(targets, new Dictionary<PlanTarget, VmSituation>(), e);
        }
    }

    private async Task<Dictionary<ManagedObjectReference, Offers>> ReadOffersAsync(
        VimSession session, List<GpuVm> vms, Dictionary<ManagedObjectReference, GpuHost> hosts, CancellationToken cancellationToken)
    {
        using var gate = new SemaphoreSlim(Options.MaxParallel);
        KeyValuePair<ManagedObjectReference, Offers>[] read = await Task.WhenAll(vms
            .Where(vm => !vm.EnvironmentBrowser.IsEmpty && hosts.TryGetValue(vm.Host!.Value, out GpuHost? host) && host.IsConnected)
            .GroupBy(vm => vm.Host!.Value)
            .Select(async onHost =>
            {
                await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    ConfigTarget target = await session.QueryConfigTargetAsync(onHost.First().EnvironmentBrowser, onHost.Key, cancellationToken).ConfigureAwait(false);
                    return new KeyValuePair<ManagedObjectReference, Offers>(onHost.Key, new Offers(target, null));
                }
                catch (GpuVSphereException e)
                {
                    return new KeyValuePair<ManagedObjectReference, Offers>(onHost.Key, new Offers(null, e));
                }
                finally
                {
                    gate.Release();
                }
            })).ConfigureAwait(false);
        return read.ToDictionary(entry => entry.Key, entry => entry.Value);
    }

    private sealed record LivePlan(ChangePlan Plan, IReadOnlyDictionary<PlanTarget, VmProposal> Proposals);

    private sealed record ServerRead(
        IReadOnlyList<PlanTarget> Targets, IReadOnlyDictionary<PlanTarget, VmSituation> Situations, GpuVSphereException? Error);

    private sealed record Offers(ConfigTarget? Target, GpuVSphereException? Error);
}
