using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Mmio;

namespace GpuVSphere.Core.Tests.Mmio;

public sealed class MmioKeysTests
{
    [Fact]
    public void Right_keys_have_no_findings()
    {
        MmioSettings settings = Read(("pciPassthru.use64bitMMIO", "TRUE"), ("pciPassthru.64bitMMIOSizeGB", "256"), ("pciPassthru0.cfg.enable_uvm", "1"));
        Assert.Equal((true, 256), (settings.IsOn, settings.EffectiveSizeGB));
        Assert.Empty(settings.Findings);
    }

    [Theory]
    [InlineData("pciPassthru.set.usebitMMIO", MmioKeys.Use64Bit)]
    [InlineData("pciPassthru.set.use64bitMMIO", MmioKeys.Use64Bit)]
    [InlineData("pciPassthru.usebitMMIO", MmioKeys.Use64Bit)]
    [InlineData("pciPassthru.use64bitMIMO", MmioKeys.Use64Bit)]
    [InlineData("pciPassthru.use64MMIO", MmioKeys.Use64Bit)]
    [InlineData("pciPassthrough.use64bitMMIO", MmioKeys.Use64Bit)]
    [InlineData("pciPassthru0.use64bitMMIO", MmioKeys.Use64Bit)]
    [InlineData("pciPassthru.use64bitMMIO ", MmioKeys.Use64Bit)]
    [InlineData("use64bitMMIO", MmioKeys.Use64Bit)]
    [InlineData("pciPassthru.64bitMMIOSize", MmioKeys.SizeGB)]
    [InlineData("pciPassthru.64bitMMIOSizeMB", MmioKeys.SizeGB)]
    [InlineData("pciPassthru.64bitMMIOGB", MmioKeys.SizeGB)]
    [InlineData("pciPassthru.64bitMMOISizeGB", MmioKeys.SizeGB)]
    [InlineData("pciPassthrough.64bitMMIOSizeGB", MmioKeys.SizeGB)]
    [InlineData("64bitMMIOSizeGB", MmioKeys.SizeGB)]
    public void Misspelt_keys_are_found(string key, string meant)
    {
        MmioSettings settings = Read((key, meant == MmioKeys.Use64Bit ? "TRUE" : "64"));
        MmioKeyFinding finding = Assert.Single(settings.Findings);
        Assert.Equal((MmioKeyProblem.Misspelt, key, meant), (finding.Problem, finding.Key, finding.MendedKey));
        Assert.False(finding.IsHarmless);
        Assert.False(settings.IsOn);
        Assert.Null(settings.SizeGB);
        Assert.Equal(meant == MmioKeys.Use64Bit ? "TRUE" : key.EndsWith("MB", StringComparison.Ordinal) ? null : "64", finding.MendedValue);
    }

    [Theory]
    [InlineData("pciPassthru.allowP2P")]
    [InlineData("pciPassthru.RelaxACSforP2P")]
    [InlineData("pciPassthru0.id")]
    [InlineData("pciPassthru0.present")]
    [InlineData("pciPassthru0.msiEnabled")]
    [InlineData("pciPassthru0.cfg.gpu-pci-id")]
    [InlineData("pciPassthru0.customLabel")]
    [InlineData("pciPassthru0.resetMethod")]
    [InlineData("pciBridge0.present")]
    [InlineData("hypervisor.cpuid.v0")]
    [InlineData("gpuvsphere.before")]
    [InlineData("sched.mem.minSize")]
    [InlineData("")]
    public void Other_keys_are_left_alone(string key) => Assert.Empty(Read((key, "TRUE")).Findings);

    [Fact]
    public void Another_case_is_told_and_works()
    {
        MmioSettings settings = Read(("PCIPASSTHRU.USE64BITMMIO", "true"), ("pciPassthru.64bitMMIOSizeGb", "64"));
        Assert.Equal((true, 64), (settings.IsOn, settings.SizeGB));
        Assert.All(settings.Findings, finding => Assert.True(finding.IsHarmless));
        Assert.Equal(2, settings.Findings.Count);
    }

    [Theory]
    [InlineData("1", "TRUE")]
    [InlineData("yes", "TRUE")]
    [InlineData("TRUE;", "TRUE")]
    [InlineData("off", "FALSE")]
    public void A_switch_that_is_neither_TRUE_nor_FALSE_is_not_counted_as_on(string value, string mended)
    {
        MmioSettings settings = Read((MmioKeys.Use64Bit, value), (MmioKeys.SizeGB, "64"));
        Assert.False(settings.IsOn);
        Assert.Null(settings.EffectiveSizeGB);
        MmioKeyFinding finding = Assert.Single(settings.Findings);
        Assert.Equal((MmioKeyProblem.BadValue, mended), (finding.Problem, finding.MendedValue));
    }

    [Theory]
    [InlineData("48", MmioKeyProblem.NotAPowerOfTwo, 48, "64")]
    [InlineData("257", MmioKeyProblem.NotAPowerOfTwo, 257, "512")]
    [InlineData("64GB", MmioKeyProblem.BadValue, 64, "64")]
    [InlineData("64 GB", MmioKeyProblem.BadValue, 64, "64")]
    [InlineData("64.0", MmioKeyProblem.BadValue, 64, "64")]
    [InlineData("sixty-four", MmioKeyProblem.BadValue, null, null)]
    [InlineData("0", MmioKeyProblem.BadValue, null, null)]
    [InlineData("-64", MmioKeyProblem.BadValue, null, null)]
    [InlineData("1e3", MmioKeyProblem.BadValue, null, null)]
    [InlineData("99999999999999999999999999999999", MmioKeyProblem.BadValue, null, null)]
    public void Sizes_that_are_not_whole_powers_of_two_are_found(string value, MmioKeyProblem problem, int? read, string? mended)
    {
        MmioSettings settings = Read((MmioKeys.Use64Bit, "TRUE"), (MmioKeys.SizeGB, value));
        Assert.Equal(read, settings.SizeGB);
        MmioKeyFinding finding = Assert.Single(settings.Findings);
        Assert.Equal((problem, mended), (finding.Problem, finding.MendedValue));
    }

    [Fact]
    public void A_size_without_the_switch_is_found()
    {
        Assert.Equal(MmioKeyProblem.Missing, Assert.Single(Read((MmioKeys.SizeGB, "64")).Findings).Problem);
        Assert.Equal(MmioKeyProblem.SwitchedOff, Assert.Single(Read((MmioKeys.SizeGB, "64"), (MmioKeys.Use64Bit, "FALSE")).Findings).Problem);
    }

    [Fact]
    public void Empty_values_count_as_absent() =>
        Assert.Empty(Read((MmioKeys.SizeGB, ""), ("pciPassthru.set.usebitMMIO", " ")).Findings);

    private static MmioSettings Read(params (string Key, string Value)[] entries) =>
        MmioKeys.Read(entries.Select(entry => new KeyValuePair<string, string>(entry.Key, entry.Value)));
}
