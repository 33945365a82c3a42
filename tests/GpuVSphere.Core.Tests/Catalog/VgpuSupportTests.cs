using System;
using System.Linq;
using GpuVSphere.Catalog;

namespace GpuVSphere.Core.Tests.Catalog;

public sealed class VgpuSupportTests
{
    private static VgpuCatalog Catalog => VgpuCatalog.Default;

    // Packages for 7.0 end with 16.9, 17.5 and 18.1; for 6.5 and 6.7 with 11.9, 12.4, 13.3 and 14.1; for 9.0 they begin with 18.3. Of 19.x and 20.x none was seen.
    [Theory]
    [InlineData("16.9", "7.0", CompatibilityVerdict.Compatible)]
    [InlineData("16.10", "7.0", CompatibilityVerdict.NotCompatible)]
    [InlineData("17.5", "7.0.3", CompatibilityVerdict.Compatible)]
    [InlineData("17.6", "7.0 U3", CompatibilityVerdict.NotCompatible)]
    [InlineData("18.1", "7.0", CompatibilityVerdict.Compatible)]
    [InlineData("18.2", "ESXi 7.0 Update 3c", CompatibilityVerdict.NotCompatible)]
    [InlineData("11.9", "6.5", CompatibilityVerdict.Compatible)]
    [InlineData("11.10", "6.5", CompatibilityVerdict.NotCompatible)]
    [InlineData("13.3", "6.7", CompatibilityVerdict.Compatible)]
    [InlineData("13.4", "6.7", CompatibilityVerdict.NotCompatible)]
    [InlineData("14.1", "6.7", CompatibilityVerdict.Compatible)]
    [InlineData("14.2", "6.7", CompatibilityVerdict.NotCompatible)]
    [InlineData("6.4", "6.0", CompatibilityVerdict.Compatible)]
    [InlineData("18.3", "9.0", CompatibilityVerdict.Compatible)]
    [InlineData("18.2", "9.0", CompatibilityVerdict.NotCompatible)]
    [InlineData("19.4", "9.0", CompatibilityVerdict.Compatible)]
    [InlineData("19.4", "7.0", CompatibilityVerdict.Undecided)]
    [InlineData("20.1", "9.1", CompatibilityVerdict.Undecided)]
    [InlineData("6.4", "5.5", CompatibilityVerdict.NotCompatible)]
    [InlineData("4.4", "6.0", CompatibilityVerdict.Undecided)]
    [InlineData("16", "7.0", CompatibilityVerdict.Undecided)]
    [InlineData("17.2", "8.0", CompatibilityVerdict.Compatible)]
    [InlineData("560.35.03", "8.0", CompatibilityVerdict.Undecided)]
    [InlineData("16.4", "7.0 U1", CompatibilityVerdict.NotCompatible)]
    [InlineData("16.4", "7.0.2", CompatibilityVerdict.Compatible)]
    [InlineData("12.0", "7.0 U1", CompatibilityVerdict.Compatible)]
    public void A_manager_is_judged_on_an_ESXi(string manager, string esxi, CompatibilityVerdict verdict) =>
        Assert.Equal(verdict, VgpuSupport.JudgeEsxi(Catalog, Catalog.ReadVersion(manager, VgpuSide.Manager), esxi).Verdict);

    [Fact]
    public void What_is_inferred_for_19_is_computed()
    {
        Assert.Equal(FactConfidence.Computed, VgpuSupport.JudgeEsxi(Catalog, Catalog.ReadVersion("19.4", VgpuSide.Manager), "8.0").Confidence);
        Assert.Equal(FactConfidence.Confirmed, VgpuSupport.JudgeEsxi(Catalog, Catalog.ReadVersion("18.3", VgpuSide.Manager), "8.0").Confidence);
    }

    [Theory]
    [InlineData("eight")]
    [InlineData("80.3")]
    [InlineData("7.5")]
    [InlineData("")]
    public void What_is_no_ESXi_is_an_error(string esxi) => Assert.Equal(
        "UnknownEsxiVersion",
        Assert.Throws<GpuVSphereException>(() => VgpuSupport.JudgeEsxi(Catalog, Catalog.ReadVersion("16.4", VgpuSide.Manager), esxi)).Id);

    [Theory]
    [InlineData("16.14", "P100", CompatibilityVerdict.Compatible)]
    [InlineData("17.0", "P100", CompatibilityVerdict.NotCompatible)]
    [InlineData("6.0", "P100", CompatibilityVerdict.Compatible)]
    [InlineData("4.5", "P100", CompatibilityVerdict.Undecided)]
    [InlineData("19.4", "V100", CompatibilityVerdict.Compatible)]
    [InlineData("20.0", "V100", CompatibilityVerdict.NotCompatible)]
    [InlineData("17.0", "M10", CompatibilityVerdict.Compatible)]
    [InlineData("18.0", "M10", CompatibilityVerdict.Undecided)]
    [InlineData("20.0", "M10", CompatibilityVerdict.NotCompatible)]
    [InlineData("20.1", "T4", CompatibilityVerdict.Compatible)]
    [InlineData("15.0", "L40", CompatibilityVerdict.NotCompatible)]
    [InlineData("15.1", "L40", CompatibilityVerdict.Compatible)]
    [InlineData("15", "L40", CompatibilityVerdict.Undecided)]
    [InlineData("525.999", "L40", CompatibilityVerdict.Undecided)]
    [InlineData("14.4", "H100", CompatibilityVerdict.NotCompatible)]
    [InlineData("15.1", "L4", CompatibilityVerdict.Undecided)]
    [InlineData("15.1", "A10G", CompatibilityVerdict.Undecided)]
    [InlineData("15.1", "Z9", CompatibilityVerdict.Undecided)]
    public void A_manager_is_judged_for_a_GPU(string manager, string board, CompatibilityVerdict verdict) =>
        Assert.Equal(verdict, VgpuSupport.JudgeGpu(Catalog, Catalog.ReadVersion(manager, VgpuSide.Manager), board).Verdict);

