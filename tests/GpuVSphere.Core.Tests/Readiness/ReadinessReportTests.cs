using System.Collections.Generic;
using GpuVSphere.Readiness;

namespace GpuVSphere.Core.Tests.Readiness;

/// <summary>What holds is a row of a report and no finding of a plan.</summary>
public sealed class ReadinessReportTests
{
    private static ReadinessSubject Subject => new() { Action = ReadinessAction.UseVgpu, Target = Samples.HostTarget };

    [Theory]
    [InlineData(VerdictKind.Holds, ReadinessOutcome.Pass)]
    [InlineData(VerdictKind.Advice, ReadinessOutcome.Information)]
    [InlineData(VerdictKind.Unconfirmed, ReadinessOutcome.Confirm)]
    [InlineData(VerdictKind.Confirmed, ReadinessOutcome.Block)]
    public void A_verdict_is_a_row_with_what_the_rule_knows(VerdictKind kind, ReadinessOutcome outcome)
    {
        ReadinessResult row = Assert.Single(ReadinessReport.Of([new Rule(kind)], [Subject]));

        Assert.Equal(outcome, row.Outcome);
        Assert.Equal(("A-RULE", "It is so", "seen 7", "It matters.", "a book", "do it"), (row.RuleId, row.Title, row.Seen, row.Why, row.Source, row.NextStep));
        Assert.Equal(Samples.HostTarget, row.Target);
    }

    [Fact]
    public void A_plan_is_not_told_what_holds()
    {
        Assert.Empty(ReadinessRules.Check([new Rule(VerdictKind.Holds)], [Subject], null));
        Assert.Single(ReadinessRules.Check([new Rule(VerdictKind.Advice)], [Subject], null));
    }

    [Fact]
    public void A_rule_that_does_not_apply_gives_no_row() =>
        Assert.Empty(ReadinessReport.Of([new Rule(VerdictKind.Holds)], [Subject with { Action = ReadinessAction.PowerOn }]));

    private sealed class Rule(VerdictKind kind) : ReadinessRule
    {
        public override string Id => "A-RULE";

        public override string Title => "It is so";

        public override string Why => "It matters.";

        public override string Source => "a book";

        public override ReadinessAction AppliesTo => ReadinessAction.UseVgpu;

        public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
        {
            yield return new Verdict(kind, "seen 7", "do it");
        }
    }
}
