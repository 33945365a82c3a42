using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace GpuVSphere.Catalog;

/// <summary>Whether a vGPU manager runs on an ESXi version, serves a GPU, and which licence servers its guests can use.</summary>
public static class VgpuSupport
{
    /// <summary>Judges a manager on an ESXi version.</summary>
    /// <param name="catalog">What is known.</param>
    /// <param name="manager">The manager.</param>
    /// <param name="esxi">The version, such as <c>8.0</c>, <c>8.0.3</c> or <c>8.0 U3</c>.</param>
    /// <returns>A check with the name Esxi.</returns>
    /// <exception cref="GpuVSphereException">UnknownEsxiVersion: the text is no version, or one that never was.</exception>
    public static CompatibilityCheck JudgeEsxi(VgpuCatalog catalog, VgpuVersion manager, string esxi)
    {
        (string main, int? update) = ReadEsxi(catalog, esxi);
        string subject = $"vGPU {manager.ReleaseText} on ESXi {main}";
        VgpuRelease[] candidates = [.. Candidates(catalog, manager)];
        if (candidates.Length == 0)
        {
            return Check("Esxi", CompatibilityVerdict.Undecided, FactConfidence.Unknown, $"{manager.Text} has no vGPU release that is known, so neither is its ESXi.", "the catalogue's releases");
        }

        CompatibilityVerdict[] verdicts = [.. candidates.Select(release => OnEsxi(release, main))];
        if (verdicts.All(verdict => verdict == CompatibilityVerdict.NotCompatible))
        {
            string shipped = string.Join(", ", candidates.SelectMany(release => release.EsxiVersions).Where(HasManager).Distinct());
            return Check(
                "Esxi",
                CompatibilityVerdict.NotCompatible,
                FactConfidence.Confirmed,
                $"{subject}: NVIDIA ships no manager of it for ESXi {main}{(shipped.Length > 0 ? ", only for " + shipped : string.Empty)}.",
                "the packages seen of each release (nvidiavgpuarchive/index)");
        }

        if (!verdicts.All(verdict => verdict == CompatibilityVerdict.Compatible))
        {
            string[] with = [.. candidates.Zip(verdicts, (release, verdict) => (release, verdict)).Where(one => one.verdict == CompatibilityVerdict.Compatible).Select(one => one.release.Name)];
            return Check(
                "Esxi",
                CompatibilityVerdict.Undecided,
                FactConfidence.Unknown,
                with.Length > 0
                    ? $"{subject}: of the releases that it can be, {string.Join(", ", with)} {(with.Length == 1 ? "has" : "have")} a package for it."
                    : $"{subject}: no package of it was seen, and what is shipped for it is not known in full.",
                "the packages seen of each release (nvidiavgpuarchive/index)");
        }

        int? least = candidates
            .Select(release => release.Packages.FirstOrDefault(package => package.EsxiVersion == main)?.Base is { } lowest && lowest.StartsWith(main.Replace(".", string.Empty), StringComparison.Ordinal)
                ? VgpuPackageName.UpdateOfBase(lowest) : null)
            .Min();
        // NVIDIA's packages for 8.0 are built against 8.0 (800.1.0): the third digit is the update.
        if (least is { } needed && update is { } has && has < needed)
        {
            return Check(
                "Esxi",
                CompatibilityVerdict.NotCompatible,
                FactConfidence.Confirmed,
                $"{subject}: the package needs {main} U{needed.ToString(CultureInfo.InvariantCulture)} or later, and this is {esxi.Trim()}.",
                "the base in the version of the VIB (nvidiavgpuarchive/index)");
        }

        FactConfidence confidence = candidates.Min(release => release.EsxiConfidence);
        return Check(
            "Esxi",
            CompatibilityVerdict.Compatible,
            confidence,
            $"{subject}: NVIDIA ships a package for it{(least is { } from && update is null ? $", from {main} U{from.ToString(CultureInfo.InvariantCulture)} on" : string.Empty)}.",
            confidence == FactConfidence.Confirmed ? "the packages seen of each release (nvidiavgpuarchive/index)" : "taken from the packages of a neighbouring release");
    }

    /// <summary>Judges a manager for a board.</summary>
    /// <param name="catalog">What is known.</param>
    /// <param name="manager">The manager.</param>
    /// <param name="board">The word in the names of the board's types, such as <c>P100</c>.</param>
    /// <returns>A check with the name Gpu.</returns>
    public static CompatibilityCheck JudgeGpu(VgpuCatalog catalog, VgpuVersion manager, string board) =>
        JudgeBoard(catalog, manager, catalog.Boards.FirstOrDefault(candidate => candidate.Name == board)?.Product ?? board, board);

