using System;
using System.Linq;
using FsCheck;
using FsCheck.Fluent;
using GpuVSphere.Catalog;
using GpuVSphere.Mmio;

namespace GpuVSphere.Core.Tests.Mmio;

public sealed class MmioSizingTests
{
    private static readonly Arbitrary<long> s_sums = Gen.Choose(0, 49)
        .SelectMany(shift => Gen.Choose(-2, 2), (shift, offset) => Math.Clamp((1L << shift) + offset, 0, (1L << 50) - 1))
        .Or(Gen.Choose(0, int.MaxValue).SelectMany(low => Gen.Choose(0, (1 << 19) - 1), (low, high) => ((long)high << 31) | (long)low))
        .ToArbitrary();

    [Theory]
    [InlineData(16, 2, 64)]
    [InlineData(16, 3, 64)]
    [InlineData(16, 1, 32)]
    [InlineData(32, 1, 64)]
    [InlineData(128, 8, 2048)]
    [InlineData(64, 4, 512)]
    public void Plain_numbers_follow_the_rule(double barGB, int count, int expected)
    {
        MmioReport report = MmioQuestion.FromBars(barGB, count);
        Assert.Equal(expected, report.SizeGB);
        Assert.True(report.IsNeeded);
        Assert.True(report.RequiresEfi);
        MmioSource source = Assert.Single(report.Sources);
        Assert.Equal(MmioSourceKind.BarRule, source.Kind);
        Assert.True(source.IsUsed);
        Assert.Equal(expected.ToString(System.Globalization.CultureInfo.InvariantCulture), report.ExtraConfig.Single(entry => entry.Key == "pciPassthru.64bitMMIOSizeGB").Value);
    }

    [Theory]
    [InlineData("P100", 1, 32)]
    [InlineData("P100", 2, 64)]
    [InlineData("V100 16GB", 1, 64)]
    [InlineData("V100 32GB", 1, 64)]
    [InlineData("V100 32GB", 2, 128)]
    [InlineData("A100 40GB", 1, 128)]
    [InlineData("A100 80GB", 1, 256)]
    [InlineData("A100 80GB", 2, 512)]
    [InlineData("A100 80GB", 3, 1024)]
    [InlineData("H100 80GB", 1, 256)]
    [InlineData("H100 80GB", 2, 512)]
    [InlineData("H100", 8, 2048)]
    [InlineData("A40", 1, 128)]
    [InlineData("L4", 1, 64)]
    [InlineData("H200", 1, 512)]
    [InlineData("A2", 1, 32)]
    public void Models_take_the_larger_of_the_rule_and_what_is_published(string model, int count, int expected)
    {
        MmioReport report = MmioQuestion.FromModel(model, count);
        Assert.Equal(expected, report.SizeGB);
        Assert.True(report.RequiresEfi);
        Assert.Equal(count, report.Devices.Count);
    }

    [Fact]
    public void Every_model_with_a_published_figure_gets_at_least_that()
    {
        foreach (GpuModel model in GpuCatalog.Default.Models.Where(model => model.PublishedMmioGB is not null))
        {
            MmioReport report = MmioQuestion.FromModel(model.Name);
            Assert.True(report.SizeGB >= model.PublishedMmioGB, model.Name);
            Assert.Contains(report.Sources, source => source.Kind == MmioSourceKind.Published && source.SizeGB == model.PublishedMmioGB);
        }
    }

    [Fact]
    public void A_T4_needs_nothing_and_boots_by_BIOS()
    {
        MmioReport report = MmioQuestion.FromModel("T4");
        Assert.False(report.IsNeeded);
        Assert.Null(report.SizeGB);
        Assert.False(report.RequiresEfi);
        Assert.Equal(FactConfidence.Confirmed, report.EfiConfidence);
        Assert.Empty(report.ExtraConfig);
        Assert.Contains("nothing needs to be set", report.Reason, StringComparison.Ordinal);
        Assert.Equal((256L + 32 + 16) << 20, report.TotalBarBytes);
    }

    [Fact]
    public void Many_T4s_together_pass_the_limit_of_ESXi()
    {
        Assert.False(MmioQuestion.FromModel("T4", 11).IsNeeded);
        MmioReport twelve = MmioQuestion.FromModel("T4", 12);
        Assert.Equal(4, twelve.SizeGB);
        Assert.False(twelve.RequiresEfi);
    }

