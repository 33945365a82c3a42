using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Readiness;

/// <summary>Makes rows of what the rules say: also of what holds, which the plan of a change leaves out.</summary>
public static class ReadinessReport
{
    /// <summary>Runs every rule that applies on every subject.</summary>
    /// <param name="subjects">The objects with their evidence.</param>
    /// <returns>One row for each rule and verdict, subject after subject, in the order of the rules.</returns>
    public static IReadOnlyList<ReadinessResult> Of(IEnumerable<ReadinessSubject> subjects) => Of(ReadinessRules.All, subjects);

    internal static IReadOnlyList<ReadinessResult> Of(IReadOnlyList<ReadinessRule> rules, IEnumerable<ReadinessSubject> subjects) =>
    [
        .. from subject in subjects
           from rule in rules
           where (rule.AppliesTo & subject.Action) != 0
           from verdict in rule.Evaluate(subject)
           select new ReadinessResult
           {
               RuleId = rule.Id,
               Title = rule.Title,
               Outcome = OutcomeOf(verdict.Kind),
               Target = subject.Target,
               Seen = verdict.Message,
               Why = rule.Why,
               Source = rule.Source,
               NextStep = verdict.NextStep,
           },
    ];

    private static ReadinessOutcome OutcomeOf(VerdictKind kind) => kind switch
    {
        VerdictKind.Confirmed => ReadinessOutcome.Block,
        VerdictKind.Unconfirmed => ReadinessOutcome.Confirm,
        VerdictKind.Advice => ReadinessOutcome.Information,
        _ => ReadinessOutcome.Pass,
    };
}