    /// <summary>Judges a manager for a GPU that can be several boards: where they differ, it cannot be decided.</summary>
    /// <param name="catalog">What is known.</param>
    /// <param name="manager">The manager.</param>
    /// <param name="name">What to call the GPU.</param>
    /// <param name="boards">The boards that it can be; none when the catalogue has none.</param>
    /// <returns>A check with the name Gpu.</returns>
    public static CompatibilityCheck JudgeGpu(VgpuCatalog catalog, VgpuVersion manager, string name, IReadOnlyCollection<string> boards)
    {
        CompatibilityCheck[] checks = [.. boards.Select(board => JudgeBoard(catalog, manager, name, board))];
        return checks.Length == 0
            ? Check("Gpu", CompatibilityVerdict.Undecided, FactConfidence.Unknown, $"The catalogue has no vGPU types of {name}, so which releases serve it is not known.", "the catalogue")
            : checks.All(check => check.Verdict == checks[0].Verdict) ? checks[0]
            : Check(
                "Gpu",
                CompatibilityVerdict.Undecided,
                FactConfidence.Unknown,
                $"{name} can be {string.Join(" or ", boards)}, and vGPU {manager.ReleaseText} does not serve all of them.",
                string.Join("; ", checks.Select(check => check.Source).Distinct()));
    }

    private static CompatibilityCheck JudgeBoard(VgpuCatalog catalog, VgpuVersion manager, string product, string board)
    {
        GpuReleaseRange? range = catalog.GpuRanges.FirstOrDefault(candidate => candidate.Board == board);
        if (range is null || manager.Major is not { } major)
        {
            return Check(
                "Gpu",
                CompatibilityVerdict.Undecided,
                FactConfidence.Unknown,
                range is null ? $"The catalogue has no vGPU releases of {product}." : $"{manager.Text} has no vGPU release that is known, so whether it serves {product} is not either.",
                "the catalogue");
        }

        string subject = $"vGPU {manager.ReleaseText} with {product}";
        if (range.LastListed is { } end && major > end)
        {
            return Check("Gpu", CompatibilityVerdict.NotCompatible, FactConfidence.Confirmed, $"{subject}: {end}.x is the last that serves this GPU.", range.Source);
        }

        if (range.Last is { } sure && major > sure)
        {
            return Check("Gpu", CompatibilityVerdict.Undecided, FactConfidence.Doubtful, $"{subject}: sources differ, {sure}.x or {range.LastListed}.x is the last that serves this GPU.", range.Source);
        }

        if (range.First is { } first && range.FirstConfidence != FactConfidence.Unknown)
        {
            ReleaseNumber[] numbers = [.. manager.Releases.Select(release => release.Number)];
            bool isBefore = numbers.Length > 0 ? numbers.All(number => number < first) : major < first.Major;
            bool maybeBefore = numbers.Length > 0 ? numbers.Any(number => number < first) : major == first.Major && first.Minor > 0;
            if (isBefore && range.FirstConfidence == FactConfidence.Confirmed)
            {
                return Check("Gpu", CompatibilityVerdict.NotCompatible, FactConfidence.Confirmed, $"{subject}: {first} is the first release that serves this GPU.", range.Source);
            }

            if (isBefore || maybeBefore)
            {
                return Check("Gpu", CompatibilityVerdict.Undecided, range.FirstConfidence, $"{subject}: {first} is the first release that is known to serve this GPU.", range.Source);
            }

            return Check("Gpu", CompatibilityVerdict.Compatible, range.FirstConfidence, $"{subject}: served from {first} on{(range.Last is { } last ? $", until {last}.x" : string.Empty)}.", range.Source);
        }

        return Check("Gpu", CompatibilityVerdict.Undecided, FactConfidence.Unknown, $"{subject}: from which release on this GPU is served is not known.", range.Source.Length > 0 ? range.Source : "the catalogue");
    }

