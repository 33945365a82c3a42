using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

namespace GpuVSphere.Catalog;

/// <summary>Looks releases up, by each thing that one may have in hand. What is not found is an error that names what is near.</summary>
public static class VgpuReleaseSearch
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(1);

    /// <summary>Releases by name: <c>16.10</c>, <c>16</c> or <c>16.x</c> for a main release, or with <c>*</c> and <c>?</c>.</summary>
    /// <param name="catalog">What is known.</param>
    /// <param name="name">The name.</param>
    /// <returns>Newest first; empty only for a name with wildcards.</returns>
    /// <exception cref="GpuVSphereException">UnknownVgpuVersion.</exception>
    public static IReadOnlyList<VgpuRelease> ByName(VgpuCatalog catalog, string name)
    {
        if (IsPattern(name))
        {
            Regex pattern = Pattern(name);
            return [.. catalog.Releases.Where(release => pattern.IsMatch(release.Name))];
        }

        return [.. catalog.ReadVersion(name, VgpuSide.Guest) is { Driver: null } version ? version.Releases.Reverse() : ByDriver(catalog, name).Releases];
    }

    /// <summary>Releases of a driver branch: <c>R535</c>, <c>535</c>, a Windows branch such as <c>538</c>, or with <c>*</c> and <c>?</c>.</summary>
    /// <param name="catalog">What is known.</param>
    /// <param name="branch">The branch.</param>
    /// <returns>Newest first; empty only for a name with wildcards.</returns>
    /// <exception cref="GpuVSphereException">UnknownVgpuVersion.</exception>
    public static IReadOnlyList<VgpuRelease> ByBranch(VgpuCatalog catalog, string branch)
    {
        if (IsPattern(branch))
        {
            Regex pattern = Pattern(branch);
            return [.. catalog.Releases.Where(release => release.Branch.Length > 0 && (pattern.IsMatch(release.Branch) || pattern.IsMatch(release.Branch.Substring(1))))];
        }

        string number = branch.Trim().TrimStart('R', 'r');
        return number.Length == 3 && number.All(char.IsDigit)
            ? [.. catalog.ReadVersion(number, VgpuSide.Guest).Releases.Reverse()]
            : throw new GpuVSphereException(
                "UnknownVgpuVersion",
                GpuErrorCategory.InvalidArgument,
                $"'{branch}' is no driver branch.",
                branch,
                NearNames.Say("branches", branch, catalog.Releases.Select(release => release.Branch).Where(known => known.Length > 0)) + "Get-VgpuRelease lists them.");
    }

    /// <summary>Every release that a driver of host or guest can be of.</summary>
    /// <param name="catalog">What is known.</param>
    /// <param name="driver">The driver's version, also with what an ESXi package appends.</param>
    /// <returns>The releases, newest first; those of the driver's branch, with a note, where the catalogue does not have the version.</returns>
    /// <exception cref="GpuVSphereException">UnknownVgpuVersion: it is no driver version, or its branch has no release that is known.</exception>
    public static (IReadOnlyList<VgpuRelease> Releases, string? Note) ByDriver(VgpuCatalog catalog, string driver)
    {
        VgpuRelease[] exact = DriverVersion.TryParse(driver) is { } version
            ? [.. catalog.Releases.Where(release => release.HostDriver == version || release.LinuxDriver == version || release.WindowsDriver == version)]
            : [];
        if (exact.Length > 0)
        {
            return (exact, null);
        }

        VgpuVersion read = catalog.ReadVersion(driver, VgpuSide.Manager);
        return read.Driver is null || read.Major is null
            ? throw new GpuVSphereException(
                "UnknownVgpuVersion",
                GpuErrorCategory.ObjectNotFound,
                read.Driver is null ? $"'{driver}' is no driver version." : $"The branch of driver {driver} has no vGPU release that is known.",
                driver,
                NearNames.Say("drivers", driver, catalog.Releases.SelectMany(release => new[] { release.HostDriver, release.LinuxDriver, release.WindowsDriver }).OfType<DriverVersion>().Select(known => known.ToString())) + "Get-VgpuRelease lists them.")
            : ([.. catalog.Releases.Where(release => release.Major == read.Major)], $"The catalogue does not have driver {read.Driver}; its branch is that of {read.Major}.x.");
    }

    /// <summary>Releases that a GPU is served by, as far as it is known.</summary>
    /// <param name="catalog">What is known.</param>
    /// <param name="boards">The boards that the GPU can be.</param>
    /// <returns>Newest first.</returns>
    public static IReadOnlyList<VgpuRelease> ByBoards(VgpuCatalog catalog, IReadOnlyCollection<string> boards) => [.. catalog.Releases.Where(release => boards.Any(board =>
        VgpuSupport.JudgeGpu(catalog, new VgpuVersion { Text = release.Name, Side = VgpuSide.Manager, Releases = [release], Major = release.Major }, board).Verdict != CompatibilityVerdict.NotCompatible))];

    /// <summary>Releases with a manager for an ESXi version.</summary>
    /// <param name="catalog">What is known.</param>
    /// <param name="esxi">Such as <c>8.0</c>, <c>8.0.3</c> or <c>8.0 U3</c>.</param>
    /// <returns>Newest first.</returns>
    /// <exception cref="GpuVSphereException">UnknownEsxiVersion.</exception>
    public static IReadOnlyList<VgpuRelease> ByEsxi(VgpuCatalog catalog, string esxi)
    {
        VgpuSupport.ReadEsxi(catalog, esxi);
        return [.. catalog.Releases.Where(release => VgpuSupport.JudgeEsxi(
            catalog, new VgpuVersion { Text = release.Name, Side = VgpuSide.Manager, Releases = [release], Major = release.Major }, esxi).Verdict == CompatibilityVerdict.Compatible)];
    }

    /// <summary>The boards that a name means, by the word in their types' names: a board's own name, a product, or a model of the catalogue of GPUs.</summary>
    /// <param name="catalog">What is known of vGPU.</param>
    /// <param name="gpus">What is known of GPUs.</param>
    /// <param name="name">Such as <c>P100</c>, <c>Tesla T4</c> or <c>A100 80GB</c>.</param>
    /// <returns>At least one board.</returns>
    /// <exception cref="GpuVSphereException">UnknownGpuModel: no board that has vGPU types is meant.</exception>
    public static IReadOnlyList<string> BoardsNamed(VgpuCatalog catalog, GpuCatalog gpus, string name)
    {
        string asked = name.Trim();
        ModelName words = ModelName.Parse(asked);
        string[] found = [.. catalog.Boards.Where(board => string.Equals(board.Name, asked, StringComparison.OrdinalIgnoreCase)).Select(board => board.Name).Distinct()];
        if (found.Length == 0 && !words.IsEmpty)
        {
            found = [.. catalog.Boards.Where(board => ModelName.Parse(board.Product).IsSameAs(words)).Select(board => board.Name).Distinct()];
        }

        GpuModel[] models = found.Length > 0 ? [] : [.. gpus.FindByName(asked)];
        if (found.Length == 0)
        {
            found =
            [
                .. models
                    .SelectMany(model => model.Subsystems.DefaultIfEmpty().SelectMany(board => catalog.FindBoards(model.VendorId, model.DeviceId, board.VendorId, board.DeviceId)))
                    .Select(board => board.Name).Distinct(),
            ];
        }

        if (found.Length == 0 && !words.IsEmpty)
        {
            found = [.. catalog.Boards.Where(board => words.IsPartOf(ModelName.Parse(board.Product))).Select(board => board.Name).Distinct()];
        }

        return found.Length > 0 ? found : throw new GpuVSphereException(
            "UnknownGpuModel",
            GpuErrorCategory.ObjectNotFound,
            models.Length > 0 ? $"{models[0].Name} has no vGPU types in the catalogue." : $"The catalogue has no GPU '{name}' with vGPU types.",
            name,
            NearNames.Say("names", asked, catalog.Boards.SelectMany(board => new[] { board.Name, board.Product })) + "Get-GpuDevice shows the models of the GPUs in hosts.");
    }

    private static bool IsPattern(string text) => text.IndexOfAny(['*', '?']) >= 0;

    private static Regex Pattern(string text) => new(
        "^" + Regex.Escape(text.Trim()).Replace("\\*", ".*").Replace("\\?", ".") + "$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, s_limit);
}
