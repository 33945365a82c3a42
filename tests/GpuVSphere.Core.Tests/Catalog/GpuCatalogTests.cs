using System;
using System.IO;
using System.Linq;
using System.Text;
using GpuVSphere.Catalog;

namespace GpuVSphere.Core.Tests.Catalog;

public sealed class GpuCatalogTests
{
    private const ushort Nvidia = 0x10de;
    private const string Header =
        "vendor,device,subsystems,model,aliases,architecture,form,memory_gb,gpus_per_board,bar0_mib,bar1_mib,bar3_mib,bar1_confidence,published_mmio_gb,display_mode_changes_bar1,source\n";

    [Theory]
    [InlineData(0x15f8, "P100 PCIe 16GB")]
    [InlineData(0x1db6, "V100 PCIe 32GB")]
    [InlineData(0x1eb8, "T4")]
    [InlineData(0x20b5, "A100 PCIe 80GB")]
    [InlineData(0x20f1, "A100 PCIe 40GB")]
    [InlineData(0x2235, "A40")]
    [InlineData(0x26b5, "L40")]
    [InlineData(0x2331, "H100 PCIe 80GB")]
    public void Finds_a_model_by_its_device_id_whoever_made_the_board(int deviceId, string model)
    {
        Assert.Equal(model, GpuCatalog.Default.Find(Nvidia, (ushort)deviceId, 0, 0)?.Name);
        Assert.Equal(model, GpuCatalog.Default.Find(Nvidia, (ushort)deviceId, 0x1028, 0xffff)?.Name);
    }

    [Theory]
    [InlineData(0x25b6, 0x14a9, "A16")]
    [InlineData(0x25b6, 0x157e, "A2")]
    [InlineData(0x1e30, 0x12ba, "Quadro RTX 6000")]
    [InlineData(0x1e30, 0x129e, "Quadro RTX 8000")]
    public void The_subsystem_decides_where_boards_share_a_device_id(int deviceId, int subsystem, string model) =>
        Assert.Equal(model, GpuCatalog.Default.Find(Nvidia, (ushort)deviceId, Nvidia, (ushort)subsystem)?.Name);

    [Fact]
    public void A_shared_device_id_with_an_unknown_subsystem_is_not_guessed()
    {
        Assert.Null(GpuCatalog.Default.Find(Nvidia, 0x25b6, 0x1028, 0x0001));
        Assert.Equal(["A16", "A2"], GpuCatalog.Default.FindAll(Nvidia, 0x25b6, 0x1028, 0x0001).Select(model => model.Name));
    }

    [Fact]
    public void Unknown_ids_find_nothing()
    {
        Assert.Null(GpuCatalog.Default.Find(Nvidia, 0xfffe, 0, 0));
        Assert.Null(GpuCatalog.Default.Find(0x1002, 0x20b5, 0, 0));
        Assert.Empty(GpuCatalog.Default.FindAll(0x8086, 0x20b5, 0, 0));
    }

    [Theory]
    [InlineData("A100 80GB", 256)]
    [InlineData("a100-pcie-80gb", 256)]
    [InlineData("NVIDIA A100-SXM4-80GB", 256)]
    [InlineData("A100 80", 256)]
    [InlineData("a100 40 gb", 128)]
    [InlineData("H100", 256)]
    [InlineData("H100 80GB", 256)]
    [InlineData("Tesla V100-PCIE-32GB", 64)]
    [InlineData("V100", 64)]
    [InlineData("l4", 64)]
    [InlineData("L40", 128)]
    [InlineData("H20-3e", 512)]
    public void Resolves_what_people_type(string text, int publishedGB) =>
        Assert.All(GpuCatalog.Default.Resolve(text), model => Assert.Equal(publishedGB, model.PublishedMmioGB));

