using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness;

namespace GpuVSphere.Core.Tests.Readiness;

/// <summary>The rules of changes as a report shows them: what they saw when all is well, and what they say of a host or VM that is only asked about.</summary>
public sealed class HoldingRulesTests
{
    private const string GraphicsDriver = "NVD-VGPU-800_550.90.05-1OEM.800.1.0.20613240";
    private const string ComputeDriver = "NVD-AIE-800_550.90.05-1OEM.800.1.0.20613240";

    private static readonly GpuDevice s_given = Samples.Gpu() with { Model = "A100 PCIe 80GB", GraphicsType = "direct" };
    private static readonly GpuDevice s_shared = Samples.Gpu(enabled: false, active: false) with { Model = "A100 PCIe 80GB", GraphicsType = "sharedDirect" };
    private static readonly GpuDevice s_p100 = s_shared with { Address = new PciAddress(0, 0x86, 0, 0), DeviceId = 0x15F8, Name = "Tesla P100-PCIE-16GB", Model = "P100 PCIe 16GB" };
    private static readonly GpuDevice s_strange = s_p100 with { DeviceId = 0xFFF0, Name = "Device fff0", Model = null };
    private static readonly VgpuWish s_wish = new() { Profile = "grid_a100d-40c", IsOffered = true, Gpus = [s_shared], IsWholeGpu = false };

