using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Vgpu;

namespace GpuVSphere.Core.Tests.Vgpu;

public sealed class HostCapacityTests
{
    private static (int Can, int May) Room(HostCapacity capacity, string profile)
    {
        VgpuFit fit = capacity.Fit(profile);
        return (fit.CanStart, fit.MayStart);
    }

    [Fact]
    public void Two_8_GB_vGPUs_fill_a_P100_and_the_third_is_refused_with_the_reason()
    {
        VgpuLab lab = VgpuLab.Host("6.7.0").Gpu(VgpuLab.P100);
        Assert.Equal((2, 2), Room(lab.Capacity(), "grid_p100-8q"));

        VgpuFit fit = lab.Runs("ml-01", 0, "grid_p100-8q").Runs("ml-02", 0, "grid_p100-8q").Capacity().Fit("GRID_P100-8Q");

        Assert.Equal((0, 0, "grid_p100-8q"), (fit.CanStart, fit.MayStart, fit.Profile));
        Assert.Equal(GpuObstacle.Full, fit.Gpus[0].Obstacle);
        Assert.Equal("It is full: 2 of 2 vGPUs run (ml-01, ml-02).", fit.Gpus[0].Why);
        Assert.Equal("0000:3b:00.0: It is full: 2 of 2 vGPUs run (ml-01, ml-02).", fit.Why);
        Assert.Equal(["ml-01", "ml-02"], fit.InTheWay.Select(vgpu => vgpu.VmName));
        Assert.False(fit.Fits(1));
    }

    [Fact]
    public void In_same_size_mode_a_running_vGPU_locks_the_size()
    {
        VgpuFit fit = VgpuLab.Host("6.7.0").Gpu(VgpuLab.P100).Gpu(VgpuLab.P100).Runs("small", 0, "grid_p100-4q").Capacity().Fit("grid_p100-8q");

        Assert.Equal((2, 2), (fit.CanStart, fit.MayStart));
        Assert.Equal((0, GpuObstacle.OtherSize), (fit.Gpus[0].CanStart, fit.Gpus[0].Obstacle));
        Assert.Contains("grid_p100-4q", fit.Gpus[0].Why, StringComparison.Ordinal);
        Assert.Equal(["small"], fit.Gpus[0].InTheWay.Select(vgpu => vgpu.VmName));
        Assert.Equal((2, null), (fit.Gpus[1].CanStart, fit.Gpus[1].Why));
    }

    [Theory]
    [InlineData("7.0.3", 0)]
    [InlineData("8.0.0", 0)]
    [InlineData("8.0.1", 3)]
    [InlineData("9.0.0", 3)]
    public void Series_of_one_size_mix_from_8_0_U1(string version, int fits)
    {
        VgpuFit fit = VgpuLab.Host(version).Gpu(VgpuLab.T4).Runs("desktop", 0, "grid_t4-4q").Capacity().Fit("grid_t4-4c");

        Assert.Equal(fits, fit.CanStart);
        Assert.Equal(fits == 0 ? GpuObstacle.OtherSeries : GpuObstacle.Full, fit.Gpus[0].Obstacle);
    }

    [Fact]
    public void Same_size_mode_holds_five_8_GB_vGPUs_of_an_A100_and_mixed_size_four()
    {
        Assert.Equal((5, 5), Room(VgpuLab.Host("8.0.3").Gpu(VgpuLab.A100, "sameSize").Capacity(), "grid_a100-8c"));
        Assert.Equal((4, 4), Room(VgpuLab.Host("8.0.3").Gpu(VgpuLab.A100, "mixedSize").Capacity(), "grid_a100-8c"));
    }

    [Fact]
    public void Mixed_size_takes_another_size_where_a_placement_is_free_whatever_the_host_chose()
    {
        // A 20 GB vGPU stands at 0 or at 20: either way half of the 10 GB placements (0, 10, 20, 30) stay free.
        VgpuLab lab = VgpuLab.Host("8.0.3").Gpu(VgpuLab.A100, "mixedSize").Runs("half", 0, "grid_a100-20c");

        Assert.Equal((2, 2), Room(lab.Capacity(), "grid_a100-10c"));
        Assert.Equal((1, 1), Room(lab.Capacity(), "grid_a100-20c"));
        Assert.Equal((0, 0), Room(lab.Capacity(), "grid_a100-40c"));
    }

