using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness;
using GpuVSphere.Smi;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Readiness;

/// <summary>The rules about what is there and is not to be changed: each with a case that holds, one that does not, and one that cannot be decided.</summary>
public sealed class UseRulesTests
{
    private const string Vgpu80 = "NVD-VGPU-800_550.163.02-1OEM.800.1.0.20613240";
    private const string Aie80 = "NVD-AIE-800_550.163.02-1OEM.800.1.0.20613240";
    private const string Old67 = "NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM.670.0.0.7535516";

    private const string System1 = "5b2f0000-0000-0000-0000-000000000001";
    private const string System2 = "5b2f0000-0000-0000-0000-000000000002";

    private static readonly GpuDevice s_free = Samples.Gpu(enabled: false, active: false) with { GraphicsType = "sharedDirect", IsSriovCapable = true, VirtualFunctions = 20, MemoryMB = 81920, Model = "A100 PCIe 80GB" };

    private static readonly GpuDevice s_given = Samples.Gpu() with { Model = "A100 PCIe 80GB", GraphicsType = "direct" };

    private static readonly GpuDevice s_p100 = s_free with { DeviceId = 0x15F8, Name = "Tesla P100-PCIE-16GB", Model = "P100 PCIe 16GB", IsSriovCapable = null, VirtualFunctions = 0 };

    private static readonly GpuDevice s_l40 = s_free with { DeviceId = 0x26B5, SubVendorId = 0x10DE, SubDeviceId = 0x169D, Name = "NVIDIA L40", Model = "L40" };

    private static readonly GpuDevice s_k80 = s_free with { DeviceId = 0x102D, Name = "Tesla K80", Model = "K80" };

    private static readonly GpuDevice s_strange = s_free with { DeviceId = 0xFFFE, Name = "NVIDIA Device fffe", Model = null, MemoryMB = null };

