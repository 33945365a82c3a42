using System;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Vgpu;

namespace GpuVSphere.Core.Tests.Vgpu;

public sealed class CompatibilityReportTests
{
    private static VgpuCatalog Catalog => VgpuCatalog.Default;

    [Fact]
    public void What_fits_is_compatible_with_a_reason_and_a_source()
    {
        VgpuCompatibility result = CompatibilityReport.Judge(Catalog, Question("16.10", "15.4") with { EsxiVersion = "8.0.3", Gpus = [new CompatibilityGpu("A40", ["A40"])], LicenseServer = LicenseServerKind.Nls });

        Assert.Equal(CompatibilityVerdict.Compatible, result.Verdict);
        Assert.Equal(["GuestDriver", "Esxi", "Gpu", "LicenseServer"], result.Checks.Select(check => check.Name));
        Assert.All(result.Checks, check => Assert.NotEmpty(check.Source));
        Assert.Null(result.NextStep);
        Assert.Equal(["A40"], result.Gpu);
    }

    [Fact]
    public void One_check_that_fails_decides_and_says_what_mends_it()
    {
        VgpuCompatibility result = CompatibilityReport.Judge(Catalog, Question("16.10", "17.2") with { EsxiVersion = "8.0", Gpus = [new CompatibilityGpu("A40", ["A40"])] });

        Assert.Equal(CompatibilityVerdict.NotCompatible, result.Verdict);
        Assert.Contains("later main release", result.Reason, StringComparison.Ordinal);
        Assert.Contains("16.14 (Linux 535.309.01, Windows 539.72)", result.NextStep!, StringComparison.Ordinal);
        Assert.Contains("17.6 (550.163.02)", result.NextStep!, StringComparison.Ordinal);
    }

    [Fact]
    public void What_mends_it_suits_the_host_too()
    {
        // 7.0 has no manager after 18.1, and P100 none after 16: 18.x for the guest is not offered there.
        VgpuCompatibility result = CompatibilityReport.Judge(Catalog, Question("15.4", "16.4") with { EsxiVersion = "7.0.3", Gpus = [new CompatibilityGpu("P100", ["P100"])] });

        Assert.Contains("16.9 (535.230.02)", result.NextStep!, StringComparison.Ordinal);
        Assert.DoesNotContain("17.", result.NextStep!, StringComparison.Ordinal);
        Assert.DoesNotContain("18.", result.NextStep!, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_known_is_undecided_and_a_failure_counts_more()
    {
        CompatibilityQuestion question = Question("11.5", "10.2") with { EsxiVersion = "6.7" };
        Assert.Equal(CompatibilityVerdict.Undecided, CompatibilityReport.Judge(Catalog, question).Verdict);
        Assert.Equal(CompatibilityVerdict.NotCompatible, CompatibilityReport.Judge(Catalog, question with { LicenseServer = LicenseServerKind.Nls }).Verdict);
    }

    [Fact]
    public void A_guest_that_is_not_known_is_undecided_and_says_which_would_do()
    {
        VgpuCompatibility result = CompatibilityReport.Judge(Catalog, new CompatibilityQuestion { Manager = Catalog.ReadVersion("16.10", VgpuSide.Manager), WhyNoGuest = "vm is off." });

        Assert.Equal((CompatibilityVerdict.Undecided, "vm is off."), (result.Verdict, result.Reason));
        Assert.Contains("A manager of 16.x takes guest drivers 16.14", result.NextStep!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_without_manager_says_which_would_do()
    {
        VgpuCompatibility result = CompatibilityReport.Judge(Catalog, new CompatibilityQuestion { WhyNoManager = "esx has none.", EsxiVersion = "6.7", Gpus = [new CompatibilityGpu("P100", ["P100"])], Guest = Catalog.ReadVersion("13.1", VgpuSide.Guest) });

        Assert.Equal(CompatibilityVerdict.NotCompatible, result.Verdict);
        Assert.Contains("14.1 (510.73.06), 13.3 (470.129.04)", result.NextStep!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_manager_that_waits_for_a_reboot_is_undecided()
    {
        VgpuCompatibility result = CompatibilityReport.Judge(Catalog, Question("16.10", "16.10") with { PendingManager = "The next reboot brings it." });

        Assert.Equal((CompatibilityVerdict.Undecided, "The next reboot brings it."), (result.Verdict, result.Reason));
    }

    [Fact]
    public void A_licence_server_that_suits_one_side_only_is_undecided()
    {
        VgpuCompatibility result = CompatibilityReport.Judge(Catalog, Question("15.4", "14.4") with { LicenseServer = LicenseServerKind.Legacy });

        Assert.Equal(CompatibilityVerdict.Undecided, result.Verdict);
        Assert.Contains("Which of the two counts", result.Reason, StringComparison.Ordinal);
        Assert.Equal(CompatibilityVerdict.NotCompatible, CompatibilityReport.Judge(Catalog, Question("16.10", "15.4") with { LicenseServer = LicenseServerKind.Legacy }).Verdict);
        Assert.Equal(CompatibilityVerdict.Compatible, CompatibilityReport.Judge(Catalog, Question("15.4", "14.4") with { LicenseServer = LicenseServerKind.Nls }).Verdict);
    }

    [Fact]
    public void One_thing_alone_is_no_question() => Assert.Equal(
        "NothingToCompare", Assert.Throws<GpuVSphereException>(() => CompatibilityReport.Judge(Catalog, new CompatibilityQuestion { Manager = Catalog.ReadVersion("16.10", VgpuSide.Manager) })).Id);

    private static CompatibilityQuestion Question(string manager, string guest) =>
        new() { Manager = Catalog.ReadVersion(manager, VgpuSide.Manager), Guest = Catalog.ReadVersion(guest, VgpuSide.Guest) };
}
