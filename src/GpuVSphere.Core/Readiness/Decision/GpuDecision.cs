using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Readiness.Decision;

/// <summary>Ranks the methods for what is needed: by the decision table, and by what the hosts have. Pure.</summary>
public static class GpuDecision
{
    private const int MostGpus = 128;

    // One of these is always asked: how the GPUs are had.
    private static readonly GpuNeed[] s_ways = [GpuNeed.HostWithoutGpu, GpuNeed.UnequalShares, GpuNeed.SeveralGpus, GpuNeed.FullGpu, GpuNeed.Share];

    /// <summary>Ranks the methods, the best first.</summary>
    /// <param name="question">What is wanted.</param>
    /// <param name="hosts">The hosts that may be used; null when no server was asked: then only the table decides.</param>
    /// <exception cref="GpuVSphereException">NothingNamed: nothing is asked for. InvalidDeviceCount.</exception>
    public static IReadOnlyList<GpuRecommendation> Decide(GpuQuestion question, IReadOnlyList<DecisionHost>? hosts)
    {
        if (question.GpuCount is < 1 or > MostGpus)
        {
            throw new GpuVSphereException(
                "InvalidDeviceCount", GpuErrorCategory.InvalidArgument, $"A VM has 1 to {MostGpus} GPUs, not {question.GpuCount}.", nextStep: "Give -GpuCount a number in that range.");
        }

        (IReadOnlyList<GpuNeed> needs, string? assumed, WorkloadFact? none) = Needs(question);
        int count = needs.Contains(GpuNeed.SeveralGpus) ? Math.Max(2, question.GpuCount) : question.GpuCount;
        IReadOnlyList<GpuMethod> order = MethodTable.Order[s_ways.First(needs.Contains)];
        List<GpuRecommendation> judged =
        [
            .. MethodTable.Methods
                .Select(method => Judge(method, needs, count, hosts, none is not null) with { Assumed = assumed })
                .OrderBy(one => Row(one.Verdict))
                .ThenBy(one => one.Method == GpuMethod.FlexDirect)
                .ThenBy(one => one.Missing.Count(gap => gap.Kind == MethodGapKind.Lacking))
                .ThenBy(one => order.ToList().IndexOf(one.Method)),
        ];
        if (none is not null)
        {
            judged.Insert(0, new GpuRecommendation
            {
                Place = 1,
                Method = GpuMethod.NoGpu,
                Verdict = MethodVerdict.Suitable,
                For = [none.Reason + "."],
                Against = ["Where the training of such a model takes too long all the same, measure it with a share of a GPU first."],
                Needs = needs,
                Assumed = assumed,
            });
        }

        return [.. judged.Select((one, index) => one with { Place = index + 1 })];
    }

    private static (IReadOnlyList<GpuNeed> Needs, string? Assumed, WorkloadFact? None) Needs(GpuQuestion question)
    {
        List<GpuNeed> needs = [.. question.Needs.Distinct()];
        WorkloadFact? row = MethodTable.Of(question.Workload, question.Phase);
        WorkloadFact? none = row is { Need: null } ? row : null;
        string? assumed = null;
        if (question.GpuCount > 1 && !needs.Contains(GpuNeed.SeveralGpus))
        {
            needs.Add(GpuNeed.SeveralGpus);
        }

        if (!needs.Any(s_ways.Contains))
        {
            if (row is null && needs.Count == 0)
            {
                throw new GpuVSphereException(
                    "NothingNamed",
                    GpuErrorCategory.InvalidArgument,
                    "Nothing was said of what the GPU is for.",
                    nextStep: "Get-GpuMethodRecommendation -Workload DeepLearning -Phase Training, or -Need Share, VMotion");
            }

            // Where only vMotion and the like are asked for, or a table needs no GPU, a share is what costs least.
            needs.Insert(0, row?.Need ?? GpuNeed.Share);
            assumed = row is { Need: not null } ? row.Reason + "." : none is not null ? null : "A share of a GPU was taken, since nothing was said of how much of one is needed.";
        }

        return (needs, assumed, none);
    }

    private static GpuRecommendation Judge(GpuMethod method, IReadOnlyList<GpuNeed> needs, int count, IReadOnlyList<DecisionHost>? hosts, bool needsNone)
    {
        MethodFact[] facts = [.. needs.Select(need => MethodTable.Of(need, method))];
        bool fails = facts.Any(fact => fact.Fit == MethodFit.No);
        (IReadOnlyList<MethodGap> Gaps, string? Host, IReadOnlyList<string> Commands) here = hosts is null || fails ? ([], null, []) : MethodGaps.Of(method, needs, count, hosts);
        bool isLacking = here.Gaps.Any(gap => gap.Kind == MethodGapKind.Lacking);
        return new GpuRecommendation
        {
            Place = 0,
            Method = method,
            Verdict = fails ? MethodVerdict.NotSuitable
                : isLacking ? MethodVerdict.NotHere
                : needsNone ? MethodVerdict.NotNeeded
                : method == GpuMethod.FlexDirect || facts.Any(fact => fact.Fit == MethodFit.Partly) ? MethodVerdict.WithLimits : MethodVerdict.Suitable,
            For = [.. facts.Where(fact => fact.Fit == MethodFit.Yes).Select(Say)],
            Against =
            [
                .. facts.Where(fact => fact.Fit != MethodFit.Yes).Select(Say),
                .. method == GpuMethod.FlexDirect ? ["Bitfusion is taken to be at its end of life: its repositories were archived in 2023."] : Array.Empty<string>(),
                .. needsNone ? ["The workload needs no GPU."] : Array.Empty<string>(),
            ],
            Missing = here.Gaps,
            BestHost = here.Host,
            Commands = here.Commands,
            Combinations = [.. MethodTable.Combinations.Where(pair => pair.First == method || pair.Second == method).Select(pair => Combine(pair, method, facts))],
            Needs = needs,
        };
    }

    private static string Say(MethodFact fact) =>
        $"{fact.Need}: {fact.Reason}{(fact.SinceVSphere is { } since ? $" (vSphere {VsphereLevel.Say(since)} and later)" : string.Empty)}. [{fact.Source}]";

    // What the other one adds: what this one does not give and it does.
    private static string Combine(MethodCombination pair, GpuMethod method, MethodFact[] facts)
    {
        GpuMethod other = pair.First == method ? pair.Second : pair.First;
        string[] added = [.. facts.Where(fact => fact.Fit == MethodFit.No && MethodTable.Of(fact.Need, other).Fit != MethodFit.No).Select(fact => fact.Need.ToString())];
        return $"With {other}: {pair.How}{(added.Length > 0 ? $"; it adds {string.Join(", ", added)}" : string.Empty)}. [{pair.Source}]";
    }

    private static int Row(MethodVerdict verdict) => verdict switch
    {
        MethodVerdict.Suitable => 0,
        MethodVerdict.WithLimits => 1,
        MethodVerdict.NotNeeded => 2,
        MethodVerdict.NotHere => 3,
        _ => 4,
    };
}
