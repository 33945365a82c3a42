using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vgpu;

public sealed class CapacityReportTests
{
    [Fact]
    public void A_profile_is_told_with_all_that_is_known_of_it()
    {
        VgpuHost host = VgpuLab.Host("6.7.0").Gpu(VgpuLab.P100).Gpu(VgpuLab.T4).Runs("a", 0, "grid_p100-8q").Read() with
        {
            Capabilities = new Dictionary<string, SharedGpuCapabilities>(System.StringComparer.OrdinalIgnoreCase) { ["GRID_P100-8Q"] = new(true, false, false, true) },
        };

        VgpuProfile profile = CapacityReport.Profiles(HostCapacity.Of(host), host, name => name == "grid_p100-8q").Single();

        Assert.Equal([VgpuLab.Address(0)], profile.Devices);
        Assert.Equal((8192, VgpuSeries.Q, VgpuSharing.TimeSliced, "vWS"), (profile.MemoryMB, profile.Series, profile.Sharing, profile.Licence));
        Assert.Equal((true, false, false, true), (profile.CanMigrate, profile.CanSuspend, profile.CanSnapshotDisk, profile.CanSnapshotMemory));
        Assert.Equal((2, 1, 1), (profile.MaxPerGpu, profile.CanStart, profile.MayStart));
        Assert.Equal(["a"], profile.InTheWay);
        Assert.Contains("1 of 2", profile.Why, System.StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_host_does_not_say_is_not_known()
    {
        VgpuHost host = VgpuLab.Host("6.5.0").Gpu(VgpuLab.P100).Read();

        VgpuProfile profile = CapacityReport.Profiles(HostCapacity.Of(host), host, name => name == "grid_p100-8q").Single();

        Assert.Equal((null, null, null, null), (profile.CanMigrate, profile.CanSuspend, profile.CanSnapshotDisk, profile.CanSnapshotMemory));
        Assert.Null(profile.Why);
    }

    [Fact]
    public void The_most_on_a_GPU_is_that_of_its_mode()
    {
        Assert.Equal(5, Most("sameSize", "grid_a100-8c"));
        Assert.Equal(4, Most("mixedSize", "grid_a100-8c"));
        Assert.Equal(2, Most("multiInstanceGpu", "grid_a100-3-20c"));

        static int? Most(string mode, string profile)
        {
            VgpuHost host = VgpuLab.Host("8.0.3").Gpu(VgpuLab.A100, mode).Read();
            return CapacityReport.Profiles(HostCapacity.Of(host), host, name => name == profile).Single().MaxPerGpu;
        }
    }

    [Fact]
    public void A_GPU_is_told_with_its_use()
    {
        VgpuHost host = VgpuLab.Host("6.7.0").Gpu(VgpuLab.P100).Gpu(VgpuLab.P100, type: "shared").Gpu(VgpuLab.T4, passthrough: true).Runs("b", 0, "grid_p100-4q").Runs("a", 0, "grid_p100-4q").Read();

        IReadOnlyList<GpuCapacity> rows = CapacityReport.Gpus(HostCapacity.Of(host), host);

        Assert.Equal([GpuVgpuMode.SameSize, GpuVgpuMode.None, GpuVgpuMode.None], rows.Select(row => row.Mode));
        Assert.Equal([GpuObstacle.None, GpuObstacle.NotSharedDirect, GpuObstacle.Passthrough], rows.Select(row => row.Obstacle));
        Assert.Equal((4096, "grid_p100-4q", 16384L, 8192L), (rows[0].LockedMemoryMB, rows[0].LockedProfile, rows[0].MemoryMB, rows[0].FreeMemoryMB));
        Assert.Equal(["a", "b"], rows[0].VMs);
        Assert.Equal(["grid_p100-4q"], rows[0].Profiles);
        Assert.Equal("performance", rows[0].AssignmentPolicy);
        Assert.Equal((null, null), (rows[1].FreeMemoryMB, rows[1].AssignmentPolicy));
    }

    [Fact]
    public void A_cluster_is_the_sum_of_its_hosts_and_says_where_and_why_not()
    {
        var cluster = new ManagedObjectReference("ClusterComputeResource", "domain-1");
        VgpuHost[] hosts =
        [
            In(VgpuLab.Host("6.7.0").Gpu(VgpuLab.P100).Gpu(VgpuLab.P100).Runs("a", 0, "grid_p100-8q").Runs("b", 1, "grid_p100-4q"), "esx-1", false),
            In(VgpuLab.Host("6.7.0").Gpu(VgpuLab.P100), "esx-2", true),
            In(VgpuLab.Host("6.7.0").Gpu(VgpuLab.T4), "esx-3", false),
        ];
        HostCapacity[] capacities = [.. hosts.Select(HostCapacity.Of)];

        ClusterCapacity all = CapacityReport.Clusters(capacities, null).Single();
        ClusterCapacity one = CapacityReport.Clusters(capacities, "GRID_P100-8Q").Single();

        Assert.Equal(("GPU", 3, 4, 4, 2), (all.Name, all.HostCount, all.GpuCount, all.VgpuGpuCount, all.EmptyGpuCount));
        Assert.Equal((4 * 16384L, (4 * 16384L) - 8192 - 4096), (all.MemoryMB, all.FreeMemoryMB));
        Assert.Equal(["SameSize 4"], all.Modes);
        Assert.Equal(["grid_p100-4q", "grid_p100-8q"], all.Profiles);
        Assert.Equal(["a", "b"], all.VMs);
        Assert.Equal(["esx-2"], all.HostsNotReady);
        Assert.Equal((2, null, null), (all.VMCount, all.VgpuProfile, all.CanStart));

        // The host with a T4 has no part in it, the one in maintenance mode has none now.
        Assert.Equal(("grid_p100-8q", 2, 1, 1), (one.VgpuProfile, one.HostCount, one.CanStart, one.MayStart));
        Assert.Equal(["esx-1 1"], one.Where);
        Assert.Equal(["a", "b"], one.InTheWay);
        Assert.Contains(one.Why, why => why.Contains("maintenance mode", System.StringComparison.Ordinal));
        Assert.Contains(one.Why, why => why.Contains("same-size", System.StringComparison.Ordinal));

        VgpuHost In(VgpuLab lab, string name, bool isInMaintenance)
        {
            VgpuHost host = lab.Read();
            return host with { Host = host.Host with { Name = name, Cluster = cluster, ClusterName = "GPU", InMaintenanceMode = isInMaintenance } };
        }
    }

    [Fact]
    public void A_profile_that_no_GPU_has_is_asked_of_all()
    {
        HostCapacity capacity = VgpuLab.Host("6.7.0").Gpu(VgpuLab.P100).Capacity();

        ClusterCapacity row = CapacityReport.Clusters([capacity], "grid_t4-8q").Single();

        Assert.Equal((0, "esx-1"), (row.CanStart, row.Name));
    }

    [Fact]
    public void The_near_names_are_those_that_are_offered()
    {
        VgpuHost[] hosts = [VgpuLab.Host("6.7.0").Gpu(VgpuLab.P100).Read(), VgpuLab.Host("6.7.0").Gpu(VgpuLab.T4).Read()];

        Assert.Equal("grid_p100-8q", CapacityReport.Near(" GRID_P10-8Q ", hosts)[0]);
        Assert.Equal(5, CapacityReport.Near("grid_p100-8z", hosts).Count);
        Assert.Empty(CapacityReport.Near("something else altogether", hosts));
    }
}
