using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness;

namespace GpuVSphere.Core.Tests.Readiness;

/// <summary>The rules for the graphics of a host, and for the driver that is installed on it.</summary>
public sealed class HostSoftwareRulesTests
{
    private const string GraphicsDriver = "NVD-VGPU-800_550.90.05-1OEM.800.1.0.20613240";
    private const string ComputeDriver = "NVD-AIE-800_550.90.05-1OEM.800.1.0.20613240";

    private static readonly GpuDevice s_a100 = Samples.Gpu(false, false, false);
    private static readonly GpuDevice s_p100 = s_a100 with { Address = new PciAddress(0, 0x86, 0, 0), DeviceId = 0x15F8, Name = "Tesla P100-PCIE-16GB" };
    private static readonly GpuDevice s_away = Samples.Gpu();

    /// <summary>Each spoils one thing: the rule that must speak, whether it blocks, and a word that its message or its next step must have.</summary>
    public static TheoryData<string, string, FindingSeverity, string> Spoiled() => new()
    {
        { "graphics: no GPU", "HOST-GPU", FindingSeverity.Block, "Get-GpuDevice" },
        { "graphics: named GPU in passthrough", "GRAPHICS-PASSTHROUGH", FindingSeverity.Block, "Disable-GpuPassthrough" },
        { "graphics: one of two in passthrough", "GRAPHICS-PASSTHROUGH", FindingSeverity.Information, "left as it is" },
        { "graphics: VM running", "GRAPHICS-VMS-RUNNING", FindingSeverity.Block, "vdi-7" },
        { "graphics: mode before 8.0 U3", "VGPU-MODE", FindingSeverity.Block, "8.0 U3" },
        { "graphics: mixed size on Pascal", "VGPU-MODE", FindingSeverity.Block, "Pascal" },
        { "graphics: mixed size on an unknown GPU", "VGPU-MODE", FindingSeverity.Warning, "not known" },
        { "driver: no GPU", "HOST-GPU", FindingSeverity.Block, "no NVIDIA GPU" },
        { "driver: acceptance level too low", "VIB-ACCEPTANCE", FindingSeverity.Block, "CommunitySupported" },
        { "driver: acceptance level unreadable", "VIB-ACCEPTANCE", FindingSeverity.Warning, "esxcli was refused" },
        { "driver: for another ESXi", "VIB-ESXI", FindingSeverity.Block, "ESXi 6.7" },
        { "driver: for a later update", "VIB-ESXI", FindingSeverity.Block, "8.0 U3" },
        { "driver: without an ESXi version", "VIB-ESXI", FindingSeverity.Warning, "cannot be told" },
        { "driver: vGPU for A100", "VIB-FLAVOUR", FindingSeverity.Block, "NVD-AIE" },
        { "driver: GPU without vGPU types", "VIB-FLAVOUR", FindingSeverity.Warning, "no vGPU types" },
        { "driver: GPU still Shared", "VIB-GRAPHICS", FindingSeverity.Block, "-SetGraphicsMode" },
        { "driver: cluster with an image", "VIB-IMAGE", FindingSeverity.Block, "Set-Cluster -Cluster gpu -BaseImage $base -Component $c1" },
        { "driver: ESXi 9.0", "VIB-IMAGE", FindingSeverity.Block, "NVD-AIE-800 550.90.05" },
        { "driver: image unreadable", "VIB-IMAGE", FindingSeverity.Warning, "could not be read" },
        { "driver: of somebody else", "VIB-NVIDIA", FindingSeverity.Block, "qlnativefc" },
        { "driver: two versions of one VIB", "VIB-TWICE", FindingSeverity.Block, "550.90.05 and 550.54.16" },
        { "driver: no room", "VIB-SPACE", FindingSeverity.Warning, "40 MB free" },
        { "driver: another driver is there", "VIB-OTHER-DRIVER", FindingSeverity.Warning, "Uninstall-NvidiaVib -VMHost" },
        { "removal: VM runs with a vGPU", "VIB-VGPU-VMS", FindingSeverity.Block, "Remove-VmVgpuProfile -VM vdi-7 -All" },
        { "removal: cluster with an image", "VIB-IMAGE", FindingSeverity.Block, "comes back" },
    };

