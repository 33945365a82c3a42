using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;
using GpuVSphere.Shell;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vgpu;

public sealed class VibPlannerTests
{
    private const string Gpu = "0000:3b:00.0";
    private const string Name67 = "NVIDIA-VMware_ESXi_6.7_Host_Driver";
    private const string Version67 = "390.42-1OEM.670.0.0.7535516";
    private const string Newer67 = "430.46-1OEM.670.0.0.8169922";
    private const string Name80 = "NVD-VMware_ESXi_8.0.0_Driver";
    private const string Version80 = "550.144.02-1OEM.800.1.0.20613240";
    private const string Daemon = "nvdgpumgmtdaemon";

    private static readonly VimObjectId s_id = new("uuid", new ManagedObjectReference("HostSystem", "host-1"));
    private static readonly HostChangeOptions s_staged = new();
    private static readonly HostChangeOptions s_reboot = new() { Reboot = true };

    [Fact]
    public void Graphics_and_driver_are_one_change_with_one_reboot()
    {
        HostProposal plan = Plan(Situation(), s_reboot, [Package(Name67, Version67)], SharedDirect());

        Assert.Equal(
            [
                ": default graphics type: shared > sharedDirect",
                $": graphics type of {Gpu}: shared > sharedDirect",
                $": VIB {Name67}:  > {Version67}",
                "reboot: NVIDIA driver in force: no > yes",
            ],
            Rows(plan));
        Assert.DoesNotContain(plan.Findings, finding => finding.Blocks);
        Assert.True(plan.Change!.NeedsReboot);
        Assert.True(plan.Change.NeedsMaintenanceToApply);
        Assert.Contains(plan.Consequences, told => told.Text.Contains("vGPU 6.0", StringComparison.Ordinal));
        Assert.Contains(new JournalField("vib:" + Name67, null, Version67), plan.Change.Fields);
    }

    [Fact]
    public void A_host_that_is_still_shared_is_refused()
    {
        Finding refused = Assert.Single(Plan(Situation(), s_reboot, [Package(Name67, Version67)]).Findings, finding => finding.Blocks);
        Assert.Equal("VIB-GRAPHICS", refused.RuleId);
        Assert.Contains(Gpu, refused.Message, StringComparison.Ordinal);

        // The daemon alone needs no graphics mode.
        Assert.DoesNotContain(Plan(Situation("8.0.3"), s_reboot, [Package(Daemon, "550.144.02-0.0.0000")]).Findings, finding => finding.RuleId == "VIB-GRAPHICS");
    }

