using System;
using System.IO;
using System.Linq;
using GpuVSphere.Catalog;

namespace GpuVSphere.Core.Tests.Catalog;

public sealed class VgpuCatalogTests
{
    private const ushort Nvidia = 0x10de;

    private static VgpuCatalog Catalog => VgpuCatalog.Default;

    [Theory]
    [InlineData("390.42", "6.0", 6)]
    [InlineData("570.158.02", "18.3", 18)]
    [InlineData("390.42-1OEM.670.0.0.7535516", "6.0", 6)]
    [InlineData("550.90.05", "17.2 or 17.3", 17)]
    [InlineData("510.108.03", "14.3 or 14.4", 14)]
    [InlineData("410.137", "7.4 or 7.5", 7)]
    [InlineData("353.01", "2.4", 2)]
    public void A_host_driver_tells_its_releases(string driver, string releases, int major)
    {
        VgpuDriverMatch match = Catalog.FindReleases(DriverVersion.TryParse(driver)!);

        Assert.Equal(releases, match.ReleaseText);
        Assert.Equal(major, match.Major);
        Assert.Equal(FactConfidence.Confirmed, match.Confidence);
    }

    [Fact]
    public void A_driver_that_is_not_listed_tells_its_main_release_and_that_it_is_computed()
    {
        VgpuDriverMatch match = Catalog.FindReleases(DriverVersion.TryParse("535.999.01")!);

        Assert.Empty(match.Releases);
        Assert.Equal((16, "R535", "a 16.x release", FactConfidence.Computed), (match.Major, match.Branch, match.ReleaseText, match.Confidence));
    }

    [Theory]
    [InlineData("560.35.03")]
    [InlineData("396.26")]
    public void A_branch_without_a_vGPU_release_is_not_given_one(string driver)
    {
        VgpuDriverMatch match = Catalog.FindReleases(DriverVersion.TryParse(driver)!);

        Assert.Equal((null, FactConfidence.Unknown), (match.Major, match.Confidence));
        Assert.Equal("no vGPU release that is known", match.ReleaseText);
    }

    [Theory]
    [InlineData("NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM.670.0.0.7535516.vib", VgpuPackageFlavour.Vgpu, VgpuPackageForm.Vib, "390.42", "6.7", "670.0.0.7535516", "6.0")]
    [InlineData("/vmfs/volumes/DS 1/NVIDIA/NVIDIA-VMware-418.149-1OEM.650.0.0.4598673.x86_64.vib", VgpuPackageFlavour.Vgpu, VgpuPackageForm.Vib, "418.149", "6.5", "650.0.0.4598673", "8.4")]
    [InlineData("[datastore1] iso/NVD.NVIDIA_bootbank_NVIDIA-VMware_418.149-1OEM.650.0.0.4598673-offline_bundle-16338130.zip", VgpuPackageFlavour.Vgpu, VgpuPackageForm.Bundle, "418.149", "6.5", "650.0.0.4598673", "8.4")]
    [InlineData("NVD-VGPU-702_470.256.02-1OEM.702.0.0.17630552_23827270.zip", VgpuPackageFlavour.Vgpu, VgpuPackageForm.Bundle, "470.256.02", "7.0", "702.0.0.17630552", "13.11 or 13.12")]
    [InlineData("https://depot.example/x/NVD-AIE-800_525.105.14-1OEM.800.1.0.20613240_21506612.zip?token=1", VgpuPackageFlavour.AiEnterprise, VgpuPackageForm.Bundle, "525.105.14", "8.0", "800.1.0.20613240", "15.2")]
    [InlineData("NVD-VGPU-900_570.158.02-1OEM.900.0.24580437_24793474.zip", VgpuPackageFlavour.Vgpu, VgpuPackageForm.Bundle, "570.158.02", "9.0", "900.0.24580437", "18.3")]
    [InlineData("NVIDIA_bootbank_NVIDIA-AIE_ESXi_7.0.2_Driver_510.47.03-1OEM.702.0.0.17630552", VgpuPackageFlavour.AiEnterprise, VgpuPackageForm.Installed, "510.47.03", "7.0", "702.0.0.17630552", "14.0")]
    [InlineData("NVIDIA-VMware_ESXi_7.0.2_Driver_510.73.06-1OEM.702.0.0.17630552", VgpuPackageFlavour.Vgpu, VgpuPackageForm.Installed, "510.73.06", "7.0", "702.0.0.17630552", "14.1")]
    public void A_package_name_tells_flavour_driver_and_ESXi(
        string name, VgpuPackageFlavour flavour, VgpuPackageForm form, string driver, string esxi, string least, string releases)
    {
        VgpuPackage package = Catalog.ReadPackage(name)!;

        Assert.Equal((flavour, form, driver, esxi, least), (package.Flavour, package.Form, package.Driver?.ToString(), package.EsxiVersion, package.Base));
        Assert.Equal(releases, package.Releases?.ReleaseText);
    }

