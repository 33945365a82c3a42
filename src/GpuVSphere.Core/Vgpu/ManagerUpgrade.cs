using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;

namespace GpuVSphere.Vgpu;

/// <summary>
/// Plans another manager for a host. At every step each guest must work with the manager that runs: where no driver suits both the manager now and the
/// planned one, the shortest way through managers between is looked for, and where there is none, host and guests have to change together.
/// </summary>
public static class ManagerUpgrade
{
    /// <summary>Plans it.</summary>
    /// <param name="catalog">What is known.</param>
    /// <param name="host">The host: its manager now, its ESXi and its GPUs, its names.</param>
    /// <param name="planned">The planned manager.</param>
    /// <param name="guests">The guests: each with what to call it, and its driver, or null where that is not known.</param>
    /// <exception cref="GpuVSphereException">UnknownEsxiVersion.</exception>
    public static VgpuUpgradePlan Plan(VgpuCatalog catalog, CompatibilityQuestion host, VgpuVersion planned, IReadOnlyList<KeyValuePair<string, VgpuVersion?>> guests)
    {
        List<CompatibilityCheck> checks = [.. CompatibilityReport.OfHost(catalog, planned, null, host)];
        bool isHostless = checks.Any(check => check.Verdict == CompatibilityVerdict.NotCompatible);
        if (host.LicenseServer is { } server)
        {
            checks.Add(VgpuSupport.JudgeLicense(catalog, planned, server));
        }

        List<string> fallsOut = [];
        List<string> undecided = [];
        foreach (KeyValuePair<string, VgpuVersion?> guest in guests)
        {
            CompatibilityCheck check = guest.Value is { } driver
                ? VgpuPairing.Judge(catalog, planned, driver)
                : new CompatibilityCheck { Name = "GuestDriver", Verdict = CompatibilityVerdict.Undecided, Reason = $"Which driver {guest.Key} has is not known.", Source = "vSphere has no property for it" };
            checks.Add(check with { Reason = guest.Value is null ? check.Reason : $"{guest.Key}: {check.Reason}" });
            if (check.Verdict != CompatibilityVerdict.Compatible)
            {
                (check.Verdict == CompatibilityVerdict.NotCompatible ? fallsOut : undecided).Add(guest.Key);
            }
        }

        CompatibilityVerdict verdict = checks.Any(check => check.Verdict == CompatibilityVerdict.NotCompatible) ? CompatibilityVerdict.NotCompatible
            : checks.Any(check => check.Verdict == CompatibilityVerdict.Undecided) ? CompatibilityVerdict.Undecided
            : CompatibilityVerdict.Compatible;
        IReadOnlyList<UpgradeStep> steps = isHostless || planned.Major is null ? [] : Steps(catalog, host, planned, guests);
        return new VgpuUpgradePlan
        {
            HostId = host.HostId,
            HostName = host.HostName,
            ServerName = host.ServerName,
            Manager = host.Manager?.Text,
            ManagerRelease = host.Manager?.ReleaseText,
            PlannedManager = planned.Text,
            PlannedRelease = planned.ReleaseText,
            Verdict = verdict,
            FallsOut = fallsOut,
            Undecided = undecided,
            Steps = steps,
            Checks = checks,
            Reason = string.Join(" ", checks.Where(check => check.Verdict == verdict && (verdict != CompatibilityVerdict.Compatible || check == checks[0])).Select(check => check.Reason)),
            NextStep = checks.Where(check => check.Verdict == CompatibilityVerdict.NotCompatible).Select(check => check.NextStep).FirstOrDefault(next => next is not null)
                ?? (undecided.Count > 0 ? "-FromShell asks the hosts' nvidia-smi for the guests' drivers, -GuestDriver gives them by hand." : null)
                ?? (steps.Count > 0 && verdict == CompatibilityVerdict.NotCompatible ? $"In this order: {string.Join("; ", steps)}." : null),
        };
    }

