using System;
using GpuVSphere.Changes;
using GpuVSphere.Readiness;

namespace GpuVSphere.Core.Tests.Readiness;

/// <summary>What the tests of rules expect of all of them alike.</summary>
internal static class RuleAssert
{
    /// <summary>One thing is found, by its rule and by no other, and what blocks says what to do next.</summary>
    public static void OneFinding(ReadinessSubject subject, string ruleId, FindingSeverity severity, string word)
    {
        Finding finding = Assert.Single(ReadinessRules.Check([subject]));

        Assert.Equal((ruleId, severity), (finding.RuleId, finding.Severity));
        Assert.Contains(word, finding.Message + finding.NextStep, StringComparison.Ordinal);
        Assert.True(severity != FindingSeverity.Block || finding.NextStep is { Length: > 0 }, "what blocks says what to do next");
    }
}
