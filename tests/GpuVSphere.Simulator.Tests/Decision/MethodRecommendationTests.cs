using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness.Decision;
using GpuVSphere.Simulator.Tests.PowerOn;
using GpuVSphere.Vgpu;

namespace GpuVSphere.Simulator.Tests.Decision;

/// <summary>The decision with hosts that are really read, and its commands typed until nothing is missing.</summary>
public sealed class MethodRecommendationTests
{
    [Fact]
    public async Task What_is_missing_for_passthrough_is_set_up_by_the_commands_that_are_named()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync();
        GpuRecommendation before = await OfAsync(lab, GpuMethod.Passthrough, [GpuNeed.FullGpu], "esx-80-01");
        Assert.Equal((MethodVerdict.Suitable, "esx-80-01"), (before.Verdict, before.BestHost));
        Assert.Equal(MethodGapKind.Change, Assert.Single(before.Missing).Kind);

        foreach (string command in before.Commands)
        {
            await lab.TypeAsync(command.Replace("<name>", "ml-01", StringComparison.Ordinal));
        }

        await lab.PowerOnAsync("ml-01");
        GpuRecommendation after = await OfAsync(lab, GpuMethod.Passthrough, [GpuNeed.FullGpu], "esx-80-01");
        Assert.Contains("0000:af:00.0", after.Commands[0], StringComparison.Ordinal);
        GpuRecommendation full = await OfAsync(lab, GpuMethod.Passthrough, [GpuNeed.SeveralGpus], "esx-80-01");
        Assert.Contains("held by ml-01", full.Missing[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gpu_that_is_shared_becomes_shared_direct_by_the_command_that_is_named()
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync("vgpu");
        GpuRecommendation ready = await OfAsync(lab, GpuMethod.Vgpu, [GpuNeed.Share], "vgpu-801-01");
        Assert.DoesNotContain(ready.Missing, gap => gap.Kind != MethodGapKind.Confirm);

        lab.Change(() =>
        {
            lab.Simulated.Host("vgpu-801-01").Graphics.DefaultType = "shared";
            lab.Simulated.Host("vgpu-801-01").Graphics.TakeEffect();
            lab.Simulated.Host("vgpu-801-01").DevicesChanged();
        });
        GpuRecommendation shared = await OfAsync(lab, GpuMethod.Vgpu, [GpuNeed.Share], "vgpu-801-01");
        Assert.Equal("Set-HostGraphicsMode -VMHost vgpu-801-01 -GraphicsType SharedDirect", shared.Commands[0]);
        await lab.TypeAsync(shared.Commands[0]);

        Assert.DoesNotContain((await OfAsync(lab, GpuMethod.Vgpu, [GpuNeed.Share], "vgpu-801-01")).Missing, gap => gap.Kind != MethodGapKind.Confirm);
    }

    [Theory]
    [InlineData("vgpu", "Share VMotion", "Vgpu Suitable vgpu-801-01")]
    [InlineData("vgpu", "Share Isolation", "MigVgpu Suitable vgpu-803-02")]
    [InlineData("vgpu", "UnequalShares", "MigVgpu Suitable vgpu-803-02")]
    [InlineData("vgpu", "SeveralGpus VMotion", "FlexDirect WithLimits vgpu-67-01")]
    [InlineData("default", "FullGpu", "Passthrough Suitable esx-67-01")]
    [InlineData("default", "HostWithoutGpu", "FlexDirect WithLimits esx-67-01")]
    [InlineData("empty", "FullGpu", "Passthrough NotHere -")]
    public async Task The_first_of_a_whole_vcenter_is(string scenario, string needs, string expected)
    {
        using PowerOnLab lab = await PowerOnLab.StartAsync(scenario);

        GpuRecommendation first = (await DecideAsync(lab, [.. needs.Split(' ').Select(Enum.Parse<GpuNeed>)], null))[0];

        Assert.Equal(expected, $"{first.Method} {first.Verdict} {first.BestHost ?? "-"}");
    }

    private static async Task<GpuRecommendation> OfAsync(PowerOnLab lab, GpuMethod method, GpuNeed[] needs, string host) =>
        (await DecideAsync(lab, needs, host)).Single(one => one.Method == method);

    private static async Task<IReadOnlyList<GpuRecommendation>> DecideAsync(PowerOnLab lab, GpuNeed[] needs, string? host)
    {
        GpuInventory inventory = await InventoryReader.ReadAsync(lab.Session, InventoryScope.Everything, CancellationToken.None);
        GpuHost[] hosts = [.. inventory.Hosts.Where(one => host is null || one.Name == host)];
        IReadOnlyList<VgpuHost> vgpu = await VgpuReader.ReadAsync(lab.Session, inventory, [.. hosts.Where(one => one.Devices.Count > 0)], CancellationToken.None);
        return GpuDecision.Decide(
            new GpuQuestion { Needs = needs },
            [.. hosts.Select(one => new DecisionHost(one, vgpu.FirstOrDefault(read => read.Host.Id == one.Id)?.OfferedProfiles))]);
    }
}
