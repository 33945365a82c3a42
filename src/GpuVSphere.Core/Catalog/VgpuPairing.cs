using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Catalog;

/// <summary>
/// Whether a vGPU manager and a guest driver work together. Release notes accept three combinations: both of the same release, both of one main
/// release, and a manager one main release later than the guest; from the long-term branches on also a long-term branch with the one before it.
/// Which of these a manager's own time had is in the catalogue's rules.
/// </summary>
public static class VgpuPairing
{
    private const string NoList = "the lists of accepted pairs in the release notes of 8.x, 15.x and 19.0 do not have it";

    /// <summary>Judges a pair.</summary>
    /// <param name="catalog">What is known.</param>
    /// <param name="manager">The manager.</param>
    /// <param name="guest">The guest driver.</param>
    /// <returns>A check with the name GuestDriver, without a next step.</returns>
    public static CompatibilityCheck Judge(VgpuCatalog catalog, VgpuVersion manager, VgpuVersion guest)
    {
        string pair = $"Manager {manager} with guest driver {guest}";
        if (manager.Major is not { } host || guest.Major is not { } inGuest)
        {
            VgpuVersion unknown = manager.Major is null ? manager : guest;
            return new CompatibilityCheck
            {
                Name = "GuestDriver",
                Verdict = CompatibilityVerdict.Undecided,
                Reason = $"{pair}: the driver branch of {unknown.Text} has no vGPU release that is known.",
                Source = "the catalogue's releases",
            };
        }

        PairAnswer answer = JudgeMajors(catalog, host, inGuest);
        bool isSame = host == inGuest && manager.Releases.Any(one => guest.Releases.Any(other => other.Name == one.Name));
        string reason = isSame
            ? manager.Releases.Count == 1 && guest.Releases.Count == 1 ? "both are of the same release" : "both are of one main release, and can be of the same release"
            : answer.Reason;
        string order = host == inGuest && !isSame && IsNewer(guest, manager)
            ? " The guest's is the newer release of the two; the release notes set no order within a main release."
            : string.Empty;
        string notes = string.Concat(new[] { manager.Note, guest.Note }.OfType<string>().Select(note => " " + note));
        return new CompatibilityCheck
        {
            Name = "GuestDriver",
            Verdict = answer.Verdict,
            Confidence = (FactConfidence)Math.Min((int)answer.Confidence, (int)Least(manager.Confidence, guest.Confidence)),
            Reason = $"{pair}: {reason}.{order}{notes}",
            Source = answer.Source,
        };
    }

    /// <summary>The main releases of guest drivers that a manager takes for certain, newest first.</summary>
    /// <param name="catalog">What is known.</param>
    /// <param name="manager">The manager's main release.</param>
    public static IReadOnlyList<int> GuestsOf(VgpuCatalog catalog, int manager) =>
        [.. Majors(catalog).Where(guest => JudgeMajors(catalog, manager, guest).Verdict == CompatibilityVerdict.Compatible)];

    /// <summary>The main releases of managers that take a guest driver for certain, newest first.</summary>
    /// <param name="catalog">What is known.</param>
    /// <param name="guest">The guest driver's main release.</param>
    public static IReadOnlyList<int> ManagersOf(VgpuCatalog catalog, int guest) =>
        [.. Majors(catalog).Where(manager => JudgeMajors(catalog, manager, guest).Verdict == CompatibilityVerdict.Compatible)];

    /// <summary>The main releases there are, newest first.</summary>
    internal static IReadOnlyList<int> Majors(VgpuCatalog catalog) => catalog.Majors;

    internal static PairAnswer JudgeMajors(VgpuCatalog catalog, int manager, int guest)
    {
        if (guest > manager)
        {
            return new PairAnswer(CompatibilityVerdict.NotCompatible, FactConfidence.Confirmed, "no release accepts a guest driver of a later main release than the manager's", NoList);
        }

        if (guest == manager)
        {
            return Of(catalog, manager, PairRelation.SameBranch, "both are of one main release");
        }

        List<PairAnswer> answers = [];
        if (guest == manager - 1)
        {
            answers.Add(Of(catalog, manager, PairRelation.PreviousBranch, "the manager is one main release later than the guest"));
        }

        if (guest == PreviousLongTerm(catalog, manager))
        {
            answers.Add(catalog.IsLongTerm(manager) switch
            {
                true => Of(catalog, manager, PairRelation.PreviousLongTerm, "both are long-term branches, and none lies between"),
                null => new PairAnswer(
                    CompatibilityVerdict.Undecided,
                    FactConfidence.Unknown,
                    $"{guest}.x is the long-term branch before {manager}.x, and whether {manager}.x is one is not known",
                    "the catalogue's releases"),
                _ => TooOld,
            });
        }

        return answers.OrderBy(answer => answer.Verdict switch
        {
            CompatibilityVerdict.Compatible => 0,
            CompatibilityVerdict.Undecided => 1,
            _ => 2,
        }).FirstOrDefault() ?? TooOld;
    }

    private static PairAnswer TooOld { get; } = new(
        CompatibilityVerdict.NotCompatible, FactConfidence.Confirmed, "the guest is more than one main release older, and the two are not neighbouring long-term branches", NoList);

    private static PairAnswer Of(VgpuCatalog catalog, int manager, PairRelation relation, string accepted)
    {
        PairRule? rule = catalog.PairRules.FirstOrDefault(candidate => candidate.Relation == relation && candidate.IsFor(manager));
        return rule?.IsAccepted switch
        {
            true => new PairAnswer(CompatibilityVerdict.Compatible, rule.Confidence, accepted, rule.Source),
            false => new PairAnswer(CompatibilityVerdict.NotCompatible, rule.Confidence, $"{accepted}, which {Article.With($"{manager}.x")} manager refuses", rule.Source),
            null => new PairAnswer(
                CompatibilityVerdict.Undecided, FactConfidence.Unknown, $"{accepted}, and whether {Article.With($"{manager}.x")} manager accepts that is not known", rule?.Source ?? "no rule of the catalogue covers it"),
        };
    }

    private static int? PreviousLongTerm(VgpuCatalog catalog, int manager) =>
        catalog.Majors.Where(major => major < manager && catalog.IsLongTerm(major) == true).Select(major => (int?)major).FirstOrDefault();

    private static bool IsNewer(VgpuVersion guest, VgpuVersion manager) =>
        guest.Releases.Count > 0 && manager.Releases.Count > 0 && guest.Releases.Min(release => release.Number) > manager.Releases.Max(release => release.Number);

    private static FactConfidence Least(FactConfidence one, FactConfidence other) => one < other ? one : other;
}
