using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Operations;
using GpuVSphere.Passthrough;
using static GpuVSphere.Simulator.Tests.Passthrough.VmLab;

namespace GpuVSphere.Simulator.Tests.Passthrough;

public sealed class VmMmioTests
{
    private const string Use64 = "pciPassthru.use64bitMMIO";
    private const string Size = "pciPassthru.64bitMMIOSizeGB";
    private const string Wrong = "pciPassthru.set.usebitMMIO";

    private static IGpuOperation Set(VmLab lab, string vm, VmChangeOptions? options = null) =>
        lab.Operation(PassthroughIntents.SetMmio([lab.Target(vm)], options ?? new VmChangeOptions()));

    [Fact]
    public async Task The_keys_are_set_for_the_gpus_that_a_vm_has()
    {
        using VmLab lab = await StartAsync();
        await lab.Simulated.GiveAsync("ml-01", 0, lab.Simulated.StaticDevice(-1, "esx-80-01", A100First));

        await DoneAsync(Set(lab, "ml-01"));

        Assert.Equal("TRUE", lab.Raw.Vm("ml-01").ExtraConfig[Use64]);
        Assert.Equal("256", lab.Raw.Vm("ml-01").ExtraConfig[Size]);
        Assert.True((await Set(lab, "ml-01").PlanAsync(CancellationToken.None)).IsEmpty);
    }

    [Fact]
    public async Task A_given_size_is_set_and_a_larger_one_stays()
    {
        using VmLab lab = await StartAsync();

        await DoneAsync(Set(lab, "ml-01", new VmChangeOptions { MmioSizeGB = 512 }));
        Assert.Equal("512", lab.Raw.Vm("ml-01").ExtraConfig[Size]);

        ChangePlan smaller = await Set(lab, "ml-01", new VmChangeOptions { MmioSizeGB = 128 }).PlanAsync(CancellationToken.None);
        Assert.True(smaller.IsEmpty);
    }

    [Fact]
    public async Task A_misspelt_key_is_told_and_removed_only_when_asked()
    {
        using VmLab lab = await StartAsync();
        lab.Configure("ml-01", config => config.ExtraConfig[Wrong] = "TRUE");

        ChangePlan plan = await Set(lab, "ml-01").PlanAsync(CancellationToken.None);
        Finding finding = Assert.Single(plan.Findings);
        Assert.Equal("MMIO-MISSPELT-KEY", finding.RuleId);
        Assert.Contains(Wrong, finding.Message);
        Assert.True(plan.IsEmpty);

        await DoneAsync(Set(lab, "ml-01", new VmChangeOptions { RemoveMisspeltKeys = true }));
        Assert.False(lab.Raw.Vm("ml-01").ExtraConfig.ContainsKey(Wrong));
    }

    [Fact]
    public async Task A_misspelt_size_takes_effect_under_its_right_name()
    {
        using VmLab lab = await StartAsync();
        lab.Configure("ml-01", config =>
        {
            config.ExtraConfig["pciPassthru.64bitMMIOSize"] = "512";
            config.ExtraConfig[Wrong] = "TRUE";
        });

        await DoneAsync(Set(lab, "ml-01", new VmChangeOptions { RemoveMisspeltKeys = true }));

        Assert.Equal("512", lab.Raw.Vm("ml-01").ExtraConfig[Size]);
        Assert.Equal("TRUE", lab.Raw.Vm("ml-01").ExtraConfig[Use64]);
        Assert.DoesNotContain(lab.Raw.Vm("ml-01").ExtraConfig.Keys, key => key is Wrong or "pciPassthru.64bitMMIOSize");
    }

    [Theory]
    [InlineData("100", null, "128")]
    [InlineData("64", "FALSE", "64")]
    public async Task A_size_without_effect_is_given_effect(string size, string? use, string expected)
    {
        using VmLab lab = await StartAsync();
        lab.Configure("ml-01", config =>
        {
            config.ExtraConfig[Size] = size;
            if (use is not null)
            {
                config.ExtraConfig[Use64] = use;
            }
        });

        await DoneAsync(Set(lab, "ml-01"));

        Assert.Equal("TRUE", lab.Raw.Vm("ml-01").ExtraConfig[Use64]);
        Assert.Equal(expected, lab.Raw.Vm("ml-01").ExtraConfig[Size]);
    }

    [Fact]
    public async Task A_switched_off_key_is_mended()
    {
        using VmLab lab = await StartAsync();
        await lab.Simulated.GiveAsync("ml-01", 256, lab.Simulated.StaticDevice(-1, "esx-80-01", A100First));
        lab.Configure("ml-01", config => config.ExtraConfig[Use64] = "FALSE");

        await DoneAsync(Set(lab, "ml-01"));

        Assert.Equal("TRUE", lab.Raw.Vm("ml-01").ExtraConfig[Use64]);
    }

    [Fact]
    public async Task A_vm_without_a_gpu_needs_nothing()
    {
        using VmLab lab = await StartAsync();

        Assert.True((await Set(lab, "ml-01").PlanAsync(CancellationToken.None)).IsEmpty);
    }

    [Fact]
    public async Task A_size_mended_later_goes_with_the_gpu_it_was_for()
    {
        using VmLab lab = await StartAsync();
        string before = lab.State("ml-01");
        await DoneAsync(lab.Add("ml-01", null, A100First));
        await DoneAsync(Set(lab, "ml-01", new VmChangeOptions { MmioSizeGB = 1024 }));
        Assert.Equal("1024", lab.Raw.Vm("ml-01").ExtraConfig[Size]);

        await DoneAsync(lab.Remove("ml-01"));

        Assert.Equal(before, lab.State("ml-01"));
    }

    [Fact]
    public async Task A_running_vm_is_left_alone_without_power_off()
    {
        using VmLab lab = await StartAsync();

        Assert.Equal("VM-POWERED-OFF", (await BlockedAsync(Set(lab, "web-01", new VmChangeOptions { MmioSizeGB = 64 }))).RuleId);
        Assert.DoesNotContain(lab.Raw.Vm("web-01").ExtraConfig.Keys, key => key.Contains("MMIO"));
    }
}
