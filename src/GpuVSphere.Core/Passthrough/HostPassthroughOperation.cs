using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness;
using GpuVSphere.Vim;

namespace GpuVSphere.Passthrough;

/// <summary>Enables or disables passthrough of GPUs on hosts, or sets their hardware labels: any number of devices of any number of hosts.</summary>
public sealed class HostPassthroughOperation : IGpuOperation
{
    /// <summary>The kind of the intents.</summary>
    public const string IntentKind = "HostPassthrough";

    /// <summary>What an intent wants of an address: passthrough on.</summary>
    public const string Enabled = "enabled";

    /// <summary>What an intent wants of an address: passthrough off.</summary>
    public const string Disabled = "disabled";

    /// <summary>Before an address in an intent: the label is meant.</summary>
    public const string LabelPrefix = "label:";

    // esxcli takes a host a second or more; asking thousands at once would be felt by vCenter.
    private const int BootDevicesAtOnce = 16;

    private readonly OperationContext _context;
    private readonly HostChangeOptions _options;

    /// <summary>Makes the operation.</summary>
    /// <param name="intent">An intent of <see cref="IntentKind"/>.</param>
    /// <param name="context">The sessions, the journal's folder and the clock.</param>
    /// <exception cref="GpuVSphereException">OptionInvalid.</exception>
    public HostPassthroughOperation(ChangeIntent intent, OperationContext context)
    {
        Intent = intent;
        _context = context;
        _options = HostChangeOptions.FromOptions(intent.Options);
    }

    /// <inheritdoc/>
    public ChangeIntent Intent { get; }

    /// <inheritdoc/>
    /// <exception cref="GpuVSphereException">MalformedPciAddress, UnknownRule, NotConnected, and what the reading meets.</exception>
    public async Task<ChangePlan> PlanAsync(CancellationToken cancellationToken) => (await ReadAndPlanAsync(cancellationToken).ConfigureAwait(false)).Plan;

    /// <inheritdoc/>
    /// <exception cref="GpuVSphereException">Before anything was touched: JournalNotWritable, ChangeRunning, NotConnected.</exception>
    public async Task<IReadOnlyList<ChangeResult>> ApplyAsync(ChangePlan plan, IChangeFeedback feedback, CancellationToken cancellationToken)
    {
        (ChangePlan fresh, IReadOnlyList<HostPassthroughChange> changes) = await ReadAndPlanAsync(cancellationToken).ConfigureAwait(false);

        // What became forbidden since the plan was made is forbidden.
        ChangePlan performed = plan with
        {
            Findings = [.. plan.Findings, .. fresh.Findings.Where(finding => finding.Blocks && !plan.IsBlocked(finding.Target))],
        };
        List<IHostChange> work = [];
        foreach (HostPassthroughChange change in changes)
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

            work.Add(change.With(rows));
        }