    [Fact]
    public void One_V100_of_16_GB_shows_where_the_sources_differ()
    {
        MmioReport report = MmioQuestion.FromModel("V100 PCIe 16GB");
        Assert.Equal(32, report.Sources.Single(source => source.Kind == MmioSourceKind.BarRule).SizeGB);
        Assert.False(report.Sources.Single(source => source.Kind == MmioSourceKind.BarRule).IsUsed);
        Assert.Equal(64, report.UsedSource?.SizeGB);
        Assert.Equal(MmioSourceKind.Published, report.UsedSource?.Kind);
    }

    [Fact]
    public void What_is_published_for_one_is_labelled_derived_for_several()
    {
        MmioReport report = MmioQuestion.FromModel("V100 PCIe 16GB", 3);
        MmioSource derived = report.Sources.Single(source => source.Kind == MmioSourceKind.DerivedFromPublished);
        Assert.Equal(256, derived.SizeGB);
        Assert.Equal(256, report.SizeGB);
        Assert.Equal(FactConfidence.Computed, report.Confidence);
        Assert.Contains("Derived", derived.Statement, StringComparison.Ordinal);
        Assert.Contains("3 x 64 GB", derived.Statement, StringComparison.Ordinal);
    }

    [Fact]
    public void Mixed_models_are_summed()
    {
        MmioReport report = MmioQuestion.FromModels(["A100 80GB", "T4"]);
        Assert.Equal(256, report.SizeGB);
        report = MmioQuestion.FromModels(["A100 80GB", "A100 40GB"]);
        Assert.Equal(256, report.Sources.Single(source => source.Kind == MmioSourceKind.BarRule).SizeGB);
        Assert.Equal(512, report.SizeGB);
    }

    [Theory]
    [InlineData(0.25, 1, false)]
    [InlineData(0.25, 13, false)]
    [InlineData(0.25, 14, true)]
    [InlineData(4, 1, true)]
    [InlineData(16, 1, true)]
    public void Between_ESXis_limit_and_the_guides_the_keys_are_set_and_the_answer_says_why(double barGB, int count, bool isNeeded)
    {
        MmioReport report = MmioQuestion.FromBars(barGB, count);
        Assert.Equal(isNeeded, report.IsNeeded);
        Assert.Equal(isNeeded, report.Reason.Contains("917,504", StringComparison.Ordinal) && report.Reason.Contains("The guide sets nothing up to 16 GB", StringComparison.Ordinal));
    }

    [Fact]
    public void Past_16_GB_the_guide_is_not_disagreed_with() =>
        Assert.DoesNotContain("The guide sets nothing", MmioQuestion.FromBars(16.25).Reason, StringComparison.Ordinal);

    [Fact]
    public void Pages_are_counted_as_ESXi_was_seen_to()
    {
        Assert.Equal(4_206_594, MmioSizing.PagesNeeded((16L << 30) + (48L << 20)));
        Assert.Equal(33_566_722, MmioSizing.PagesNeeded((128L << 30) + (48L << 20)));
        Assert.Equal((16L << 30) + (48L << 20), MmioSizing.BytesOfPages(4_206_594));
        Assert.False(MmioSizing.NeedsKeys((917_504L - 2) * 4096));
        Assert.True(MmioSizing.NeedsKeys(((917_504L - 2) * 4096) + 1));
    }

