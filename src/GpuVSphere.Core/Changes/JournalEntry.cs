using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Changes;

/// <summary>A change in the journal, as its file said when it was read.</summary>
public sealed record JournalEntry
{
    /// <summary>The id, eight hexadecimal digits as a rule; <c>Resume-GpuChange</c> takes it.</summary>
    public required string Id { get; init; }

    /// <summary>The change in words.</summary>
    public string Title => Intent.Title;

    /// <summary>What was asked for.</summary>
    public required ChangeIntent Intent { get; init; }

    /// <summary>When it was begun.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it came to its end, or null.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>How it stands.</summary>
    public required JournalState State { get; init; }

    /// <summary>Whether it is being undone: to resume it then means to go on undoing it.</summary>
    public bool IsUndo { get; init; }

    /// <summary>Its hosts; for a change of settings the clusters and the vCenter, for one in guests the VMs.</summary>
    public IReadOnlyList<JournalHost> Hosts { get; init; } = [];

    /// <summary>The process that works on it or did so last.</summary>
    public required JournalOwner Owner { get; init; }

    /// <summary>The file it was read from.</summary>
    public string Path { get; init; } = string.Empty;

    /// <summary>What to do about it, or null when nothing is left to do.</summary>
    public string? NextStep => State switch
    {
        JournalState.Running => $"Wait: {Owner} is working on it.",
        JournalState.Interrupted or JournalState.Failed when IsUndo => $"Undo-GpuChange -Id {Id}",
        JournalState.Interrupted => $"Resume-GpuChange -Id {Id}, or Undo-GpuChange -Id {Id}",
        JournalState.Failed => $"Mend the cause, then Resume-GpuChange -Id {Id}, or Undo-GpuChange -Id {Id}",
        JournalState.Done when IsPending && !IsRebootedSince => HasGuests ? $"Restart the guests that are pending: Resume-GpuChange -Id {Id} -Reboot" : "Reboot the hosts that are pending: run the same command with -Reboot",
        JournalState.Undone when IsPending && !IsRebootedSince => $"{(HasGuests ? "Restart the guests" : "Reboot the hosts")} that are pending: the undoing takes effect then",
        _ => null,
    };

    /// <summary>Whether a host still waited for a reboot when the entry was written.</summary>
    internal bool IsPending => State is JournalState.Done or JournalState.Undone && Hosts.Any(host => host.Outcome == ChangeOutcome.Pending);

    /// <summary>Whether it is about VMs. No change is about hosts as well.</summary>
    internal bool HasGuests => Hosts.Any(host => host.Target.Id.Reference.Type == "VirtualMachine");

    /// <summary>Whether every host that waited for a reboot was rebooted by a later change; of guests, whether a later change of the same kind came to its end.</summary>
    internal bool IsRebootedSince { get; init; }

    /// <summary>The entry, knowing what other entries tell of its hosts.</summary>
    internal JournalEntry SeenWith(IReadOnlyList<JournalEntry> all) => !IsPending ? this : this with
    {
        IsRebootedSince = Hosts
            .Where(host => host.Outcome == ChangeOutcome.Pending)
            .All(host => all.Any(other => other.Id != Id && other is { State: JournalState.Done, IsUndo: false } && other.Hosts.Any(later =>
                later.Target.Id == host.Target.Id
                && later.Outcome == ChangeOutcome.Done
                && (later.BootTimeBefore is not null || (HasGuests && other.Intent.Kind == Intent.Kind))
                && later.StartedAt >= (host.FinishedAt ?? FinishedAt ?? StartedAt)))),
    };
}