    /// <summary>What is looked at, the rule, what it comes to, and a word that must be seen or be in the next step.</summary>
    public static TheoryData<string, string, ReadinessOutcome, string> Cases() => new()
    {
        { "8.0 U3", "HOST-VERSION", ReadinessOutcome.Pass, "ESXi 8.0.3" },
        { "6.5 U1", "HOST-VERSION", ReadinessOutcome.Pass, "later versions have vMotion of VMs with vGPUs (6.7 U1)" },
        { "6.5 without update", "HOST-VERSION", ReadinessOutcome.Confirm, "6.5 U1" },
        { "5.5", "HOST-VERSION", ReadinessOutcome.Block, "6.0" },
        { "version unread", "HOST-VERSION", ReadinessOutcome.Confirm, "cannot be read" },

        { "passthrough", "DEVICE-SUPPORTED", ReadinessOutcome.Pass, "A100 PCIe 80GB" },
        { "passthrough of SXM4", "DEVICE-SUPPORTED", ReadinessOutcome.Confirm, "NVSwitch" },
        { "passthrough of an unknown GPU", "DEVICE-SUPPORTED", ReadinessOutcome.Confirm, "fffe" },
        { "vGPU", "DEVICE-SUPPORTED", ReadinessOutcome.Pass, "17.6" },
        { "vGPU of P100 by 17.6", "DEVICE-SUPPORTED", ReadinessOutcome.Block, "Get-VgpuRelease" },
        { "vGPU of K80", "DEVICE-SUPPORTED", ReadinessOutcome.Confirm, "no vGPU types" },
        { "P100 beside A100 by 17.6", "DEVICE-SUPPORTED", ReadinessOutcome.Confirm, "P100" },
        { "software unread", "DEVICE-SUPPORTED", ReadinessOutcome.Confirm, "esxcli was refused" },
        { "no driver", "DEVICE-SUPPORTED", ReadinessOutcome.Pass, "Get-VgpuRelease" },

        { "vGPU", "HOST-LARGE-BAR", ReadinessOutcome.Pass, "81920 MB" },
        { "T4 in passthrough", "HOST-LARGE-BAR", ReadinessOutcome.Pass, "256 MB" },
        { "passthrough, in use", "HOST-LARGE-BAR", ReadinessOutcome.Pass, "ml-09" },
        { "passthrough", "HOST-LARGE-BAR", ReadinessOutcome.Confirm, "above 4G decoding" },
        { "not capable", "HOST-LARGE-BAR", ReadinessOutcome.Confirm, "cannot be passed through" },

        { "vGPU", "DEVICE-SRIOV", ReadinessOutcome.Pass, "20 virtual functions" },
        { "SR-IOV by nvidia-smi", "DEVICE-SRIOV", ReadinessOutcome.Pass, "nvidia-smi" },
        { "SR-IOV off", "DEVICE-SRIOV", ReadinessOutcome.Confirm, "SR-IOV Global Enable" },
        { "SR-IOV not told", "DEVICE-SRIOV", ReadinessOutcome.Confirm, "cannot be read" },
        { "vGPU VM, SR-IOV off", "DEVICE-SRIOV", ReadinessOutcome.Confirm, "likely off" },
        { "MIG, SR-IOV off", "DEVICE-SRIOV", ReadinessOutcome.Confirm, "likely off" },

        { "HPE, in use", "DEVICE-HOT-PLUG", ReadinessOutcome.Pass, "ml-09" },
        { "HPE", "DEVICE-HOT-PLUG", ReadinessOutcome.Confirm, "a00121002en_us" },
        { "HPE, VM", "DEVICE-HOT-PLUG", ReadinessOutcome.Confirm, "cannot be read" },

        { "vGPU", "HOST-IMAGE", ReadinessOutcome.Pass, "no image" },
        { "image", "HOST-IMAGE", ReadinessOutcome.Information, "Install-NvidiaVib" },
        { "9.0", "HOST-IMAGE", ReadinessOutcome.Information, "images alone" },
        { "image unread", "HOST-IMAGE", ReadinessOutcome.Confirm, "no right" },

        { "vGPU", "DRIVER-RUNNING", ReadinessOutcome.Pass, "serves 0000:3b:00.0" },
        { "reboot pending", "DRIVER-RUNNING", ReadinessOutcome.Block, "-Reboot" },
        { "upgrade pending", "DRIVER-RUNNING", ReadinessOutcome.Confirm, "in place of" },
        { "graphics untold", "DRIVER-RUNNING", ReadinessOutcome.Confirm, "Get-NvidiaSmi" },

        { "vGPU", "DRIVER-ESXI", ReadinessOutcome.Pass, "ESXi 8.0" },
        { "driver of 6.7, idle", "DRIVER-ESXI", ReadinessOutcome.Block, "made for ESXi 6.7" },
        { "driver of 6.7, serving", "DRIVER-ESXI", ReadinessOutcome.Confirm, "made for ESXi 6.7" },
        { "driver of an untold ESXi", "DRIVER-ESXI", ReadinessOutcome.Confirm, "cannot be told" },

        { "AI Enterprise", "DRIVER-FLAVOUR", ReadinessOutcome.Pass, "serves A100" },
        { "vGPU", "DRIVER-FLAVOUR", ReadinessOutcome.Block, "NVD-AIE" },
        { "A100 beside L40 by the vGPU driver", "DRIVER-FLAVOUR", ReadinessOutcome.Confirm, "NVD-AIE" },
        { "vGPU of K80", "DRIVER-FLAVOUR", ReadinessOutcome.Confirm, "not known" },

        { "L40 by 17.6", "DRIVER-HOPPER-ADA", ReadinessOutcome.Pass, "17.6" },
        { "L40 by 16.4", "DRIVER-HOPPER-ADA", ReadinessOutcome.Confirm, "crash" },
        { "L40 by 17.5", "DRIVER-HOPPER-ADA", ReadinessOutcome.Information, "older than 16.10" },
        { "L40 by some R535", "DRIVER-HOPPER-ADA", ReadinessOutcome.Confirm, "confirm that it is 16.10" },
        { "L40 by an unknown branch", "DRIVER-HOPPER-ADA", ReadinessOutcome.Confirm, "not known" },
        { "16.4 is to come to L40", "DRIVER-HOPPER-ADA", ReadinessOutcome.Confirm, "crash" },

        { "vGPU", "ECC-VGPU", ReadinessOutcome.Pass, "with ECC on or off" },
        { "6.0, ECC off", "ECC-VGPU", ReadinessOutcome.Pass, "ECC is off" },
        { "6.0, ECC on", "ECC-VGPU", ReadinessOutcome.Block, "Set-GpuEcc -VMHost esx-80-01 -Device 0000:3b:00.0 -Enabled $false -Reboot" },
        { "6.0, ECC on for one of two", "ECC-VGPU", ReadinessOutcome.Confirm, "Set-GpuEcc -VMHost esx-80-01 -Device 0000:3b:00.0" },
        { "6.0, ECC to come", "ECC-VGPU", ReadinessOutcome.Block, "next reboot" },
        { "6.0, ECC on, VM", "ECC-VGPU", ReadinessOutcome.Block, "Set-GpuEcc" },
        { "6.0, ECC untold", "ECC-VGPU", ReadinessOutcome.Confirm, "nvidia-smi on the host was not asked" },
        { "L40 by an unknown branch", "ECC-VGPU", ReadinessOutcome.Confirm, "not known" },
        { "software unread", "ECC-VGPU", ReadinessOutcome.Confirm, "cannot be read" },

        { "ECC as its fellows", "ECC-FELLOWS", ReadinessOutcome.Pass, "all 2" },
        { "ECC other than its fellows", "ECC-FELLOWS", ReadinessOutcome.Confirm, "esx-80-02" },
        { "fellows untold", "ECC-FELLOWS", ReadinessOutcome.Confirm, "cannot be read" },

        { "vGPU VM", "GUEST-DRIVER", ReadinessOutcome.Pass, "same release" },
        { "vGPU VM with 525", "GUEST-DRIVER", ReadinessOutcome.Block, "guest driver of vGPU 17.x, 16.x" },
        { "vGPU VM, off", "GUEST-DRIVER", ReadinessOutcome.Confirm, "while it is off" },
        { "vGPU VM, software unread", "GUEST-DRIVER", ReadinessOutcome.Confirm, "cannot be read" },
        { "16.4 is to come, guests known", "GUEST-DRIVER", ReadinessOutcome.Block, "would fall out" },
        { "16.4 is to come, guests unknown", "GUEST-DRIVER", ReadinessOutcome.Confirm, "-PlannedManager 16" },
        { "17.5 is to come over 17.6", "GUEST-DRIVER", ReadinessOutcome.Information, "17.x, 16.x" },
        { "17.6 is to come, guests known", "GUEST-DRIVER", ReadinessOutcome.Pass, "same release" },

        { "vGPU", "LICENSE-SERVER", ReadinessOutcome.Information, "NVIDIA License System" },
        { "6.0, ECC off", "LICENSE-SERVER", ReadinessOutcome.Information, "legacy licence server" },
        { "software unread", "LICENSE-SERVER", ReadinessOutcome.Confirm, "cannot be told" },

        { "vGPU VM", "LICENSE-STATE", ReadinessOutcome.Pass, "Licensed" },
        { "vGPU VM without licence", "LICENSE-STATE", ReadinessOutcome.Confirm, "20 minutes" },
        { "vGPU VM, off", "LICENSE-STATE", ReadinessOutcome.Confirm, "cannot be read" },

        { "passthrough VM", "DEVICE-ADDRESS", ReadinessOutcome.Pass, "0000:3b:00.0" },
        { "stale address", "DEVICE-ADDRESS", ReadinessOutcome.Block, "Remove-VmGpuPassthrough -VM ml-01 -Device 0000:99:00.0; Add-VmGpuPassthrough -VM ml-01 -Device 0000:3b:00.0" },
        { "stale address, another is given", "DEVICE-ADDRESS", ReadinessOutcome.Confirm, "0000:99:00.0" },
        { "stale address, nothing free", "DEVICE-ADDRESS", ReadinessOutcome.Block, "Get-GpuDevice -VMHost esx-80-01" },
        { "host of the VM away", "DEVICE-ADDRESS", ReadinessOutcome.Confirm, "cannot be read" },

        { "passthrough VM", "DEVICE-IDS", ReadinessOutcome.Pass, "carries the ids" },
        { "of another host", "DEVICE-IDS", ReadinessOutcome.Block, "Remove-VmGpuPassthrough -VM ml-01 -Device 0000:3b:00.0; Add-VmGpuPassthrough -VM ml-01 -Device 0000:3b:00.0" },
        { "of another card", "DEVICE-IDS", ReadinessOutcome.Block, "10de:1db6" },
        { "no system id", "DEVICE-IDS", ReadinessOutcome.Confirm, "no system id" },
        { "a word for a system id", "DEVICE-IDS", ReadinessOutcome.Confirm, "BYPASS" },
        { "offers unread", "DEVICE-IDS", ReadinessOutcome.Confirm, "no right" },

        { "passthrough VM", "VM-MEMORY-RESERVED", ReadinessOutcome.Pass, "65536" },
        { "memory reserved by number", "VM-MEMORY-RESERVED", ReadinessOutcome.Pass, "65536" },
        { "memory not reserved", "VM-MEMORY-RESERVED", ReadinessOutcome.Block, "Add-VmGpuPassthrough -VM ml-01 -Device 0000:3b:00.0" },
        { "memory not reserved, dynamic", "VM-MEMORY-RESERVED", ReadinessOutcome.Block, "Add-VmGpuPassthrough -VM ml-01 -DeviceId '10de:20b5' -Label train" },
        { "memory not reserved, vGPU", "VM-MEMORY-RESERVED", ReadinessOutcome.Block, "Add-VmVgpuProfile -VM ml-01 -VgpuProfile grid_a100d-40c" },
        { "memory unread", "VM-MEMORY-RESERVED", ReadinessOutcome.Confirm, "cannot be read" },

        { "passthrough VM", "MMIO-KEYS", ReadinessOutcome.Pass, "256" },
        { "T4 VM", "MMIO-KEYS", ReadinessOutcome.Pass, "no 64-bit MMIO" },
        { "no MMIO keys", "MMIO-KEYS", ReadinessOutcome.Block, "Set-VmMmioSize -VM ml-01 -SizeGB 256" },
        { "no MMIO keys, running", "MMIO-KEYS", ReadinessOutcome.Confirm, "Set-VmMmioSize -VM ml-01 -SizeGB 256" },
        { "MMIO too small", "MMIO-KEYS", ReadinessOutcome.Confirm, "Set-VmMmioSize -VM ml-01 -SizeGB 256" },
        { "MMIO switch alone", "MMIO-KEYS", ReadinessOutcome.Confirm, "counts as 32 GB" },
        { "large vGPU without MMIO keys", "MMIO-KEYS", ReadinessOutcome.Confirm, "Set-VmMmioSize" },
        { "unknown GPU in the VM", "MMIO-KEYS", ReadinessOutcome.Confirm, "-Probe" },

        { "passthrough VM", "VM-HOT-ADD", ReadinessOutcome.Pass, "off" },
        { "hot-add", "VM-HOT-ADD", ReadinessOutcome.Confirm, "CPU and memory hot-add" },

        { "passthrough VM", "VM-SECURE-BOOT", ReadinessOutcome.Pass, "without Secure Boot" },
        { "Secure Boot, Windows", "VM-SECURE-BOOT", ReadinessOutcome.Pass, "signed" },
        { "BIOS", "VM-SECURE-BOOT", ReadinessOutcome.Pass, "BIOS" },
        { "Secure Boot, Linux", "VM-SECURE-BOOT", ReadinessOutcome.Confirm, "mokutil" },
        { "Secure Boot unread", "VM-SECURE-BOOT", ReadinessOutcome.Confirm, "cannot be read" },

        { "passthrough VM", "PRIVILEGE-CMDLET", ReadinessOutcome.Pass, "Set-VmMmioSize" },
        { "privilege missing", "PRIVILEGE-CMDLET", ReadinessOutcome.Confirm, "Add-VmGpuPassthrough" },
        { "privileges unread", "PRIVILEGE-CMDLET", ReadinessOutcome.Confirm, "cannot be read" },
        { "vGPU, vCenter unread", "PRIVILEGE-CMDLET", ReadinessOutcome.Confirm, "Enable-VgpuMigration on vcenter: the privileges of this account there cannot be read" },
        { "vGPU, no Global.Settings", "PRIVILEGE-CMDLET", ReadinessOutcome.Confirm, "it lacks Global.Settings" },
        { "vGPU, no EditCluster", "PRIVILEGE-CMDLET", ReadinessOutcome.Information, "lacks Host.Inventory.EditCluster (to set DRS of gpu)" },
        { "vGPU, both", "PRIVILEGE-CMDLET", ReadinessOutcome.Pass, "the account has Global.Settings" },
        { "privilege missing, reboot", "PRIVILEGE-CMDLET", ReadinessOutcome.Information, "Host.Config.Maintenance (with -Reboot)" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_rule_says_what_it_saw(string what, string ruleId, ReadinessOutcome outcome, string word)
    {
        IReadOnlyList<ReadinessResult> rows = [.. ReadinessReport.Of([Subject(what)]).Where(row => row.RuleId == ruleId)];

        ReadinessResult? found = rows.FirstOrDefault(row => row.Outcome == outcome && (row.Seen + " " + row.NextStep).Contains(word, StringComparison.Ordinal));
        Assert.True(found is not null, $"no row of {ruleId} is {outcome} with '{word}': " + string.Join(" | ", rows.Select(row => $"{row.Outcome}: {row.Seen} -> {row.NextStep}")));
        Assert.True(outcome != ReadinessOutcome.Pass || rows.All(row => row.Outcome is ReadinessOutcome.Pass), "what holds is not doubted in the same breath: " + string.Join(" | ", rows.Select(row => row.Seen)));
        Assert.True(outcome is ReadinessOutcome.Pass or ReadinessOutcome.Information || found!.NextStep is { Length: > 0 }, "what is not right, or not known, says what to do next: " + found!.Seen);
    }

    [Fact]
    public void Every_rule_here_has_a_case_that_holds_one_that_does_not_and_one_that_is_not_decided()
    {
        // Two rules only tell, and one has no case that blocks, since none of theirs is ever certain.
        foreach (IGrouping<string, ReadinessOutcome> rule in Cases().Select(row => ((string)row[1], (ReadinessOutcome)row[2])).GroupBy(row => row.Item1, row => row.Item2))
        {
            Assert.Contains(rule, outcome => outcome is ReadinessOutcome.Pass or ReadinessOutcome.Information);
            Assert.Contains(ReadinessOutcome.Confirm, rule);
        }
    }

    [Theory]
    [InlineData("vGPU of L40")]
    [InlineData("passthrough, in use")]
    [InlineData("passthrough VM")]
    [InlineData("T4 VM")]
    [InlineData("AI Enterprise")]
    [InlineData("vGPU VM")]
    public void What_is_right_is_blocked_by_no_rule(string what) =>
        Assert.Empty(ReadinessReport.Of([Subject(what)]).Where(row => row.Outcome == ReadinessOutcome.Block).Select(row => $"{row.RuleId}: {row.Seen}"));

    [Theory]
    [InlineData("host away")]
    [InlineData("VM without GPU")]
    public void A_rule_that_is_not_concerned_is_silent(string what)
    {
        string[] ours = [.. Cases().Select(row => (string)row[1]).Distinct().Except(["PRIVILEGE-CMDLET"])];
        Assert.Empty(ReadinessReport.Of([Subject(what)]).Where(row => ours.Contains(row.RuleId)).Select(row => $"{row.RuleId}: {row.Seen}"));
    }

    private static Evidence<HostSoftware> Software(string? package, string? pending = null) =>
        Evidence<HostSoftware>.Of(new HostSoftware { Driver = package is null ? null : VgpuCatalog.Default.ReadPackage(package), Pending = pending });

    private static NvidiaSmiGpu Smi(bool? ecc, bool? pending = null, string host = "esx-80-01", params NvidiaSmiVgpu[] vgpus) => new()
    {
        HostName = host,
        Address = new PciAddress(0, 0x3b, 0, 0),
        Name = "Tesla P100-PCIE-16GB",
        EccCurrent = ecc,
        EccPending = pending ?? ecc,
        Vgpus = vgpus,
    };

    private static Evidence<IReadOnlyList<NvidiaSmiGpu>> Told(params NvidiaSmiGpu[] gpus) => Evidence<IReadOnlyList<NvidiaSmiGpu>>.Of(gpus);

    private static NvidiaSmiVgpu Guest(string driver, string licence = "Licensed (Expiry: 2026-1-1 0:0:0 GMT)") =>
        new() { Id = "1", Name = "GRID A100D-40C", VmName = "ml-01", GuestDriverVersion = driver, LicenseStatus = licence };

    private static ConfigTarget Offers(string systemId = System1) =>
        new() { PciPassthrough = [new ConfigTargetPciDevice { Id = "0000:3b:00.0", SystemId = systemId, VendorId = 0x10DE, DeviceId = 0x20B5 }] };

    private static GpuHost Host(string version, params GpuDevice[] devices) => Samples.Host(devices) with
    {
        Version = version,
        Build = "24022510",
        Vendor = "Dell Inc.",
        HardwareModel = "PowerEdge R740",
        Cluster = new ManagedObjectReference("ClusterComputeResource", "domain-c1"),
        ClusterName = "GPU-80",
        Privileges = ["Host.Config.PciPassthru", "Host.Config.Maintenance", "Host.Config.Settings", "Host.Config.NetService", "Host.Config.Image"],
        Functions = [.. devices.Select(device => new PciFunction { Address = device.Address, Name = device.Name, VendorId = device.VendorId })],
    };

    private static VmGpu Whole(string address = "0000:3b:00.0", int deviceId = 0x20B5, string? systemId = System1) => new()
    {
        VmId = Samples.VmId,
        VmName = "ml-01",
        ServerName = "vcenter",
        Key = 13000,
        Kind = VmGpuKind.StaticPassthrough,
        Address = PciText.FindAddress(address),
        AllowedDevices = [new PciIdMatch(0x10DE, (ushort)deviceId)],
        SystemId = systemId,
    };

    private static VmGpu Vgpu(string profile = "grid_a100d-40c") =>
        new() { VmId = Samples.VmId, VmName = "ml-01", ServerName = "vcenter", Key = 13000, Kind = VmGpuKind.Vgpu, VgpuProfile = profile };

    private static GpuVm Vm(params VmGpu[] gpus) => Samples.Vm() with
    {
        PciDevices = gpus,
        IsMemoryReservationLocked = true,
        IsSecureBootEnabled = false,
        GuestId = "ubuntu64Guest",
        ExtraConfig = new Dictionary<string, string> { ["pciPassthru.use64bitMMIO"] = "TRUE", ["pciPassthru.64bitMMIOSizeGB"] = "256" },
        Privileges =
        [
            "VirtualMachine.Config.AddRemoveDevice", "VirtualMachine.Config.AdvancedConfig", "VirtualMachine.Config.Resource", "VirtualMachine.Config.Memory", "VirtualMachine.Config.CPUCount",
            "VirtualMachine.Config.Settings", "VirtualMachine.Config.EditDevice", "VirtualMachine.Interact.PowerOn", "VirtualMachine.Interact.PowerOff",
        ],
    };

    private static ReadinessSubject Subject(string what)
    {
        ReadinessSubject subject = Make(what);
        return (subject.Action & (ReadinessAction.UseVgpu | ReadinessAction.UsePassthrough | ReadinessAction.InstallDriver)) == 0 ? subject : subject with { Devices = subject.Host!.Devices };
    }

    private static ReadinessSubject Make(string what)
    {
        ReadinessSubject vgpu = new()
        {
            Action = ReadinessAction.UseVgpu,
            Target = Samples.HostTarget,
            Host = Host("8.0.3", s_free),
            HostSoftware = Software(Vgpu80),
            IsImageManaged = Evidence<bool>.Of(false),
            BootsFromUsb = Evidence<bool>.Of(false),
        };
        ReadinessSubject whole = vgpu with { Action = ReadinessAction.UsePassthrough, Host = Host("8.0.3", s_given), Devices = [s_given] };
        ReadinessSubject vm = new()
        {
            Action = ReadinessAction.PowerOn,
            Target = Samples.VmTarget,
            Host = Host("8.0.3", s_given),
            Vm = Vm(Whole()),
            Devices = [s_given],
            NeedsEfi = true,
            PciDevicesAfter = 1,
            HostSoftware = Software(null),
            Offers = Evidence<ConfigTarget>.Of(Offers()),
        };
        ReadinessSubject vgpuVm = vm with
        {
            Host = vgpu.Host,
            Vm = Vm(Vgpu()) with { PowerState = "poweredOn", IsToolsRunning = true },
            Devices = [],
            HostSoftware = Software(Aie80),
            NvidiaSmi = Told(Smi(true, vgpus: Guest("550.163.01"))),
        };
        ReadinessSubject install = vgpu with
        {
            Action = ReadinessAction.InstallDriver,
            Software = new SoftwareQuestion(),
            OtherVms = [Vm(Vgpu()) with { PowerState = "poweredOn" }],
            NvidiaSmi = Told(Smi(true, vgpus: Guest("550.163.01"))),
        };
        return what switch
        {
            "8.0 U3" or "vGPU" => vgpu,
            "6.5 U1" => vgpu with { Host = Host("6.5.0", s_p100) with { Build = "5969303" } },
            "6.5 without update" => vgpu with { Host = Host("6.5.0", s_p100) with { Build = "5310538" } },
            "5.5" => vgpu with { Host = Host("5.5.0", s_p100) with { Build = "1331820" } },
            "version unread" => vgpu with { Host = Host(string.Empty, s_free) },
            "passthrough" => whole,
            "passthrough of SXM4" => whole with { Host = Host("8.0.3", s_given with { DeviceId = 0x20B2, SubVendorId = 0x10DE, SubDeviceId = 0x1463 }) },
            "passthrough of an unknown GPU" => whole with { Host = Host("8.0.3", s_strange) },
            "passthrough, in use" => whole with { Host = Host("8.0.3", s_given with { Assignments = [Samples.HeldBy("ml-09", VmGpuKind.StaticPassthrough, true)] }) },
            "T4 in passthrough" => whole with { Host = Host("8.0.3", s_given with { DeviceId = 0x1EB8, Model = "T4" }) },
            "not capable" => whole with { Host = Host("8.0.3", Samples.Gpu(false, false, false)) },
            "vGPU of L40" => vgpu with { Host = Host("8.0.3", s_l40), IsImageManaged = Evidence<bool>.Of(false) },
            "vGPU of P100 by 17.6" => vgpu with { Host = Host("8.0.3", s_p100) },
            "vGPU of K80" => vgpu with { Host = Host("8.0.3", s_k80) },
            "P100 beside A100 by 17.6" => vgpu with { Host = Host("8.0.3", s_free, s_p100 with { Address = new PciAddress(0, 0xaf, 0, 0) }) },
            "A100 beside L40 by the vGPU driver" => vgpu with { Host = Host("8.0.3", s_free, s_l40 with { Address = new PciAddress(0, 0xaf, 0, 0) }) },
            "upgrade pending" => vgpu with { HostSoftware = Software(Vgpu80, "NVD-VGPU-800 550.163.02: The next reboot brings it in place of 550.144.02.") },
            "6.0, ECC on for one of two" => Old(vgpu, Told(Smi(true), Smi(false) with { Address = new PciAddress(0, 0xaf, 0, 0) })) with { Host = Host("6.7.0", s_p100, s_p100 with { Address = new PciAddress(0, 0xaf, 0, 0) }) },
            "software unread" => vgpu with { HostSoftware = Evidence<HostSoftware>.Unknown("esxcli was refused") },
            "no driver" => vgpu with { HostSoftware = Software(null), Host = Host("8.0.3", s_free with { GraphicsType = "basic" }) },
            "SR-IOV by nvidia-smi" => vgpu with { Host = Host("8.0.3", s_free with { IsSriovCapable = null, VirtualFunctions = 0 }), NvidiaSmi = Told(Smi(true) with { HostVgpuMode = "SR-IOV" }) },
            "SR-IOV off" => vgpu with { Host = Host("8.0.3", s_free with { IsSriovCapable = false, VirtualFunctions = 0 }) },
            "SR-IOV not told" => vgpu with { Host = Host("8.0.3", s_free with { IsSriovCapable = null, VirtualFunctions = 0 }) },
            "vGPU VM, SR-IOV off" => vgpuVm with { Host = Host("8.0.3", s_free with { IsSriovCapable = false, VirtualFunctions = 0 }) },
            "MIG, SR-IOV off" => vgpu with { Action = ReadinessAction.SetMig, Devices = [s_free with { IsSriovCapable = false, VirtualFunctions = 0 }] },
            "HPE, in use" => whole with { Host = Host("8.0.3", s_given with { Assignments = [Samples.HeldBy("ml-09", VmGpuKind.StaticPassthrough, true)] }) with { Vendor = "HPE" } },
            "HPE" => whole with { Host = Host("8.0.3", s_given) with { Vendor = "HPE" } },
            "HPE, VM" => vm with { Host = Host("8.0.3", s_given) with { Vendor = "HPE" } },
            "image" => vgpu with { IsImageManaged = Evidence<bool>.Of(true) },
            "9.0" => vgpu with { Host = Host("9.0.0", s_l40) },
            "image unread" => vgpu with { IsImageManaged = Evidence<bool>.Unknown("the account has no right") },
            "reboot pending" => vgpu with { Host = Host("8.0.3", s_free with { GraphicsType = "basic" }), HostSoftware = Software(Vgpu80, "The driver is installed and serves no GPU of esx-80-01 yet: it runs after a reboot, whatever esxcli said of one.") },
            "graphics untold" => vgpu with { Host = Host("8.0.3", s_free with { GraphicsType = null }) },
            "driver of 6.7, idle" => vgpu with { HostSoftware = Software(Old67), Host = Host("7.0.3", s_p100 with { GraphicsType = "basic" }) },
            "driver of 6.7, serving" => vgpu with { HostSoftware = Software(Old67), Host = Host("7.0.3", s_p100) },
            "driver of an untold ESXi" => vgpu with { HostSoftware = Evidence<HostSoftware>.Of(new HostSoftware { Driver = VgpuCatalog.Default.ReadPackage(Vgpu80)! with { EsxiVersion = null } }) },
            "AI Enterprise" => vgpu with { HostSoftware = Software(Aie80) },
            "L40 by 17.6" => vgpu with { Host = Host("8.0.3", s_l40) },
            "L40 by 16.4" => vgpu with { Host = Host("8.0.3", s_l40), HostSoftware = Software("NVD-VGPU-800_535.161.05-1OEM.800.1.0.20613240") },
            "L40 by 17.5" => vgpu with { Host = Host("8.0.3", s_l40), HostSoftware = Software("NVD-VGPU-800_550.144.02-1OEM.800.1.0.20613240") },
            "L40 by some R535" => vgpu with { Host = Host("8.0.3", s_l40), HostSoftware = Software("NVD-VGPU-800_535.199.99-1OEM.800.1.0.20613240") },
            "L40 by an unknown branch" => vgpu with { Host = Host("8.0.3", s_l40), HostSoftware = Software("NVD-VGPU-800_545.10.01-1OEM.800.1.0.20613240") },
            "16.4 is to come to L40" => Install(install with { Host = Host("8.0.3", s_l40), OtherVms = [] }, "NVD-VGPU-800_535.161.05-1OEM.800.1.0.20613240"),
            "Shared" => vgpu with { Host = Host("8.0.3", s_free with { GraphicsType = "shared" }) },
            "one of two Shared" => vgpu with { Host = Host("8.0.3", s_free, s_free with { Address = new PciAddress(0, 0xaf, 0, 0), GraphicsType = "shared" }) },
            "basic" => vgpu with { Host = Host("8.0.3", s_free with { GraphicsType = "basic" }) },
            "6.0, ECC off" => Old(vgpu, Told(Smi(false))),
            "6.0, ECC on" => Old(vgpu, Told(Smi(true))),
            "6.0, ECC to come" => Old(vgpu, Told(Smi(false, true))),
            "6.0, ECC untold" => Old(vgpu, vgpu.NvidiaSmi),
            "6.0, ECC on, VM" => Old(vgpuVm with { Vm = Vm(Vgpu("grid_p100-8q")) }, Told(Smi(true))),
            "ECC as its fellows" => vgpu with { NvidiaSmi = Told(Smi(true)), ClusterGpus = [Smi(true, host: "esx-80-02")] },
            "ECC other than its fellows" => vgpu with { NvidiaSmi = Told(Smi(true)), ClusterGpus = [Smi(false, host: "esx-80-02")] },
            "fellows untold" => vgpu,
            "vGPU VM" => vgpuVm,
            "vGPU VM with 525" => vgpuVm with { NvidiaSmi = Told(Smi(true, vgpus: Guest("525.147.05"))) },
            "vGPU VM without licence" => vgpuVm with { NvidiaSmi = Told(Smi(true, vgpus: Guest("550.163.01", "Unlicensed"))) },
            "vGPU VM, off" => vgpuVm with { Vm = Vm(Vgpu()), NvidiaSmi = Told(Smi(true)) },
            "vGPU VM, software unread" => vgpuVm with { HostSoftware = Evidence<HostSoftware>.Unknown("esxcli was refused") },
            "16.4 is to come, guests known" => Install(install, "NVD-AIE-800_535.161.05-1OEM.800.1.0.20613240"),
            "16.4 is to come, guests unknown" => Install(install with { NvidiaSmi = vgpu.NvidiaSmi }, "NVD-AIE-800_535.161.05-1OEM.800.1.0.20613240"),
            "17.5 is to come over 17.6" => Install(install with { NvidiaSmi = vgpu.NvidiaSmi }, "NVD-AIE-800_550.144.02-1OEM.800.1.0.20613240"),
            "17.6 is to come, guests known" => Install(install, Aie80),
            "passthrough VM" => vm,
            "stale address" => vm with { Vm = Vm(Whole("0000:99:00.0")) },
            "stale address, nothing free" => vm with { Vm = Vm(Whole("0000:99:00.0")), Host = Host("8.0.3", s_free) },
            "stale address, another is given" => vm with { Action = ReadinessAction.AddToVm, Vm = Vm(Whole("0000:99:00.0")) },
            "host of the VM away" => vm with { Host = vm.Host! with { ConnectionState = "notResponding" } },
            "of another host" => vm with { Vm = Vm(Whole(systemId: System2)) },
            "of another card" => vm with { Vm = Vm(Whole(deviceId: 0x1DB6)) },
            "no system id" => vm with { Vm = Vm(Whole(systemId: null)) },
            "a word for a system id" => vm with { Vm = Vm(Whole(systemId: "BYPASS")) },
            "offers unread" => vm with { Offers = Evidence<ConfigTarget>.Unknown("the account has no right") },
            "memory reserved by number" => vm with { Vm = vm.Vm! with { IsMemoryReservationLocked = false, MemoryReservationMB = 65536 } },
            "memory not reserved" => vm with { Vm = vm.Vm! with { IsMemoryReservationLocked = false, MemoryReservationMB = 1024 } },
            "memory not reserved, dynamic" => vm with { Vm = Vm(Whole() with { Kind = VmGpuKind.DynamicPassthrough, Address = null, CustomLabel = "train" }) with { IsMemoryReservationLocked = false } },
            "memory not reserved, vGPU" => vgpuVm with { Vm = Vm(Vgpu()) with { IsMemoryReservationLocked = false } },
            "memory unread" => vm with { Vm = vm.Vm! with { IsMemoryReservationLocked = false, MemoryMB = 0 } },
            "T4 VM" => vm with { Host = Host("8.0.3", s_given with { DeviceId = 0x1EB8, Model = "T4", Name = "Tesla T4" }), Vm = Vm(Whole(deviceId: 0x1EB8)) with { ExtraConfig = new Dictionary<string, string>() }, NeedsEfi = false },
            "no MMIO keys" => vm with { Vm = vm.Vm! with { ExtraConfig = new Dictionary<string, string>() } },
            "no MMIO keys, running" => vm with { Vm = vm.Vm! with { PowerState = "poweredOn", ExtraConfig = new Dictionary<string, string>() } },
            "MMIO too small" => vm with { Vm = vm.Vm! with { ExtraConfig = new Dictionary<string, string> { ["pciPassthru.use64bitMMIO"] = "TRUE", ["pciPassthru.64bitMMIOSizeGB"] = "64" } } },
            "MMIO switch alone" => vm with { Vm = vm.Vm! with { ExtraConfig = new Dictionary<string, string> { ["pciPassthru.use64bitMMIO"] = "TRUE" } } },
            "large vGPU without MMIO keys" => vgpuVm with { Vm = vgpuVm.Vm! with { ExtraConfig = new Dictionary<string, string>() } },
            "unknown GPU in the VM" => vm with { Host = Host("8.0.3", s_strange with { IsEnabled = true, IsActive = true }), Vm = Vm(Whole(deviceId: 0xFFFE)) },
            "hot-add" => vm with { Vm = vm.Vm! with { IsCpuHotAddEnabled = true, IsMemoryHotAddEnabled = true } },
            "Secure Boot, Linux" => vm with { Vm = vm.Vm! with { IsSecureBootEnabled = true } },
            "Secure Boot, Windows" => vm with { Vm = vm.Vm! with { IsSecureBootEnabled = true, GuestId = "windows2019srv_64Guest" } },
            "Secure Boot unread" => vm with { Vm = vm.Vm! with { IsSecureBootEnabled = null } },
            "BIOS" => vm with { Vm = vm.Vm! with { Firmware = "bios", IsSecureBootEnabled = null } },
            "privilege missing" => vm with { Vm = vm.Vm! with { Privileges = ["System.View"] } },
            "privileges unread" => vm with { Vm = vm.Vm! with { Privileges = null } },
            "vGPU, vCenter unread" => Moving(null, null),
            "vGPU, no Global.Settings" => Moving([], null),
            "vGPU, no EditCluster" => Moving(["Global.Settings"], []),
            "vGPU, both" => Moving(["Global.Settings"], ["Host.Inventory.EditCluster"]),
            "privilege missing, reboot" => whole with { Host = whole.Host! with { Privileges = ["Host.Config.PciPassthru"] } },
            "host away" => vgpu with { Host = vgpu.Host! with { ConnectionState = "notResponding" } },
            "VM without GPU" => vm with { Vm = Vm(), Devices = [] },
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
        };

        ReadinessSubject Moving(string[]? onVCenter, string[]? onCluster) =>
            vgpu with { Migration = new MigrationEvidence { ClusterName = "gpu", VCenterPrivileges = onVCenter, ClusterPrivileges = onCluster } };
    }

    // vGPU 6.0 on ESXi 6.7 with a P100.
    private static ReadinessSubject Old(ReadinessSubject subject, Evidence<IReadOnlyList<NvidiaSmiGpu>> smi) =>
        subject with { Host = Host("6.7.0", s_p100), HostSoftware = Software(Old67), NvidiaSmi = smi };

    private static ReadinessSubject Install(ReadinessSubject subject, string package) => subject with
    {
        Software = new SoftwareQuestion { Packages = [new SoftwarePackage(package, [VgpuCatalog.Default.ReadPackage(package)], ["PartnerSupported"], null, null)] },
    };
}
