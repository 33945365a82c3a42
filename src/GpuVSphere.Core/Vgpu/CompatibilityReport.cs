using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;

namespace GpuVSphere.Vgpu;

/// <summary>Judges manager, guest driver, GPU, ESXi and licence server together.</summary>
public static class CompatibilityReport
{
    private const int MostReleases = 3;

    /// <summary>Answers a question.</summary>
    /// <param name="catalog">What is known.</param>
    /// <param name="question">What shall work together.</param>
    /// <exception cref="GpuVSphereException">NothingToCompare: less than two things were given. UnknownEsxiVersion.</exception>
    public static VgpuCompatibility Judge(VgpuCatalog catalog, CompatibilityQuestion question)
    {
        List<CompatibilityCheck> checks = [.. Checks(catalog, question)];
        if (checks.Count == 0)
        {
            throw new GpuVSphereException(
                "NothingToCompare",
                GpuErrorCategory.InvalidArgument,
                $"There is nothing to compare {question.Manager?.Text ?? "it"} with.",
                question.Manager?.Text,
                "Add -GuestDriver, -Gpu, -EsxiVersion, -LicenseServer or -PlannedManager.");
        }

        CompatibilityVerdict verdict = checks.Any(check => check.Verdict == CompatibilityVerdict.NotCompatible) ? CompatibilityVerdict.NotCompatible
            : checks.Any(check => check.Verdict == CompatibilityVerdict.Undecided) ? CompatibilityVerdict.Undecided
            : CompatibilityVerdict.Compatible;
        CompatibilityCheck[] deciding = [.. checks.Where(check => check.Verdict == verdict)];
        string[] steps = [.. deciding.Select(check => check.NextStep).OfType<string>().Distinct()];
        return new VgpuCompatibility
        {
            HostId = question.HostId,
            HostName = question.HostName,
            VmId = question.VmId,
            VmName = question.VmName,
            ServerName = question.ServerName,
            Manager = question.Manager?.Text,
            ManagerRelease = question.Manager?.ReleaseText,
            GuestDriver = question.Guest?.Text,
            GuestRelease = question.Guest?.ReleaseText,
            EsxiVersion = question.EsxiVersion,
            Gpu = [.. question.Gpus.Select(gpu => gpu.Name).Distinct()],
            VgpuProfile = question.Profiles,
            LicenseServer = question.LicenseServer,
            Verdict = verdict,
            Checks = checks,
            Reason = string.Join(" ", deciding.Select(check => check.Reason)),
            Source = string.Join("; ", deciding.Select(check => check.Source).Where(source => source.Length > 0).Distinct()),
            NextStep = steps.Length > 0 ? string.Join(" ", steps) : null,
        };
    }

    /// <summary>Whether a manager suits a host: its ESXi and its GPUs.</summary>
    internal static IEnumerable<CompatibilityCheck> OfHost(VgpuCatalog catalog, VgpuVersion manager, VgpuVersion? guest, CompatibilityQuestion question)
    {
        string? main = question.EsxiVersion is { } given ? VgpuSupport.ReadEsxi(catalog, given).Main : null;
        if (question.EsxiVersion is { } esxi)
        {
            CompatibilityCheck check = VgpuSupport.JudgeEsxi(catalog, manager, esxi);
            yield return check.Verdict == CompatibilityVerdict.Compatible ? check : check with { NextStep = Suitable(catalog, main, question, guest) };
        }

        foreach (CompatibilityGpu gpu in question.Gpus)
        {
            CompatibilityCheck check = VgpuSupport.JudgeGpu(catalog, manager, gpu.Name, gpu.Boards);
            yield return check.Verdict switch
            {
                CompatibilityVerdict.NotCompatible => check with { NextStep = Suitable(catalog, main, question, guest) },
                CompatibilityVerdict.Undecided when gpu.Boards.Count == 0 => check with { NextStep = "Update-GpuCatalog brings a newer catalogue." },
                _ => check,
            };
        }
    }

