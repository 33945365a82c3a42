using System;
using System.Linq;
using GpuVSphere.Readiness.PowerOn;

namespace GpuVSphere.Conventions.Tests;

/// <summary>The page of causes is made from the rules that know them.</summary>
public sealed class PowerOnFaultPageTests
{
    private const string Page = "docs/power-on-faults.md";

    [Fact]
    public void ThePageOfCauses_IsWhatTheRulesSay()
    {
        string[] rows = [.. PowerOnRules.All.Select(rule => $"| {rule.Cause} | {rule.Title} | {rule.KnownBy} | {rule.Source} |")];
        string[] written = [.. Repository.Read(Page).Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| Cause |", StringComparison.Ordinal) && !line.StartsWith("| ---", StringComparison.Ordinal))];
        Assert.True(rows.SequenceEqual(written), $"The table of {Page} is to be:\n" + string.Join('\n', rows));
    }
}
