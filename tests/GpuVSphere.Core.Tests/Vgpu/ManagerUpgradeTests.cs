using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Core.Tests.Catalog;
using GpuVSphere.Vgpu;

namespace GpuVSphere.Core.Tests.Vgpu;

public sealed class ManagerUpgradeTests
{
    private static VgpuCatalog Catalog => VgpuCatalog.Default;

    [Fact]
    public void A_guest_that_would_fall_out_goes_first()
    {
        VgpuUpgradePlan plan = Plan("16.4", "19.4", "8.0", ("vm-a", "15.2"), ("vm-b", "16.4"), ("vm-c", null));

        Assert.Equal(["vm-a"], plan.FallsOut);
        Assert.Equal(["vm-c"], plan.Undecided);
        Assert.Equal(CompatibilityVerdict.NotCompatible, plan.Verdict);
        Assert.Equal(
            ["1. guest driver 16.14 (Linux 535.309.01, Windows 539.72) in vm-a", "2. manager 19.4 (580.126.08) on esx", "3. guest driver 19.6 (Linux 580.178.04, Windows 582.78) in vm-a, vm-b (can wait)"],
            plan.Steps.Select(step => step.ToString()));
        Assert.Contains("vm-a", plan.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_way_through_a_manager_between_is_found()
    {
        VgpuUpgradePlan plan = Plan("13.8", "19.0", "8.0", ("vm", "13.8"));

        Assert.Equal([UpgradeStepKind.Host, UpgradeStepKind.Guest, UpgradeStepKind.Host, UpgradeStepKind.Guest], plan.Steps.Select(step => step.Kind));
        Assert.StartsWith("16.14", plan.Steps[0].Release, StringComparison.Ordinal);
        Assert.Equal(["vm"], plan.FallsOut);
    }

    [Fact]
    public void Where_no_driver_suits_both_everything_changes_at_once()
    {
        VgpuUpgradePlan plan = Plan("6.0", "13.3", "6.7", ("vm", "6.0"));

        UpgradeStep step = Assert.Single(plan.Steps);
        Assert.Equal((UpgradeStepKind.Together, false), (step.Kind, step.IsOptional));
        Assert.Equal(["esx", "vm"], step.Targets);
    }

    [Fact]
    public void A_manager_that_the_host_cannot_run_has_no_steps_and_says_which_can()
    {
        VgpuUpgradePlan plan = Plan("16.4", "17.6", "7.0.3", ("vm", "16.4"));

        Assert.Empty(plan.Steps);
        Assert.Equal(CompatibilityVerdict.NotCompatible, plan.Verdict);
        Assert.Contains("18.1", plan.NextStep!, StringComparison.Ordinal);

        VgpuUpgradePlan noGpu = ManagerUpgrade.Plan(Catalog, Host("16.4", "8.0", "P100"), Catalog.ReadVersion("17.0", VgpuSide.Manager), []);
        Assert.Empty(noGpu.Steps);
        Assert.Contains("16.14", noGpu.NextStep!, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_falls_out_of_a_later_release_of_the_same_branch()
    {
        VgpuUpgradePlan plan = Plan("16.4", "16.10", "8.0", ("vm", "16.4"), ("old", "15.1"));

        Assert.Equal(CompatibilityVerdict.Compatible, plan.Verdict);
        Assert.Empty(plan.FallsOut);
        Assert.Equal(["Host", "Guest"], plan.Steps.Select(step => step.Kind.ToString()));
        Assert.True(plan.Steps[1].IsOptional);
    }

    [Fact]
    public void A_step_back_moves_the_guests_first()
    {
        VgpuUpgradePlan plan = Plan("19.4", "18.3", "8.0", ("vm", "19.4"));

        Assert.Equal(["vm"], plan.FallsOut);
        Assert.Equal([UpgradeStepKind.Guest, UpgradeStepKind.Host], plan.Steps.Select(step => step.Kind));
        Assert.StartsWith("18.6", plan.Steps[0].Release, StringComparison.Ordinal);
    }

    /// <summary>Every way is walked step by step, judged by the table that was written by hand: no guest may ever be without its vGPU.</summary>
    [Fact]
    public void No_step_leaves_a_guest_behind()
    {
        int walked = 0;
        foreach (int from in PairTable.Majors)
        {
            int[] guests = [.. PairTable.Majors.Where(guest => PairTable.Of(from, guest) == CompatibilityVerdict.Compatible)];
            foreach (int target in PairTable.Majors.Where(target => target != 21))
            {
                var named = guests.ToDictionary(guest => $"vm-{guest}", guest => guest);
                VgpuUpgradePlan plan = ManagerUpgrade.Plan(
                    Catalog,
                    new CompatibilityQuestion { Manager = Catalog.ReadVersion($"{from}", VgpuSide.Manager), HostName = "esx" },
                    Catalog.ReadVersion($"{target}", VgpuSide.Manager),
                    [.. named.Select(guest => new KeyValuePair<string, VgpuVersion?>(guest.Key, Catalog.ReadVersion($"{guest.Value}", VgpuSide.Guest)))]);

                Assert.Equal(named.Where(guest => PairTable.Of(target, guest.Value) == CompatibilityVerdict.NotCompatible).Select(guest => guest.Key), plan.FallsOut);
                if (plan.Steps.Any(step => step.Kind == UpgradeStepKind.Together))
                {
                    Assert.True(IsApart(from, target), $"{from} to {target} has a way");
                    continue;
                }

                int manager = from;
                foreach (UpgradeStep step in plan.Steps)
                {
                    int major = int.Parse(step.Release.Split('.', ' ').First(word => word.All(char.IsDigit) && word.Length > 0), CultureInfo.InvariantCulture);
                    if (step.Kind == UpgradeStepKind.Host)
                    {
                        manager = major;
                    }
                    else
                    {
                        foreach (string guest in step.Targets)
                        {
                            named[guest] = major;
                        }
                    }

                    Assert.All(named, guest => Assert.True(
                        PairTable.Of(manager, guest.Value) == CompatibilityVerdict.Compatible, $"{from} to {target}, step {step}: manager {manager}, guest {guest.Value}"));
                    walked++;
                }

                Assert.Equal(target, manager);
            }
        }

        Assert.True(walked > 300, $"{walked}");
    }

    // No row of managers between, of which each neighbours share a guest driver.
    private static bool IsApart(int from, int target)
    {
        HashSet<int> reached = [from];
        bool grows = true;
        while (grows)
        {
            int[] next = [.. PairTable.Majors.Where(major => major >= Math.Min(from, target) && major <= Math.Max(from, target) && major != 21 && !reached.Contains(major)
                && reached.Any(at => PairTable.Majors.Any(guest => PairTable.Of(at, guest) == CompatibilityVerdict.Compatible && PairTable.Of(major, guest) == CompatibilityVerdict.Compatible)))];
            grows = next.Length > 0;
            reached.UnionWith(next);
        }

        return !reached.Contains(target);
    }

    private static VgpuUpgradePlan Plan(string manager, string planned, string esxi, params (string Vm, string? Driver)[] guests) => ManagerUpgrade.Plan(
        Catalog,
        Host(manager, esxi),
        Catalog.ReadVersion(planned, VgpuSide.Manager),
        [.. guests.Select(guest => new KeyValuePair<string, VgpuVersion?>(guest.Vm, guest.Driver is null ? null : Catalog.ReadVersion(guest.Driver, VgpuSide.Guest)))]);

    private static CompatibilityQuestion Host(string manager, string esxi, params string[] boards) => new()
    {
        Manager = Catalog.ReadVersion(manager, VgpuSide.Manager),
        EsxiVersion = esxi,
        HostName = "esx",
        Gpus = [.. boards.Select(board => new CompatibilityGpu(board, [board]))],
    };
}
