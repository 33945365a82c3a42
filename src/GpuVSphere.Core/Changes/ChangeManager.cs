using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.State;
using GpuVSphere.Vim;

namespace GpuVSphere.Changes;

/// <summary>Changes that were begun: shows, resumes and undoes them. Both plan anew from the live state.</summary>
public sealed class ChangeManager
{
    private readonly ChangeJournal _journal;
    private readonly IReadOnlyList<IOperationFactory> _factories;

    /// <summary>Makes a manager of one journal.</summary>
    /// <param name="stateDirectory">The state directory, as <see cref="StateDirectory.Resolve()"/> gives it.</param>
    /// <param name="factories">The kinds of change that can be brought back to life.</param>
    public ChangeManager(string stateDirectory, IReadOnlyList<IOperationFactory> factories)
    {
        _journal = new ChangeJournal(stateDirectory);
        _factories = factories;
    }

    /// <summary>All changes of the journal, the newest first, and the files that cannot be read.</summary>
    public JournalListing List()
    {
        JournalListing listing = _journal.List();
        return listing with { Entries = [.. listing.Entries.Select(entry => entry.SeenWith(listing.Entries))] };
    }

    /// <summary>One change.</summary>
    /// <param name="id">Its id, or the beginning of it.</param>
    /// <exception cref="GpuVSphereException">ChangeNotFound, AmbiguousName, JournalDamaged.</exception>
    public JournalEntry Get(string id)
    {
        JournalEntry entry = _journal.Get(id);
        return entry.IsPending ? entry.SeenWith(_journal.List().Entries) : entry;
    }

