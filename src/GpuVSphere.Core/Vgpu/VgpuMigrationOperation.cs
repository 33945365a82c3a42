using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Readiness;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>
/// Sets what VMs with vGPUs need to move: vCenter's setting, and DRS of clusters. Reads, plans and checks; then plans once more, refuses what is no longer as
/// planned, and changes one object after the other. The journal keeps what was there, so that it can be put back.
/// </summary>
internal sealed class VgpuMigrationOperation : IGpuOperation
{
    public const string IntentKind = "VgpuMigration";


    private readonly OperationContext _context;
    private readonly IReadOnlyList<string> _skipRules;

    /// <exception cref="GpuVSphereException">OptionInvalid, UnknownRule.</exception>
    public VgpuMigrationOperation(ChangeIntent intent, OperationContext context)
    {
        Intent = intent;
        _context = context;
        _skipRules = HostChangeOptions.FromOptions(intent.Options).SkipRules;
        ReadinessRules.RequireKnown(_skipRules);
    }

    /// <inheritdoc/>
    public ChangeIntent Intent { get; }

    /// <inheritdoc/>
    public async Task<ChangePlan> PlanAsync(CancellationToken cancellationToken) => (await ReadAndPlanAsync(cancellationToken).ConfigureAwait(false)).Plan;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ChangeResult>> ApplyAsync(ChangePlan plan, IChangeFeedback feedback, CancellationToken cancellationToken)
    {
        (ChangePlan fresh, IReadOnlyList<VgpuMigrationChange> changes) = await ReadAndPlanAsync(cancellationToken).ConfigureAwait(false);

        // What became forbidden since the plan was made is forbidden.
        ChangePlan performed = plan with { Findings = [.. plan.Findings, .. fresh.Findings.Where(finding => finding.Blocks && !plan.IsBlocked(finding.Target))] };
        List<ISettingChange> work = [];
        foreach (PlanTarget target in plan.Targets)
        {
            List<PlannedChange> rows = [.. plan.Changes.Where(row => row.Target.Id == target.Id)];

            // By the plan it was as wanted, and it no longer is.
            PlannedChange? surprise = fresh.Changes.FirstOrDefault(now => now.Target.Id == target.Id && rows.All(row => row.Property != now.Property));
            if (surprise is not null)
            {
                rows.Add(surprise with { Before = surprise.After });
            }

            IReadOnlyList<JournalField> fields = changes.FirstOrDefault(change => change.Target.Id == target.Id)?.Fields ?? [];
            work.Add(new VgpuMigrationChange(target, rows, fields));
        }

        return await new SettingChangeWorkflow(_context).RunAsync(performed, work, feedback, cancellationToken).ConfigureAwait(false);
    }

    internal static GpuVSphereException NotFound(PlanTarget target) => new(
        "ClusterNotFound",
        GpuErrorCategory.ObjectNotFound,
        $"{target.Name} ({target.Id.Reference}) is not on {target.ServerName}: it was removed.",
        target.Name,
        "Check the name in the inventory.");

    private async Task<(ChangePlan Plan, IReadOnlyList<VgpuMigrationChange> Changes)> ReadAndPlanAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = _context.Clock.UtcNow;
        IGrouping<string, PlanTarget>[] servers = [.. Intent.Targets.Select(intended => intended.Target).GroupBy(target => target.Id.ServerUuid, StringComparer.OrdinalIgnoreCase)];
        ServerRead[] reads = await Task.WhenAll(servers.Select(server => ReadAsync([.. server], cancellationToken))).ConfigureAwait(false);
        if (reads.Length > 0 && Array.TrueForAll(reads, read => read.Error is not null))
        {
            throw reads[0].Error!;
        }

