using GpuVSphere.Catalog;
using GpuVSphere.Vgpu;

namespace GpuVSphere.Core.Tests.Vgpu;

/// <summary>The value of RmPVMRL, by the examples of NVIDIA's guides.</summary>
public sealed class SchedulerValueTests
{
    [Theory]
    [InlineData("BestEffort", null, "0x00")]
    [InlineData("EqualShare", null, "0x01")]
    [InlineData("FixedShare", null, "0x11")]
    [InlineData("EqualShare/3", "470.63", "0x00030001")]
    [InlineData("FixedShare/24", "470.63", "0x00180011")]
    [InlineData("EqualShare/3", null, "0x00030001")]
    [InlineData("EqualShare/3", "525.60.12", "0x00030003")]
    [InlineData("FixedShare/30", "550.163.02", "0x001e0013")]
    [InlineData("EqualShare", "570.158.02", "0x01")]
    public void A_setting_is_written_as_the_guides_have_it(string word, string? driver, string value)
    {
        SchedulerSetting setting = SchedulerSetting.Parse(word)!;
        DriverVersion? version = driver is null ? null : DriverVersion.TryParse(driver);

        uint written = SchedulerValue.Encode(setting, version);

        Assert.Equal(value, SchedulerValue.Text(written));
        Assert.True(SchedulerValue.TryParse(value, out uint read));
        Assert.Equal(setting, SchedulerValue.Decode(read, version));
        Assert.True(SchedulerValue.Means(read, setting, version));
    }

    [Theory]
    [InlineData("0x00030001", "470.63", "EqualShare/3")]
    [InlineData("0x00030001", "550.163.02", "EqualShare/3")]
    [InlineData("0x00030003", "550.163.02", "EqualShare/3")]
    [InlineData("0x00ff0013", "550.163.02", "FixedShare/30")]
    [InlineData("0x3c3c0001", "550.163.02", "EqualShare/1.04")]
    [InlineData("0x0003f011", "550.163.02", "FixedShare/15.87")]
    [InlineData("0x21000001", "550.163.02", "EqualShare")]
    [InlineData("0x03", "550.163.02", "EqualShare")]
    [InlineData("0x13", "470.63", "FixedShare")]
    [InlineData("17", "470.63", "FixedShare")]
    [InlineData("0x00", null, "BestEffort")]
    [InlineData("0x10", null, "BestEffort")]
    [InlineData("0x21", null, null)]
    public void A_value_is_understood_whoever_wrote_it(string text, string? driver, string? word)
    {
        Assert.True(SchedulerValue.TryParse(text, out uint value));

        Assert.Equal(word, SchedulerValue.Decode(value, driver is null ? null : DriverVersion.TryParse(driver))?.ToWord());
    }

    [Theory]
    [InlineData(null, "BestEffort", true)]
    [InlineData(0x00u, "BestEffort", true)]
    [InlineData(0x03u, "EqualShare", true)]
    [InlineData(0x00030003u, "EqualShare/3", true)]
    [InlineData(0x00030003u, "EqualShare", false)]
    [InlineData(0x00030003u, "FixedShare/3", false)]
    [InlineData(0x00030001u, "EqualShare/3", false)] // Strict round-robin, of which the guides do not say that it has a slice of 3 ms.
    [InlineData(0x3c3c0001u, "EqualShare", false)]
    [InlineData(0x01u, "BestEffort", false)]
    [InlineData(0x21u, "EqualShare", false)]
    public void What_means_the_wanted_is_left_as_it_is(uint? value, string word, bool isSo) =>
        Assert.Equal(isSo, SchedulerValue.Means(value, SchedulerSetting.Parse(word)!, DriverVersion.TryParse("550.163.02")));

    [Theory]
    [InlineData("EqualShare", "EqualShare/2", true)]
    [InlineData("EqualShare", "EqualShare/1", true)]
    [InlineData("EqualShare", "EqualShare/10", false)]
    [InlineData("EqualShare", "EqualShare", true)]
    [InlineData("EqualShare/3", "EqualShare/2", false)]
    [InlineData("EqualShare/3", "EqualShare", true)]
    [InlineData("EqualShare/3", "FixedShare/3", false)]
    [InlineData("BestEffort", "BestEffort/2", true)]
    public void What_is_seen_is_held_against_what_is_wanted(string wanted, string seen, bool isMet) =>
        Assert.Equal(isMet, SchedulerSetting.Parse(wanted)!.IsMetBy(SchedulerSetting.Parse(seen)!));

    [Fact]
    public void A_value_that_the_guides_differ_on_may_have_either_effect()
    {
        DriverVersion driver = DriverVersion.TryParse("550.163.02")!;
        Assert.True(SchedulerValue.MayBe(0x00030001, new SchedulerSetting(VgpuSchedulerPolicy.EqualShare, 3), driver));
        Assert.True(SchedulerValue.MayBe(0x00030001, new SchedulerSetting(VgpuSchedulerPolicy.EqualShare, 15.87), driver));
        Assert.False(SchedulerValue.MayBe(0x00030001, new SchedulerSetting(VgpuSchedulerPolicy.EqualShare, 15.87), DriverVersion.TryParse("470.63")));
        Assert.False(SchedulerValue.MayBe(0x00030003, new SchedulerSetting(VgpuSchedulerPolicy.EqualShare, 15.87), driver));
        Assert.False(SchedulerValue.MayBe(0x00030001, SchedulerSetting.BestEffort, driver));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Fair")]
    [InlineData("7")]
    [InlineData("EqualShare/0")]
    [InlineData("EqualShare/31")]
    [InlineData("EqualShare/x")]
    [InlineData("EqualShare/3/3")]
    public void A_word_that_is_none_is_not_read(string word) => Assert.Null(SchedulerSetting.Parse(word));
}
