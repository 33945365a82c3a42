using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;

namespace GpuVSphere.Core.Tests.Catalog;

public sealed class VgpuPairingTests
{
    private static VgpuCatalog Catalog => VgpuCatalog.Default;

    [Fact]
    public void The_table_knows_every_main_release() =>
        Assert.Equal(Catalog.Releases.Select(release => release.Major).Distinct().Order(), PairTable.Majors);

    [Fact]
    public void Every_pair_of_releases_is_judged_as_the_table_says()
    {
        List<string> wrong = [];
        foreach (VgpuRelease manager in Catalog.Releases)
        {
            VgpuVersion host = Catalog.ReadVersion(manager.Name, VgpuSide.Manager);
            foreach (VgpuRelease guest in Catalog.Releases)
            {
                CompatibilityCheck check = VgpuPairing.Judge(Catalog, host, Catalog.ReadVersion(guest.Name, VgpuSide.Guest));
                if (check.Verdict != PairTable.Of(manager.Major, guest.Major) || check.Reason.Length == 0 || check.Source.Length == 0)
                {
                    wrong.Add($"{manager} with {guest}: {check.Verdict}");
                }
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_pair_of_drivers_is_judged_as_the_table_says()
    {
        List<string> wrong = [];
        VgpuRelease[] withManager = [.. Catalog.Releases.Where(release => release.HostDriver is not null)];
        foreach (VgpuRelease manager in withManager)
        {
            VgpuVersion host = Catalog.ReadVersion(manager.HostDriver!.ToString(), VgpuSide.Manager);
            foreach (VgpuRelease guest in Catalog.Releases)
            {
                foreach (DriverVersion driver in new[] { guest.LinuxDriver, guest.WindowsDriver }.OfType<DriverVersion>())
                {
                    if (VgpuPairing.Judge(Catalog, host, Catalog.ReadVersion(driver.ToString(), VgpuSide.Guest)).Verdict != PairTable.Of(manager.Major, guest.Major))
                    {
                        wrong.Add($"{manager.HostDriver} with {driver}");
                    }
                }
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void What_was_read_is_confirmed_and_what_is_taken_from_a_neighbour_is_computed()
    {
        Assert.Equal(FactConfidence.Confirmed, Judge("19.4", "18.2").Confidence);
        Assert.Equal(FactConfidence.Confirmed, Judge("19.4", "16.10").Confidence);
        Assert.Equal(FactConfidence.Computed, Judge("13.8", "12.4").Confidence);
        Assert.Equal(FactConfidence.Computed, Judge("6.0", "6.2").Confidence);
        Assert.Contains("19.0 release notes", Judge("19.4", "18.2").Source, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_release_and_a_newer_guest_are_told_apart()
    {
        Assert.Contains("both are of the same release", Judge("535.247.02", "539.28").Reason, StringComparison.Ordinal);
        Assert.Contains("can be of the same release", Judge("550.90.05", "550.90.07").Reason, StringComparison.Ordinal);
        Assert.Contains("The guest's is the newer release", Judge("16.1", "16.10").Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("newer", Judge("16.10", "16.1").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_driver_of_a_branch_without_release_cannot_be_decided()
    {
        Assert.Equal(CompatibilityVerdict.Undecided, Judge("550.90.05", "560.35.03").Verdict);
        Assert.Equal(CompatibilityVerdict.Undecided, Judge("565.57.01", "16.4").Verdict);
    }

    [Fact]
    public void A_driver_that_is_not_listed_is_judged_by_its_branch_and_marked()
    {
        CompatibilityCheck check = Judge("535.999.01", "525.60.13");
        Assert.Equal((CompatibilityVerdict.Compatible, FactConfidence.Computed), (check.Verdict, check.Confidence));
        Assert.Contains("The catalogue does not have 535.999.01", check.Reason, StringComparison.Ordinal);
    }

    // The list of NVIDIA's drivers that several releases share.
    [Theory]
    [InlineData("550.90.05", "17.2 or 17.3")]
    [InlineData("535.183.04", "16.6 or 16.7")]
    [InlineData("535.161.05", "16.4 or 16.5")]
    [InlineData("510.108.03", "14.3 or 14.4")]
    [InlineData("470.256.02", "13.11 or 13.12")]
    [InlineData("470.161.02", "13.5 or 13.6")]
    [InlineData("460.32.04", "12.0 or 12.1")]
    [InlineData("450.216.04", "11.10 or 11.11")]
    [InlineData("410.137", "7.4 or 7.5")]
    public void A_manager_that_can_be_several_releases_gives_all_of_them(string driver, string releases) =>
        Assert.Equal(releases, Catalog.ReadVersion(driver, VgpuSide.Manager).ReleaseText);

    [Fact]
    public void No_other_manager_can_be_several_releases() => Assert.Equal(
        9,
        Catalog.Releases.Where(release => release.HostDriver is not null).GroupBy(release => release.HostDriver).Count(drivers => drivers.Count() > 1));

    // First numbers of drivers and their main releases.
    [Theory]
    [InlineData("352 353 354 356", 2)]
    [InlineData("361 362 363", 3)]
    [InlineData("367 369 370", 4)]
    [InlineData("384 385 386", 5)]
    [InlineData("390 391 392", 6)]
    [InlineData("410 411 412", 7)]
    [InlineData("418 425 426 427", 8)]
    [InlineData("430 431 432", 9)]
    [InlineData("440 441 442 443", 10)]
    [InlineData("450 451 452 453 454", 11)]
    [InlineData("460 461 462 463", 12)]
    [InlineData("470 471 472 473 474 475", 13)]
    [InlineData("510 511 512 513 514", 14)]
    [InlineData("525 527 528 529", 15)]
    [InlineData("535 536 537 538 539", 16)]
    [InlineData("550 551 552 553", 17)]
    [InlineData("570 572 573", 18)]
    [InlineData("580 581 582", 19)]
    [InlineData("595 596", 20)]
    public void The_first_number_of_a_guest_driver_tells_its_main_release(string branches, int major) =>
        Assert.All(branches.Split(' '), branch => Assert.Equal(major, Catalog.ReadVersion(branch + ".999", VgpuSide.Guest).Major));

    [Theory]
    [InlineData("396")]
    [InlineData("455")]
    [InlineData("465")]
    [InlineData("495")]
    [InlineData("515")]
    [InlineData("520")]
    [InlineData("530")]
    [InlineData("545")]
    [InlineData("555")]
    [InlineData("560")]
    [InlineData("565")]
    [InlineData("575")]
    [InlineData("590")]
    public void A_branch_without_vGPU_has_no_release(string branch)
    {
        Assert.Null(Catalog.ReadVersion(branch + ".10", VgpuSide.Guest).Major);
        Assert.Equal("UnknownVgpuVersion", Assert.Throws<GpuVSphereException>(() => Catalog.ReadVersion("R" + branch, VgpuSide.Guest)).Id);
    }

    [Theory]
    [InlineData("16.4", "16.4")]
    [InlineData(" vGPU 16.4 ", "16.4")]
    [InlineData("GRID 6.0", "6.0")]
    [InlineData("16", "a 16.x release")]
    [InlineData("16.x", "a 16.x release")]
    [InlineData("R535", "a 16.x release")]
    [InlineData("535.161.05-1OEM.800.1.0.20613240", "16.4 or 16.5")]
    [InlineData("NVD-VGPU-800_535.161.05-1OEM.800.1.0.20613240_23189023.zip", "16.4 or 16.5")]
    [InlineData("450.156.00", "11.6")]
    public void A_manager_is_read_in_every_spelling(string text, string releases) => Assert.Equal(releases, Catalog.ReadVersion(text, VgpuSide.Manager).ReleaseText);

    [Theory]
    [InlineData("16.99", "16.9")]
    [InlineData("1.0", "Near releases")]
    [InlineData("sixteen", "Get-VgpuRelease")]
    [InlineData("", "Get-VgpuRelease")]
    [InlineData("99", "Near releases")]
    [InlineData("NVD-VGPU-800", "Give a release (16.10)")]
    public void What_is_no_version_is_an_error_that_says_what_is_near(string text, string near)
    {
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => Catalog.ReadVersion(text, VgpuSide.Manager));
        Assert.Equal("UnknownVgpuVersion", error.Id);
        Assert.Contains(near, error.NextStep!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_driver_of_the_other_side_is_noted()
    {
        Assert.Contains("host driver is 535.161.05", Catalog.ReadVersion("535.161.08", VgpuSide.Manager).Note!, StringComparison.Ordinal);
        Assert.Contains("guest drivers are 535.161.07, 538.33, 535.161.08, 538.46", Catalog.ReadVersion("535.161.05", VgpuSide.Guest).Note!, StringComparison.Ordinal);
        Assert.Null(Catalog.ReadVersion("535.161.05", VgpuSide.Manager).Note);
    }

    private static CompatibilityCheck Judge(string manager, string guest) =>
        VgpuPairing.Judge(Catalog, Catalog.ReadVersion(manager, VgpuSide.Manager), Catalog.ReadVersion(guest, VgpuSide.Guest));
}