        Dictionary<VimObjectId, VgpuMigrationState> states = [];
        Dictionary<string, GpuVSphereException> lost = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < reads.Length; i++)
        {
            foreach (KeyValuePair<VimObjectId, VgpuMigrationState> state in reads[i].States)
            {
                states[state.Key] = state.Value;
            }

            if (reads[i].Error is { } error)
            {
                lost[servers[i].Key] = error;
            }
        }

        PlanBuilder builder = new();
        List<Finding> findings = [];
        List<PlanConsequence> consequences = [];
        List<VgpuMigrationChange> changes = [];
        foreach (IntentTarget intended in Intent.Targets)
        {
            PlanTarget target = intended.Target;
            if (!states.TryGetValue(target.Id, out VgpuMigrationState? state))
            {
                findings.Add(BlockedErrors.Finding(target, lost.TryGetValue(target.Id.ServerUuid, out GpuVSphereException? error) ? error : NotFound(target)));
                continue;
            }

            try
            {
                (IReadOnlyList<PlannedChange> rows, IReadOnlyList<JournalField> fields) = Plan(intended, state);
                foreach (PlannedChange row in rows)
                {
                    builder.Change(null, target, row.Property, row.Before, row.After);
                }

                changes.Add(new VgpuMigrationChange(target, rows, fields));
                findings.AddRange(Check(target, state, rows));
                consequences.AddRange(Consequences(target, rows));
            }
            catch (GpuVSphereException unplannable)
            {
                findings.Add(BlockedErrors.Finding(target, unplannable));
            }
        }

        return (
            new ChangePlan
            {
                Intent = Intent,
                PlannedAt = now,
                Targets = [.. Intent.Targets.Select(intended => intended.Target)],
                Stages = builder.Build(),
                Findings = findings,
                Consequences = consequences,
            },
            changes);
    }

    private static (IReadOnlyList<PlannedChange> Rows, IReadOnlyList<JournalField> Fields) Plan(IntentTarget intended, VgpuMigrationState state)
    {
        if (intended.Target.Id.Reference.Type == "ClusterComputeResource" && state.Drs is null && intended.Wanted.Count > 0)
        {
            throw new GpuVSphereException(
                "ClusterNotReadable",
                GpuErrorCategory.PermissionDenied,
                $"What DRS of {intended.Target.Name} is set to may not be read, so it is not changed.",
                intended.Target.Name,
                "Connect with an account that has System.Read on the cluster.");
        }

        List<PlannedChange> rows = [];
        List<JournalField> fields = [];
        foreach (KeyValuePair<string, string> wanted in intended.Wanted.Where(wanted => !IntentConditions.IsCondition(wanted.Key)))
        {
            (string property, string? after) = VgpuMigrationState.Row(wanted.Key, wanted.Value);
            string? before = state.Value(property);
            if (string.Equals(before, after, StringComparison.Ordinal) || !IntentConditions.Allows(intended.Wanted, wanted.Key, VgpuMigrationState.Field(wanted.Key, before)))
            {
                continue;
            }

            rows.Add(new PlannedChange(intended.Target, property, before, after));
            fields.Add(new JournalField(wanted.Key, VgpuMigrationState.Field(wanted.Key, before), VgpuMigrationState.Field(wanted.Key, after)));
        }

        return (rows, fields);
    }

    private IEnumerable<Finding> Check(PlanTarget target, VgpuMigrationState state, IReadOnlyList<PlannedChange> rows)
    {
        bool isVCenter = state.Setting is not null;
        ReadinessSubject subject = new()
        {
            Action = ReadinessAction.EnableMigration,
            Target = target,
            Privileges = state.Privileges,
            RequiredPrivileges = rows.Count == 0 ? [] : [isVCenter ? CmdletPrivileges.MigrationSetting : CmdletPrivileges.MigrationCluster],
            Migration = isVCenter ? null : new MigrationEvidence
            {
                ClusterName = target.Name,
                Drs = state.DrsAfter(rows) is { } drs ? Evidence<DrsSettings>.Of(drs) : Evidence<DrsSettings>.Unknown("it may not be read"),
                ClusterHosts = state.Hosts,
            },
        };

        // What else there would be to set is of no interest to who takes a change back.
        return ReadinessRules.Check([subject], _skipRules).Where(finding => !_context.IsUndo || finding.RuleId.StartsWith("PRIVILEGE-", StringComparison.Ordinal));
    }

    private static IEnumerable<PlanConsequence> Consequences(PlanTarget target, IReadOnlyList<PlannedChange> rows)
    {
        if (rows.FirstOrDefault(row => row.Property == MigrationReader.HotMigrateKey) is { } setting)
        {
            yield return new PlanConsequence(target, setting.After == "true"
                ? "running VMs with vGPUs of every cluster of this vCenter can be moved, and are stunned while their GPU memory is transferred"
                : "running VMs with vGPUs of every cluster of this vCenter can no longer be moved");
        }

        if (rows.Any(row => row.Property == VgpuMigrationState.AutomationProperty && row.After == nameof(DrsAutomation.FullyAutomated)))
        {
            yield return new PlanConsequence(target, "DRS moves VMs of this cluster by itself to balance load");
        }
    }

    private async Task<ServerRead> ReadAsync(IReadOnlyList<PlanTarget> targets, CancellationToken cancellationToken)
    {
        try
        {
            return new ServerRead(await VgpuMigrationReader.ReadAsync(_context.SessionOf(targets[0].Id), targets, cancellationToken).ConfigureAwait(false), null);
        }
        catch (GpuVSphereException error)
        {
            return new ServerRead(new Dictionary<VimObjectId, VgpuMigrationState>(), error);
        }
    }

    private sealed record ServerRead(IReadOnlyDictionary<VimObjectId, VgpuMigrationState> States, GpuVSphereException? Error);
}
