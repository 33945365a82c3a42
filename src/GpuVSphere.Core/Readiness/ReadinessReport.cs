using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;

namespace GpuVSphere.Readiness;

/// <summary>Makes rows of what the rules say: also of what holds, which the plan of a change leaves out.</summary>
public static class ReadinessReport
{
    private const string PlanTitle = "What is asked for can be planned";
    private const string PlanWhy = "A change is refused before anything is touched when what it asks for is not there, or does not go together.";
    private const string PlanSource = "the plan of the change, which the changing command makes in the same way";

    /// <summary>Runs every rule that applies on every subject.</summary>
    /// <param name="subjects">The objects with their evidence.</param>
    /// <param name="ruleIds">The rules to run; null for all.</param>
    /// <returns>One row for each rule and verdict, subject after subject, in the order of the rules. What is said twice of an object is one row.</returns>
    public static IReadOnlyList<ReadinessResult> Of(IEnumerable<ReadinessSubject> subjects, IReadOnlyCollection<string>? ruleIds = null) =>
        Of([.. ReadinessRules.All.Where(rule => ruleIds is null || ruleIds.Contains(rule.Id, StringComparer.OrdinalIgnoreCase))], subjects);

    internal static IReadOnlyList<ReadinessResult> Of(IReadOnlyList<ReadinessRule> rules, IEnumerable<ReadinessSubject> subjects) => Once(
        from subject in subjects
        from rule in rules
        where (rule.AppliesTo & subject.Action) != 0
        from verdict in rule.Evaluate(subject)
        select Row(rule, subject.Target, subject.Action, OutcomeOf(verdict.Kind), verdict.Message, verdict.NextStep));

    /// <summary>The rows of a planned change: what the rules say, and what its planner has found besides.</summary>
    /// <param name="subjects">What the rules were asked.</param>
    /// <param name="findings">What the plan says, from rules and from the planner.</param>
    /// <param name="skipRules">The rules that the change overrides: what they would block is to be confirmed.</param>
    /// <param name="action">What the change does, for what its planner says.</param>
    internal static IReadOnlyList<ReadinessResult> OfPlan(
        IReadOnlyList<ReadinessSubject> subjects, IEnumerable<Finding> findings, IReadOnlyCollection<string> skipRules, ReadinessAction action)
    {
        List<ReadinessResult> rows = [.. Of(subjects)];
        foreach (Finding finding in findings)
        {
            if (rows.TrueForAll(row => row.RuleId != finding.RuleId || row.Seen != finding.Message || row.Target != finding.Target))
            {
                ReadinessOutcome outcome = finding.Severity switch
                {
                    FindingSeverity.Block => ReadinessOutcome.Block,
                    FindingSeverity.Warning => ReadinessOutcome.Confirm,
                    _ => ReadinessOutcome.Information,
                };
                rows.Add(ReadinessRules.Find(finding.RuleId) is { } rule
                    ? Row(rule, finding.Target, action, outcome, finding.Message, finding.NextStep)
                    : new ReadinessResult
                    {
                        RuleId = finding.RuleId,
                        Title = PlanTitle,
                        Outcome = outcome,
                        Target = finding.Target,
                        Action = action,
                        Seen = finding.Message,
                        Why = PlanWhy,
                        Source = PlanSource,
                        NextStep = finding.NextStep,
                    });
            }
        }

        return
        [
            .. rows.Select(row => row.Outcome == ReadinessOutcome.Block && skipRules.Contains(row.RuleId, StringComparer.OrdinalIgnoreCase)
                ? row with { Outcome = ReadinessOutcome.Confirm, Seen = row.Seen + " It is overridden by -SkipRule." }
                : row),
        ];
    }

    /// <summary>A row that is no rule's: that a change has nothing to do.</summary>
    internal static ReadinessResult NothingToChange(PlanTarget target, ReadinessAction action) => new()
    {
        RuleId = "CHANGE-EMPTY",
        Title = "There is something to change",
        Outcome = ReadinessOutcome.Information,
        Target = target,
        Action = action,
        Seen = $"{target.Name} has what is asked for already: nothing would be changed.",
        Why = "A command that finds everything as it is wanted changes nothing.",
        Source = PlanSource,
        NextStep = target.Id.Reference.Type is "HostSystem" or "VirtualMachine"
            ? (target.IsHost ? $"Test-GpuReadiness -VMHost {Typed.Name(target.Name)}" : $"Test-GpuReadiness -VM {Typed.Name(target.Name)}") + " judges it as it is."
            : null,
    };

    /// <summary>Rows as they are read: the objects with problems first, and of each its problems first.</summary>
    /// <param name="rows">The rows.</param>
    public static IReadOnlyList<ReadinessResult> InOrder(IEnumerable<ReadinessResult> rows) =>
    [
        .. rows.GroupBy(row => row.Target.Id)
            .OrderByDescending(target => target.Max(row => row.Outcome))
            .ThenBy(target => target.First().Target.ServerName, StringComparer.OrdinalIgnoreCase)
            .ThenBy(target => target.First().Target.Name, StringComparer.OrdinalIgnoreCase)
            .SelectMany(target => target.OrderByDescending(row => row.Outcome)),
    ];

    // A host that is asked about for both methods says once what is true for both.
    private static IReadOnlyList<ReadinessResult> Once(IEnumerable<ReadinessResult> rows) =>
    [
        .. rows.GroupBy(row => (row.RuleId, row.Target, row.Outcome, row.Seen))
            .Select(same => same.First() with { Action = same.Aggregate(ReadinessAction.None, (all, row) => all | row.Action) }),
    ];

    private static ReadinessResult Row(ReadinessRule rule, PlanTarget target, ReadinessAction action, ReadinessOutcome outcome, string seen, string? nextStep) => new()
    {
        RuleId = rule.Id,
        Title = rule.Title,
        Outcome = outcome,
        Target = target,
        Action = action,
        Seen = seen,
        Why = rule.Why,
        Source = rule.Source,
        NextStep = nextStep,
    };

    private static ReadinessOutcome OutcomeOf(VerdictKind kind) => kind switch
    {
        VerdictKind.Confirmed => ReadinessOutcome.Block,
        VerdictKind.Unconfirmed => ReadinessOutcome.Confirm,
        VerdictKind.Advice => ReadinessOutcome.Information,
        _ => ReadinessOutcome.Pass,
    };
}