    [Theory]
    [MemberData(nameof(Spoiled))]
    public void What_is_spoilt_is_found_by_its_rule_and_by_no_other(string what, string ruleId, FindingSeverity severity, string word) =>
        RuleAssert.OneFinding(Subject(what), ruleId, severity, word);

    [Theory]
    [InlineData("graphics")]
    [InlineData("graphics: mixed size")]
    [InlineData("graphics: same size on Pascal")]
    [InlineData("graphics: VM running, with a reboot")]
    [InlineData("driver")]
    [InlineData("driver: P100 on 6.7")]
    [InlineData("driver: image unreadable before 7.0")]
    [InlineData("driver: management daemon")]
    [InlineData("removal")]
    [InlineData("removal: the daemon alone, VM runs with a vGPU")]
    [InlineData("removal: VM with a vGPU is off")]
    public void Where_all_is_well_nothing_is_said(string what) => Assert.Empty(ReadinessRules.Check([Subject(what)]));

    private static ReadinessSubject Subject(string what)
    {
        ReadinessSubject graphics = Host("8.0.3", s_a100) with { Action = ReadinessAction.SetGraphics, Graphics = new GraphicsQuestion { ChangesType = true } };
        ReadinessSubject driver = Host("8.0.3", s_a100) with { Action = ReadinessAction.InstallDriver, Software = Software(Package(ComputeDriver)) };
        ReadinessSubject removal = driver with { Action = ReadinessAction.RemoveDriver, Software = Software() };
        GpuDevice used = s_a100 with { Assignments = [Samples.HeldBy("vdi-7", VmGpuKind.Vgpu, true)] };
        GraphicsQuestion mixed = new() { WantsVgpuMode = true, WantsMixedSize = true };
        return what switch
        {
            "graphics" => graphics,
            "graphics: no GPU" => On(graphics, "8.0.3"),
            "graphics: named GPU in passthrough" => On(graphics, "8.0.3", s_away, s_p100) with { Graphics = new GraphicsQuestion { NamesDevices = true } },
            "graphics: one of two in passthrough" => On(graphics, "8.0.3", s_away, s_p100),
            "graphics: VM running" => On(graphics, "8.0.3", used),
            "graphics: VM running, with a reboot" => On(graphics, "8.0.3", used) with { Graphics = new GraphicsQuestion { ChangesType = true, IsRebooted = true } },
            "graphics: mode before 8.0 U3" => On(graphics, "8.0.2", s_a100) with { Graphics = mixed },
            "graphics: mixed size" => graphics with { Graphics = mixed },
            "graphics: mixed size on Pascal" => On(graphics, "8.0.3", s_p100) with { Graphics = mixed },
            "graphics: mixed size on an unknown GPU" => On(graphics, "8.0.3", s_a100 with { DeviceId = 0xFFF0, Name = "Device fff0" }) with { Graphics = mixed },
            "graphics: same size on Pascal" => On(graphics, "8.0.3", s_p100) with { Graphics = mixed with { WantsMixedSize = false } },
            "driver" => driver,
            "driver: no GPU" => On(driver, "8.0.3"),
            "driver: P100 on 6.7" => On(driver, "6.7.0", s_p100) with { Software = Software(Package("NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM.670.0.0.7535516")) },
            "driver: acceptance level too low" => Of(Package(ComputeDriver) with { AcceptanceLevels = ["CommunitySupported"] }),
            "driver: acceptance level unreadable" => driver with { Software = Software(Package(ComputeDriver)) with { HostAcceptance = Evidence<string>.Unknown("esxcli was refused") } },
            "driver: for another ESXi" => Of(Package(ComputeDriver.Replace("800", "670", StringComparison.Ordinal).Replace("670.1.0.20613240", "670.0.0.8169922", StringComparison.Ordinal))),
            "driver: for a later update" => On(Of(Package(ComputeDriver.Replace("800.1.0.20613240", "803.0.0.24022510", StringComparison.Ordinal))), "8.0.2", s_a100),
            "driver: without an ESXi version" => Of(Package("NVD-AIE_550.90.05")),
            "driver: vGPU for A100" => Of(Package(GraphicsDriver)),
            "driver: GPU without vGPU types" => On(driver, "8.0.3", s_a100 with { DeviceId = 0xFFF0, Name = "Device fff0" }),
            "driver: GPU still Shared" => driver with { Software = Software(Package(ComputeDriver)) with { SharedGpus = ["0000:3b:00.0"] } },
            "driver: cluster with an image" => driver with { Software = Software(Package(ComputeDriver)) with { IsImageManaged = Evidence<bool>.Of(true) }, Host = driver.Host! with { ClusterName = "gpu" } },
            "driver: ESXi 9.0" => Of900(),
            "driver: image unreadable" => driver with { Software = Software(Package(ComputeDriver)) with { IsImageManaged = Evidence<bool>.Unknown("it was refused") } },
            "driver: image unreadable before 7.0" => Subject("driver: P100 on 6.7") is { } old ? old with { Software = old.Software! with { IsImageManaged = Evidence<bool>.Unknown("it was refused") } } : driver,
            "driver: of somebody else" => Of(Package("qlnativefc_5.3.1.0-1OEM.800.1.0.20613240")),
            "driver: management daemon" => Of(Package("nvd-gpu-mgmt-daemon_550.90.05-0.0.0000")),
            "driver: two versions of one VIB" => driver with { Software = Software(Package(ComputeDriver)) with { GivenTwice = ["NVD-AIE_ESXi_8.0.0_Driver 550.90.05 and 550.54.16"] } },
            "driver: no room" => driver with { Software = Software(Package(ComputeDriver)) with { FreeBytes = Evidence<long>.Of(40 << 20) } },
            "driver: another driver is there" => driver with { Software = Software(Package(ComputeDriver)) with { OtherDrivers = ["NVD-VMware_ESXi_8.0.0_Driver"] } },
            "removal" => removal,
            "removal: VM runs with a vGPU" => removal with { Software = Software() with { RemovesDriver = true }, OtherVms = [VgpuVm(true)] },
            "removal: the daemon alone, VM runs with a vGPU" => removal with { OtherVms = [VgpuVm(true)] },
            "removal: VM with a vGPU is off" => removal with { Software = Software() with { RemovesDriver = true }, OtherVms = [VgpuVm(false)] },
            "removal: cluster with an image" => removal with { Software = Software() with { IsImageManaged = Evidence<bool>.Of(true) } },
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
        };

        ReadinessSubject Of(SoftwarePackage package) => driver with { Software = Software(package) };

        // Made for 9.0, so that only the image speaks.
        ReadinessSubject Of900() => On(driver, "9.0.0", s_a100) with { Software = Software(Package(ComputeDriver.Replace("800.1.0.20613240", "900.0.0.24755229", StringComparison.Ordinal))) };
    }

