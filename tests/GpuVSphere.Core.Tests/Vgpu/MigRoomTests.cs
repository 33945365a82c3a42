using System;
using System.Linq;
using GpuVSphere.Smi;
using GpuVSphere.Vgpu;

namespace GpuVSphere.Core.Tests.Vgpu;

/// <summary>MIG where nvidia-smi told which GPU instances there are: made by the host for a VM, or by hand.</summary>
public sealed class MigRoomTests
{
    private static readonly MigInstance s_low3 = new(1, "3g.20gb", 9, 0, 4);
    private static readonly MigInstance s_high3 = new(2, "3g.20gb", 9, 4, 4);
    private static readonly MigInstance s_one = new(7, "1g.5gb", 19, 0, 1);
    private static readonly MigInstance s_media = new(8, "1g.5gb+me", 20, 0, 1);

    private static VgpuLab Lab => VgpuLab.Host("8.0.3").Gpu(VgpuLab.A100, "multiInstanceGpu");

    [Theory]
    [InlineData("grid_a100-3-20c", 2)]
    [InlineData("grid_a100-4-20c", 1)]
    [InlineData("grid_a100-7-40c", 1)]
    [InlineData("grid_a100-1-5c", 7)]
    public void A_GPU_without_instances_has_all_of_its_room(string profile, int fits) => Assert.Equal(fits, Exact(Told(Lab), profile));

    [Theory]
    [InlineData("grid_a100-3-20c", 2)]
    [InlineData("grid_a100-4-20c", 1)]
    [InlineData("grid_a100-2-10c", 2)]
    [InlineData("grid_a100-1-5c", 4)]
    [InlineData("grid_a100-7-40c", 0)]
    public void An_idle_instance_is_room_for_its_own_profile_and_in_the_way_of_the_others(string profile, int fits) =>
        Assert.Equal(fits, Exact(Told(Lab, s_high3), profile));

    [Fact]
    public void What_an_idle_instance_blocks_says_so_and_names_no_VM()
    {
        HostCapacity capacity = Told(Lab, s_low3, s_high3);

        GpuFit fit = capacity.Fit("grid_a100-4-20c").Gpus[0];

        Assert.Equal((0, GpuObstacle.Full), (fit.MayStart, fit.Obstacle));
        Assert.Empty(fit.InTheWay);
        Assert.Equal("GPU instances that no VM uses stand in the way: 3g.20gb@0:4.", fit.Why);
        Assert.Equal([s_low3, s_high3], capacity.Gpus[0].IdleInstances);
        Assert.Empty(capacity.Gpus[0].FreePlaces!);
        Assert.Equal(2, Exact(capacity, "grid_a100-3-20c"));
    }

    [Fact]
    public void An_instance_that_a_VM_has_is_its_own()
    {
        HostCapacity capacity = Told(Lab.Runs("train", 0, "grid_a100-3-20c"), [Vgpu("train", "GRID A100-3-20C", 2)], s_low3, s_high3);

        Assert.Equal((1, 0), (Exact(capacity, "grid_a100-3-20c"), Exact(capacity, "grid_a100-1-5c")));
        Assert.Equal([s_low3], capacity.Gpus[0].IdleInstances);
        Assert.Equal(4, capacity.Gpus[0].Running.Single().Placement);
        VgpuFit fit = capacity.Fit("grid_a100-1-5c");
        Assert.Equal(["train"], fit.InTheWay.Select(vgpu => vgpu.VmName));
        Assert.Contains("train", fit.Why, StringComparison.Ordinal);
        Assert.Contains("3g.20gb@0:4", fit.Why, StringComparison.Ordinal);
        Assert.Equal("4-7", string.Join(" ", Told(Lab.Runs("train", 0, "grid_a100-3-20c"), [Vgpu("train", "GRID A100-3-20C", 1)], s_low3).Gpus[0].FreePlaces!));
    }

    [Fact]
    public void A_vGPU_that_started_since_may_be_on_an_idle_instance_or_on_a_new_one()
    {
        // On the idle 3g at 4: one more 3g at 0. Or on a new one at 0: then the idle one is left.
        VgpuFit own = Told(Lab.Runs("late", 0, "grid_a100-3-20c"), s_high3).Fit("grid_a100-3-20c");
        Assert.Equal((1, 1), (own.CanStart, own.MayStart));

        // Slices 0 to 3 are free, or there are none.
        VgpuFit small = Told(Lab.Runs("late", 0, "grid_a100-3-20c"), s_high3).Fit("grid_a100-1-5c");
        Assert.Equal((0, 4), (small.CanStart, small.MayStart));
    }

    [Fact]
    public void The_media_engines_are_in_one_instance()
    {
        Assert.Equal(1, Exact(Told(Lab), "grid_a100-1-5cme"));
        Assert.Equal(1, Exact(Told(Lab, s_media), "grid_a100-1-5cme"));
        Assert.Equal(6, Exact(Told(Lab, s_media), "grid_a100-1-5c"));
        Assert.Equal(7, Exact(Told(Lab, s_one), "grid_a100-1-5c"));
        Assert.Equal(0, Exact(Told(Lab.Runs("video", 0, "grid_a100-1-5cme"), [Vgpu("video", "GRID A100-1-5CME", 8)], s_media), "grid_a100-1-5cme"));
    }

    [Fact]
    public void Seats_of_an_instance_are_for_one_profile()
    {
        const ushort RtxPro6000 = 0x2bb5;
        const string Two = "nvidia_rtx_pro_6000_blackwell_dc-2-24q", One = "nvidia_rtx_pro_6000_blackwell_dc-2-48q";
        MigInstance first = new(1, "2g.48gb", 14, 0, 2), second = new(2, "2g.48gb", 14, 2, 2);
        VgpuLab lab = VgpuLab.Host("9.0.0").Gpu(RtxPro6000, "multiInstanceGpu");

        HostCapacity idle = Told(lab, first, second);
        Assert.Equal((4, 2), (Exact(idle, Two), Exact(idle, One)));

        HostCapacity used = Told(lab.Runs("a", 0, Two), [Vgpu("a", "NVIDIA RTX Pro 6000 Blackwell DC-2-24Q", 1)], first, second);
        Assert.Equal((3, 1), (Exact(used, Two), Exact(used, One)));
    }

    [Fact]
    public void Without_nvidia_smi_the_note_says_what_is_taken_for_granted()
    {
        Assert.Contains(Lab.Capacity().Fit("grid_a100-1-5c").Notes, note => note.Contains("by hand", StringComparison.Ordinal));
        Assert.DoesNotContain(Told(Lab).Fit("grid_a100-1-5c").Notes, note => note.Contains("by hand", StringComparison.Ordinal));
    }

    private static int Exact(HostCapacity capacity, string profile)
    {
        VgpuFit fit = capacity.Fit(profile);
        Assert.Equal(fit.CanStart, fit.MayStart);
        return fit.CanStart;
    }

    private static NvidiaSmiVgpu Vgpu(string vm, string name, int instance) => new() { Id = vm, Name = name, VmName = vm, GpuInstanceId = instance };

    private static HostCapacity Told(VgpuLab lab, params MigInstance[] instances) => Told(lab, [], instances);

    private static HostCapacity Told(VgpuLab lab, NvidiaSmiVgpu[] vgpus, params MigInstance[] instances) => HostCapacity.Of(
        lab.Read(), [new NvidiaSmiGpu { HostId = lab.Read().Host.Id, Address = VgpuLab.Address(0), MigCurrent = true, MigInstances = instances, Vgpus = vgpus }]);
}