    private static List<UpgradeStep> Steps(VgpuCatalog catalog, CompatibilityQuestion host, VgpuVersion planned, IReadOnlyList<KeyValuePair<string, VgpuVersion?>> guests)
    {
        int target = planned.Major!.Value;
        string? main = host.EsxiVersion is { } esxi ? VgpuSupport.ReadEsxi(catalog, esxi).Main : null;
        string hostName = host.HostName ?? "the host";
        var majors = guests.Where(guest => guest.Value?.Major is not null).ToDictionary(guest => guest.Key, guest => guest.Value!.Major!.Value);
        List<UpgradeStep> steps = [];
        IReadOnlyList<int>? way = host.Manager?.Major is { } now ? Way(catalog, now, target, main, host.Boards) : [];
        int? at = host.Manager?.Major;
        if (way is null || (at is null && majors.Any(guest => !Takes(catalog, target, guest.Value))))
        {
            string[] lost = [.. majors.Where(guest => !Takes(catalog, target, guest.Value)).Select(guest => guest.Key)];
            Add(
                lost.Length > 0 ? UpgradeStepKind.Together : UpgradeStepKind.Host,
                [hostName, .. lost],
                lost.Length > 0 ? $"manager {Manager(target)}, guest drivers {Guest(target)}" : Manager(target),
                lost.Length > 0
                    ? at is null ? "the manager now is not known: power the VMs off, put the manager on the host, then the driver in each guest"
                    : $"no guest driver works with {at}.x and with {target}.x, and no manager lies between: power the VMs off, put the manager on the host, then the driver in each guest"
                    : "no guest falls out");
            return steps;
        }

        foreach (int next in way.Count > 0 ? way : [target])
        {
            if (at is { } from)
            {
                foreach (IGrouping<int, string> group in majors.Where(guest => !Takes(catalog, next, guest.Value)).Select(guest => guest.Key)
                    .GroupBy(guest => Between(catalog, from, next, majors[guest]) ?? next).OrderBy(group => group.Key).ToArray())
                {
                    Add(UpgradeStepKind.Guest, [.. group], Guest(group.Key), $"works with the manager of {from}.x that runs and with {next}.x");
                    foreach (string guest in group)
                    {
                        majors[guest] = group.Key;
                    }
                }
            }

            Add(UpgradeStepKind.Host, [hostName], Manager(next), steps.Count == 0 ? "no guest has to go first" : "all guests work with it now");
            at = next;
        }

        string[] behind = [.. majors.Where(guest => guest.Value < target).Select(guest => guest.Key)];
        if (behind.Length > 0)
        {
            Add(UpgradeStepKind.Guest, behind, Guest(target), "they work as they are; the same main release as the manager leaves room for the next upgrade", isOptional: true);
        }

        return steps;

        void Add(UpgradeStepKind kind, IReadOnlyList<string> targets, string release, string reason, bool isOptional = false) =>
            steps.Add(new UpgradeStep(steps.Count + 1, kind, targets, release, reason, isOptional));

        string Manager(int major) => major == target && planned.Releases.Count is > 0 and <= 2 ? $"{planned.ReleaseText} ({string.Join(", ", planned.Releases.Select(release => release.HostDriver?.ToString() ?? "driver not known").Distinct())})"
            : major == target && planned.Driver is not null ? planned.ToString()
            : VgpuAdvice.Newest(catalog, major, VgpuSide.Manager, main) is { } release ? VgpuAdvice.Text(release, VgpuSide.Manager) : $"{Article.With($"{major}.x")} release";

        string Guest(int major) => VgpuAdvice.Newest(catalog, major, VgpuSide.Guest) is { } release ? VgpuAdvice.Text(release, VgpuSide.Guest) : $"{Article.With($"{major}.x")} release";
    }

    /// <summary>The shortest row of managers from one to another of which each neighbours share a guest driver; null when there is none.</summary>
    private static IReadOnlyList<int>? Way(VgpuCatalog catalog, int from, int target, string? esxiMain, IReadOnlyCollection<string> boards)
    {
        if (from == target)
        {
            return [];
        }

        int[] majors = [.. VgpuPairing.Majors(catalog).Where(major => major == target
            || (major > System.Math.Min(from, target) && major < System.Math.Max(from, target)
                && VgpuAdvice.Newest(catalog, major, VgpuSide.Manager, esxiMain) is not null && VgpuAdvice.Serves(catalog, major, boards)))];
        if (target < from)
        {
            majors = [.. majors.Reverse()];
        }

        Dictionary<int, int> before = new() { [from] = from };
        Queue<int> open = new([from]);
        while (open.Count > 0)
        {
            int at = open.Dequeue();
            if (at == target)
            {
                List<int> way = [];
                for (int step = target; step != from; step = before[step])
                {
                    way.Insert(0, step);
                }

                return way;
            }

            foreach (int next in majors.Where(next => !before.ContainsKey(next) && Between(catalog, at, next, null) is not null))
            {
                before[next] = at;
                open.Enqueue(next);
            }
        }

        return null;
    }

    /// <summary>The newest main release of guest drivers that two managers take, not older than what the guest has where that can be.</summary>
    private static int? Between(VgpuCatalog catalog, int one, int other, int? has)
    {
        int[] both = [.. VgpuPairing.GuestsOf(catalog, one).Intersect(VgpuPairing.GuestsOf(catalog, other)).Where(major => VgpuAdvice.Newest(catalog, major, VgpuSide.Guest) is not null)];
        return both.Where(major => has is null || major >= has).Select(major => (int?)major).Max() ?? both.Select(major => (int?)major).Max();
    }

    private static bool Takes(VgpuCatalog catalog, int manager, int guest) => VgpuPairing.JudgeMajors(catalog, manager, guest).Verdict == CompatibilityVerdict.Compatible;
}