    /// <summary>What is looked at, the rule, what it comes to, and a word that must be seen or be in the next step.</summary>
    public static TheoryData<string, string, ReadinessOutcome, string> Cases() => new()
    {
        { "host for passthrough", "HOST-CONNECTED", ReadinessOutcome.Pass, "ESXi 8.0.3" },
        { "host away", "HOST-CONNECTED", ReadinessOutcome.Block, "disconnected" },
        { "VM on a host that is away", "HOST-CONNECTED", ReadinessOutcome.Block, "Reconnect" },

        { "host for passthrough", "HOST-USB-BOOT", ReadinessOutcome.Pass, "does not boot from USB" },
        { "host on USB", "HOST-USB-BOOT", ReadinessOutcome.Block, "not kept" },
        { "host on USB, in force", "HOST-USB-BOOT", ReadinessOutcome.Confirm, "before the host is rebooted" },
        { "boot device unread", "HOST-USB-BOOT", ReadinessOutcome.Confirm, "esxcli was refused" },

        { "enabling", "PRIVILEGE-HOST", ReadinessOutcome.Pass, "Host.Config.PciPassthru" },

        { "host for passthrough", "HOST-GPU", ReadinessOutcome.Pass, "1 x A100 PCIe 80GB" },
        { "host with two models", "HOST-GPU", ReadinessOutcome.Pass, "1 x A100 PCIe 80GB, 1 x P100 PCIe 16GB" },
        { "host without GPU", "HOST-GPU", ReadinessOutcome.Block, "no NVIDIA GPU" },

        { "host for vGPU", "GRAPHICS-PASSTHROUGH", ReadinessOutcome.Pass, "is not in passthrough mode" },
        { "host for vGPU in passthrough", "GRAPHICS-PASSTHROUGH", ReadinessOutcome.Block, "Disable-GpuPassthrough" },
        { "host for vGPU, one GPU in passthrough", "GRAPHICS-PASSTHROUGH", ReadinessOutcome.Information, "left as it is" },

        { "graphics", "GRAPHICS-VMS-RUNNING", ReadinessOutcome.Pass, "No running VM uses 0000:3b:00.0" },
        { "graphics", "VGPU-MODE", ReadinessOutcome.Pass, "Ampere" },
        { "graphics, same size on Pascal", "VGPU-MODE", ReadinessOutcome.Pass, "has vGPU modes" },

        { "driver", "VIB-IMAGE", ReadinessOutcome.Pass, "not managed by an image" },
        { "driver on 6.7, image unread", "VIB-IMAGE", ReadinessOutcome.Pass, "came with vSphere 7.0" },
        { "driver", "VIB-NVIDIA", ReadinessOutcome.Pass, "one of NVIDIA's" },
        { "driver", "VIB-TWICE", ReadinessOutcome.Pass, "one version" },
        { "driver", "VIB-ESXI", ReadinessOutcome.Pass, "made for ESXi 8.0" },
        { "driver", "VIB-FLAVOUR", ReadinessOutcome.Pass, "serves A100" },
        { "driver", "VIB-OTHER-DRIVER", ReadinessOutcome.Pass, "does not replace" },
        { "driver", "VIB-ACCEPTANCE", ReadinessOutcome.Pass, "VMwareAccepted" },
        { "driver", "VIB-SPACE", ReadinessOutcome.Pass, "200 MB free" },
        { "driver, room unread", "VIB-SPACE", ReadinessOutcome.Confirm, "boot banks" },
        { "driver", "VIB-GRAPHICS", ReadinessOutcome.Pass, "stays Shared" },
        { "removal", "VIB-VGPU-VMS", ReadinessOutcome.Pass, "No VM" },

        { "host for passthrough", "DEVICE-CAPABLE", ReadinessOutcome.Pass, "can be passed through" },
        { "host for passthrough, not capable", "DEVICE-CAPABLE", ReadinessOutcome.Block, "VT-d" },
        { "VM, not capable", "DEVICE-CAPABLE", ReadinessOutcome.Block, "VT-d" },

        { "host for passthrough", "DEVICE-VGPU-RUNNING", ReadinessOutcome.Pass, "No vGPU runs" },
        { "host for passthrough, vGPU runs", "DEVICE-VGPU-RUNNING", ReadinessOutcome.Block, "vdi-7" },

        { "host for passthrough", "DEVICE-IN-USE", ReadinessOutcome.Pass, "No VM holds" },
        { "host for passthrough, in use", "DEVICE-IN-USE", ReadinessOutcome.Information, "ml-09" },
        { "VM", "DEVICE-IN-USE", ReadinessOutcome.Pass, "No other VM" },
        { "VM, held and running", "DEVICE-IN-USE", ReadinessOutcome.Block, "ml-09" },
        { "VM, held and off", "DEVICE-IN-USE", ReadinessOutcome.Confirm, "same time" },
        { "running VM, held and running", "DEVICE-IN-USE", ReadinessOutcome.Confirm, "only one of them" },

        { "host for passthrough", "DEVICE-ACTIVE", ReadinessOutcome.Pass, "in force" },
        { "host for passthrough, not enabled", "DEVICE-ACTIVE", ReadinessOutcome.Block, "Enable-GpuPassthrough -VMHost esx-80-01" },
        { "VM, pending", "DEVICE-ACTIVE", ReadinessOutcome.Block, "-Reboot" },
        { "VM by ids", "DEVICE-ACTIVE", ReadinessOutcome.Pass, "1 of them free" },
        { "VM by ids, nothing matches", "DEVICE-ACTIVE", ReadinessOutcome.Block, "has 0" },

        { "ECC on with 16", "ECC-RELEASE", ReadinessOutcome.Pass, "works with ECC on" },
        { "ECC off with 6", "ECC-RELEASE", ReadinessOutcome.Pass, "needs ECC off" },
        { "ECC, driver not told", "ECC-RELEASE", ReadinessOutcome.Confirm, "was not told" },

        { "scheduler", "SCHEDULER-GENERATION", ReadinessOutcome.Pass, "Pascal or later" },
        { "scheduler of an unknown GPU", "SCHEDULER-GENERATION", ReadinessOutcome.Confirm, "Device fff0" },
        { "scheduler", "SCHEDULER-MIXED-SIZE", ReadinessOutcome.Pass, "fixed share" },
        { "scheduler", "SCHEDULER-MIG", ReadinessOutcome.Pass, "MIG" },

        { "VM with a vGPU", "VGPU-PASSTHROUGH", ReadinessOutcome.Pass, "not in passthrough" },
        { "VM with a vGPU, all in passthrough", "VGPU-PASSTHROUGH", ReadinessOutcome.Block, "Disable-GpuPassthrough" },

        { "host for vGPU", "VGPU-DRIVER", ReadinessOutcome.Pass, "a host driver for 0000:3b:00.0" },
        { "VM with a vGPU", "VGPU-DRIVER", ReadinessOutcome.Pass, "a host driver for 0000:3b:00.0" },
        { "host for vGPU, basic", "VGPU-DRIVER", ReadinessOutcome.Block, "Install-NvidiaVib -VMHost esx-80-01" },
        { "host for vGPU, basic, with an image", "VGPU-DRIVER", ReadinessOutcome.Block, "prints the lines that set it in the image" },
        { "host for vGPU, basic, 9.0", "VGPU-DRIVER", ReadinessOutcome.Block, "prints the lines that set it in the image" },
        { "host for vGPU, one of two basic", "VGPU-DRIVER", ReadinessOutcome.Confirm, "0000:86:00.0" },
        { "host for vGPU, type untold", "VGPU-DRIVER", ReadinessOutcome.Confirm, "Get-NvidiaVib" },

        { "host for vGPU", "VGPU-SHARED-DIRECT", ReadinessOutcome.Pass, "Shared Direct" },
        { "VM with a vGPU", "VGPU-SHARED-DIRECT", ReadinessOutcome.Pass, "Shared Direct" },
        { "host for vGPU, Shared", "VGPU-SHARED-DIRECT", ReadinessOutcome.Block, "Set-HostGraphicsMode -VMHost esx-80-01" },
        { "host for vGPU, one of two Shared", "VGPU-SHARED-DIRECT", ReadinessOutcome.Confirm, "0000:86:00.0" },

        { "host for vGPU", "VGPU-OFFERED", ReadinessOutcome.Pass, "1 vGPU profiles" },
        { "host for vGPU, nothing offered", "VGPU-OFFERED", ReadinessOutcome.Confirm, "Test-VgpuCompatibility" },
        { "host for vGPU, offer unread", "VGPU-OFFERED", ReadinessOutcome.Confirm, "could not be read" },
        { "VM with a vGPU", "VGPU-OFFERED", ReadinessOutcome.Pass, "offers grid_a100d-40c" },
        { "VM with a vGPU, not offered", "VGPU-OFFERED", ReadinessOutcome.Block, "Get-VgpuProfile" },

        { "VM with a vGPU", "VGPU-ROOM", ReadinessOutcome.Pass, "1 x grid_a100d-40c" },
        { "VM with a vGPU, full", "VGPU-ROOM", ReadinessOutcome.Block, "Get-GpuCapacity" },

        { "VM", "VM-CONNECTED", ReadinessOutcome.Pass, "connected" },
        { "VM, orphaned", "VM-CONNECTED", ReadinessOutcome.Block, "orphaned" },
        { "giving", "PRIVILEGE-VM", ReadinessOutcome.Pass, "VirtualMachine.Config.AddRemoveDevice" },
        { "VM", "VM-TEMPLATE", ReadinessOutcome.Pass, "no template" },
        { "template", "VM-TEMPLATE", ReadinessOutcome.Block, "template" },
        { "VM", "VM-SUSPENDED", ReadinessOutcome.Pass, "not suspended" },
        { "VM, suspended", "VM-SUSPENDED", ReadinessOutcome.Confirm, "resumes it" },
        { "giving", "VM-POWERED-OFF", ReadinessOutcome.Pass, "powered off" },
        { "giving, may be shut down", "VM-POWERED-OFF", ReadinessOutcome.Pass, "is shut down" },
        { "VM", "VM-SNAPSHOT", ReadinessOutcome.Pass, "no snapshots" },
        { "VM, snapshot", "VM-SNAPSHOT", ReadinessOutcome.Confirm, "going back" },
        { "giving", "VM-HOST", ReadinessOutcome.Pass, "where ml-01 is registered" },

        { "VM", "VM-FIRMWARE", ReadinessOutcome.Pass, "EFI" },
        { "VM, BIOS and a small BAR", "VM-FIRMWARE", ReadinessOutcome.Pass, "enough" },
        { "VM, BIOS", "VM-FIRMWARE", ReadinessOutcome.Block, "installed with EFI" },
        { "VM, BIOS and an unknown BAR", "VM-FIRMWARE", ReadinessOutcome.Confirm, "-Probe" },

        { "VM", "VM-HARDWARE-VERSION", ReadinessOutcome.Pass, "vmx-20" },
        { "VM by ids on vmx-14", "VM-HARDWARE-VERSION", ReadinessOutcome.Block, "vmx-17" },
        { "VM, hardware version unread", "VM-HARDWARE-VERSION", ReadinessOutcome.Confirm, "could not be read" },
        { "VM with a vGPU", "VGPU-PER-VM", ReadinessOutcome.Pass, "up to 8" },
        { "VM with a vGPU, hardware version unread", "VGPU-PER-VM", ReadinessOutcome.Confirm, "could not be read" },
        { "VM with two vGPUs", "VGPU-WHOLE", ReadinessOutcome.Pass, "of any size" },
        { "VM with two whole vGPUs on 7.0", "VGPU-WHOLE", ReadinessOutcome.Pass, "whole memory" },
        { "VM with a device group", "VGPU-DEVICE-GROUP", ReadinessOutcome.Pass, "vmx-20" },
        { "VM with a device group, hardware version unread", "VGPU-DEVICE-GROUP", ReadinessOutcome.Confirm, "could not be read" },
        { "VM with a vGPU", "VGPU-WITH-PASSTHROUGH", ReadinessOutcome.Pass, "alone" },

        { "VM", "VM-MEMORY-FITS-HOST", ReadinessOutcome.Pass, "65536 MB of ml-01 fit" },
        { "VM, too large", "VM-MEMORY-FITS-HOST", ReadinessOutcome.Block, "2097152" },
        { "VM", "MMIO-MISSPELT-KEY", ReadinessOutcome.Pass, "misspelt" },
        { "VM, misspelt key", "MMIO-MISSPELT-KEY", ReadinessOutcome.Confirm, "-RemoveMisspeltKey" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_rule_says_what_it_saw(string what, string ruleId, ReadinessOutcome outcome, string word)
    {
        ReadinessResult[] rows = [.. ReadinessReport.Of([Subject(what)], [ruleId])];

        ReadinessResult? found = Array.Find(rows, row => row.Outcome == outcome && (row.Seen + " " + row.NextStep).Contains(word, StringComparison.Ordinal));
        Assert.True(found is not null, $"no row of {ruleId} is {outcome} with '{word}': " + string.Join(" | ", rows.Select(row => $"{row.Outcome}: {row.Seen} -> {row.NextStep}")));
        Assert.True(outcome != ReadinessOutcome.Pass || Array.TrueForAll(rows, row => row.Outcome == ReadinessOutcome.Pass), "what holds is not doubted in the same breath");
        Assert.True(outcome != ReadinessOutcome.Block || found!.NextStep is { Length: > 0 }, "what blocks says what to do next");
    }

    [Theory]
    [InlineData("VM without GPU")]
    [InlineData("host away")]
    public void Nothing_is_said_of_what_is_not_there(string what)
    {
        string[] expected = what == "host away" ? ["HOST-CONNECTED"] : ["HOST-CONNECTED", "VM-CONNECTED", "VM-TEMPLATE", "VM-SUSPENDED"];
        string[] ours = [.. Cases().Select(row => (string)row[1])];

        Assert.Equal(expected, ReadinessReport.Of([Subject(what)]).Where(row => ours.Contains(row.RuleId)).Select(row => row.RuleId).Distinct());
    }

    private static ReadinessSubject Subject(string what)
    {
        ReadinessSubject passthrough = Host(s_given) with { Action = ReadinessAction.UsePassthrough };
        ReadinessSubject vgpu = Host(s_shared) with { Action = ReadinessAction.UseVgpu, OfferedProfiles = ["grid_a100d-40c"] };
        ReadinessSubject enabling = Host(s_shared) with { Action = ReadinessAction.EnablePassthrough, RequiredPrivileges = ["Host.Config.PciPassthru"] };
        ReadinessSubject graphics = Host(s_shared) with { Action = ReadinessAction.SetGraphics, Graphics = new GraphicsQuestion { ChangesType = true, WantsVgpuMode = true, WantsMixedSize = true } };
        ReadinessSubject driver = Host(s_shared) with { Action = ReadinessAction.InstallDriver, Software = Software(ComputeDriver) };
        ReadinessSubject scheduler = Host(s_p100) with { Action = ReadinessAction.SetScheduler, Scheduler = new SchedulerQuestion { IsFixedShare = true } };
        GpuVm vm = Samples.Vm() with { PciDevices = [new VmGpu { VmId = Samples.VmId, VmName = "ml-01", ServerName = "vcenter", Key = 13000, Kind = VmGpuKind.StaticPassthrough, Address = s_given.Address }] };
        ReadinessSubject configured = Vm(vm);
        ReadinessSubject giving = configured with { Action = ReadinessAction.AddToVm, RequiredPrivileges = ["VirtualMachine.Config.AddRemoveDevice"] };
        ReadinessSubject byIds = configured with { Devices = [], DynamicRequests = [new DynamicGpuRequest([new PciIdMatch(0x10DE, 0x20B5)])] };
        ReadinessSubject withVgpu = Vm(vm) with { Host = vgpu.Host, Devices = [], Vgpu = new VgpuQuestion { Wishes = [s_wish], After = [s_wish], HasRoom = true } };
        GpuDevice given = s_given;
        return what switch
        {
            "host for passthrough" => passthrough,
            "host with two models" => On(passthrough, given, s_p100),
            "host without GPU" => On(passthrough),
            "host away" => Away(passthrough),
            "VM on a host that is away" => Away(configured),
            "host on USB" => On(passthrough, given with { IsActive = false, IsEnabled = false }) with { BootsFromUsb = Evidence<bool>.Of(true) },
            "host on USB, in force" => passthrough with { BootsFromUsb = Evidence<bool>.Of(true) },
            "boot device unread" => passthrough with { BootsFromUsb = Evidence<bool>.Unknown("esxcli was refused") },
            "host for passthrough, not capable" => On(passthrough, given with { IsCapable = false, IsEnabled = false, IsActive = false }),
            "host for passthrough, not enabled" => On(passthrough, given with { IsEnabled = false, IsActive = false }),
            "host for passthrough, vGPU runs" => On(passthrough, Held(s_shared, "vdi-7", VmGpuKind.Vgpu, true)),
            "host for passthrough, in use" => On(passthrough, Held(given, "ml-09", VmGpuKind.StaticPassthrough, true)),
            "enabling" => enabling,
            "host for vGPU" => vgpu,
            "host for vGPU in passthrough" => On(vgpu, given),
            "host for vGPU, one GPU in passthrough" => On(vgpu, given, s_p100),
            "host for vGPU, basic" => On(vgpu, s_shared with { GraphicsType = "basic" }),
            "host for vGPU, basic, with an image" => On(vgpu, s_shared with { GraphicsType = "basic" }) with { IsImageManaged = Evidence<bool>.Of(true) },
            "host for vGPU, basic, 9.0" => On(vgpu with { Host = vgpu.Host! with { Version = "9.0.0" } }, s_shared with { GraphicsType = "basic" }),
            "host for vGPU, one of two basic" => On(vgpu, s_shared, s_p100 with { GraphicsType = "basic" }),
            "host for vGPU, type untold" => On(vgpu, s_shared with { GraphicsType = null }),
            "host for vGPU, Shared" => On(vgpu, s_shared with { GraphicsType = "shared" }),
            "host for vGPU, one of two Shared" => On(vgpu, s_shared, s_p100 with { GraphicsType = "shared" }),
            "host for vGPU, nothing offered" => vgpu with { OfferedProfiles = [] },
            "host for vGPU, offer unread" => vgpu with { OfferedProfiles = null },
            "graphics" => graphics,
            "graphics, same size on Pascal" => On(graphics, s_p100) with { Graphics = new GraphicsQuestion { WantsVgpuMode = true } },
            "driver" => driver,
            "driver on 6.7, image unread" => driver with
            {
                Host = driver.Host! with { Version = "6.7.0" },
                Software = Software(GraphicsDriver) with { IsImageManaged = Evidence<bool>.Unknown("it was refused") },
            },
            "driver, room unread" => driver with { Software = Software(ComputeDriver) with { FreeBytes = Evidence<long>.Unknown("the host does not name its boot banks") } },
            "removal" => driver with { Action = ReadinessAction.RemoveDriver, Software = new SoftwareQuestion { RemovesDriver = true, IsImageManaged = Evidence<bool>.Of(false) } },
            "ECC on with 16" => Ecc(ReadinessAction.EnableEcc, "535.161.05"),
            "ECC off with 6" => Ecc(ReadinessAction.DisableEcc, "390.42"),
            "ECC, driver not told" => Ecc(ReadinessAction.EnableEcc, "?"),
            "scheduler" => scheduler,
            "scheduler of an unknown GPU" => On(scheduler, s_strange),
            "VM" => configured,
            "VM without GPU" => configured with { Vm = Samples.Vm(), Devices = [], PciDevicesAfter = 0, NeedsEfi = false },
            "VM, not capable" => configured with { Devices = [given with { IsCapable = false, IsEnabled = false, IsActive = false }] },
            "VM, held and running" => configured with { Devices = [Held(given, "ml-09", VmGpuKind.StaticPassthrough, true)] },
            "VM, held and off" => configured with { Devices = [Held(given, "ml-09", VmGpuKind.StaticPassthrough, false)] },
            "running VM, held and running" => Vm(vm with { PowerState = "poweredOn" }) with { Devices = [Held(given, "ml-09", VmGpuKind.StaticPassthrough, true)] },
            "VM, pending" => configured with { Devices = [given with { IsActive = false }] },
            "VM by ids" => byIds,
            "VM by ids, nothing matches" => byIds with { DynamicRequests = [new DynamicGpuRequest([new PciIdMatch(0x10DE, 0x1DB6)])] },
            "VM by ids on vmx-14" => byIds with { Vm = vm with { HardwareVersion = 14 } },
            "VM with a vGPU" => withVgpu,
            "VM with a vGPU, all in passthrough" => Wish(s_wish with { IsOffered = false, Gpus = [given] }),
            "VM with a vGPU, not offered" => Wish(s_wish with { IsOffered = false }),
            "VM with a vGPU, full" => withVgpu with { Vgpu = withVgpu.Vgpu! with { HasRoom = false, WhyNoRoom = "It is full." } },
            "VM with a vGPU, hardware version unread" => withVgpu with { Vm = vm with { HardwareVersion = 0 } },
            "VM with two vGPUs" => withVgpu with { Vgpu = withVgpu.Vgpu! with { After = [s_wish, s_wish] } },
            "VM with two whole vGPUs on 7.0" => withVgpu with
            {
                Host = vgpu.Host! with { Version = "7.0.3" },
                Vgpu = withVgpu.Vgpu! with { After = [s_wish with { IsWholeGpu = true }, s_wish with { IsWholeGpu = true }] },
            },
            "VM with a device group" => withVgpu with { Vgpu = withVgpu.Vgpu! with { DeviceGroups = ["Nvidia:2@grid_a100d-40c%NVLink"] } },
            "VM with a device group, hardware version unread" => withVgpu with
            {
                Vm = vm with { HardwareVersion = 0 },
                Vgpu = withVgpu.Vgpu! with { DeviceGroups = ["Nvidia:2@grid_a100d-40c%NVLink"] },
            },
            "VM, orphaned" => Vm(vm with { ConnectionState = "orphaned" }),
            "giving" => giving,
            "giving, may be shut down" => giving with { Vm = vm with { PowerState = "poweredOn", IsToolsRunning = true }, MayPowerOff = true },
            "template" => Vm(vm with { IsTemplate = true }),
            "VM, suspended" => Vm(vm with { PowerState = "suspended" }),
            "VM, snapshot" => Vm(vm with { HasSnapshots = true }),
            "VM, BIOS" => Vm(vm with { Firmware = "bios" }),
            "VM, BIOS and a small BAR" => Vm(vm with { Firmware = "bios" }) with { NeedsEfi = false },
            "VM, BIOS and an unknown BAR" => Vm(vm with { Firmware = "bios" }) with { NeedsEfi = null },
            "VM, hardware version unread" => Vm(vm with { HardwareVersion = 0 }),
            "VM, too large" => Vm(vm with { MemoryMB = 2 * 1024 * 1024 }),
            "VM, misspelt key" => Vm(vm with { ExtraConfig = new Dictionary<string, string> { ["pciPassthru.set.usebitMMIO"] = "TRUE" } }),
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
        };

        ReadinessSubject Wish(VgpuWish wish) => withVgpu with { Vgpu = withVgpu.Vgpu! with { Wishes = [wish], After = [wish] } };
    }

    private static ReadinessSubject Host(params GpuDevice[] devices) => new()
    {
        Action = ReadinessAction.None,
        Target = Samples.HostTarget,
        Host = Samples.Host(devices) with { Version = "8.0.3" },
        Devices = devices,
        BootsFromUsb = Evidence<bool>.Of(false),
    };

    private static ReadinessSubject Vm(GpuVm vm) => new()
    {
        Action = ReadinessAction.PowerOn,
        Target = Samples.VmTarget,
        Host = Samples.Host(s_given) with { Version = "8.0.3" },
        Vm = vm,
        Devices = [s_given],
        NeedsEfi = true,
        PciDevicesAfter = 1,
    };

    private static ReadinessSubject On(ReadinessSubject subject, params GpuDevice[] devices) => subject with { Host = subject.Host! with { Devices = devices }, Devices = devices };

    private static ReadinessSubject Away(ReadinessSubject subject) =>
        subject with { Host = subject.Host! with { ConnectionState = "disconnected", Devices = [] }, Devices = [], BootsFromUsb = Evidence<bool>.Unknown("it was not asked for") };

    private static GpuDevice Held(GpuDevice device, string name, VmGpuKind kind, bool isRunning) => device with { Assignments = [Samples.HeldBy(name, kind, isRunning)] };

    private static ReadinessSubject Ecc(ReadinessAction action, string driver) => Host(s_p100) with { Action = action, HostDriver = DriverVersion.TryParse(driver) };

    private static SoftwareQuestion Software(string package) => new()
    {
        Packages = [new SoftwarePackage(package, [VgpuCatalog.Default.ReadPackage(package)], ["VMwareAccepted"], 60 << 20, null)],
        HostAcceptance = Evidence<string>.Of("PartnerSupported"),
        IsImageManaged = Evidence<bool>.Of(false),
        FreeBytes = Evidence<long>.Of(200 << 20),
    };
}
