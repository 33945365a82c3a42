using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Changes;

namespace GpuVSphere.Bitfusion;

/// <summary>
/// What the journal keeps of the scheduler on one port, and what is to be done to take a start or a stop of it back. Only one that still is as the change left
/// it is touched. Pure.
/// </summary>
internal sealed record SchedulerUndo
{
    private const string ProcessField = "scheduler ";
    private const string ServiceField = "service ";

    /// <summary>The port.</summary>
    public required int Port { get; init; }

    /// <summary>What runs there now; null when nothing does.</summary>
    public SchedulerProcess? Runs { get; init; }

    /// <summary>What ran before the change; null when nothing did.</summary>
    public SchedulerProcess? Before { get; init; }

    /// <summary>The text of the service's file now; null when there is none.</summary>
    public string? Service { get; init; }

    /// <summary>The text of the service's file before the change; null when there was none.</summary>
    public string? ServiceBefore { get; init; }

    /// <summary>Why it is left as it is; null when it is not.</summary>
    public string? Kept { get; init; }

    /// <summary>Whether nothing is to be done.</summary>
    public bool IsBack => Runs?.Command == Before?.Command && Service == ServiceBefore;

    /// <summary>Whether something has to be stopped, or a service of ours taken away.</summary>
    public bool Stops => Kept is null && !IsBack && (Runs is not null || SchedulerUnit.IsOurs(Service));

    /// <summary>Whether what ran before is started again.</summary>
    public bool Starts => Kept is null && !IsBack && Before is not null;

    /// <summary>What a change of one port sets, with what was there.</summary>
    /// <param name="port">The port.</param>
    /// <param name="before">What runs; null for nothing.</param>
    /// <param name="after">The command of what will run, without the program's name; null for nothing.</param>
    /// <param name="serviceBefore">The text of our service's file; null for none.</param>
    /// <param name="serviceAfter">What it will be; null for none.</param>
    public static IEnumerable<JournalField> FieldsOf(int port, SchedulerProcess? before, string? after, string? serviceBefore, string? serviceAfter)
    {
        string number = port.ToString(CultureInfo.InvariantCulture);
        yield return new JournalField(ProcessField + number, before?.Command, after);
        yield return new JournalField(ServiceField + number, serviceBefore, serviceAfter);
    }

    /// <summary>The ports that a change touched.</summary>
    public static IReadOnlyList<int> Ports(IReadOnlyDictionary<string, string> wanted) =>
    [
        .. wanted.Keys
            .Where(key => key.StartsWith(ProcessField, StringComparison.Ordinal))
            .Select(key => int.Parse(key.Substring(ProcessField.Length), NumberStyles.None, CultureInfo.InvariantCulture))
            .OrderBy(port => port),
    ];

    /// <summary>Judges one port.</summary>
    /// <param name="wanted">What the journal wants back, with its conditions.</param>
    /// <param name="port">The port.</param>
    /// <param name="runs">What runs there now.</param>
    /// <param name="service">The text of the service's file there now.</param>
    /// <param name="isActive">Whether systemd says that this service runs.</param>
    /// <param name="isOpen">Whether the change, or an earlier undo of it, came to no good end: what is missing then was taken away by it.</param>
    public static SchedulerUndo Of(IReadOnlyDictionary<string, string> wanted, int port, SchedulerProcess? runs, string? service, bool isActive, bool isOpen)
    {
        string number = port.ToString(CultureInfo.InvariantCulture);
        SchedulerUndo undo = new()
        {
            Port = port,
            Runs = runs,
            Service = service,
            Before = IntentConditions.Before(wanted, ProcessField + number) is { } command ? new SchedulerProcess(0, [.. command.Split(' ').Skip(1)]) : null,
            ServiceBefore = IntentConditions.Before(wanted, ServiceField + number),
        };
        if (undo.IsBack)
        {
            return undo;
        }

        // A program that shows itself with other options is ours as long as the service that we wrote runs it.
        string? serviceSet = IntentConditions.After(wanted, ServiceField + number);
        bool isOurs = runs?.Command == IntentConditions.After(wanted, ProcessField + number)
            || runs?.Command == undo.Before?.Command
            || (runs is not null && isActive && serviceSet is not null && service == serviceSet)
            || (runs is null && isOpen);
        bool isOurService = service == serviceSet || service == undo.ServiceBefore || (service is null && isOpen);
        return isOurs && isOurService ? undo : undo with
        {
            Kept = !isOurs && runs is null ? $"leaves port {number} without a scheduler: the one that was started was stopped since by somebody else"
                : !isOurs ? $"keeps the scheduler on port {number}, running{(runs!.Text.Length == 0 ? string.Empty : " with " + runs.Text)}: it was started since by somebody else"
                : $"keeps the scheduler on port {number} as it is: its service {SchedulerUnit.NameFor(port)} was changed since by somebody else",
        };
    }
}
