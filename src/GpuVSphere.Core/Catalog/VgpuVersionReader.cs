using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;

namespace GpuVSphere.Catalog;

/// <summary>Reads versions as people and tools write them.</summary>
internal sealed class VgpuVersionReader
{
    // The lowest branch with a vGPU release is 352; releases are far below.
    private const int LeastBranch = 100;

    private static readonly Regex s_major = new(@"^(?<major>[0-9]{1,2})(\.[xX*])?$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
    private static readonly Regex s_branch = new(@"^[rR]?(?<branch>[0-9]{3})$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    private readonly VgpuCatalog _catalog;

    internal VgpuVersionReader(VgpuCatalog catalog) => _catalog = catalog;

    internal VgpuVersion Read(string text, VgpuSide side)
    {
        string plain = Plain(text);
        if (s_major.Match(plain) is { Success: true } main)
        {
            int major = int.Parse(main.Groups["major"].Value, CultureInfo.InvariantCulture);
            return OfMajor(text, side, major) ?? throw Unknown(text, $"The catalogue has no vGPU {major}.x.");
        }

        if (s_branch.Match(plain) is { Success: true } branch)
        {
            int number = int.Parse(branch.Groups["branch"].Value, CultureInfo.InvariantCulture);
            return _catalog.MajorOfBranch(number, side) is { } major
                ? OfMajor(text, side, major)!
                : throw Unknown(text, $"The driver branch R{number} has no vGPU release that is known.");
        }

        if (DriverVersion.TryParse(plain) is { } driver && driver.Branch >= LeastBranch)
        {
            return OfDriver(text, side, driver);
        }

        if (_catalog.FindRelease(plain) is { } release)
        {
            return new VgpuVersion { Text = release.Name, Side = side, Releases = [release], Major = release.Major, Confidence = release.Confidence };
        }

        return side == VgpuSide.Manager && _catalog.ReadPackage(text) is { Driver: { } inName, Flavour: not VgpuPackageFlavour.ManagementDaemon }
            ? OfDriver(text, side, inName)
            : throw Unknown(text, $"'{text}' is no vGPU release and no driver version that the catalogue knows.");
    }

    private static string Plain(string text)
    {
        string plain = text.Trim();
        foreach (string word in new[] { "vGPU", "GRID" })
        {
            plain = plain.StartsWith(word + " ", StringComparison.OrdinalIgnoreCase) ? plain.Substring(word.Length).Trim() : plain;
        }

        return plain;
    }

    private VgpuVersion? OfMajor(string text, VgpuSide side, int major)
    {
        VgpuRelease[] releases = [.. _catalog.Releases.Where(release => release.Major == major).Reverse()];
        return releases.Length == 0 ? null : new VgpuVersion
        {
            Text = text.Trim(),
            Side = side,
            Releases = releases,
            Major = major,
            Confidence = releases.Min(release => release.Confidence),
        };
    }

    private VgpuVersion OfDriver(string text, VgpuSide side, DriverVersion driver)
    {
        IReadOnlyList<VgpuRelease> releases = _catalog.ReleasesOf(driver, side);
        VgpuSide other = side == VgpuSide.Manager ? VgpuSide.Guest : VgpuSide.Manager;
        IReadOnlyList<VgpuRelease> swapped = releases.Count > 0 ? [] : _catalog.ReleasesOf(driver, other);
        int? major = releases.Count > 0 ? releases[0].Major : _catalog.MajorOfBranch(driver.Branch, side) ?? _catalog.MajorOfBranch(driver.Branch, other);
        return new VgpuVersion
        {
            Text = text.Trim(),
            Side = side,
            Driver = driver,
            Releases = releases,
            Major = major,
            Confidence = releases.Count > 0 ? releases.Min(release => release.Confidence) : major is null ? FactConfidence.Unknown : FactConfidence.Computed,
            Note = swapped.Count > 0
                ? side == VgpuSide.Manager
                    ? $"{driver} is the guest driver of {Names(swapped)}; its host driver is {Drivers(swapped)}."
                    : $"{driver} is the host driver of {Names(swapped)}; its guest drivers are {Drivers(swapped, ofHost: false)}."
                : releases.Count == 0 && major is { } known ? $"The catalogue does not have {driver}; its branch is that of {known}.x." : null,
        };
    }

    private static string Names(IEnumerable<VgpuRelease> releases) => "vGPU " + string.Join(" and ", releases.Select(release => release.Name));

    private static string Drivers(IEnumerable<VgpuRelease> releases, bool ofHost = true) => string.Join(", ", releases
        .SelectMany(release => ofHost ? [release.HostDriver] : new[] { release.LinuxDriver, release.WindowsDriver })
        .OfType<DriverVersion>().Distinct().Select(driver => driver.ToString()).DefaultIfEmpty("not known"));

    private GpuVSphereException Unknown(string text, string message) => new(
        "UnknownVgpuVersion",
        GpuErrorCategory.ObjectNotFound,
        message,
        text,
        NearNames.Say("releases", Plain(text), _catalog.Releases.Select(release => release.Name)) + "Give a release (16.10), a main release (16), a driver (535.247.02) or a branch (R535); Get-VgpuRelease lists them.");
}