    [Fact]
    public void The_daemon_has_a_version_and_no_release()
    {
        VgpuPackage package = Catalog.ReadPackage("nvd-gpu-mgmt-daemon_570.133.10-0.0.0000_24654206.zip")!;

        Assert.Equal((VgpuPackageFlavour.ManagementDaemon, "570.133.10", null, null), (package.Flavour, package.Driver?.ToString(), package.EsxiVersion, package.Releases));
    }

    [Fact]
    public void The_archive_that_is_downloaded_is_told_from_what_a_host_installs()
    {
        VgpuPackage package = Catalog.ReadPackage("NVIDIA-GRID-vSphere-6.7-390.42-391.03.zip")!;

        Assert.Equal((VgpuPackageForm.Archive, "6.7", "390.42"), (package.Form, package.EsxiVersion, package.Driver?.ToString()));
    }

    [Theory]
    [InlineData("VMware_bootbank_esx-base_7.0.3-0.55.20328353.vib")]
    [InlineData("readme.txt")]
    [InlineData("")]
    public void Another_maker_s_package_is_no_answer(string name) => Assert.Null(Catalog.ReadPackage(name));

    [Fact]
    public void Every_file_that_is_shipped_is_read_as_what_it_is()
    {
        foreach (VgpuReleasePackage shipped in Catalog.Packages)
        {
            foreach (string file in shipped.Files)
            {
                VgpuPackage? package = Catalog.ReadPackage(file);
                Assert.True(package is not null, file);
                if (package.Flavour == VgpuPackageFlavour.Vgpu && shipped.HostDriver is not null && package.Driver?.Branch == shipped.HostDriver.Branch)
                {
                    Assert.True(package.Driver == shipped.HostDriver, file);
                    Assert.Equal((file, shipped.EsxiVersion), (file, package.EsxiVersion));
                    Assert.Contains(shipped.Release, package.Releases!.Releases.Select(release => release.Name));
                }
            }
        }
    }

    [Theory]
    [InlineData("grid_p100-8q", 8192, 2, VgpuSeries.Q)]
    [InlineData("GRID_P100-8Q", 8192, 2, VgpuSeries.Q)]
    [InlineData("grid_t4-16c", 16384, 1, VgpuSeries.C)]
    [InlineData("nvidia_a40-1b", 1024, 32, VgpuSeries.B)]
    public void A_type_is_found_by_its_vSphere_name_whatever_the_case(string name, int memory, int most, VgpuSeries series)
    {
        VgpuType type = Catalog.FindType(name)!;

        Assert.Equal((memory, most, series, VgpuSharing.TimeSliced), (type.MemoryMB, type.MaxPerGpu, type.Series, type.Sharing));
    }

    [Fact]
    public void A_type_that_nobody_knows_is_not_there() => Assert.Null(Catalog.FindType("grid_p100-9q"));

    [Fact]
    public void Mixed_size_placements_are_documented_for_the_A100_and_computed_for_the_A40()
    {
        VgpuType documented = Catalog.FindType("grid_a100-8c")!;
        VgpuType computed = Catalog.FindType("nvidia_a40-16q")!;

        Assert.Equal([0, 12, 20, 32], documented.Placements);
        Assert.Equal((5, 4, FactConfidence.Confirmed), (documented.MaxPerGpu, documented.MaxPerGpuMixed, documented.PlacementConfidence));
        Assert.Equal([0, 32], computed.Placements);
        Assert.Equal(FactConfidence.Computed, computed.PlacementConfidence);
        Assert.Empty(Catalog.FindType("grid_p100-8q")!.Placements);
    }

    [Theory]
    [InlineData("grid_a100-1-5c", 1, 1, false)]
    [InlineData("grid_a100-1-10c", 1, 2, false)]
    [InlineData("grid_a100-1-5cme", 1, 1, true)]
    [InlineData("grid_a100-2-10c", 2, 2, false)]
    [InlineData("grid_a100-3-20c", 3, 4, false)]
    [InlineData("grid_a100-4-20c", 4, 4, false)]
    [InlineData("grid_a100-7-40c", 7, 8, false)]
    [InlineData("nvidia_a30-2-12c", 2, 2, false)]
    [InlineData("nvidia_h100l-1-12c", 1, 1, false)]
    [InlineData("nvidia_rtx_pro_6000_blackwell_dc-4-32q", 4, 4, false)]
    public void A_MIG_backed_type_has_compute_and_memory_slices(string name, int compute, int memory, bool media)
    {
        VgpuType type = Catalog.FindType(name)!;

        Assert.Equal((VgpuSharing.Mig, compute, memory, media), (type.Sharing, type.ComputeSlices, type.MemorySlices, type.HasMediaEngines));
    }