    [Theory]
    [InlineData("T4", "T4")]
    [InlineData("A2", "A2")]
    [InlineData("L4", "L4")]
    [InlineData("tesla t4 16GB", "T4")]
    [InlineData("Quadro RTX 6000", "Quadro RTX 6000")]
    [InlineData("A100 PCIe 40GB", "A100 PCIe 40GB")]
    public void A_whole_name_means_one_model(string text, string model) =>
        Assert.Equal([model], GpuCatalog.Default.Resolve(text).Select(found => found.Name));

    [Theory]
    [InlineData("A100", "A100 PCIe 40GB", "A100 PCIe 80GB")]
    [InlineData("H20", "H20 SXM5 96GB", "H20 SXM5 141GB")]
    [InlineData("RTX 6000", "Quadro RTX 6000", "RTX 6000 Ada")]
    public void A_name_that_fits_different_sizes_is_ambiguous(string text, string one, string other)
    {
        var error = Assert.Throws<GpuVSphereException>(() => GpuCatalog.Default.Resolve(text));
        Assert.Equal("AmbiguousGpuModel", error.Id);
        Assert.Equal(GpuErrorCategory.AmbiguousName, error.Category);
        Assert.Contains(one, error.Message, StringComparison.Ordinal);
        Assert.Contains(other, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.NextStep);
    }