    private static IEnumerable<CompatibilityCheck> Checks(VgpuCatalog catalog, CompatibilityQuestion question)
    {
        if (question.WhyNoManager is { } missing)
        {
            string? main = question.EsxiVersion is { } given ? VgpuSupport.ReadEsxi(catalog, given).Main : null;
            yield return new CompatibilityCheck
            {
                Name = "Manager",
                Verdict = CompatibilityVerdict.NotCompatible,
                Confidence = FactConfidence.Measured,
                Reason = missing,
                Source = "the VIBs of the host",
                NextStep = Suitable(catalog, main, question, question.Guest),
            };
        }

        if (question.PendingManager is { } pending)
        {
            yield return new CompatibilityCheck
            {
                Name = "Manager",
                Verdict = CompatibilityVerdict.Undecided,
                Reason = pending,
                Source = "the VIBs of the host, now and at the next boot",
                NextStep = "Reboot the host, or add -FromShell, which asks the driver that runs.",
            };
        }

        if (question.Manager is { } manager)
        {
            if (question.Guest is { } guest)
            {
                CompatibilityCheck pair = VgpuPairing.Judge(catalog, manager, guest);
                yield return pair.Verdict == CompatibilityVerdict.Compatible ? pair : pair with { NextStep = Mend(catalog, question, manager, guest) };
            }
            else if (question.WhyNoGuest is { } why)
            {
                yield return new CompatibilityCheck
                {
                    Name = "GuestDriver",
                    Verdict = CompatibilityVerdict.Undecided,
                    Reason = why,
                    Source = "vSphere has no property for it",
                    NextStep = Join(
                        question.WasGuestAsked
                            ? "Install a guest driver, or wait until the guest has started; -GuestDriver gives it by hand."
                            : "-FromShell asks nvidia-smi on the host, which knows the drivers of running VMs; -GuestDriver gives it by hand.",
                        manager.Major is { } major ? VgpuAdvice.Guests(catalog, major) : null),
                };
            }

            foreach (CompatibilityCheck check in OfHost(catalog, manager, question.Guest, question))
            {
                yield return check;
            }
        }

        if (question.LicenseServer is { } server && (question.Guest ?? question.Manager) is { } licensed)
        {
            yield return License(catalog, licensed, question.Manager, server);
        }
    }

    /// <summary>The guest fetches the licence, and release notes speak of manager and guest as one: where the two differ, which counts was not found.</summary>
    private static CompatibilityCheck License(VgpuCatalog catalog, VgpuVersion licensed, VgpuVersion? manager, LicenseServerKind server)
    {
        CompatibilityCheck check = VgpuSupport.JudgeLicense(catalog, licensed, server);
        if (manager is null || VgpuSupport.JudgeLicense(catalog, manager, server) is not { } other || other.Verdict == check.Verdict)
        {
            return check;
        }

        return check with
        {
            Verdict = CompatibilityVerdict.Undecided,
            Confidence = FactConfidence.Unknown,
            Reason = $"{check.Reason} {other.Reason} Which of the two counts, guest or manager, was not found.",
            Source = string.Join("; ", new[] { check.Source, other.Source }.Distinct()),
            NextStep = check.NextStep ?? other.NextStep,
        };
    }

    private static string? Mend(VgpuCatalog catalog, CompatibilityQuestion question, VgpuVersion manager, VgpuVersion guest)
    {
        string? main = question.EsxiVersion is { } esxi ? VgpuSupport.ReadEsxi(catalog, esxi).Main : null;
        string? guests = manager.Major is { } host ? VgpuAdvice.Guests(catalog, host) : null;
        string? managers = guest.Major is { } inGuest ? VgpuAdvice.Managers(catalog, inGuest, main, question.Boards) : null;
        return Join(guests, managers) ?? "Get-VgpuRelease lists the releases with their drivers.";
    }

    /// <summary>The managers that suit a host and, where it is known, its guest, newest first.</summary>
    private static string? Suitable(VgpuCatalog catalog, string? esxiMain, CompatibilityQuestion question, VgpuVersion? guest)
    {
        VgpuRelease[] releases =
        [
            .. (guest?.Major is { } major ? VgpuPairing.ManagersOf(catalog, major) : VgpuPairing.Majors(catalog))
                .Where(candidate => VgpuAdvice.Serves(catalog, candidate, question.Boards))
                .Select(candidate => VgpuAdvice.Newest(catalog, candidate, VgpuSide.Manager, esxiMain))
                .OfType<VgpuRelease>()
                .Take(MostReleases),
        ];
        string what = string.Join(" and ", new[]
        {
            esxiMain is null ? null : "ESXi " + esxiMain,
            question.Gpus.Count == 0 ? null : string.Join(", ", question.Gpus.Select(gpu => gpu.Name).Distinct()),
            guest?.Major is { } inGuest ? $"a guest driver of {inGuest}.x" : null,
        }.OfType<string>());
        if (releases.Length > 0)
        {
            return $"Managers for {what}: {string.Join(", ", releases.Select(release => VgpuAdvice.Text(release, VgpuSide.Manager)))}; Install-NvidiaVib installs one.";
        }

        return guest is null
            ? $"No manager for {what} together is known."
            : Join($"No manager for {what} together is known: the guest driver has to go with it.", Suitable(catalog, esxiMain, question, null));
    }

    private static string? Join(params string?[] sentences) => sentences.OfType<string>().ToArray() is { Length: > 0 } said ? string.Join(" ", said) : null;
}