        return await new HostChangeWorkflow(_context, _options).RunAsync(performed, work, feedback, cancellationToken).ConfigureAwait(false);
    }

    private async Task<(ChangePlan Plan, IReadOnlyList<HostPassthroughChange> Changes)> ReadAndPlanAsync(CancellationToken cancellationToken)
    {
        ReadinessRules.RequireKnown(_options.SkipRules);
        DateTimeOffset now = _context.Clock.UtcNow;
        HostPassthroughPlanner planner = new(_options);
        IGrouping<string, IntentTarget>[] servers = [.. Intent.Targets.GroupBy(target => target.Target.Id.ServerUuid, StringComparer.OrdinalIgnoreCase)];
        ServerRead[] reads = await Task.WhenAll(servers.Select(server => ReadAsync([.. server], cancellationToken))).ConfigureAwait(false);
        if (reads.Length > 0 && Array.TrueForAll(reads, read => read.Error is not null))
        {
            throw reads[0].Error!;
        }

        // One server that is gone, or one host that was removed, does not stop the others.
        Dictionary<VimObjectId, HostPassthroughSubject> subjects = [];
        Dictionary<string, GpuVSphereException> lost = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < reads.Length; i++)
        {
            foreach (HostPassthroughSubject subject in reads[i].Subjects)
            {
                subjects[subject.Intent.Target.Id] = subject;
            }

            if (reads[i].Error is { } error)
            {
                lost[servers[i].Key] = error;
            }
        }

        foreach (IntentTarget target in Intent.Targets)
        {
            if (subjects.TryGetValue(target.Target.Id, out HostPassthroughSubject? subject))
            {
                planner.Add(subject);
            }
            else
            {
                planner.Refuse(target.Target, lost.TryGetValue(target.Target.Id.ServerUuid, out GpuVSphereException? error) ? error : NotFound(target.Target));
            }
        }

        ChangePlan plan = new()
        {
            Intent = Intent,
            PlannedAt = now,
            Targets = [.. Intent.Targets.Select(target => target.Target)],
            Stages = planner.Stages,
            Findings = planner.Findings,
            Consequences = planner.Consequences,
        };
        return (plan, planner.Changes);
    }

    private static GpuVSphereException NotFound(PlanTarget target) => new(
        "HostNotFound",
        GpuErrorCategory.ObjectNotFound,
        $"{target.Name} is not on {target.ServerName}: it was removed, or registered anew.",
        target.Name,
        "Get-GpuDevice shows the hosts there are.");

    private async Task<ServerRead> ReadAsync(IReadOnlyList<IntentTarget> targets, CancellationToken cancellationToken)
    {
        try
        {
            VimSession session = _context.SessionOf(targets[0].Target.Id);
            GpuInventory inventory = await InventoryReader
                .ReadAsync(session, InventoryScope.Hosts([.. targets.Select(target => target.Target.Id.Reference)]), cancellationToken)
                .ConfigureAwait(false);
            IReadOnlyDictionary<ManagedObjectReference, DrsSettings> drs = _options.Reboot
                ? await DrsReader.ReadAsync(session, inventory.Hosts.Where(host => host.Cluster is not null).Select(host => host.Cluster!.Value), cancellationToken).ConfigureAwait(false)
                : new Dictionary<ManagedObjectReference, DrsSettings>();
            Dictionary<ManagedObjectReference, GpuHost> hosts = inventory.Hosts.ToDictionary(host => host.Id.Reference);
            IntentTarget[] found = [.. targets.Where(target => hosts.ContainsKey(target.Target.Id.Reference))];
            Dictionary<VimObjectId, Evidence<bool>> bootsFromUsb = await ReadBootDevicesAsync(session, found, hosts, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<JournalEntry> journal = inventory.Hosts.All(host => host.IsConnected) ? [] : new ChangeJournal(_context.StateDirectory).List().Entries;
            return new ServerRead(
                [
                    .. found.Select(target =>
                    {
                        GpuHost host = hosts[target.Target.Id.Reference];
                        return new HostPassthroughSubject
                        {
                            Intent = target,
                            Host = host,
                            Vms = inventory.Vms,
                            Drs = host.Cluster is { } cluster && drs.TryGetValue(cluster, out DrsSettings? settings) ? settings : null,
                            CanComeBack = session.IsVCenter || _context.LogInAgain is not null,
                            OwnsMaintenance = _context.Continues?.Hosts.Any(known => known.Target.Id == target.Target.Id && known.OwnsMaintenanceMode) == true,
                            RebootedBy = host.IsConnected ? null : ChangeJournal.RebooterOf(target.Target.Id, journal),
                            BootsFromUsb = bootsFromUsb.TryGetValue(host.Id, out Evidence<bool>? evidence) ? evidence : Evidence<bool>.Unknown("it was not asked for"),
                        };
                    }),
                ],
                null);
        }
        catch (GpuVSphereException e)
        {
            return new ServerRead([], e);
        }
    }

    private async Task<Dictionary<VimObjectId, Evidence<bool>>> ReadBootDevicesAsync(
        VimSession session, IReadOnlyList<IntentTarget> targets, Dictionary<ManagedObjectReference, GpuHost> hosts, CancellationToken cancellationToken)
    {
        if ((ReadinessRules.EvidenceFor(ReadinessAction.EnablePassthrough, _options.SkipRules) & EvidenceKinds.BootDevice) == 0)
        {
            return [];
        }

        using SemaphoreSlim gate = new(BootDevicesAtOnce);
        KeyValuePair<VimObjectId, Evidence<bool>>[] answers = await Task.WhenAll(targets
            .Where(target => target.Wanted.Any(wanted => wanted.Value == Enabled && !IntentConditions.IsCondition(wanted.Key)))
            .Select(target => hosts[target.Target.Id.Reference])
            .Where(host => host.IsConnected)
            .Distinct()
            .Select(async host =>
            {
                await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    return new KeyValuePair<VimObjectId, Evidence<bool>>(host.Id, await BootDevice.ReadAsync(session, host, cancellationToken).ConfigureAwait(false));
                }
                finally
                {
                    gate.Release();
                }
            })).ConfigureAwait(false);
        return answers.ToDictionary(answer => answer.Key, answer => answer.Value);
    }

    private sealed record ServerRead(IReadOnlyList<HostPassthroughSubject> Subjects, GpuVSphereException? Error);
}