    [Theory]
    [InlineData("A100 90GB", "A100 PCIe 80GB")]
    [InlineData("H1000", "H100")]
    [InlineData("T44", "T4")]
    public void An_unknown_name_gets_near_names(string text, string near)
    {
        var error = Assert.Throws<GpuVSphereException>(() => GpuCatalog.Default.Resolve(text));
        Assert.Equal("UnknownGpuModel", error.Id);
        Assert.Contains(near, error.NextStep, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("NVIDIA Tesla")]
    [InlineData("---")]
    public void A_name_that_says_nothing_finds_nothing(string text)
    {
        Assert.Empty(GpuCatalog.Default.FindByName(text));
        Assert.Equal("UnknownGpuModel", Assert.Throws<GpuVSphereException>(() => GpuCatalog.Default.Resolve(text)).Id);
    }

    [Fact]
    public void Every_row_says_where_it_comes_from_and_every_name_finds_itself()
    {
        Assert.True(GpuCatalog.Default.Models.Count > 60);
        foreach (GpuModel model in GpuCatalog.Default.Models)
        {
            Assert.False(string.IsNullOrWhiteSpace(model.Source));
            Assert.Equal([model], GpuCatalog.Default.FindByName(model.Name));
            GpuSubsystem board = model.Subsystems.FirstOrDefault();
            Assert.Equal(model, GpuCatalog.Default.Find(model.VendorId, model.DeviceId, board.VendorId, board.DeviceId));
        }
    }

    [Fact]
    public void A_catalogue_with_quotes_commas_comments_and_other_line_ends_is_read()
    {
        GpuCatalog catalog = Load("# of our own\r\n\r\n" + Header.Replace("\n", "\r\n", StringComparison.Ordinal)
            + "10de,1234,,\"Card, \"\"best\"\" one\",,Next,PCIe,24,1,16,32768,32,confirmed,64,yes,\"seen,\r\ntwice\"");
        GpuModel model = Assert.Single(catalog.Models);
        Assert.Equal("Card, \"best\" one", model.Name);
        Assert.Equal("seen,\r\ntwice", model.Source);
        Assert.Equal(32L << 30, model.Bar1Bytes);
        Assert.True(model.DisplayModeChangesBar1);
    }

    [Fact]
    public void Columns_of_a_later_catalogue_are_let_pass()
    {
        GpuCatalog catalog = Load(Header.Replace("source\n", "source,later\n", StringComparison.Ordinal)
            + "10de,1234,,Card,,Next,PCIe,24,1,,,,unknown,,,seen,42\n");
        Assert.Single(catalog.Models);
    }

    [Theory]
    [InlineData("10de,12,,Card,,Next,PCIe,24,1,,,,unknown,,,seen", "line 2", "device")]
    [InlineData("10de,0000,,Card,,Next,PCIe,24,1,,,,unknown,,,seen", "line 2", "device")]
    [InlineData("10de,1234,,,,Next,PCIe,24,1,,,,unknown,,,seen", "line 2", "model")]
    [InlineData("10de,1234,,Card,,Next,PCIe,24,1,,,,unknown,,,", "line 2", "source")]
    [InlineData("10de,1234,,Card,,Next,PCIe,0,1,,,,unknown,,,seen", "line 2", "memory_gb")]
    [InlineData("10de,1234,,Card,,Next,PCIe,24,1,,24576,,confirmed,,,seen", "line 2", "bar1_mib")]
    [InlineData("10de,1234,,Card,,Next,PCIe,24,1,,1152921504606846976,,confirmed,,,seen", "line 2", "bar1_mib")]
    [InlineData("10de,1234,,Card,,Next,PCIe,24,1,,32768,,unknown,,,seen", "line 2", "unknown")]
    [InlineData("10de,1234,,Card,,Next,PCIe,24,1,,,,confirmed,,,seen", "line 2", "unknown")]
    [InlineData("10de,1234,,Card,,Next,PCIe,24,1,,,,sure,,,seen", "line 2", "bar1_confidence")]
    [InlineData("10de,1234,,Card,,Next,PCIe,24,1,,,,unknown,48,,seen", "line 2", "power of two")]
    [InlineData("10de,1234,14a9,Card,,Next,PCIe,24,1,,,,unknown,,,seen", "line 2", "subsystem")]
    [InlineData("10de,1234,,Card,,Next,PCIe,24,1,,,,unknown,,maybe,seen", "line 2", "display_mode")]
    [InlineData("10de,1234,,Card,,Next", "line 2", "fields")]
    [InlineData("10de,1234,,\"Card,,Next", "line 2", "quote")]
    [InlineData("10de,1234,,Ca\"rd,,Next", "line 2", "quote")]
    [InlineData("10de,1234,,A,,Next,PCIe,24,1,,,,unknown,,,seen\n10de,1235,,a,,Next,PCIe,24,1,,,,unknown,,,seen", "line 3", "second time")]
    [InlineData("10de,1234,,A,,Next,PCIe,24,1,,,,unknown,,,seen\n10de,1234,,B,,Next,PCIe,24,1,,,,unknown,,,seen", "line 3", "same ids")]
    [InlineData("10de,1234,10de:0001,A,,Next,PCIe,24,1,,,,unknown,,,seen\n10de,1234,10de:0001,B,,Next,PCIe,24,1,,,,unknown,,,seen", "line 3", "same ids")]
    [InlineData("", "no models", "catalogue")]
    public void A_catalogue_that_could_mislead_is_refused(string rows, string where, string why)
    {
        var error = Assert.Throws<GpuVSphereException>(() => Load(Header + rows));
        Assert.Equal("InvalidGpuCatalog", error.Id);
        Assert.Contains(where, error.Message, StringComparison.Ordinal);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("vendor,device\n10de,1234\n")]
    [InlineData("vendor,vendor\n")]
    public void A_file_of_another_kind_is_refused(string text) =>
        Assert.Equal("InvalidGpuCatalog", Assert.Throws<GpuVSphereException>(() => Load(text)).Id);

    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused()
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes(Header + "10de,1234,,Card "), 0xe9, .. Encoding.UTF8.GetBytes(",,Next,PCIe,24,1,,,,unknown,,,seen")];
        Assert.Equal("InvalidGpuCatalog", Assert.Throws<GpuVSphereException>(() => GpuCatalog.Load(new MemoryStream(bytes))).Id);
    }

    private static GpuCatalog Load(string text) => GpuCatalog.Load(new MemoryStream(Encoding.UTF8.GetBytes(text)));
}