    [Fact]
    public void Mixed_size_gives_bounds_where_the_placement_decides_and_is_not_readable()
    {
        // Two of 10 GB at 0 and 10 leave one place for 20 GB, at 0 and 20 none.
        VgpuLab lab = VgpuLab.Host("8.0.3").Gpu(VgpuLab.A100, "mixedSize").Runs("a", 0, "grid_a100-10c").Runs("b", 0, "grid_a100-10c");

        VgpuFit fit = lab.Capacity().Fit("grid_a100-20c");

        Assert.Equal((0, 1), (fit.CanStart, fit.MayStart));
        Assert.Null(fit.Fits(1));
        Assert.Contains(fit.Notes, note => note.Contains("not readable", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, 10, 1)]
    [InlineData(0, 20, 0)]
    [InlineData(20, 30, 1)]
    public void Placements_that_nvidia_smi_tells_make_it_exact(int first, int second, int fits)
    {
        VgpuLab lab = VgpuLab.Host("8.0.3").Gpu(VgpuLab.A100, "mixedSize").Runs("a", 0, "grid_a100-10c").Runs("b", 0, "grid_a100-10c");

        HostCapacity capacity = lab.Capacity(
            new PlacedVgpu(VgpuLab.Address(0), "a", "grid_a100-10c", first), new PlacedVgpu(VgpuLab.Address(0), "b", "grid_a100-10c", second));

        Assert.Equal((fits, fits), Room(capacity, "grid_a100-20c"));
    }

    [Fact]
    public void MIG_counts_slices_and_places()
    {
        VgpuLab lab = VgpuLab.Host("8.0.3").Gpu(VgpuLab.A100, "multiInstanceGpu");
        Assert.Equal((7, 7), Room(lab.Capacity(), "grid_a100-1-5c"));
        Assert.Equal((4, 4), Room(lab.Capacity(), "grid_a100-1-10c"));
        Assert.Equal((3, 3), Room(lab.Capacity(), "grid_a100-2-10c"));
        Assert.Equal((2, 2), Room(lab.Capacity(), "grid_a100-3-20c"));
        Assert.Equal((1, 1), Room(lab.Capacity(), "grid_a100-4-20c"));
        Assert.Equal((1, 1), Room(lab.Capacity(), "grid_a100-1-5cme"));

        // 3g is at 0 or 4: a 4g finds slice 0 taken or not, another 3g and three or four 1g fit in any case.
        lab.Runs("train", 0, "grid_a100-3-20c");
        Assert.Equal((0, 1), Room(lab.Capacity(), "grid_a100-4-20c"));
        Assert.Equal((1, 1), Room(lab.Capacity(), "grid_a100-3-20c"));
        Assert.Equal((3, 4), Room(lab.Capacity(), "grid_a100-1-5c"));
        Assert.Equal((0, 0), Room(lab.Capacity(), "grid_a100-7-40c"));
        Assert.Equal((1, 1), Room(lab.Capacity(new PlacedVgpu(VgpuLab.Address(0), "train", "grid_a100-3-20c", 4)), "grid_a100-4-20c"));
    }

    [Fact]
    public void The_media_engines_are_there_once()
    {
        VgpuFit fit = VgpuLab.Host("8.0.3").Gpu(VgpuLab.A100, "multiInstanceGpu").Runs("video", 0, "grid_a100-1-5cme").Capacity().Fit("grid_a100-1-5cme");

        Assert.Equal(0, fit.MayStart);
        Assert.Contains("media engines", fit.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void vGPUs_of_one_type_share_a_GPU_instance_where_the_board_can()
    {
        const ushort RtxPro6000 = 0x2bb5;
        VgpuLab lab = VgpuLab.Host("9.0.0").Gpu(RtxPro6000, "multiInstanceGpu").Runs("a", 0, "nvidia_rtx_pro_6000_blackwell_dc-2-24q");

        // Two instances of two slices with two seats each: one seat is taken.
        Assert.Equal((3, 3), Room(lab.Capacity(), "nvidia_rtx_pro_6000_blackwell_dc-2-24q"));
        Assert.Equal((1, 1), Room(lab.Capacity(), "nvidia_rtx_pro_6000_blackwell_dc-2-48q"));
    }

    [Fact]
    public void A_profile_of_the_other_mode_is_not_offered_and_the_reason_is_the_mode()
    {
        VgpuFit mig = VgpuLab.Host("8.0.3").Gpu(VgpuLab.A100, "sameSize").Capacity().Fit("grid_a100-1-5c");
        VgpuFit sliced = VgpuLab.Host("8.0.3").Gpu(VgpuLab.A100, "multiInstanceGpu").Capacity().Fit("grid_a100-5c");

        Assert.Equal((0, GpuObstacle.MigOff), (mig.MayStart, mig.Gpus[0].Obstacle));
        Assert.Contains("not in MIG mode", mig.Why, StringComparison.Ordinal);
        Assert.Equal((0, GpuObstacle.MigOn), (sliced.MayStart, sliced.Gpus[0].Obstacle));
    }

    [Fact]
    public void Before_8_0_U3_the_offer_shows_the_mode_and_else_what_runs()
    {
        VgpuLab mig = VgpuLab.Host("7.0.3").Gpu(VgpuLab.A100).Offers("grid_a100-1-5c", "grid_a100-2-10c");
        Assert.Equal((GpuVgpuMode.Mig, (7, 7)), (mig.Capacity().Gpus[0].Mode, Room(mig.Capacity(), "grid_a100-1-5c")));

        VgpuLab both = VgpuLab.Host("7.0.3").Gpu(VgpuLab.A100).Gpu(VgpuLab.A100).Offers("grid_a100-1-5c", "grid_a100-10c");
        Assert.Equal((0, 8), Room(both.Capacity(), "grid_a100-10c"));
        Assert.Equal(GpuVgpuMode.Unknown, both.Capacity().Gpus[0].Mode);

        both.Runs("sliced", 0, "grid_a100-10c").Runs("mig", 1, "grid_a100-1-5c");
        Assert.Equal((GpuVgpuMode.SameSize, GpuVgpuMode.Mig), (both.Capacity().Gpus[0].Mode, both.Capacity().Gpus[1].Mode));
        Assert.Equal((3, 3), Room(both.Capacity(), "grid_a100-10c"));
        Assert.Equal((6, 6), Room(both.Capacity(), "grid_a100-1-5c"));
    }

    [Theory]
    [InlineData("shared", false, GpuObstacle.NotSharedDirect, "Shared (vSGA)")]
    [InlineData("basic", false, GpuObstacle.NoDriver, "no NVIDIA host driver")]
    [InlineData(null, false, GpuObstacle.NoDriver, "does not list it")]
    [InlineData("direct", false, GpuObstacle.Passthrough, "passthrough")]
    [InlineData("sharedDirect", true, GpuObstacle.Passthrough, "passthrough")]
    public void A_GPU_that_is_not_in_vGPU_use_says_why(string? type, bool passthrough, GpuObstacle obstacle, string why)
    {
        HostCapacity capacity = VgpuLab.Host("8.0.3").Gpu(VgpuLab.A40, "none", type, passthrough).Offers("nvidia_a40-8q").Capacity();
        VgpuFit fit = capacity.Fit("nvidia_a40-8q");

        Assert.Equal((0, obstacle, GpuVgpuMode.None), (fit.MayStart, fit.Gpus[0].Obstacle, capacity.Gpus[0].Mode));
        Assert.Contains(why, capacity.Gpus[0].NotInUse, StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_of_another_board_is_that()
    {
        VgpuFit fit = VgpuLab.Host("6.7.0").Gpu(VgpuLab.P100).Capacity().Fit("grid_t4-8q");

        Assert.Equal(0, fit.MayStart);
        Assert.Equal("esx-1 does not offer grid_t4-8q: it has no GPU with this profile.", fit.Why);
    }

    [Fact]
    public void A_host_in_maintenance_mode_or_disconnected_starts_nothing()
    {
        VgpuLab lab = VgpuLab.Host("6.7.0").Gpu(VgpuLab.P100);
        lab.Change = host => host with { InMaintenanceMode = true };
        Assert.Equal((0, GpuObstacle.HostNotReady), (lab.Capacity().Fit("grid_p100-8q").MayStart, lab.Capacity().Fit("grid_p100-8q").Gpus[0].Obstacle));

        lab.Change = host => host with { ConnectionState = "notResponding" };
        Assert.Contains("not connected", lab.Capacity().Fit("grid_p100-8q").Why, StringComparison.Ordinal);
    }

    [Fact]
    public void What_may_not_be_read_makes_the_least_zero_and_is_said()
    {
        VgpuLab lab = VgpuLab.Host("6.7.0").Gpu(VgpuLab.P100).RunsUnread("vm-77", 0);
        VgpuFit fit = lab.Capacity().Fit("grid_p100-8q");
        Assert.Equal((0, 1, GpuObstacle.NotKnown), (fit.CanStart, fit.MayStart, fit.Gpus[0].Obstacle));

        VgpuLab unread = VgpuLab.Host("6.7.0").Gpu(VgpuLab.P100);
        unread.Offered = null;
        VgpuFit notOffered = unread.Capacity().Fit("grid_p100-8q");
        Assert.Equal((0, 2), (notOffered.CanStart, notOffered.MayStart));
        Assert.Contains(notOffered.Notes, note => note.Contains("could not be read", StringComparison.Ordinal));
    }

    [Fact]
    public void Performance_gives_the_next_VM_the_GPU_with_the_fewest_and_so_closes_the_empty_one()
    {
        VgpuLab lab = VgpuLab.Host("6.7.0").Gpu(VgpuLab.P100).Gpu(VgpuLab.P100).Runs("first", 0, "grid_p100-4q");
        HostCapacity capacity = lab.Capacity();

        Assert.Equal([VgpuLab.Address(1)], capacity.Fit("grid_p100-4q").Next);
        Assert.Equal((2, 2), Room(capacity, "grid_p100-8q"));
        Assert.Equal((0, 0), Room(capacity.After("grid_p100-4q")!, "grid_p100-8q"));
    }

    [Fact]
    public void Consolidation_fills_the_GPU_with_like_VMs_and_so_keeps_the_empty_one()
    {
        VgpuLab lab = VgpuLab.Host("6.7.0").Consolidating().Gpu(VgpuLab.P100).Gpu(VgpuLab.P100).Runs("first", 0, "grid_p100-4q");
        HostCapacity capacity = lab.Capacity();

        Assert.Equal([VgpuLab.Address(0)], capacity.Fit("grid_p100-4q").Next);
        Assert.Equal((2, 2), Room(capacity.After("grid_p100-4q")!, "grid_p100-8q"));
    }

    [Fact]
    public void The_policy_does_not_count_in_mixed_size_mode()
    {
        VgpuLab lab = VgpuLab.Host("8.0.3").Gpu(VgpuLab.A100, "mixedSize").Gpu(VgpuLab.A100, "mixedSize").Runs("first", 0, "grid_a100-10c");

        Assert.Equal([VgpuLab.Address(0), VgpuLab.Address(1)], lab.Capacity().Fit("grid_a100-10c").Next);
    }

    [Fact]
    public void Several_profiles_of_one_VM_have_to_find_room_together()
    {
        VgpuLab one = VgpuLab.Host("8.0.2").Gpu(VgpuLab.T4);
        Assert.True(one.Capacity().CanStart(["grid_t4-8q", "grid_t4-8q"]).Verdict);
        Assert.False(one.Capacity().CanStart(["grid_t4-8q", "grid_t4-8q", "grid_t4-8q"]).Verdict);

        VgpuStart mixed = one.Capacity().CanStart(["grid_t4-8q", "grid_t4-4q"]);
        Assert.False(mixed.Verdict);
        Assert.Contains("together", mixed.Why, StringComparison.Ordinal);
        Assert.True(VgpuLab.Host("8.0.2").Gpu(VgpuLab.T4).Gpu(VgpuLab.T4).Capacity().CanStart(["grid_t4-8q", "grid_t4-4q"]).Verdict);
        Assert.True(one.Capacity().CanStart([]).Verdict);
    }

    [Fact]
    public void A_VM_with_two_vGPUs_on_two_GPUs_has_one_on_each()
    {
        VgpuLab lab = VgpuLab.Host("8.0.2").Gpu(VgpuLab.T4).Gpu(VgpuLab.T4).Runs("both", [0, 1], "grid_t4-8q", "grid_t4-4q");

        // Which is on which is not readable, but the GPUs are alike: one more of each in any way.
        Assert.Equal((1, 1), Room(lab.Capacity(), "grid_t4-8q"));
        Assert.Equal((3, 3), Room(lab.Capacity(), "grid_t4-4q"));
        Assert.Contains(lab.Capacity().Fit("grid_t4-4q").Notes, note => note.Contains("not certain", StringComparison.Ordinal));
        Assert.Equal(1, lab.Capacity(new PlacedVgpu(VgpuLab.Address(0), "both", "grid_t4-4q", null)).Fit("grid_t4-8q").Gpus[1].CanStart);
    }

    [Fact]
    public void A_running_VM_that_the_host_lists_on_no_GPU_still_takes_room()
    {
        Assert.Equal((1, 1), Room(VgpuLab.Host("6.7.0").Gpu(VgpuLab.P100).Runs("lost", (int?)null, "grid_p100-8q").Capacity(), "grid_p100-8q"));
        Assert.Equal((3, 3), Room(VgpuLab.Host("6.7.0").Gpu(VgpuLab.P100).Gpu(VgpuLab.P100).Runs("lost", (int?)null, "grid_p100-8q").Capacity(), "grid_p100-8q"));
        Assert.Equal((2, 2), Room(VgpuLab.Host("6.7.0").Gpu(VgpuLab.P100).Gpu(VgpuLab.P100).Runs("lost", (int?)null, "grid_p100-4q").Capacity(), "grid_p100-8q"));
    }

    [Fact]
    public void A_profile_that_the_catalogue_does_not_know_is_computed_and_marked()
    {
        const ushort NewGpu = 0x3fff;
        VgpuLab lab = VgpuLab.Host("9.0.0").Gpu(NewGpu, "sameSize").Offers("nvidia_x900-16q");
        lab.Change = host => host with { Devices = [.. host.Devices.Select(device => device with { MemoryMB = 65536 })] };

        VgpuFit fit = lab.Capacity().Fit("nvidia_x900-16q");

        Assert.Equal((4, 4, FactConfidence.Computed), (fit.CanStart, fit.MayStart, fit.Confidence));
        Assert.Contains(fit.Notes, note => note.Contains("does not know", StringComparison.Ordinal));
    }

    [Fact]
    public void A_GPU_in_use_says_its_lock_and_its_memory()
    {
        GpuUse use = VgpuLab.Host("6.7.0").Gpu(VgpuLab.P100).Runs("a", 0, "grid_p100-4q").Capacity().Gpus[0];

        Assert.Equal((GpuVgpuMode.SameSize, 16384L, 4096L, 4096), (use.Mode, use.MemoryMB, use.UsedMemoryMB, use.LockedMemoryMB));
        Assert.Equal(["grid_p100-4q"], use.Profiles);
    }

    [Theory]
    [InlineData("poweredOff")]
    [InlineData("suspended")]
    public void A_VM_that_does_not_run_takes_no_room_and_locks_nothing(string powerState)
    {
        HostCapacity capacity = VgpuLab.Host("6.7.0").Gpu(VgpuLab.P100).Has("asleep", powerState, "grid_p100-16q").Capacity();

        Assert.Equal((2, 2), Room(capacity, "grid_p100-8q"));
        Assert.Equal((null, null, 0L), (capacity.Gpus[0].LockedMemoryMB, capacity.Gpus[0].LockedProfile, capacity.Gpus[0].UsedMemoryMB));
    }

    [Theory]
    [InlineData("6.7.0", "grid_t4-4q")]
    [InlineData("8.0.0", "grid_t4-4q")]
    [InlineData("8.0.1", null)]
    public void Before_8_0_U1_a_GPU_is_locked_to_a_profile_and_then_to_a_size(string version, string? profile)
    {
        GpuUse use = VgpuLab.Host(version).Gpu(VgpuLab.T4).Runs("desktop", 0, "grid_t4-4q").Capacity().Gpus[0];

        Assert.Equal((4096, profile), (use.LockedMemoryMB, use.LockedProfile));
    }

    /// <summary>Fragments: the memory is there, the place is not.</summary>
    [Theory]
    [InlineData(new[] { 0, 10, 20, 30 }, 0, 0, new int[0], "")]
    [InlineData(new[] { 0, 10 }, 1, 2, new[] { 20 }, "20-39")]
    [InlineData(new[] { 0, 20 }, 0, 2, new int[0], "10-19 30-39")]
    [InlineData(new[] { 10, 30 }, 0, 2, new int[0], "0-9 20-29")]
    [InlineData(new[] { 20 }, 1, 3, new[] { 0 }, "0-19 30-39")]
    [InlineData(new int[0], 2, 4, new[] { 0, 20 }, "0-39")]
    public void Mixed_size_goes_by_places_and_not_by_memory(int[] taken, int halves, int quarters, int[] starts, string free)
    {
        VgpuLab lab = VgpuLab.Host("8.0.3").Gpu(VgpuLab.A100, "mixedSize");
        List<PlacedVgpu> placed = [];
        foreach (int start in taken)
        {
            lab.Runs("at-" + start, 0, "grid_a100-10c");
            placed.Add(new PlacedVgpu(VgpuLab.Address(0), "at-" + start, "grid_a100-10c", start));
        }

        HostCapacity capacity = lab.Capacity([.. placed]);

        Assert.Equal((halves, halves), Room(capacity, "grid_a100-20c"));
        Assert.Equal((quarters, quarters), Room(capacity, "grid_a100-10c"));
        Assert.Equal(starts, capacity.Fit("grid_a100-20c").Gpus[0].FreePlacements);
        Assert.Equal(free, string.Join(" ", capacity.Gpus[0].FreePlaces!));
    }

    [Fact]
    public void Where_nobody_told_the_places_none_is_said_to_be_free()
    {
        GpuUse use = VgpuLab.Host("8.0.3").Gpu(VgpuLab.A100, "mixedSize").Runs("a", 0, "grid_a100-10c").Capacity().Gpus[0];
        Assert.Equal((null, 10240L), (use.FreePlaces, use.UsedMemoryMB));
        Assert.Null(VgpuLab.Host("8.0.3").Gpu(VgpuLab.A100, "mixedSize").Runs("a", 0, "grid_a100-10c").Capacity().Fit("grid_a100-10c").Gpus[0].FreePlacements);
        Assert.Null(VgpuLab.Host("8.0.3").Gpu(VgpuLab.A100, "sameSize").Capacity().Gpus[0].FreePlaces);
    }

    [Fact]
    public void Only_VMs_that_stand_where_the_profile_could_are_in_the_way()
    {
        VgpuLab lab = VgpuLab.Host("8.0.3").Gpu(VgpuLab.A100, "multiInstanceGpu").Runs("low", 0, "grid_a100-1-5c").Runs("high", 0, "grid_a100-1-5c");

        VgpuFit fit = lab.Capacity(
            new PlacedVgpu(VgpuLab.Address(0), "low", "grid_a100-1-5c", 0), new PlacedVgpu(VgpuLab.Address(0), "high", "grid_a100-1-5c", 6)).Fit("grid_a100-4-20c");

        Assert.Equal(0, fit.MayStart);
        Assert.Equal(["low"], fit.InTheWay.Select(vgpu => vgpu.VmName));
        Assert.Equal(["high", "low"], lab.Capacity().Fit("grid_a100-4-20c").InTheWay.Select(vgpu => vgpu.VmName));
    }

    [Fact]
    public void An_unknown_type_that_runs_counts_with_the_size_in_its_name()
    {
        VgpuLab lab = VgpuLab.Host("8.0.1").Gpu(VgpuLab.T4).Offers("grid_t4-8q", "grid_t4-4q").Runs("new", 0, "grid_t4-8x9q");
        Assert.Equal((0, GpuObstacle.OtherSize), (lab.Capacity().Fit("grid_t4-4q").MayStart, lab.Capacity().Fit("grid_t4-4q").Gpus[0].Obstacle));

        VgpuLab sized = VgpuLab.Host("8.0.1").Gpu(VgpuLab.T4).Offers("grid_t4-8q").Runs("new", 0, "grid_t4next-8q");
        Assert.Equal((1, 1), Room(sized.Capacity(), "grid_t4-8q"));
    }
}