    private static GpuVm VgpuVm(bool isRunning) => Samples.Vm() with
    {
        Name = "vdi-7",
        Host = Samples.HostId.Reference,
        PowerState = isRunning ? "poweredOn" : "poweredOff",
        PciDevices = [new VmGpu { VmId = Samples.VmId, VmName = "vdi-7", ServerName = "vcenter", Key = 13000, Kind = VmGpuKind.Vgpu, VgpuProfile = "grid_a100d-40c" }],
    };

    private static ReadinessSubject Host(string version, params GpuDevice[] devices) => new()
    {
        Action = ReadinessAction.None,
        Target = Samples.HostTarget,
        Host = Samples.Host(devices) with { Version = version },
        Devices = devices,
        RequiredPrivileges = ["Host.Config.PciPassthru"],
    };

    private static ReadinessSubject On(ReadinessSubject subject, string version, params GpuDevice[] devices) =>
        subject with { Host = Samples.Host(devices) with { Version = version }, Devices = devices };

    private static SoftwarePackage Package(string name) =>
        new(name.Replace('_', ' '), [VgpuCatalog.Default.ReadPackage(name)], ["VMwareAccepted"], 60 << 20, name.Split('_')[0] + " " + name.Split('_')[^1].Split('-')[0]);

    private static SoftwareQuestion Software(params IReadOnlyList<SoftwarePackage> packages) => new()
    {
        Packages = [.. packages],
        HostAcceptance = Evidence<string>.Of("PartnerSupported"),
        IsImageManaged = Evidence<bool>.Of(false),
        FreeBytes = Evidence<long>.Of(200 << 20),
    };
}