    [Fact]
    public void Without_a_reboot_it_takes_a_host_in_maintenance_mode()
    {
        HostProposal refused = Plan(Situation(type: "sharedDirect"), s_staged, [Package(Name67, Version67)]);
        Assert.Equal("MaintenanceNotAsked", Assert.Single(refused.Findings, finding => finding.Blocks).ErrorId);

        Case resting = Situation(type: "sharedDirect");
        HostProposal staged = Plan(resting with { Host = resting.Host with { InMaintenanceMode = true } }, s_staged, [Package(Name67, Version67)]);
        Assert.DoesNotContain(staged.Findings, finding => finding.Blocks);
        Assert.Equal([$": VIB {Name67}:  > {Version67}"], Rows(staged));
        Assert.False(staged.Change!.NeedsMaintenanceToApply);
        Assert.Contains(staged.Consequences, told => told.Text.Contains("not rebooted", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_there_and_in_force_is_an_empty_plan()
    {
        HostProposal plan = Plan(Situation(type: "sharedDirect", active: "sharedDirect", vibs: [(Name67, Version67)]), s_reboot, [Package(Name67, Version67)], SharedDirect());
        Assert.Empty(plan.Stages);
        Assert.Empty(plan.Findings);
        Assert.False(plan.Change!.HasSomethingToApply);
        Assert.False(plan.Change.NeedsReboot);
        Assert.Null(plan.Change.Pending);
        Assert.Contains(plan.Consequences, told => told.Text.Contains("already", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_there_and_serves_no_gpu_waits_for_a_reboot()
    {
        Case idle = Situation(type: "sharedDirect", vibs: [(Name67, Version67)]);
        HostProposal staged = Plan(idle, s_staged, [Package(Name67, Version67)]);
        Assert.Empty(staged.Stages);
        Assert.Contains("-Reboot", staged.Change!.Pending, StringComparison.Ordinal);
        Assert.Equal(["reboot: NVIDIA driver in force: no > yes"], Rows(Plan(idle, s_reboot, [Package(Name67, Version67)])));
    }

    [Fact]
    public void Where_the_driver_came_first_the_graphics_mode_is_all_there_is_to_do()
    {
        Case first = Situation(type: "shared", active: "shared", vibs: [(Name67, Version67)]);
        Finding told = Assert.Single(Plan(first, s_reboot, [Package(Name67, Version67)]).Findings);
        Assert.Equal(("VIB-GRAPHICS", FindingSeverity.Warning), (told.RuleId, told.Severity));

        HostProposal mended = Plan(first, s_reboot, [Package(Name67, Version67)], SharedDirect());
        Assert.Empty(mended.Findings);
        Assert.Equal(
            [
                ": default graphics type: shared > sharedDirect",
                $": graphics type of {Gpu}: shared > sharedDirect",
                $"reboot: graphics type of {Gpu} in force: shared > sharedDirect",
            ],
            Rows(mended));
    }

    [Theory]
    [InlineData(Version67, Newer67, "upgraded")]
    [InlineData(Newer67, Version67, "replaced")]
    public void Another_version_is_an_upgrade_or_a_replacement(string before, string after, string word)
    {
        HostProposal plan = Plan(Situation(type: "sharedDirect", active: "sharedDirect", vibs: [(Name67, before)]), s_reboot, [Package(Name67, after)]);
        Assert.Equal([$": VIB {Name67}: {before} > {after}"], Rows(plan).Take(1));
        Assert.Contains(plan.Consequences, told => told.Text.Contains(word, StringComparison.Ordinal));
        VibPlan vibs = ((VibChange)plan.Change!).Plan;
        Assert.Equal(word == "upgraded", vibs.IsUpdate);
        Assert.Equal(before, vibs.Before[Name67]);
    }

    [Fact]
    public void An_upgrade_of_the_driver_that_brings_the_daemon_as_well_is_an_installation() =>
        Assert.False(((VibChange)Plan(
            Situation("8.0.3", type: "sharedDirect", active: "sharedDirect", vibs: [(Name80, "550.90.05-1OEM.800.1.0.20613240")]),
            s_reboot,
            [Package(Name80, Version80), Package(Daemon, "550.144.02-0.0.0000")]).Change!).Plan.IsUpdate);

    [Theory]
    [InlineData("6.5.0", Name67, Version67, "made for ESXi 6.7")]
    [InlineData("6.7.0", "NVIDIA-VMware_ESXi_6.5_Host_Driver", "390.42-1OEM.650.0.0.4598673", "made for ESXi 6.5")]
    [InlineData("8.0.0", "NVIDIA-VMware_ESXi_7.0.2_Driver", "550.144.02-1OEM.702.0.0.17630552", "made for ESXi 7.0")]
    [InlineData("7.0.1", "NVIDIA-VMware_ESXi_7.0.2_Driver", "550.144.02-1OEM.702.0.0.17630552", "U2")]
    [InlineData("7.0.3", "NVIDIA-VMware_ESXi_7.0.2_Driver", "550.144.02-1OEM.702.0.0.17630552", null)]
    [InlineData("8.0.3", Name80, Version80, null)]
    [InlineData("6.7.0", Name67, Version67, null)]
    public void The_package_is_for_the_hosts_version(string esxi, string name, string version, string? words)
    {
        Finding? found = Plan(Situation(esxi, type: "sharedDirect"), s_reboot, [Package(name, version)]).Findings.SingleOrDefault(finding => finding.RuleId == "VIB-ESXI");
        Assert.Equal(words is not null, found?.Blocks == true);
        Assert.Contains(words ?? string.Empty, found?.Message ?? string.Empty, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PartnerSupported", "VMwareAccepted", false)]
    [InlineData("PartnerSupported", "CommunitySupported", true)]
    [InlineData("VMwareCertified", "VMwareAccepted", true)]
    [InlineData("CommunitySupported", "CommunitySupported", false)]
    public void The_acceptance_level_is_at_least_the_hosts(string host, string package, bool isRefused)
    {
        Case given = Situation(type: "sharedDirect");
        Finding? found = Plan(given with { Software = given.Software with { Acceptance = Evidence<string>.Of(host) } }, s_reboot, [Package(Name67, Version67, package)])
            .Findings.SingleOrDefault(finding => finding.RuleId == "VIB-ACCEPTANCE");
        Assert.Equal(isRefused, found?.Blocks == true);
    }

    [Fact]
    public void What_cannot_be_read_warns_and_does_not_block()
    {
        Case given = Situation("8.0.3", type: "sharedDirect");
        HostProposal plan = Plan(
            given with { Software = given.Software with { Acceptance = Evidence<string>.Unknown("the host is busy"), IsImageManaged = Evidence<bool>.Unknown("no privilege") } },
            s_reboot,
            [Package(Name80, Version80)]);
        Assert.Equal(["VIB-ACCEPTANCE", "VIB-IMAGE"], plan.Findings.Where(finding => finding.Severity == FindingSeverity.Warning && finding.RuleId is "VIB-ACCEPTANCE" or "VIB-IMAGE").Select(finding => finding.RuleId).Order());
        Assert.DoesNotContain(plan.Findings, finding => finding.Blocks);
    }

    [Theory]
    [InlineData("8.0.3", true, true)]
    [InlineData("8.0.3", false, false)]
    [InlineData("9.0.0", false, true)]
    public void An_image_is_told_what_it_needs(string esxi, bool managed, bool isRefused)
    {
        string major = esxi.Substring(0, 1);
        Case given = Situation(esxi, type: "sharedDirect");
        NvidiaPackage package = Package($"NVD-VMware_ESXi_{major}.0.0_Driver", $"570.158.02-1OEM.{major}00.0.24580437") with
        {
            Kind = PackageKind.Component,
            ComponentName = $"NVD-VGPU-{major}00",
            ComponentVersion = $"570.158.02-1OEM.{major}00.0.24580437",
        };
        Finding? found = Plan(given with { Software = given.Software with { IsImageManaged = Evidence<bool>.Of(managed) } }, s_reboot, [package]).Findings.SingleOrDefault(finding => finding.RuleId == "VIB-IMAGE");
        Assert.Equal(isRefused, found?.Blocks == true);
        if (isRefused)
        {
            Assert.Contains($"NVD-VGPU-{major}00 570.158.02-1OEM.{major}00.0.24580437", found!.Message, StringComparison.Ordinal);
            Assert.Contains($"$_.Version -eq '570.158.02-1OEM.{major}00.0.24580437'", found.NextStep, StringComparison.Ordinal);
            Assert.Contains("Set-Cluster -Cluster GPU", found.NextStep, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(99, true)]
    [InlineData(100, false)]
    public void Room_is_compared_with_what_the_payloads_take(long free, bool isTold)
    {
        Case given = Situation(type: "sharedDirect");
        NvidiaPackage package = Package(Name67, Version67);
        package = package with { SizeBytes = null, Vibs = [package.Vibs[0] with { SizeBytes = 100 }] };
        Assert.Equal(isTold, Plan(given with { Software = given.Software with { FreeBytes = Evidence<long>.Of(free) } }, s_reboot, [package]).Findings.Any(finding => finding.RuleId == "VIB-SPACE"));
    }

    [Fact]
    public void What_is_not_NVIDIAs_is_refused_and_a_driver_of_another_name_is_told_of()
    {
        Assert.Contains(Plan(Situation(type: "sharedDirect"), s_reboot, [Package("net-e1000", "1.0-1OEM.670.0.0.1")]).Findings, finding => finding is { RuleId: "VIB-NVIDIA", Blocks: true });
        HostProposal plan = Plan(
            Situation("8.0.3", type: "sharedDirect", vibs: [("NVD-AIE_ESXi_8.0.0_Driver", Version80), (Daemon, "550.144.02-0.0.0000")]), s_reboot, [Package(Name80, Version80)]);
        Finding other = Assert.Single(plan.Findings, finding => finding.RuleId == "VIB-OTHER-DRIVER");
        Assert.Equal(FindingSeverity.Warning, other.Severity);
        Assert.Contains("NVD-AIE_ESXi_8.0.0_Driver", other.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Version67)]
    [InlineData(Newer67)]
    public void Two_versions_of_one_VIB_are_refused_whatever_the_host_has(string? present)
    {
        Case given = Situation(type: "sharedDirect", vibs: present is null ? [] : [(Name67, present)]);
        Finding refused = Assert.Single(Plan(given, s_reboot, [Package(Name67, Version67), Package(Name67, Newer67)]).Findings, finding => finding.Blocks);
        Assert.Equal("VIB-TWICE", refused.RuleId);
        Assert.Contains($"{Name67} {Version67} and {Newer67}", refused.Message, StringComparison.Ordinal);

        // The VIB and the bundle that has it are no contradiction.
        Assert.DoesNotContain(Plan(Situation(type: "sharedDirect"), s_reboot, [Package(Name67, Version67), Package(Name67, Version67)]).Findings, finding => finding.Blocks);
    }

    [Theory]
    [InlineData(Newer67, Version67, true)]
    [InlineData(Version67, Newer67, false)]
    [InlineData(Version67, Version67, false)]
    public void A_step_back_to_an_older_driver_is_warned_of(string present, string given, bool isTold)
    {
        HostProposal plan = Plan(Situation(type: "sharedDirect", vibs: [(Name67, present)]), s_reboot, [Package(Name67, given)]);
        Assert.Equal(isTold, plan.Findings.Any(finding => finding is { RuleId: "VIB-OLDER", Severity: FindingSeverity.Warning }));
        Assert.DoesNotContain(plan.Findings, finding => finding.Blocks);

        // An undo means it.
        Assert.DoesNotContain(
            Plan(Situation(type: "sharedDirect", vibs: [(Name67, present)]), s_reboot, [Package(Name67, given)], ("vib:" + Name67, given)).Findings, finding => finding.RuleId == "VIB-OLDER");
    }

    [Fact]
    public void Names_with_wildcards_remove_NVIDIAs_alone()
    {
        Case given = Situation("8.0.3", type: "sharedDirect", active: "sharedDirect", vibs: [(Name80, Version80), (Daemon, "550.144.02-0.0.0000"), ("esx-base", "8.0.3-0.0.24022510")]);
        Assert.Equal([$": VIB {Name80}: {Version80} > ", $": VIB {Daemon}: 550.144.02-0.0.0000 > "], Rows(Plan(given, s_reboot, [], ("vib:*", string.Empty))));
        Assert.Equal([$": VIB {Daemon}: 550.144.02-0.0.0000 > "], Rows(Plan(given, s_reboot, [], ("vib:NVDGPU*", string.Empty))));

        HostProposal foreign = Plan(given, s_reboot, [], ("vib:esx-base", string.Empty));
        Assert.Empty(foreign.Stages);
        Assert.Contains("left alone", Assert.Single(foreign.Findings).Message, StringComparison.Ordinal);

        // A pattern that matches nothing is no mistake.
        Assert.Empty(Plan(given, s_reboot, [], ("vib:none*", string.Empty)).Findings);
    }

    [Fact]
    public void A_driver_is_not_taken_from_VMs_that_run_with_vGPUs_and_the_daemon_may_go()
    {
        Case given = Situation("8.0.3", type: "sharedDirect", active: "sharedDirect", vibs: [(Name80, Version80), (Daemon, "550.144.02-0.0.0000")]);
        GpuVm vm = Vm("vdi-7", true);
        HostProposal refused = Plan(given with { Vms = [vm, Vm("vdi-8", false)] }, s_reboot with { PowerOff = true }, [], ("vib:*", string.Empty));
        Finding finding = Assert.Single(refused.Findings, finding => finding.RuleId == "VIB-VGPU-VMS");
        Assert.True(finding.Blocks);
        Assert.Contains("vdi-7", finding.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("vdi-8", finding.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Plan(given with { Vms = [vm] }, s_reboot with { PowerOff = true }, [], ("vib:" + Daemon, string.Empty)).Findings, found => found.RuleId == "VIB-VGPU-VMS");
    }

    [Fact]
    public void An_undo_leaves_alone_what_somebody_changed_since()
    {
        HostProposal plan = Plan(
            Situation(type: "sharedDirect", active: "sharedDirect", vibs: [(Name67, Newer67)]), s_reboot, [], ("vib:" + Name67, string.Empty), (IntentConditions.OnlyIf + "vib:" + Name67, Version67));
        Assert.Empty(plan.Stages);
        Assert.Equal("UNDO-CHANGED-SINCE", Assert.Single(plan.Findings).RuleId);
    }

    private static (string Name, string Value)[] SharedDirect() =>
        [.. GraphicsIntents.Wanted(null, GraphicsType.SharedDirect, null, null).Select(wanted => (wanted.Key, wanted.Value))];

    private static IEnumerable<string> Rows(HostProposal plan) => plan.Stages
        .SelectMany(stage => stage.Changes.Where(row => row.Property != HostRebootPlan.RunningVms).Select(row => $"{stage.Barrier}: {row.Property}: {row.Before} > {row.After}"));

    private static HostProposal Plan(Case given, HostChangeOptions options, IReadOnlyList<NvidiaPackage> packages, params (string Name, string Value)[] wanted)
    {
        HostSubject subject = new()
        {
            Intent = new IntentTarget(new PlanTarget(s_id, given.Host.Name, "vc"), wanted.ToDictionary(one => one.Name, one => one.Value)),
            Host = given.Host,
            Vms = given.Vms,
        };
        return VibPlanner.Plan(
            subject,
            options,
            given.Software,
            given.Graphics,
            [.. packages.Select(package => new PackageAt(package) { PathOnHost = "/vmfs/volumes/ds/" + package.FileName })],
            new VibUploads(_ => throw new InvalidOperationException("Nothing is uploaded by a plan.")),
            null,
            new HostShellNotes());
    }

    private static NvidiaPackage Package(string name, string version, string acceptance = "VMwareAccepted") => new()
    {
        Source = $"[ds] {name}_{version}.vib",
        Kind = PackageKind.Vib,
        Vibs = [new PackageVib { Name = name, Version = version, AcceptanceLevel = acceptance }],
    };

    private static Case Situation(string esxi = "6.7.0", string type = "shared", string active = "basic", params (string Name, string Version)[] vibs)
    {
        GpuDevice device = new()
        {
            HostId = s_id,
            HostName = "esx-01",
            ServerName = "vc",
            Address = PciAddress.TryParse(Gpu, out PciAddress parsed) ? parsed : default,
            Name = "A40",
            VendorId = 0x10DE,
            DeviceId = 0x2235,
            SubVendorId = 0x10DE,
            SubDeviceId = 0x145A,
            IsCapable = true,
            GraphicsType = active,
        };
        InstalledSoftware[] list = [.. vibs.Select(vib => new InstalledSoftware(vib.Name, vib.Version, "NVIDIA", "VMwareAccepted", "2025-01-01", "NVIDIA_bootbank_" + vib.Name + "_" + vib.Version))];
        return new Case(
            new GpuHost
            {
                Id = s_id,
                Name = "esx-01",
                ServerName = "vc",
                Version = esxi,
                ConnectionState = "connected",
                ClusterName = "GPU",
                Privileges = ["Host.Config.Maintenance", "Host.Config.Image", "Host.Config.Settings", "Host.Config.NetService"],
                Devices = [device],
            },
            new SoftwareState { Live = list, Next = list, Acceptance = Evidence<string>.Of("PartnerSupported"), FreeBytes = Evidence<long>.Of(long.MaxValue) },
            new HostGraphics
            {
                Host = s_id.Reference,
                Manager = new ManagedObjectReference("HostGraphicsManager", "graphics-1"),
                ServiceSystem = new ManagedObjectReference("HostServiceSystem", "service-1"),
                Config = new GraphicsConfig(type, "performance", [new GraphicsDeviceType(Gpu, type)]),
                Devices = [new GraphicsInfo(Gpu, "A40", active, null, 0, [])],
            });
    }

    private static GpuVm Vm(string name, bool isRunning) => new()
    {
        Id = new VimObjectId("uuid", new ManagedObjectReference("VirtualMachine", name)),
        Name = name,
        ServerName = "vc",
        Host = s_id.Reference,
        HostName = "esx-01",
        PowerState = isRunning ? "poweredOn" : "poweredOff",
        PciDevices =
        [
            new VmGpu
            {
                VmId = new VimObjectId("uuid", new ManagedObjectReference("VirtualMachine", name)),
                VmName = name,
                ServerName = "vc",
                Key = 13000,
                Kind = VmGpuKind.Vgpu,
                VgpuProfile = "nvidia_a40-8q",
            },
        ],
    };

    private sealed record Case(GpuHost Host, SoftwareState Software, HostGraphics Graphics)
    {
        public IReadOnlyList<GpuVm> Vms { get; init; } = [];
    }
}
