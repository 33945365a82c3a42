using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness;
using GpuVSphere.Smi;
using GpuVSphere.Vgpu;
using GpuVSphere.Vgpu.Maintenance;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vgpu.Maintenance;

/// <summary>What becomes of VMs when their host is emptied, worked out on hosts that are made by hand.</summary>
public sealed class MaintenanceImpactTests
{
    private const ushort A100Pcie80 = 0x20b5;
    private const ushort A100XConverged = 0x20b8;
    private const ushort A100Pcie40 = 0x20f1;
    private const ushort A100Pcie40Other = 0x20b1;

    private static readonly ManagedObjectReference s_cluster = new("ClusterComputeResource", "domain-c1");

    [Fact]
    public void A_vm_moves_to_the_host_that_has_room()
    {
        VmMaintenanceImpact vm = One(Esx("a", VgpuLab.Host("8.0.3").Gpu(VgpuLab.A40).Runs("vm", 0, "nvidia_a40-8q")), Esx("b", VgpuLab.Host("8.0.3").Gpu(VgpuLab.A40)));
        Assert.Equal((MaintenanceWay.MoveByHand, "b", true), (vm.Way, vm.Target, vm.IsCertain));
        Assert.Equal(["b"], vm.Targets);
        Assert.Contains("Move a-vm to b by vMotion", vm.NextStep, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(A100Pcie80, A100Pcie80, "grid_a100d-10c", true)]
    [InlineData(A100Pcie80, A100XConverged, "grid_a100d-10c", false)]
    [InlineData(A100Pcie40, A100Pcie40Other, "grid_a100-10c", true)]
    public void A_running_vm_moves_only_between_gpus_of_one_model(ushort from, ushort to, string profile, bool moves)
    {
        VmMaintenanceImpact vm = One(Esx("a", VgpuLab.Host("8.0.3").Gpu(from).Runs("vm", 0, profile)), Esx("b", VgpuLab.Host("8.0.3").Gpu(to)));
        Assert.Equal(moves ? MaintenanceWay.MoveByHand : MaintenanceWay.PowerOffAndMove, vm.Way);

        // Started anew it runs there all the same.
        Assert.Equal("b", vm.Target);
        Assert.Equal(!moves, string.Join(" ", vm.Why).Contains("only between GPUs of one model", StringComparison.Ordinal));
    }

    [Fact]
    public void A_host_without_the_gpu_takes_nothing()
    {
        VmMaintenanceImpact vm = One(Esx("a", VgpuLab.Host("8.0.3").Gpu(VgpuLab.A40).Runs("vm", 0, "nvidia_a40-8q")), Esx("b", VgpuLab.Host("8.0.3").Gpu(VgpuLab.T4)));
        Assert.Equal((MaintenanceWay.PowerOff, (string?)null), (vm.Way, vm.Target));
        Assert.Contains("stays off until a is back", vm.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public void As_many_are_placed_as_there_is_room_for_in_the_order_that_leaves_the_fewest()
    {
        // One A40 of 48 GB is free, in same-size mode: the large one alone, or the three small ones.
        IReadOnlyList<VmMaintenanceImpact> vms = All(
            Esx("a", VgpuLab.Host("8.0.3").Gpu(VgpuLab.A40).Gpu(VgpuLab.A40).Runs("big", 0, "nvidia_a40-48q").Runs("s1", 1, "nvidia_a40-12q").Runs("s2", 1, "nvidia_a40-12q").Runs("s3", 1, "nvidia_a40-12q")),
            Esx("b", VgpuLab.Host("8.0.3").Gpu(VgpuLab.A40)));
        Assert.Equal(["a-s1", "a-s2", "a-s3"], vms.Where(vm => vm.Way == MaintenanceWay.MoveByHand).Select(vm => vm.VmName));
        VmMaintenanceImpact big = vms.Single(vm => vm.VmName == "a-big");
        Assert.Equal((MaintenanceWay.PowerOff, 4), (big.Way, big.Order));
        Assert.Contains("has no room left when the other VMs go as well", string.Join(" ", big.Why), StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_that_cannot_be_reserved_is_no_room()
    {
        MaintenanceHost small = Esx("b", VgpuLab.Host("8.0.3").Gpu(VgpuLab.A40), host => host with { MemoryMB = 8 * 1024 });
        VmMaintenanceImpact vm = One(Esx("a", VgpuLab.Host("8.0.3").Gpu(VgpuLab.A40).Runs("vm", 0, "nvidia_a40-8q")), small);
        Assert.Equal(MaintenanceWay.PowerOff, vm.Way);
        Assert.Contains("b has 8192 MB that can be reserved, and 16384 MB are needed.", vm.Why);
    }

    [Fact]
    public void Another_mode_and_another_driver_are_doubts()
    {
        MaintenanceHost source = Esx("a", VgpuLab.Host("8.0.3").Gpu(VgpuLab.A40, "sameSize").Runs("vm", 0, "nvidia_a40-8q")) with { Driver = "550.163.02" };
        VmMaintenanceImpact vm = One(source, Esx("b", VgpuLab.Host("8.0.3").Gpu(VgpuLab.A40, "mixedSize")) with { Driver = "550.163.02" });
        Assert.Equal((MaintenanceWay.MoveByHand, false), (vm.Way, vm.IsCertain));
        Assert.Contains("another mode (MixedSize)", string.Join(" ", vm.Why), StringComparison.Ordinal);
        vm = One(source, Esx("b", VgpuLab.Host("8.0.3").Gpu(VgpuLab.A40, "sameSize")) with { Driver = "535.54.06" });
        Assert.False(vm.IsCertain);
        Assert.Equal(["b"], vm.PossibleTargets);
        Assert.True(One(source, Esx("b", VgpuLab.Host("8.0.3").Gpu(VgpuLab.A40, "sameSize"))).IsCertain);
    }

    [Fact]
    public void Other_ecc_is_a_refusal_where_it_was_read_at_both_ends()
    {
        MaintenanceHost source = Esx("a", VgpuLab.Host("8.0.3").Gpu(VgpuLab.A40).Runs("vm", 0, "nvidia_a40-8q")), to = Esx("b", VgpuLab.Host("8.0.3").Gpu(VgpuLab.A40));
        Assert.Equal(MaintenanceWay.PowerOffAndMove, One(Told(source, true), Told(to, false)).Way);
        Assert.Equal(MaintenanceWay.MoveByHand, One(Told(source, true), Told(to, true)).Way);
        Assert.Equal(MaintenanceWay.MoveByHand, One(Told(source, true), to).Way);
    }

    [Fact]
    public void What_the_release_or_the_profile_does_not_move_is_powered_off()
    {
        VgpuLab lab = VgpuLab.Host("6.7.0").Gpu(VgpuLab.P100).Runs("vm", 0, "grid_p100-8q");
        MaintenanceHost to = Esx("b", VgpuLab.Host("6.7.0").Gpu(VgpuLab.P100), host => host with { Build = "14320388" });
        Assert.Equal(MaintenanceWay.PowerOffAndMove, One(Esx("a", lab, host => host with { Build = "8169922" }), to).Way);
        Assert.Equal(MaintenanceWay.MoveByHand, One(Esx("a", lab, host => host with { Build = "14320388" }), to).Way);

        MaintenanceHost fixedProfile = Esx("a", VgpuLab.Host("8.0.3").Gpu(VgpuLab.A40).Runs("vm", 0, "nvidia_a40-8q"));
        fixedProfile = fixedProfile with
        {
            Vgpu = fixedProfile.Vgpu with
            {
                Capabilities = new Dictionary<string, SharedGpuCapabilities>(StringComparer.OrdinalIgnoreCase) { ["nvidia_a40-8q"] = new(false, true, false, true) },
            },
        };
        VmMaintenanceImpact vm = One(fixedProfile, Esx("b", VgpuLab.Host("8.0.3").Gpu(VgpuLab.A40)));
        Assert.Equal(MaintenanceWay.PowerOffAndMove, vm.Way);
        Assert.Contains("cannot be moved while its VM runs", string.Join(" ", vm.Why), StringComparison.Ordinal);
        Assert.Null(vm.StunSeconds);
    }

    [Fact]
    public void Two_vms_with_dynamic_gpus_do_not_get_one_device()
    {
        MaintenanceHost source = Esx("a", VgpuLab.Host("8.0.3").Gpu(VgpuLab.T4, passthrough: true).Gpu(VgpuLab.T4, passthrough: true));
        source = source with { Vms = [Dynamic("one"), Dynamic("two")] };
        IReadOnlyList<VmMaintenanceImpact> vms = All(source, Esx("b", VgpuLab.Host("8.0.3").Gpu(VgpuLab.T4, passthrough: true)));
        Assert.Equal([MaintenanceWay.PowerOffAndMove, MaintenanceWay.PowerOff], vms.Select(vm => vm.Way));
        vms = All(source with { Vms = [Dynamic("one", "training")] }, Esx("b", VgpuLab.Host("8.0.3").Gpu(VgpuLab.T4, passthrough: true)));
        Assert.Equal(MaintenanceWay.PowerOff, Assert.Single(vms).Way);
    }

    [Fact]
    public void Static_passthrough_and_other_devices_stay_and_cluster_services_do_not_count()
    {
        GpuVm Vm(string name, VmGpuKind kind) => Plain(name) with { PciDevices = [new VmGpu { VmId = Id(name), VmName = name, ServerName = "vc", Key = 13000, Kind = kind }] };
        MaintenanceHost source = Esx("a", VgpuLab.Host("8.0.3")) with { Vms = [Vm("held", VmGpuKind.StaticPassthrough), Vm("nic", VmGpuKind.Other), Plain("vCLS-1"), Plain("web")] };
        IReadOnlyList<VmMaintenanceImpact> vms = All(source, Esx("b", VgpuLab.Host("8.0.3")));
        Assert.Equal(["web MoveByHand", "held PowerOff", "nic PowerOff"], vms.Select(vm => $"{vm.VmName} {vm.Way}"));
    }

    [Fact]
    public void A_host_alone_and_one_in_no_cluster_have_nowhere_to_send_to()
    {
        MaintenanceHost alone = Esx("a", VgpuLab.Host("8.0.3").Gpu(VgpuLab.A40).Runs("vm", 0, "nvidia_a40-8q"));
        Assert.Contains("GPU has no other host.", Assert.Single(All(alone)).Why);
        MaintenanceHost loose = Esx("a", VgpuLab.Host("8.0.3").Gpu(VgpuLab.A40).Runs("vm", 0, "nvidia_a40-8q"), host => host with { Cluster = null, ClusterName = null });
        Assert.Contains("in no cluster", string.Join(" ", Assert.Single(All(loose)).Why), StringComparison.Ordinal);
    }

    [Fact]
    public void What_could_not_be_read_is_not_certain()
    {
        MaintenanceHost source = Esx("a", VgpuLab.Host("8.0.3").Gpu(VgpuLab.A40).Runs("vm", 0, "nvidia_a40-8q"));
        source = source with { Migration = source.Migration! with { HotMigrate = Evidence<bool>.Unknown("it may not be read"), Drs = Evidence<DrsSettings>.Unknown("it may not be read") } };
        VmMaintenanceImpact vm = One(source, Esx("b", VgpuLab.Host("8.0.3").Gpu(VgpuLab.A40)));
        Assert.Equal((MaintenanceWay.MoveByHand, false), (vm.Way, vm.IsCertain));
        Assert.Equal(["VMOTION-SETTING", "DRS-AUTOMATION"], vm.BlockedBy);
    }

    [Fact]
    public void A_host_that_is_away_is_not_said_to_be_ready()
    {
        HostMaintenanceImpact host = Assert.Single(MaintenanceImpact.Of([Esx("a", VgpuLab.Host("8.0.3"), host => host with { ConnectionState = "notResponding" })], [], new MaintenanceOptions()));
        Assert.False(host.CanEnterWithoutPowerOff);
        Assert.StartsWith("Reconnect a", host.Steps[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Vms_that_need_the_same_are_each_given_a_place_of_their_own()
    {
        VgpuLab full = VgpuLab.Host("8.0.3").Gpu(VgpuLab.A40).Gpu(VgpuLab.A40);
        foreach (int number in Enumerable.Range(0, 12))
        {
            full.Runs("vm" + number, number % 2, "nvidia_a40-8q");
        }

        IReadOnlyList<VmMaintenanceImpact> vms = All(Esx("a", full), Esx("b", VgpuLab.Host("8.0.3").Gpu(VgpuLab.A40)), Esx("c", VgpuLab.Host("8.0.3").Gpu(VgpuLab.A40).Runs("own", 0, "nvidia_a40-8q")));
        Assert.Equal((6, 5, 1), (vms.Count(vm => vm.Target == "b"), vms.Count(vm => vm.Target == "c"), vms.Count(vm => vm.Way == MaintenanceWay.PowerOff)));
    }

    private static VmMaintenanceImpact One(params MaintenanceHost[] hosts) => Assert.Single(All(hosts));

    private static IReadOnlyList<VmMaintenanceImpact> All(params MaintenanceHost[] hosts) => MaintenanceImpact.Of([hosts[0]], hosts, new MaintenanceOptions()).Single().VMs;

    private static MaintenanceHost Told(MaintenanceHost host, bool isEccOn) => host with
    {
        Told = [.. host.Host.Devices.Select(device => new NvidiaSmiGpu { HostId = host.Host.Id, Address = device.Address, EccCurrent = isEccOn })],
    };

    private static MaintenanceHost Esx(string name, VgpuLab lab, Func<GpuHost, GpuHost>? change = null)
    {
        VgpuHost made = lab.Read();
        VimObjectId id = new("uuid", new ManagedObjectReference("HostSystem", name));
        VimObjectId Own(VimObjectId vm) => Id(name + "-" + vm.Reference.Value);
        GpuHost host = made.Host with
        {
            Id = id,
            Name = name,
            Cluster = s_cluster,
            ClusterName = "GPU",
            MemoryMB = 1024 * 1024,
            Devices = [.. made.Host.Devices.Select(device => device with
            {
                HostId = id,
                HostName = name,
                Assignments = [.. device.Assignments.Select(assignment => assignment with { Vm = Own(assignment.Vm), VmName = name + "-" + assignment.VmName })],
            })],
        };
        host = change?.Invoke(host) ?? host;
        GpuVm[] vms = [.. made.Vms.Select(vm => vm with
        {
            Id = Own(vm.Id),
            Name = name + "-" + vm.Name,
            Host = id.Reference,
            MemoryMB = 16 * 1024,
            IsMemoryReservationLocked = true,
            PciDevices = [.. vm.PciDevices.Select(device => device with { VmId = Own(vm.Id), VmName = name + "-" + vm.Name })],
        })];
        VgpuHost vgpu = made with { Host = host, Vms = vms };
        return new MaintenanceHost
        {
            Vgpu = vgpu,
            Capacity = HostCapacity.Of(vgpu),
            Vms = vms,
            Migration = new MigrationEvidence
            {
                HotMigrate = Evidence<bool>.Of(true),
                ClusterName = host.ClusterName,
                Drs = Evidence<DrsSettings>.Of(new DrsSettings(false, new Dictionary<ManagedObjectReference, bool>())),
            },
        };
    }

    private static GpuVm Dynamic(string name, string? label = null) => Plain(name) with
    {
        PciDevices = [new VmGpu { VmId = Id(name), VmName = name, ServerName = "vc", Key = 13000, Kind = VmGpuKind.DynamicPassthrough, AllowedDevices = [new PciIdMatch(0x10de, VgpuLab.T4, null, null)], CustomLabel = label }],
    };

    private static GpuVm Plain(string name) => new() { Id = Id(name), Name = name, ServerName = "vc", PowerState = "poweredOn", Host = new ManagedObjectReference("HostSystem", "a") };

    private static VimObjectId Id(string name) => new("uuid", new ManagedObjectReference("VirtualMachine", name));
}
