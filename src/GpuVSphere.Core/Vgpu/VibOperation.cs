using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>Installs NVIDIA's software on hosts, replaces it or removes it, with the graphics mode in the same change where that was asked for.</summary>
internal sealed class VibOperation : HostOperation, INvidiaVibOperation
{
    /// <summary>The kind of the intents.</summary>
    public const string IntentKind = "NvidiaVib";

    private const int HostsTriedAtOnce = 8;

    private readonly PackageSources _sources;
    private readonly VibUploads _uploads;
    private readonly List<NvidiaVibResult> _results = [];

    public VibOperation(ChangeIntent intent, OperationContext context)
        : base(intent, context)
    {
        _sources = new PackageSources(intent.Targets);
        _uploads = new VibUploads(context.SessionOf);
    }

    public IReadOnlyList<NvidiaVibResult> Results => _results;

    protected override async Task<HostProposal> ProposeAsync(VimSession session, HostSubject subject, CancellationToken cancellationToken)
    {
        GpuHost host = subject.Host;
        bool installs = subject.Intent.Wanted.Any(wanted => wanted.Key.StartsWith(VibWords.SourcePrefix, StringComparison.Ordinal) || (IsVib(wanted) && wanted.Value.Length > 0));
        if (!host.IsConnected || (installs && host.Devices.Count == 0))
        {
            HostProposal refused = new(subject, Options);
            refused.Check(ReadinessAction.InstallDriver, [], []);
            if (refused.Findings.Any(finding => finding.Blocks))
            {
                return refused;
            }
        }

        SoftwareState software = await SoftwareReader.ReadAsync(session, host, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<HostGraphics> graphics = await session.ReadGraphicsAsync([host.Id.Reference], cancellationToken).ConfigureAwait(false);
        List<PackageAt> packages = [];
        string? datastore = subject.Intent.Wanted.TryGetValue(VibWords.Datastore, out string? named) ? named : null;
        foreach (string source in Sources(subject.Intent, software))
        {
            packages.Add(await _sources.FindAsync(session, host, source, datastore, cancellationToken).ConfigureAwait(false));
        }

        return VibPlanner.Plan(subject, Options, software, graphics.FirstOrDefault() ?? new HostGraphics { Host = host.Id.Reference }, packages, _uploads, Context.Shells, Context.ShellNotes);
    }

    protected override async Task<IReadOnlyList<ChangeResult>> PerformAsync(
        ChangePlan plan, IReadOnlyList<HostChange> changes, IChangeFeedback feedback, CancellationToken cancellationToken)
    {
        IReadOnlyList<ChangeResult> results;
        try
        {
            foreach (VibChange change in changes.OfType<VibChange>().Where(change => !plan.IsBlocked(change.Host) && change.Changes.Count > 0))
            {
                try
                {
                    await _uploads.BringAsync(change.Host.Id, change.Plan.Install, plan.Intent.Title, feedback, cancellationToken).ConfigureAwait(false);
                }
                catch (GpuVSphereException e)
                {
                    // Nothing of this host was touched; one with another datastore may still be served.
                    plan = plan with { Findings = [.. plan.Findings, BlockedErrors.Finding(change.Host, e)] };
                }
            }

            plan = await TryAsync(plan, changes, feedback, cancellationToken).ConfigureAwait(false);
            results = await base.PerformAsync(plan, changes, feedback, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await _uploads.TakeAwayAsync(feedback).ConfigureAwait(false);
        }

        foreach (ChangeResult result in results)
        {
            VibChange? change = changes.OfType<VibChange>().FirstOrDefault(change => change.Host.Id == result.Target.Id);
            foreach (string missing in change?.NotVerified ?? [])
            {
                feedback.Warning($"{result.Target.Name}: not verified is {missing}");
            }

            _results.Add(Of(result, change));
        }

        return results;
    }

    // Each host is asked whether it would, before the first of them is touched.
    private async Task<ChangePlan> TryAsync(ChangePlan plan, IReadOnlyList<HostChange> changes, IChangeFeedback feedback, CancellationToken cancellationToken)
    {
        using SemaphoreSlim gate = new(HostsTriedAtOnce);
        VibChange[] work = [.. changes.OfType<VibChange>().Where(change => !plan.IsBlocked(change.Host) && change.Changes.Count > 0 && !change.Plan.IsEmpty)];
        if (work.Length > 0)
        {
            feedback.Progress(plan.Intent.Title, "asking the hosts whether they take the software", 0, 0);
        }

        Finding?[] refused = await Task.WhenAll(work.Select(async change =>
        {
            await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await change.TryAsync(Context.SessionOf(change.Host.Id), cancellationToken).ConfigureAwait(false);
                return null;
            }
            catch (GpuVSphereException e)
            {
                return BlockedErrors.Finding(change.Host, e);
            }
            finally
            {
                gate.Release();
            }
        })).ConfigureAwait(false);
        return plan with { Findings = [.. plan.Findings, .. refused.OfType<Finding>()] };
    }

    private static NvidiaVibResult Of(ChangeResult result, VibChange? change) => new()
    {
        HostId = result.Target.Id,
        HostName = result.Target.Name,
        ServerName = result.Target.ServerName,
        Outcome = result.Outcome,
        Message = change is { Outcomes.Count: > 0 }
            ? string.Join(" ", change.Outcomes.Select(outcome => outcome.Message).Distinct())
            : result.Error?.Message ?? result.Message ?? "Nothing to change.",
        RebootRequired = result.Outcome == ChangeOutcome.Pending,
        VibsInstalled = [.. change?.Outcomes.SelectMany(outcome => outcome.Installed) ?? []],
        VibsRemoved = [.. change?.Outcomes.SelectMany(outcome => outcome.Removed) ?? []],
        VibsSkipped =
        [
            .. change?.Outcomes.SelectMany(outcome => outcome.Skipped) ?? [],
            .. change?.Plan.Present.Select(package => package.Package.Title) ?? [],
        ],
        Verified = result.Outcome is ChangeOutcome.Done ? result.Message ?? string.Empty : string.Empty,
        NotVerified = [.. change?.NotVerified ?? []],
        ChangeId = result.ChangeId,
    };

    private static bool IsVib(KeyValuePair<string, string> wanted) => wanted.Key.StartsWith(VibWords.VibPrefix, StringComparison.Ordinal);

    // What an undo has to bring back is looked for where an earlier change took it from.
    private IEnumerable<string> Sources(IntentTarget intent, SoftwareState software)
    {
        List<string> sources = [.. intent.Wanted.Where(wanted => wanted.Key.StartsWith(VibWords.SourcePrefix, StringComparison.Ordinal)).OrderBy(wanted => wanted.Key, StringComparer.Ordinal).Select(wanted => wanted.Value)];
        IReadOnlyList<JournalEntry>? journal = null;
        foreach (KeyValuePair<string, string> vib in intent.Wanted.Where(wanted => IsVib(wanted) && wanted.Value.Length > 0))
        {
            string name = vib.Key.Substring(VibWords.VibPrefix.Length);
            string? found = software.VersionOf(name);
            if (found == vib.Value || !IntentConditions.Allows(intent.Wanted, vib.Key, found))
            {
                continue;
            }

            journal ??= new ChangeJournal(Context.StateDirectory).List().Entries;
            IntentTarget? earlier = journal
                .Where(entry => entry.Intent.Kind == IntentKind && entry.Hosts.Any(host => host.Target.Id == intent.Target.Id && host.Fields.Any(field => field.Name == vib.Key && field.After == vib.Value)))
                .SelectMany(entry => entry.Intent.Targets)
                .FirstOrDefault(target => target.Target.Id == intent.Target.Id && target.Wanted.Keys.Any(key => key.StartsWith(VibWords.SourcePrefix, StringComparison.Ordinal)));
            if (earlier is null)
            {
                throw new GpuVSphereException(
                    "PackageUnknown",
                    GpuErrorCategory.ObjectNotFound,
                    $"{intent.Target.Name} had {name} {vib.Value} before, and no change of the journal says where that package is.",
                    intent.Target.Name,
                    $"Give it: Install-NvidiaVib -VMHost {Typed.Name(intent.Target.Name)} -Path <the package of {vib.Value}> -Reboot");
            }

            sources.AddRange(earlier.Wanted.Where(wanted => wanted.Key.StartsWith(VibWords.SourcePrefix, StringComparison.Ordinal)).Select(wanted => wanted.Value));
        }

        return sources.Distinct();
    }
}