    [Fact]
    public void A_GPU_that_can_be_two_boards_is_decided_where_they_agree()
    {
        Assert.Equal(CompatibilityVerdict.NotCompatible, Judge("17.0", ["P100", "P100X"]).Verdict);
        Assert.Equal(CompatibilityVerdict.Undecided, Judge("17.0", ["P100", "T4"]).Verdict);
        Assert.Equal(CompatibilityVerdict.Compatible, Judge("16.4", ["P100", "T4"]).Verdict);
        Assert.Equal(CompatibilityVerdict.Undecided, Judge("16.4", []).Verdict);

        static CompatibilityCheck Judge(string manager, string[] boards) => VgpuSupport.JudgeGpu(Catalog, Catalog.ReadVersion(manager, VgpuSide.Manager), "it", boards);
    }

    [Theory]
    [InlineData(LicenseServerKind.Legacy, 2, 14, 15, 21, 0)]
    [InlineData(LicenseServerKind.Nls, 13, 21, 2, 11, 12)]
    public void Licence_servers_are_as_the_table_says(LicenseServerKind server, int firstYes, int lastYes, int firstNo, int lastNo, int unknown)
    {
        foreach (int major in PairTable.Majors)
        {
            CompatibilityVerdict expected = major == unknown ? CompatibilityVerdict.Undecided
                : major >= firstYes && major <= lastYes ? CompatibilityVerdict.Compatible
                : major >= firstNo && major <= lastNo ? CompatibilityVerdict.NotCompatible
                : throw new InvalidOperationException($"{major}");
            CompatibilityCheck check = VgpuSupport.JudgeLicense(Catalog, Catalog.ReadVersion($"{major}", VgpuSide.Guest), server);
            Assert.Equal((major, expected), (major, check.Verdict));
            Assert.Equal(expected == CompatibilityVerdict.Compatible, check.NextStep is null);
        }
    }

    [Fact]
    public void Every_board_has_a_row() => Assert.Empty(Catalog.Boards.Select(board => board.Name).Distinct().Except(Catalog.GpuRanges.Select(range => range.Board)));

    [Theory]
    [InlineData("P100", "P100")]
    [InlineData("tesla t4", "T4")]
    [InlineData("A100 80GB", "A100D A100DX")]
    [InlineData("l40s", "L40S")]
    [InlineData("H100 NVL", "H100L")]
    public void A_GPU_is_found_by_name(string name, string boards) => Assert.Equal(
        boards.Split(' '), VgpuReleaseSearch.BoardsNamed(Catalog, GpuCatalog.Default, name).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("P1000", "Near names: P100")]
    [InlineData("K80", "Near names: ")]
    [InlineData("GeForce 256", "Get-GpuDevice shows")]
    [InlineData("  ", "Get-GpuDevice shows")]
    public void A_GPU_without_vGPU_is_an_error_that_says_what_is_near(string name, string next)
    {
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => VgpuReleaseSearch.BoardsNamed(Catalog, GpuCatalog.Default, name));
        Assert.Equal("UnknownGpuModel", error.Id);
        Assert.StartsWith(next, error.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public void Releases_are_found_by_each_thing()
    {
        Assert.Equal(["16.5", "16.4"], VgpuReleaseSearch.ByDriver(Catalog, "535.161.05").Releases.Select(release => release.Name));
        Assert.Equal(["16.4"], VgpuReleaseSearch.ByDriver(Catalog, "538.33").Releases.Select(release => release.Name));
        Assert.Equal(15, VgpuReleaseSearch.ByName(Catalog, "16.x").Count);
        Assert.Equal(15, VgpuReleaseSearch.ByName(Catalog, "16.*").Count);
        Assert.Equal(["16.1"], VgpuReleaseSearch.ByName(Catalog, "16.1").Select(release => release.Name));
        Assert.Equal(VgpuReleaseSearch.ByName(Catalog, "16"), VgpuReleaseSearch.ByBranch(Catalog, "538"));
        Assert.Equal("19.6", VgpuReleaseSearch.ByBranch(Catalog, "R580")[0].Name);
        Assert.Equal("16.14", VgpuReleaseSearch.ByBoards(Catalog, ["P100"])[0].Name);
        Assert.Equal("18.1", VgpuReleaseSearch.ByEsxi(Catalog, "7.0")[0].Name);
        Assert.All(VgpuReleaseSearch.ByName(Catalog, "13"), release => Assert.Equal([LicenseServerKind.Legacy, LicenseServerKind.Nls], release.LicenseServers));
    }

    [Theory]
    [InlineData("560.35.03")]
    [InlineData("535")]
    [InlineData("abc")]
    public void A_driver_without_release_is_an_error(string driver) =>
        Assert.Equal("UnknownVgpuVersion", Assert.Throws<GpuVSphereException>(() => VgpuReleaseSearch.ByDriver(Catalog, driver)).Id);
}
