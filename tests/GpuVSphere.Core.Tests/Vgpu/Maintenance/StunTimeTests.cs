using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Vgpu;
using GpuVSphere.Vgpu.Maintenance;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vgpu.Maintenance;

public sealed class StunTimeTests
{
    private static readonly VgpuStunTime[] s_points = [new(10_000, 12), new(1_000, 102), new(100_000, 3)];

    [Theory]
    [InlineData(1_000, 102, true)]
    [InlineData(10_000, 12, true)]
    [InlineData(100_000, 3, true)]
    [InlineData(2_000, 52, false)]
    [InlineData(500, 204, false)]
    [InlineData(400_000, 3, false)]
    public void Between_what_is_known_it_falls_as_one_over_the_bandwidth(int bandwidth, double seconds, bool isExact)
    {
        (double at, bool exact) = StunTime.At(s_points, bandwidth);
        Assert.Equal(seconds, at, 6);
        Assert.Equal(isExact, exact);
    }

    [Fact]
    public void More_bandwidth_is_never_slower()
    {
        double last = double.MaxValue;
        foreach (int bandwidth in Enumerable.Range(1, 300).Select(step => step * 500))
        {
            double seconds = StunTime.At(s_points, bandwidth).Seconds;
            Assert.True(seconds <= last + 1e-9, $"{bandwidth} Mbit/s: {seconds} s after {last} s");
            last = seconds;
        }
    }

    [Fact]
    public void What_the_driver_says_comes_before_sizes_and_sizes_before_the_frame_buffer()
    {
        VgpuProfileInfo[] infos = [new("grid_x-8q", 0x10DE, 0x1234, 8, false, false) { StunTimes = s_points }];
        Assert.Equal((12d, StunSource.Driver), Told(Of([Vgpu("GRID_X-8Q")], infos, _ => 8192)));
        Assert.Equal(StunSource.DriverInterpolated, StunTime.Of([Vgpu("grid_x-8q")], infos, _ => 8192, 20_000)!.Source);

        // 1000 MB are 8388.608 Mbit.
        Assert.Equal((0.8388608, StunSource.MigrationSize), Told(Of([Vgpu("grid_y-8q", 1000)], infos, _ => 8192)));
        Assert.Equal((6.87194767, StunSource.FrameBuffer), Told(Of([Vgpu("grid_y-8q")], infos, _ => 8192)));
        Assert.Null(Of([Vgpu("grid_y-8q")], infos, _ => null));
        Assert.Null(Of([], infos, _ => 8192));
    }

    [Fact]
    public void Several_vgpus_are_transferred_one_after_the_other_and_the_weakest_source_is_named()
    {
        VgpuProfileInfo[] infos = [new("grid_x-8q", 0x10DE, 0x1234, 8, false, false) { StunTimes = s_points }];
        StunTime stun = Of([Vgpu("grid_x-8q"), Vgpu("grid_y-8q", 1000)], infos, _ => 8192)!;
        Assert.Equal(12.8388608, stun.Seconds, 6);
        Assert.Equal(StunSource.MigrationSize, stun.Source);
    }

    [Fact]
    public void Points_that_make_no_sense_are_passed_over()
    {
        VgpuProfileInfo[] infos = [new("grid_x-8q", 0x10DE, 0x1234, 8, false, false) { StunTimes = [new(0, 5), new(-1, 7)] }];
        Assert.Equal(StunSource.FrameBuffer, Of([Vgpu("grid_x-8q")], infos, _ => 8192)!.Source);
        infos = [infos[0] with { StunTimes = [new(0, 5), new(10_000, 7), new(10_000, 9)] }];
        Assert.Equal((7d, StunSource.Driver), Told(Of([Vgpu("grid_x-8q")], infos, _ => 8192)));
    }

    private static StunTime? Of(IReadOnlyList<VmGpu> vgpus, IReadOnlyList<VgpuProfileInfo> infos, Func<string, int?> memoryMB) => StunTime.Of(vgpus, infos, memoryMB, 10_000);

    private static (double, StunSource) Told(StunTime? stun) => (Math.Round(stun!.Seconds, 8), stun.Source);

    private static VmGpu Vgpu(string profile, int? size = null) => new()
    {
        VmId = new VimObjectId("server", new ManagedObjectReference("VirtualMachine", "vm-1")),
        VmName = "vm",
        ServerName = "server",
        Key = 13000,
        Kind = VmGpuKind.Vgpu,
        VgpuProfile = profile,
        MigrationSizeMB = size,
    };
}