    /// <summary>
    /// Waits for the hosts that a change told to reboot and that are not back yet, as <see cref="ResumeAsync"/> and
    /// <see cref="UndoAsync"/> do before they plan. Nothing is written: when the wait is stopped, the change stands as it did. A host
    /// that does not come back in time is left to the planning, which says how it stands.
    /// </summary>
    /// <param name="id">The change's id, or the beginning of it.</param>
    /// <param name="context">The sessions to look with. Only hosts of a vCenter are waited for: a session on a host ends with its reboot.</param>
    /// <param name="options">How long to wait: its <see cref="HostChangeOptions.RebootTimeout"/>; null for what was asked for then.</param>
    /// <param name="feedback">Where to tell.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="GpuVSphereException">ChangeRunning, and those of <see cref="Get"/>.</exception>
    public async Task WaitForRebootsAsync(
        string id, OperationContext context, HostChangeOptions? options, IChangeFeedback feedback, CancellationToken cancellationToken)
    {
        JournalEntry entry = GetIdle(id);
        JournalHost[] rebooting = [.. entry.Hosts.Where(host => host.Step == HostStep.Rebooting)];
        if (rebooting.Length == 0)
        {
            return;
        }

        TimeSpan limit = (options ?? HostChangeOptions.FromOptions(entry.Intent.Options)).RebootTimeout;
        RunProgress progress = new(feedback, entry.Title, entry.Hosts.Count);
        await Task.WhenAll(context.Sessions
            .Where(session => session.IsVCenter)
            .Select(session => (session, hosts: rebooting.Where(host => string.Equals(host.Target.Id.ServerUuid, session.ServerUuid, StringComparison.OrdinalIgnoreCase)).ToArray()))
            .Where(server => server.hosts.Length > 0)
            .Select(server => WaitAsync(server.session, server.hosts))).ConfigureAwait(false);

        async Task WaitAsync(VimSession session, JournalHost[] hosts)
        {
            WorkingSession working = await WorkingSession.OpenAsync(session, null, progress.Verbose, cancellationToken).ConfigureAwait(false);
            try
            {
                await Task.WhenAll(hosts.Select(host =>
                    new HostReturn(host, new VimHostControl(host.Target, working), limit, context.Clock, progress).WaitAsync(cancellationToken))).ConfigureAwait(false);
            }
            catch (GpuVSphereException failure)
            {
                // A server that is gone, a host that was removed: the planning says it host by host.
                progress.Verbose(failure.Message);
            }
            finally
            {
                await working.CloseAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Makes the operation that finishes a change: what is still missing is planned anew, and what the change holds (maintenance mode, VMs
    /// that it shut down) is given back. A change whose undo was interrupted goes on being undone.
    /// </summary>
    /// <param name="id">The change's id, or the beginning of it.</param>
    /// <param name="context">The sessions to work with.</param>
    /// <param name="options">How far it may go now; null for what was asked for then.</param>
    /// <exception cref="GpuVSphereException">ChangeRunning; ChangeFinished: nothing is left to do; ChangePending: only a reboot is left, and none was asked for; UnknownChangeKind; and those of <see cref="Get"/>.</exception>
    public IGpuOperation PrepareResume(string id, OperationContext context, HostChangeOptions? options = null)
    {
        JournalEntry entry = GetIdle(id);
        if (entry.IsUndo && entry.State != JournalState.Undone)
        {
            return PrepareUndo(id, context, options ?? HostChangeOptions.FromOptions(entry.Intent.Options));
        }

        bool isPending = entry.State == JournalState.Done && entry.Hosts.Any(host => host.Outcome == ChangeOutcome.Pending);
        if (isPending && options is not { Reboot: true })
        {
            throw new GpuVSphereException(
                "ChangePending",
                GpuErrorCategory.InvalidState,
                $"Change {entry.Id} ({entry.Title}) {(entry.HasGuests ? "waits for a restart of its guests" : "is made, and waits for a reboot of its hosts")}.",
                entry.Id,
                $"Resume-GpuChange -Id {entry.Id} -Reboot brings what is pending into force.");
        }

        if (entry.State is JournalState.Done or JournalState.Undone && !isPending)
        {
            throw Finished(entry, "Nothing is left to do.");
        }

        ChangeIntent intent = options is null ? entry.Intent : entry.Intent with { Options = With(entry.Intent.Options, options) };
        return new ContinuedOperation(Create(intent, context.Continuing(entry, isUndo: false)), entry);
    }

    /// <summary>
    /// Makes the operation that takes a change back: values are restored only where they still are what the change set, and what the
    /// change holds is given back.
    /// </summary>
    /// <param name="id">The change's id, or the beginning of it.</param>
    /// <param name="context">The sessions to work with.</param>
    /// <param name="options">How far it may go: without <c>Reboot</c> the values are restored and take effect with the next reboot.</param>
    /// <exception cref="GpuVSphereException">ChangeRunning; ChangeFinished: it was undone already; UnknownChangeKind; and those of <see cref="Get"/>.</exception>
    public IGpuOperation PrepareUndo(string id, OperationContext context, HostChangeOptions? options = null)
    {
        JournalEntry entry = GetIdle(id);
        if (entry.State == JournalState.Undone)
        {
            throw Finished(entry, entry.NextStep ?? "Nothing is left to do.");
        }

        IntentTarget[] targets = entry.Hosts
            .Where(host => host.Step != HostStep.NotStarted)
            .Select(host => new IntentTarget(host.Target, Wanted(host)))
            .ToArray();
        string title = entry.Title.StartsWith("Undo: ", StringComparison.Ordinal) ? entry.Title : "Undo: " + entry.Title;
        ChangeIntent intent = new(entry.Intent.Kind, title, targets, (options ?? new HostChangeOptions()).ToOptions());
        return new ContinuedOperation(Create(intent, context.Continuing(entry, isUndo: true)), entry);
    }

    /// <summary>Waits for hosts that are still rebooting, plans anew and finishes a change, without asking anybody.</summary>
    /// <param name="id">The change's id, or the beginning of it.</param>
    /// <param name="context">The sessions to work with.</param>
    /// <param name="feedback">Where to tell.</param>
    /// <param name="cancellationToken">Begins nothing more.</param>
    /// <exception cref="GpuVSphereException">Those of <see cref="PrepareResume"/>.</exception>
    public async Task<IReadOnlyList<ChangeResult>> ResumeAsync(string id, OperationContext context, IChangeFeedback feedback, CancellationToken cancellationToken)
    {
        await WaitForRebootsAsync(id, context, null, feedback, cancellationToken).ConfigureAwait(false);
        return await PlanAndApplyAsync(PrepareResume(id, context), feedback, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits for hosts that are still rebooting, plans anew and takes a change back, without asking anybody.</summary>
    /// <param name="id">The change's id, or the beginning of it.</param>
    /// <param name="context">The sessions to work with.</param>
    /// <param name="options">How far it may go; null for no reboot.</param>
    /// <param name="feedback">Where to tell.</param>
    /// <param name="cancellationToken">Begins nothing more.</param>
    /// <exception cref="GpuVSphereException">Those of <see cref="PrepareUndo"/>.</exception>
    public async Task<IReadOnlyList<ChangeResult>> UndoAsync(
        string id, OperationContext context, HostChangeOptions? options, IChangeFeedback feedback, CancellationToken cancellationToken)
    {
        await WaitForRebootsAsync(id, context, options, feedback, cancellationToken).ConfigureAwait(false);
        return await PlanAndApplyAsync(PrepareUndo(id, context, options), feedback, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<ChangeResult>> PlanAndApplyAsync(IGpuOperation operation, IChangeFeedback feedback, CancellationToken cancellationToken)
    {
        ChangePlan plan = await operation.PlanAsync(cancellationToken).ConfigureAwait(false);
        return await operation.ApplyAsync(plan, feedback, cancellationToken).ConfigureAwait(false);
    }

    // What a kind of change keeps among its options of its own is what was asked for, and stays.
    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string> before, HostChangeOptions options)
    {
        Dictionary<string, string> merged = new(StringComparer.Ordinal);
        foreach (KeyValuePair<string, string> option in before.Where(option => !HostChangeOptions.Names.Contains(option.Key)).Concat(options.ToOptions()))
        {
            merged[option.Key] = option.Value;
        }

        return merged;
    }

    private static Dictionary<string, string> Wanted(JournalHost host)
    {
        Dictionary<string, string> wanted = new(StringComparer.Ordinal);
        foreach (JournalField field in host.Fields)
        {
            wanted[field.Name] = field.Before ?? string.Empty;
            wanted[IntentConditions.OnlyIf + field.Name] = field.After ?? string.Empty;
        }

        return wanted;
    }

    private static GpuVSphereException Finished(JournalEntry entry, string nextStep) => new(
        "ChangeFinished",
        GpuErrorCategory.InvalidState,
        $"Change {entry.Id} ({entry.Title}) is {(entry.State == JournalState.Undone ? "undone" : "done")}.",
        entry.Id,
        nextStep);

    private JournalEntry GetIdle(string id)
    {
        JournalEntry entry = Get(id);
        return entry.State != JournalState.Running ? entry : throw new GpuVSphereException(
            "ChangeRunning",
            GpuErrorCategory.ResourceBusy,
            $"Change {entry.Id} ({entry.Title}) is being worked on by {entry.Owner}.",
            entry.Id,
            "Wait until it is finished; Get-GpuChange shows how far it is.");
    }

    private IGpuOperation Create(ChangeIntent intent, OperationContext context) =>
        (_factories.FirstOrDefault(factory => string.Equals(factory.Kind, intent.Kind, StringComparison.Ordinal)) ?? throw new GpuVSphereException(
            "UnknownChangeKind",
            GpuErrorCategory.InvalidData,
            $"This version of GpuVSphere does not know changes of the kind '{intent.Kind}'.",
            intent.Kind,
            "Use the version that made the change, or a newer one.")).Create(intent, context);
}
