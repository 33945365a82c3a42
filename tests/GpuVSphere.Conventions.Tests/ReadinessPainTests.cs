using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using GpuVSphere.Readiness;

namespace GpuVSphere.Conventions.Tests;

/// <summary>The table of the fifteen things that go wrong names rules that there are, and each has its test on the simulator that asks for one of them.</summary>
public sealed partial class ReadinessPainTests
{
    private const string Page = "docs/readiness-rules.md";
    private const string Tests = "tests/GpuVSphere.Simulator.Tests/Readiness/FifteenPainsTests.cs";

    [Fact]
    public void TheTable_HasFifteenRows_OfRulesThatAreRun()
    {
        (int Number, string[] Rules)[] rows = [.. Rows()];
        Assert.Equal(Enumerable.Range(1, 15), rows.Select(row => row.Number));
        Report.None(rows.SelectMany(row => row.Rules).Except(ReadinessRules.All.Select(rule => rule.Id)), "A rule that the table names is one of ReadinessRules.All.");
    }

    [Fact]
    public void EachRow_IsProvoked_AndOneOfItsRulesIsAskedFor()
    {
        string source = Repository.Read(Tests);
        Report.None(
            Rows().Where(row =>
            {
                string name = "Pain_" + row.Number.ToString("00", CultureInfo.InvariantCulture) + "_";
                string[] bodies = [.. source.Split("[Fact]").Where(test => test.Contains(name, StringComparison.Ordinal))];
                return bodies.Length == 0 || !row.Rules.Any(rule => bodies.Any(body => body.Contains('"' + rule + '"', StringComparison.Ordinal)));
            }).Select(row => row.Number.ToString(CultureInfo.InvariantCulture)),
            $"Each of the fifteen has a test in {Tests} that begins with Pain_NN_ and asks for a rule of its row.");
    }

    private static IEnumerable<(int Number, string[] Rules)> Rows() => Repository.Read(Page)
        .Split('\n')
        .Select(line => Row().Match(line.TrimEnd('\r')))
        .Where(match => match.Success)
        .Select(match => (int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), (string[])[.. RuleLink().Matches(match.Groups[2].Value).Select(link => link.Groups[1].Value)]));

    [GeneratedRegex(@"^\| ([0-9]+) \| .+ \| (\[.+\)) \|$")]
    private static partial Regex Row();

    [GeneratedRegex(@"\[([A-Z-]+)\]")]
    private static partial Regex RuleLink();
}