    [Theory]
    [InlineData(4_206_594, 32)]
    [InlineData(33_566_722, 256)]
    [InlineData(917_505, 4)]
    public void The_pages_of_a_failed_power_on_give_a_size(long pages, int expected)
    {
        MmioReport report = MmioQuestion.FromPages(pages);
        Assert.Equal(expected, report.SizeGB);
        Assert.Equal(pages, report.PagesNeeded);
        Assert.True(report.RequiresEfi);
        Assert.Equal(FactConfidence.Computed, report.EfiConfidence);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public void Page_counts_that_cannot_be_are_refused(long pages) =>
        Assert.Equal("InvalidPageCount", Assert.Throws<GpuVSphereException>(() => MmioQuestion.FromPages(pages)).Id);

    [Theory]
    [InlineData(0)]
    [InlineData(-16)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(1152921504606846976.0)]
    [InlineData(16385)]
    public void A_BAR_that_cannot_be_is_refused_with_a_next_step(double barGB)
    {
        var error = Assert.Throws<GpuVSphereException>(() => MmioQuestion.FromBars(barGB));
        Assert.Equal("InvalidBarSize", error.Id);
        Assert.Contains("-BarSizeGB", error.NextStep, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(129)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void A_count_that_cannot_be_is_refused_with_a_next_step(int count)
    {
        foreach (Func<MmioReport> ask in (Func<MmioReport>[])[() => MmioQuestion.FromBars(16, count), () => MmioQuestion.FromModel("T4", count)])
        {
            var error = Assert.Throws<GpuVSphereException>(ask);
            Assert.Equal("InvalidDeviceCount", error.Id);
            Assert.Contains("-Count", error.NextStep, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_sum_beyond_what_ESXi_addresses_is_refused() =>
        Assert.Equal("InvalidBarSize", Assert.Throws<GpuVSphereException>(() => MmioQuestion.FromBars(16384, 128)).Id);

    [Theory]
    [InlineData(512, 512)]
    [InlineData(300, 512)]
    [InlineData(64, 256)]
    [InlineData(256, 256)]
    public void A_larger_size_that_is_set_is_never_lowered(int existing, int expected)
    {
        MmioReport report = MmioSizing.Size("vm", MmioQuestion.FromModel("A100 80GB").Devices, existing);
        Assert.Equal(expected, report.SizeGB);
        Assert.Equal(existing, report.ExistingSizeGB);
        Assert.Equal(existing > 256, report.UsedSource?.Kind == MmioSourceKind.Existing);
    }

    [Fact]
    public void A_size_that_is_set_and_not_needed_is_left_alone()
    {
        MmioReport report = MmioSizing.Size("vm", MmioQuestion.FromModel("T4").Devices, 128);
        Assert.False(report.IsNeeded);
        Assert.Equal(128, report.ExistingSizeGB);
        Assert.Contains("stay", report.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_that_is_no_BAR_is_pointed_out() => Assert.Single(MmioQuestion.FromBars(24).Notes);

    [Fact]
    public void The_size_is_the_smallest_power_of_two_past_the_sum() => Prop.ForAll(s_sums, sum =>
    {
        long size = MmioSizing.NextPowerOfTwoGB(sum);
        bool isPowerOfTwo = size > 0 && (size & (size - 1)) == 0;
        bool isPast = size << 30 > sum;
        bool isSmallest = size == 1 || (size / 2) << 30 <= sum;
        return isPowerOfTwo && isPast && isSmallest;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_larger_sum_never_gets_a_smaller_size() => Prop.ForAll(s_sums, s_sums, (one, other) =>
        one > other || MmioSizing.NextPowerOfTwoGB(one) <= MmioSizing.NextPowerOfTwoGB(other)).QuickCheckThrowOnFailure();

    [Fact]
    public void One_more_card_never_needs_less() => Prop.ForAll(
        Gen.Choose(-2, 9).SelectMany(power => Gen.Choose(1, 127), (power, count) => (Math.Pow(2, power), count)).ToArbitrary(),
        input => (MmioQuestion.FromBars(input.Item1, input.count).SizeGB ?? 0) <= (MmioQuestion.FromBars(input.Item1, input.count + 1).SizeGB ?? 0))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void A_models_answer_is_never_below_the_rule_or_what_is_published() => Prop.ForAll(
        Gen.Elements(GpuCatalog.Default.Models.ToArray()).NonEmptyListOf().Where(list => list.Count <= 16).ToArbitrary(),
        models =>
        {
            MmioReport report = MmioQuestion.FromModels([.. models.Select(model => model.Name)]);
            return report.Sources.All(source => (source.SizeGB ?? 0) <= (report.SizeGB ?? 0))
                && report.Sources.Count(source => source.IsUsed) == (report.IsNeeded ? 1 : 0)
                && (report.SizeGB is not { } size || (size & (size - 1)) == 0)
                && (report.IsNeeded || report.PagesNeeded <= 917_504);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Pages_and_bytes_go_back_and_forth() => Prop.ForAll(s_sums, sum =>
        MmioSizing.BytesOfPages(MmioSizing.PagesNeeded(Math.Min(sum, 1L << 49))) is var back && back >= Math.Min(sum, 1L << 49) && back - Math.Min(sum, 1L << 49) < 4096)
        .QuickCheckThrowOnFailure();
}