    /// <summary>Judges a licence server.</summary>
    /// <param name="catalog">What is known.</param>
    /// <param name="version">The guest driver, which fetches the licence; or the manager where the guest is not known.</param>
    /// <param name="server">The licence server.</param>
    /// <returns>A check with the name LicenseServer.</returns>
    public static CompatibilityCheck JudgeLicense(VgpuCatalog catalog, VgpuVersion version, LicenseServerKind server)
    {
        string name = server == LicenseServerKind.Legacy ? "the legacy NVIDIA vGPU Software License Server" : "the NVIDIA License System (CLS or DLS)";
        if (version.Major is not { } major || catalog.LicenseRules.FirstOrDefault(rule => rule.Server == server && rule.IsFor(major)) is not { } rule)
        {
            return Check("LicenseServer", CompatibilityVerdict.Undecided, FactConfidence.Unknown, $"Whether {version.Text} works with {name} is not known.", "the catalogue");
        }

        LicenseServerKind[] others = [.. catalog.LicenseRules.Where(other => other.Server != server && other.IsFor(major) && other.IsAccepted == true).Select(other => other.Server)];
        string ended = server == LicenseServerKind.Legacy && rule.IsAccepted == true ? " Its support ended on 2023-07-31." : string.Empty;
        return rule.IsAccepted switch
        {
            true => Check("LicenseServer", CompatibilityVerdict.Compatible, FactConfidence.Confirmed, $"vGPU {version.ReleaseText} works with {name}.{ended}", rule.Source),
            false => Check("LicenseServer", CompatibilityVerdict.NotCompatible, FactConfidence.Confirmed, $"vGPU {version.ReleaseText} does not work with {name}.", rule.Source) with
            {
                NextStep = others.Contains(LicenseServerKind.Nls)
                    ? "Register the licences in the NVIDIA License System (CLS, or a DLS appliance) and give the guests its client token."
                    : "Use the legacy licence server, or move manager and guests to 13.0 or later.",
            },
            null => Check("LicenseServer", CompatibilityVerdict.Undecided, FactConfidence.Unknown, $"Whether vGPU {version.ReleaseText} works with {name} is not known.", rule.Source) with
            {
                NextStep = "13.x and 14.x work with both licence servers.",
            },
        };
    }

    /// <summary>Reads a version of ESXi.</summary>
    /// <exception cref="GpuVSphereException">UnknownEsxiVersion.</exception>
    internal static (string Main, int? Update) ReadEsxi(VgpuCatalog catalog, string esxi)
    {
        string[] known = [.. catalog.EsxiBuilds.Select(build => build.Version).Concat(catalog.Releases.SelectMany(release => release.EsxiVersions)).Distinct()];
        if (EsxiVersionText.TryParse(esxi) is { } read && (known.Contains(read.Main) || IsLater(Number(read.Main), known.Max(Number))))
        {
            return read;
        }

        throw new GpuVSphereException(
            "UnknownEsxiVersion",
            GpuErrorCategory.InvalidArgument,
            $"'{esxi}' is no version of ESXi that is known.",
            esxi,
            $"Give one of {string.Join(", ", known.OrderBy(Number))}, with the update where it is known, such as '8.0 U3' or 8.0.3.");
    }

    /// <summary>The releases that a version can be; where only its branch tells, all of the main release.</summary>
    internal static IEnumerable<VgpuRelease> Candidates(VgpuCatalog catalog, VgpuVersion version) =>
        version.Releases.Count > 0 ? version.Releases : catalog.Releases.Where(release => release.Major == version.Major);

    /// <summary>Whether a release has a manager for an ESXi version, such as 8.0.</summary>
    internal static CompatibilityVerdict OnEsxi(VgpuRelease release, string main) =>
        !HasManager(main) ? CompatibilityVerdict.NotCompatible
        : release.EsxiVersions.Contains(main) ? CompatibilityVerdict.Compatible
        : release.EsxiConfidence == FactConfidence.Confirmed && release.EsxiVersions.Count > 0 ? CompatibilityVerdict.NotCompatible
        : CompatibilityVerdict.Undecided;

    // vGPU began with vSphere 6.0; the packages of 4.x to 6.x for 5.5 have no manager in them.
    private static bool HasManager(string main) => Number(main) >= 6.0m;

    // A version that comes after what is known, and no slip of the finger.
    private static bool IsLater(decimal asked, decimal newest) => asked > newest && asked < newest + 2;

    private static decimal Number(string version) => decimal.Parse(version, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);

    private static CompatibilityCheck Check(string name, CompatibilityVerdict verdict, FactConfidence confidence, string reason, string source) =>
        new() { Name = name, Verdict = verdict, Confidence = confidence, Reason = reason, Source = source };
}
