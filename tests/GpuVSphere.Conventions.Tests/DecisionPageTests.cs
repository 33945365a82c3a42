using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using GpuVSphere.Readiness.Decision;

namespace GpuVSphere.Conventions.Tests;

/// <summary>The decision table of the documentation is made from the rows that the cmdlet decides by.</summary>
public sealed class DecisionPageTests
{
    private const string Page = "docs/decision.md";
    private const string Begin = "<!-- made from MethodTable: set GPUVSPHERE_UPDATE_DECISION=1 and run the tests of conventions to write it anew -->";
    private const string End = "<!-- end -->";

    [Fact]
    public void TheDecisionTable_IsWhatTheCmdletDecidesBy()
    {
        string page = Repository.Read(Page).Replace("\r\n", "\n", StringComparison.Ordinal);
        int begin = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = page.IndexOf(End, StringComparison.Ordinal);
        Assert.True(begin >= Begin.Length && end > begin, $"{Page} has its two marks.");
        string made = "\n\n" + string.Join('\n', Lines()) + "\n\n";
        if (Environment.GetEnvironmentVariable("GPUVSPHERE_UPDATE_DECISION") == "1")
        {
            File.WriteAllText(Repository.At(Page), page[..begin] + made + page[end..]);
            return;
        }

        Assert.Equal(made, page[begin..end]);
    }

    private static IEnumerable<string> Lines()
    {
        yield return "## What each method gives";
        yield return string.Empty;
        yield return "| needed | " + string.Join(" | ", MethodTable.Methods) + " |";
        yield return "| --- |" + string.Concat(MethodTable.Methods.Select(_ => " --- |"));
        foreach (GpuNeed need in Enum.GetValues<GpuNeed>())
        {
            yield return $"| {need} | " + string.Join(" | ", MethodTable.Methods.Select(method => Cell(MethodTable.Of(need, method)))) + " |";
        }

        yield return string.Empty;
        yield return "## Why";
        yield return string.Empty;
        yield return "| needed | method | fits | reason | source |";
        yield return "| --- | --- | --- | --- | --- |";
        foreach (MethodFact fact in MethodTable.Facts)
        {
            yield return $"| {fact.Need} | {fact.Method} | {Cell(fact)} | {fact.Reason} | {fact.Source} |";
        }

        yield return string.Empty;
        yield return "## What a workload needs where nothing else is asked for";
        yield return string.Empty;
        yield return "The first row that fits counts.";
        yield return string.Empty;
        yield return "| workload | phase | taken | reason |";
        yield return "| --- | --- | --- | --- |";
        foreach (WorkloadFact row in MethodTable.Workloads)
        {
            yield return $"| {row.Workload?.ToString() ?? "any"} | {row.Phase?.ToString() ?? "any"} | {row.Need?.ToString() ?? "no GPU"} | {row.Reason} |";
        }

        yield return string.Empty;
        yield return "## In which order methods that fit alike are named";
        yield return string.Empty;
        yield return "| needed | order |";
        yield return "| --- | --- |";
        foreach (GpuNeed need in Enum.GetValues<GpuNeed>().Where(MethodTable.Order.ContainsKey))
        {
            yield return $"| {need} | {string.Join(", ", MethodTable.Order[need])} |";
        }

        yield return string.Empty;
        yield return "## What works together";
        yield return string.Empty;
        yield return "| methods | how | source |";
        yield return "| --- | --- | --- |";
        foreach (MethodCombination pair in MethodTable.Combinations)
        {
            yield return $"| {pair.First} and {pair.Second} | {pair.How} | {pair.Source} |";
        }
    }

    private static string Cell(MethodFact fact) => fact.Fit switch
    {
        MethodFit.Yes => "yes",
        MethodFit.Partly => "partly",
        _ => "no",
    } + (fact.SinceVSphere is { } since && fact.Fit != MethodFit.No ? $", since {since}" : string.Empty);
}