    [Fact]
    public void The_subsystem_decides_between_boards_that_share_a_device_id()
    {
        Assert.Equal(["A16"], Catalog.FindBoards(Nvidia, 0x25b6, Nvidia, 0x14a9).Select(board => board.Name));
        Assert.Equal(["A16", "A2"], Catalog.FindBoards(Nvidia, 0x25b6, 0x1028, 0x0001).Select(board => board.Name).OrderBy(name => name, StringComparer.Ordinal));
        Assert.Equal(["P100"], Catalog.FindBoards(Nvidia, 0x15f8, 0x1028, 0xffff).Select(board => board.Name));
        Assert.Empty(Catalog.FindBoards(0x8086, 0x15f8, 0, 0));
        Assert.Empty(Catalog.FindBoards(Nvidia, 0xfffe, 0, 0));
    }

    [Fact]
    public void Mixed_size_never_holds_more_than_same_size_and_placements_lie_within_the_board_without_overlap()
    {
        foreach (VgpuType type in Catalog.Types.Where(type => type.Placements.Count > 0))
        {
            VgpuBoard board = Catalog.Boards.First(board => board.Name == type.Board);
            Assert.True(type.MaxPerGpuMixed <= type.MaxPerGpu, type.Name);
            int gigabytes = (type.MemoryMB + 1023) / 1024;
            Assert.True(type.Placements.Zip(type.Placements.Skip(1), (first, next) => next - first).All(step => step * 1024 >= type.MemoryMB), type.Name);
            Assert.True(type.Placements[^1] + gigabytes <= (board.MemoryMB + 1023) / 1024, type.Name);
        }
    }

    [Fact]
    public void Every_MIG_backed_type_fits_its_board_as_often_as_its_slices_say()
    {
        foreach (VgpuType type in Catalog.Types.Where(type => type.Sharing == VgpuSharing.Mig && type.MaxPerGpu is not null && !type.HasMediaEngines))
        {
            VgpuBoard board = Catalog.Boards.First(board => board.Name == type.Board);
            int instances = Math.Min(board.ComputeSlices!.Value / type.ComputeSlices!.Value, board.MemorySlices!.Value / type.MemorySlices!.Value);
            Assert.Equal((type.Name, type.MaxPerGpu), (type.Name, instances * type.MaxPerInstance));
        }
    }

    [Fact]
    public void Builds_of_ESXi_are_found_by_number()
    {
        Assert.Equal("8.0 U3", Assert.Single(Catalog.EsxiBuilds, build => build.Build == 24022510).Name);
    }

    [Fact]
    public void Packages_are_found_by_release_and_ESXi()
    {
        VgpuReleasePackage package = Assert.Single(Catalog.Packages, package => package.Release == "18.3" && package.EsxiVersion == "9.0");

        Assert.Contains("NVD-VGPU-900_570.158.02-1OEM.900.0.24580437_24793474.zip", package.Files);
        Assert.DoesNotContain(Catalog.Packages, package => package.Release == "18.2" && package.EsxiVersion == "9.0");
    }

    [Theory]
    [InlineData("450.156", "450.156.00", 0)]
    [InlineData("450.80", "450.80.02", -1)]
    [InlineData("570.158.02", "570.86.15", 1)]
    public void Driver_versions_compare_part_by_part(string left, string right, int sign) =>
        Assert.Equal(sign, Math.Sign(DriverVersion.TryParse(left)!.CompareTo(DriverVersion.TryParse(right)!)));

    [Theory]
    [InlineData("")]
    [InlineData("390")]
    [InlineData("390.")]
    [InlineData("v390.42")]
    [InlineData(null)]
    public void What_is_no_driver_version_is_none(string? text) => Assert.Null(DriverVersion.TryParse(text));

    [Theory]
    [InlineData("B,zzzz,,Board,Ampere,1024,1,,", "four hexadecimal digits")]
    [InlineData("B,20b5,,Board,Ampere,lots,1,,", "whole number")]
    [InlineData("B,20b5,,Board,Ampere,1024,1,,maybe", "neither yes nor empty")]
    [InlineData("B,20b5,,Board,Ampere,1024", "fields")]
    public void A_damaged_table_is_refused_with_its_line(string row, string why)
    {
        using var boards = new StringReader("board,device,subsystems,product,architecture,memory_mb,gpus_per_board,mig_slices,sriov\n" + row + "\n");
        using var others = new StringReader(string.Empty);

        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => VgpuCatalogReader.Read(file => file == "vgpu-boards.csv" ? boards : others));

        Assert.Equal("InvalidGpuCatalog", error.Id);
        Assert.Contains("line 2", error.Message, StringComparison.Ordinal);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }
}
