using System;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness;
using GpuVSphere.Shell;

namespace GpuVSphere.Core.Tests.Readiness;

/// <summary>The rules for a driver that is installed in a guest.</summary>
public sealed class GuestDriverRulesTests
{
    private const string Grid = "NVIDIA-Linux-x86_64-390.42-grid.run";
    private const string Stock = "NVIDIA-Linux-x86_64-535.161.08.run";

    /// <summary>What is spoilt, the rule that must speak, what it does, and words of its message or next step.</summary>
    public static TheoryData<string, string, FindingSeverity, string> Spoiled() => new()
    {
        { "stock driver for a vGPU", "GUEST-DRIVER-KIND", FindingSeverity.Block, "takes guest drivers 6." },
        { "stock driver for a vGPU, manager not known", "GUEST-DRIVER-KIND", FindingSeverity.Block, "Get-VgpuRelease" },
        { "stock driver for a vGPU and a whole GPU", "GUEST-DRIVER-KIND", FindingSeverity.Block, "stock driver" },
        { "GRID driver for a whole GPU", "GUEST-DRIVER-KIND", FindingSeverity.Information, "needs a licence" },
        { "manager for KVM", "GUEST-DRIVER-KIND", FindingSeverity.Block, "-grid" },
        { "repository", "GUEST-DRIVER-KIND", FindingSeverity.Block, "NVIDIA-Linux-x86_64-535.161.08.run" },
        { "driver of a cloud", "GUEST-DRIVER-KIND", FindingSeverity.Warning, "azure" },
        { "branch of another manager", "GUEST-DRIVER-MANAGER", FindingSeverity.Block, "takes guest drivers 6." },
        { "branch after the manager's", "GUEST-DRIVER-MANAGER", FindingSeverity.Block, "later main release" },
        { "manager not read", "GUEST-DRIVER-MANAGER", FindingSeverity.Warning, "esxcli was refused" },
        { "branch without a vGPU release", "GUEST-DRIVER-MANAGER", FindingSeverity.Warning, "no vGPU release" },
        { "exe for Linux", "GUEST-DRIVER-FORM", FindingSeverity.Block, ".run, .deb or .rpm" },
        { "run file for Windows", "GUEST-DRIVER-FORM", FindingSeverity.Block, ".exe" },
        { "deb for Red Hat", "GUEST-DRIVER-FORM", FindingSeverity.Block, "dnf" },
        { "rpm for Ubuntu", "GUEST-DRIVER-FORM", FindingSeverity.Block, ".deb" },
        { "rpm without a package manager", "GUEST-DRIVER-FORM", FindingSeverity.Block, ".run" },
        { "another machine", "GUEST-DRIVER-FORM", FindingSeverity.Block, "aarch64" },
        { "no GPU seen", "GUEST-GPU-SEEN", FindingSeverity.Block, "off and on" },
        { "no GPU at all", "GUEST-GPU-SEEN", FindingSeverity.Block, "Add-VmVgpuProfile" },
        { "BAR1 without an address", "GUEST-GPU-SEEN", FindingSeverity.Block, "Set-VmMmioSize" },
        { "GPUs not listed", "GUEST-GPU-SEEN", FindingSeverity.Warning, "lspci" },
        { "programs on the GPU", "GUEST-GPU-PROCESS", FindingSeverity.Block, "-StopGpuProcess" },
        { "programs that may be ended", "GUEST-GPU-PROCESS", FindingSeverity.Information, "python3 (4711)" },
        { "Secure Boot with a run file", "GUEST-MODULE-SIGNATURE", FindingSeverity.Block, "-SkipRule GUEST-MODULE-SIGNATURE" },
        { "Secure Boot with a package", "GUEST-MODULE-SIGNATURE", FindingSeverity.Warning, "mokutil --import" },
        { "Secure Boot not told", "GUEST-MODULE-SIGNATURE", FindingSeverity.Warning, "mokutil --sb-state" },
        { "no room", "GUEST-SPACE", FindingSeverity.Block, "300 MB" },
        { "little room", "GUEST-SPACE", FindingSeverity.Warning, "several times" },
        { "room not told", "GUEST-SPACE", FindingSeverity.Warning, "df failed" },
        { "folder without programs", "GUEST-SPACE", FindingSeverity.Warning, "noexec" },
    };

    [Theory]
    [MemberData(nameof(Spoiled))]
    public void What_is_spoilt_is_found_by_its_rule_and_by_no_other(string what, string ruleId, FindingSeverity severity, string word) =>
        RuleAssert.OneFinding(Subject(what), ruleId, severity, word);

    [Theory]
    [InlineData("vGPU")]
    [InlineData("vGPU on Windows")]
    [InlineData("vGPU with a package")]
    [InlineData("whole GPU")]
    [InlineData("whole GPU on BIOS")]
    public void Where_all_is_well_nothing_is_said(string what) => Assert.Empty(ReadinessRules.Check([Subject(what)]));

    private static ReadinessSubject Subject(string what)
    {
        ReadinessSubject vgpu = Of(VmGpuKind.Vgpu, Grid);
        ReadinessSubject whole = Of(VmGpuKind.StaticPassthrough, Stock);
        return what switch
        {
            "vGPU" => vgpu,
            "vGPU on Windows" => With(vgpu, asked => asked with { Package = Package("391.03_grid_win10_server2016_64bit_international.exe"), Family = GuestFamily.Windows, System = "Windows Server 2016", PackageManager = null }),
            "vGPU with a package" => With(vgpu, asked => asked with { Package = Package("nvidia-linux-grid-550_550.54.14_amd64.deb"), Manager = Manager("550.54.16") }),
            "whole GPU" => whole,
            "whole GPU on BIOS" => With(whole with { Vm = whole.Vm! with { Firmware = "bios" } }, asked => asked with { SecureBoot = Evidence<bool>.Unknown("mokutil is not there") }),
            "stock driver for a vGPU" => With(vgpu, asked => asked with { Package = Package("NVIDIA-Linux-x86_64-390.46.run") }),
            "stock driver for a vGPU, manager not known" => With(vgpu, asked => asked with { Package = Package(Stock), Manager = Evidence<VgpuVersion>.Unknown("esxcli was refused") }),
            "stock driver for a vGPU and a whole GPU" => vgpu with { Vm = vgpu.Vm! with { PciDevices = [.. vgpu.Vm.PciDevices, .. whole.Vm!.PciDevices] }, GuestDriver = whole.GuestDriver },
            "GRID driver for a whole GPU" => With(whole, asked => asked with { Package = Package(Grid) }),
            "manager for KVM" => With(vgpu, asked => asked with { Package = Package("NVIDIA-Linux-x86_64-390.42-vgpu-kvm.run") }),
            "repository" => With(whole, asked => asked with { Package = Package("nvidia-driver-local-repo-ubuntu2204-535.161.08_1.0-1_amd64.deb") }),
            "driver of a cloud" => With(vgpu, asked => asked with { Package = Package("NVIDIA-Linux-x86_64-390.42-grid-azure.run") }),
            "branch of another manager" => With(vgpu, asked => asked with { Package = Package("NVIDIA-Linux-x86_64-384.111-grid.run") }),
            "branch after the manager's" => With(vgpu, asked => asked with { Package = Package("NVIDIA-Linux-x86_64-410.71-grid.run") }),
            "manager not read" => With(vgpu, asked => asked with { Manager = Evidence<VgpuVersion>.Unknown("esxcli was refused") }),
            "branch without a vGPU release" => With(vgpu, asked => asked with { Package = Package("NVIDIA-Linux-x86_64-396.18-grid.run") }),
            "exe for Linux" => With(vgpu, asked => asked with { Package = Package("391.03_grid_win10_server2016_64bit_international.exe") }),
            "run file for Windows" => With(vgpu, asked => asked with { Family = GuestFamily.Windows, System = "Windows 10", PackageManager = null }),
            "deb for Red Hat" => With(vgpu, asked => asked with { Package = Package("nvidia-linux-grid-390_390.42_amd64.deb"), System = "Red Hat Enterprise Linux 8.4", PackageManager = "dnf" }),
            "rpm for Ubuntu" => With(vgpu, asked => asked with { Package = Package("nvidia-linux-grid-390-390.42-1.x86_64.rpm") }),
            "rpm without a package manager" => With(vgpu, asked => asked with { Package = Package("nvidia-linux-grid-390-390.42-1.x86_64.rpm"), PackageManager = null }),
            "another machine" => With(whole, asked => asked with { Package = Package("NVIDIA-Linux-aarch64-535.161.08.run") }),
            "no GPU seen" => With(whole, asked => asked with { SeenGpus = Evidence<int>.Of(0) }),
            "no GPU at all" => With(whole with { Vm = whole.Vm! with { PciDevices = [] } }, asked => asked with { SeenGpus = Evidence<int>.Of(0) }),
            "BAR1 without an address" => With(whole, asked => asked with { UnassignedBar = "BAR1 of Tesla P40" }),
            "GPUs not listed" => With(whole, asked => asked with { SeenGpus = Evidence<int>.Unknown("lspci is not there") }),
            "programs on the GPU" => With(whole, asked => asked with { Processes = ["python3 (4711)"] }),
            "programs that may be ended" => With(whole, asked => asked with { Processes = ["python3 (4711)"], MayEndProcesses = true }),
            "Secure Boot with a run file" => With(whole, asked => asked with { SecureBoot = Evidence<bool>.Of(true) }),
            "Secure Boot with a package" => With(vgpu, asked => asked with { Package = Package("nvidia-linux-grid-390_390.42_amd64.deb"), SecureBoot = Evidence<bool>.Of(true) }),
            "Secure Boot not told" => With(whole, asked => asked with { SecureBoot = Evidence<bool>.Unknown("mokutil is not there") }),
            "no room" => With(whole, asked => asked with { FreeBytes = Evidence<long>.Of(100 << 20) }),
            "little room" => With(whole, asked => asked with { FreeBytes = Evidence<long>.Of(400 << 20) }),
            "room not told" => With(whole, asked => asked with { FreeBytes = Evidence<long>.Unknown("df failed") }),
            "folder without programs" => With(whole, asked => asked with { IsNoExec = true }),
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, "no such subject"),
        };
    }

    private static ReadinessSubject With(ReadinessSubject subject, Func<GuestDriverQuestion, GuestDriverQuestion> change) => subject with { GuestDriver = change(subject.GuestDriver!) };

    private static GuestDriverPackage Package(string name) => GuestDriverPackage.Read(name) ?? throw new ArgumentException(name, nameof(name));

    private static Evidence<VgpuVersion> Manager(string driver) => Evidence<VgpuVersion>.Of(VgpuCatalog.Default.ReadVersion(driver, VgpuSide.Manager));

    private static ReadinessSubject Of(VmGpuKind kind, string package)
    {
        GpuVm vm = Samples.Vm();
        return new ReadinessSubject
        {
            Action = ReadinessAction.InstallGuestDriver,
            Target = Samples.VmTarget,
            Vm = vm with { PciDevices = [new VmGpu { VmId = vm.Id, VmName = vm.Name, ServerName = vm.ServerName, Key = 13000, Kind = kind, VgpuProfile = kind == VmGpuKind.Vgpu ? "grid_p100-8q" : null }] },
            GuestDriver = new GuestDriverQuestion
            {
                Package = Package(package),
                PackageBytes = 300 << 20,
                Family = GuestFamily.Linux,
                System = "Ubuntu 18.04",
                Architecture = "x86_64",
                PackageManager = "apt",
                Manager = Manager("390.42"),
                SecureBoot = Evidence<bool>.Of(false),
                SeenGpus = Evidence<int>.Of(1),
                FreeBytes = Evidence<long>.Of(20L << 30),
                Catalog = VgpuCatalog.Default,
            },
        };
    }
}
