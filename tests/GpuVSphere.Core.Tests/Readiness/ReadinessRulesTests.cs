using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Core.Tests.Bitfusion;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness;

namespace GpuVSphere.Core.Tests.Readiness;

public sealed class ReadinessRulesTests
{
    private static ReadinessSubject Enable(GpuDevice? device = null) => new()
    {
        Action = ReadinessAction.EnablePassthrough,
        Target = Samples.HostTarget,
        Host = Samples.Host(device ?? Samples.Gpu(enabled: false, active: false)),
        Devices = [device ?? Samples.Gpu(enabled: false, active: false)],
        BootsFromUsb = Evidence<bool>.Of(false),
        RequiredPrivileges = ["Host.Config.PciPassthru"],
    };

    private static ReadinessSubject Add(GpuVm? vm = null, GpuDevice? device = null) => new()
    {
        Action = ReadinessAction.AddToVm,
        Target = Samples.VmTarget,
        Host = Samples.Host(device ?? Samples.Gpu()),
        Vm = vm ?? Samples.Vm(),
        Devices = [device ?? Samples.Gpu()],
        NeedsEfi = true,
        PciDevicesAfter = 1,
        RequiredPrivileges = ["VirtualMachine.Config.AddRemoveDevice"],
    };

    private static ReadinessSubject Ecc(bool isOn, string driver) => new()
    {
        Action = isOn ? ReadinessAction.EnableEcc : ReadinessAction.DisableEcc,
        Target = Samples.HostTarget,
        Host = Samples.Host(Samples.Gpu(false, false, false)),
        Devices = [Samples.Gpu(false, false, false)],
        HostDriver = DriverVersion.TryParse(driver),
    };

    // Tesla M60.
    private static GpuDevice Maxwell => Samples.Gpu(false, false, false) with { Address = new PciAddress(0, 0x86, 0, 0), DeviceId = 0x13F2 };

    private static ReadinessSubject Share(bool isFixed, bool namesDevices, params GpuDevice[] devices) => new()
    {
        Action = ReadinessAction.SetScheduler,
        Target = Samples.HostTarget,
        Host = Samples.Host(devices),
        Devices = devices,
        Scheduler = new SchedulerQuestion { IsFixedShare = isFixed, NamesDevices = namesDevices },
    };

    /// <summary>Each spoils one thing: the rule that must speak, whether it blocks, and a word that its message must have.</summary>
    public static TheoryData<string, string, FindingSeverity, string> Spoiled() => new()
    {
        { "host down", "HOST-CONNECTED", FindingSeverity.Block, "disconnected" },
        { "boots from USB", "HOST-USB-BOOT", FindingSeverity.Block, "USB" },
        { "boot device unreadable", "HOST-USB-BOOT", FindingSeverity.Warning, "esxcli" },
        { "host privilege missing", "PRIVILEGE-HOST", FindingSeverity.Block, "Host.Config.PciPassthru" },
        { "host privileges unreadable", "PRIVILEGE-HOST", FindingSeverity.Warning, "could not be read" },
        { "not capable, enable", "DEVICE-CAPABLE", FindingSeverity.Block, "0000:3b:00.0" },
        { "not capable, add", "DEVICE-CAPABLE", FindingSeverity.Block, "0000:3b:00.0" },
        { "vGPU runs", "DEVICE-VGPU-RUNNING", FindingSeverity.Block, "vdi-7" },
        { "held, running", "DEVICE-IN-USE", FindingSeverity.Block, "ml-09" },
        { "held, off", "DEVICE-IN-USE", FindingSeverity.Block, "ml-09" },
        { "held, off, disable", "DEVICE-IN-USE", FindingSeverity.Warning, "ml-09" },
        { "held, running, disable", "DEVICE-IN-USE", FindingSeverity.Block, "ml-09" },
        { "not enabled", "DEVICE-ACTIVE", FindingSeverity.Block, "not enabled" },
        { "pending", "DEVICE-ACTIVE", FindingSeverity.Block, "rebooted" },
        { "going", "DEVICE-ACTIVE", FindingSeverity.Block, "ends" },
        { "dynamic, none matches", "DEVICE-ACTIVE", FindingSeverity.Block, "has 1" },
        { "dynamic, none matches, cluster", "DEVICE-ACTIVE", FindingSeverity.Warning, "cluster" },
        { "dynamic, all held", "DEVICE-ACTIVE", FindingSeverity.Warning, "no other VM" },
        { "ECC on before vGPU 9.0", "ECC-RELEASE", FindingSeverity.Block, "vGPU 6.0" },
        { "ECC off since vGPU 9.0", "ECC-RELEASE", FindingSeverity.Warning, "not needed" },
        { "ECC, release unknown", "ECC-RELEASE", FindingSeverity.Warning, "not known" },
        { "equal share, Maxwell named", "SCHEDULER-GENERATION", FindingSeverity.Block, "Pascal" },
        { "equal share, Maxwell beside another", "SCHEDULER-GENERATION", FindingSeverity.Warning, "Pascal" },
        { "fixed share, mixed size", "SCHEDULER-MIXED-SIZE", FindingSeverity.Block, "mixed size" },
        { "equal share, MIG", "SCHEDULER-MIG", FindingSeverity.Warning, "MIG mode" },
        { "scheduler, no GPU", "HOST-GPU", FindingSeverity.Block, "no NVIDIA GPU" },
        { "VM orphaned", "VM-CONNECTED", FindingSeverity.Block, "orphaned" },
        { "VM privilege missing", "PRIVILEGE-VM", FindingSeverity.Block, "VirtualMachine.Config.AddRemoveDevice" },
        { "VM privileges unreadable", "PRIVILEGE-VM", FindingSeverity.Warning, "could not be read" },
        { "template", "VM-TEMPLATE", FindingSeverity.Block, "template" },
        { "suspended", "VM-SUSPENDED", FindingSeverity.Block, "suspended" },
        { "running", "VM-POWERED-OFF", FindingSeverity.Block, "running" },
        { "running, no Tools", "VM-POWERED-OFF", FindingSeverity.Block, "Tools" },
        { "snapshot", "VM-SNAPSHOT", FindingSeverity.Block, "snapshots" },
        { "other host", "VM-HOST", FindingSeverity.Block, "esx-80-02" },
        { "BIOS", "VM-FIRMWARE", FindingSeverity.Block, "BIOS" },
        { "BIOS, BAR unknown", "VM-FIRMWARE", FindingSeverity.Warning, "BAR" },
        { "BIOS, no guest", "VM-FIRMWARE", FindingSeverity.Information, "EFI" },
        { "dynamic on vmx-14", "VM-HARDWARE-VERSION", FindingSeverity.Block, "vmx-14" },
        { "17 devices on vmx-19", "VM-HARDWARE-VERSION", FindingSeverity.Block, "16" },
        { "33 devices on vmx-20", "VM-HARDWARE-VERSION", FindingSeverity.Warning, "32" },
        { "129 devices on vmx-21", "VM-HARDWARE-VERSION", FindingSeverity.Block, "128" },
        { "memory too large", "VM-MEMORY-FITS-HOST", FindingSeverity.Block, "2097152" },
        { "memory crowded", "VM-MEMORY-FITS-HOST", FindingSeverity.Warning, "1000000" },
        { "host memory unknown", "VM-MEMORY-FITS-HOST", FindingSeverity.Warning, "not known" },
        { "MMIO unknown", "MMIO-SIZE", FindingSeverity.Warning, "not known" },
        { "MMIO told", "MMIO-SIZE", FindingSeverity.Information, "128 GB" },
        { "misspelt key", "MMIO-MISSPELT-KEY", FindingSeverity.Warning, "pciPassthru.set.usebitMMIO" },
    };

    private static ReadinessSubject Spoil(string how)
    {
        GpuVm vm = Samples.Vm();
        GpuDevice gpu = Samples.Gpu();
        GpuDevice fresh = Samples.Gpu(enabled: false, active: false);
        var twoOfA100 = new DynamicGpuRequest([new PciIdMatch(0x10DE, 0x20B5)]);
        return how switch
        {
            "host down" => Enable() with { Host = Samples.Host() with { ConnectionState = "disconnected", Privileges = ["Host.Config.PciPassthru"] } },
            "boots from USB" => Enable() with { BootsFromUsb = Evidence<bool>.Of(true) },
            "boot device unreadable" => Enable() with { BootsFromUsb = Evidence<bool>.Unknown("esxcli was refused") },
            "host privilege missing" => Enable() with { Host = Samples.Host() with { Privileges = ["System.View"] } },
            "host privileges unreadable" => Enable() with { Host = Samples.Host() with { Privileges = null } },
            "not capable, enable" => Enable(Samples.Gpu(false, false, false)),
            "not capable, add" => Add(device: Samples.Gpu(false, false, false)),
            "vGPU runs" => Enable(fresh with { Assignments = [Samples.HeldBy("vdi-7", VmGpuKind.Vgpu, true)] }),
            "held, running" => Add(device: gpu with { Assignments = [Samples.HeldBy("ml-09", VmGpuKind.StaticPassthrough, true)] }),
            "held, off" => Add(device: gpu with { Assignments = [Samples.HeldBy("ml-09", VmGpuKind.StaticPassthrough, false)] }),
            "held, off, disable" => Enable() with
            {
                Action = ReadinessAction.DisablePassthrough,
                Devices = [gpu with { Assignments = [Samples.HeldBy("ml-09", VmGpuKind.StaticPassthrough, false)] }],
            },
            "held, running, disable" => Enable() with
            {
                Action = ReadinessAction.DisablePassthrough,
                Devices = [gpu with { Assignments = [Samples.HeldBy("ml-09", VmGpuKind.StaticPassthrough, true)] }],
            },
            "not enabled" => Add(device: fresh),
            "pending" => Add(device: Samples.Gpu(active: false)),
            "going" => Add(device: Samples.Gpu(enabled: false)),
            "dynamic, none matches" => Add() with { Devices = [], DynamicRequests = [twoOfA100, twoOfA100] },
            "dynamic, none matches, cluster" => Add() with
            {
                Devices = [],
                DynamicRequests = [twoOfA100, twoOfA100],
                Host = Samples.Host(gpu) with { Cluster = new GpuVSphere.Vim.ManagedObjectReference("ClusterComputeResource", "domain-c1") },
            },
            "dynamic, all held" => Add(device: gpu with { Assignments = [Samples.HeldBy("ml-09", VmGpuKind.StaticPassthrough, true)] }) with
            {
                Devices = [],
                DynamicRequests = [twoOfA100],
            },
            "ECC on before vGPU 9.0" => Ecc(true, "390.42"),
            "ECC off since vGPU 9.0" => Ecc(false, "535.161.05"),
            "ECC, release unknown" => Ecc(true, "100.1"),
            "equal share, Maxwell named" => Share(false, true, Maxwell, fresh),
            "equal share, Maxwell beside another" => Share(false, false, Maxwell, fresh),
            "fixed share, mixed size" => Share(true, false, fresh with { VgpuMode = "mixedSize" }),
            "equal share, MIG" => Share(false, false, fresh with { VgpuMode = "multiInstanceGpu" }),
            "scheduler, no GPU" => Share(false, false) with { Host = Samples.Host() },
            "VM orphaned" => Add(vm with { ConnectionState = "orphaned" }),
            "VM privilege missing" => Add(vm with { Privileges = [] }),
            "VM privileges unreadable" => Add(vm with { Privileges = null }),
            "template" => Add(vm with { IsTemplate = true }),
            "suspended" => Add(vm with { PowerState = "suspended" }),
            "running" => Add(vm with { PowerState = "poweredOn", IsToolsRunning = true }),
            "running, no Tools" => Add(vm with { PowerState = "poweredOn" }) with { MayPowerOff = true },
            "snapshot" => Add(vm with { HasSnapshots = true }),
            "other host" => Add(vm with { Host = new GpuVSphere.Vim.ManagedObjectReference("HostSystem", "host-2"), HostName = "esx-80-02" }),
            "BIOS" => Add(vm with { Firmware = "bios" }),
            "BIOS, BAR unknown" => Add(vm with { Firmware = "bios" }) with { NeedsEfi = null },
            "BIOS, no guest" => Add(vm with { Firmware = "bios" }) with { NoGuestInstalled = true },
            "dynamic on vmx-14" => Add(vm with { HardwareVersion = 14 }) with { Devices = [], DynamicRequests = [twoOfA100] },
            "17 devices on vmx-19" => Add(vm with { HardwareVersion = 19 }) with { PciDevicesAfter = 17 },
            "33 devices on vmx-20" => Add() with { PciDevicesAfter = 33 },
            "129 devices on vmx-21" => Add(vm with { HardwareVersion = 21 }) with { PciDevicesAfter = 129 },
            "memory too large" => Add(vm with { MemoryMB = 2 * 1024 * 1024 }),
            "memory crowded" => Add() with
            {
                OtherVms = [vm with { Id = Samples.HeldBy("other", VmGpuKind.Other, true).Vm, PowerState = "poweredOn", MemoryReservationMB = 1000000 }],
            },
            "host memory unknown" => Add() with { Host = Samples.Host(gpu) with { MemoryMB = null } },
            "MMIO unknown" => Add() with { MmioWarning = "its BARs are not known" },
            "MMIO told" => Add() with { MmioReason = "128 GB by the rule" },
            "misspelt key" => Add(vm with { ExtraConfig = new Dictionary<string, string> { ["pciPassthru.set.usebitMMIO"] = "TRUE" } }),
            _ => throw new System.ArgumentOutOfRangeException(nameof(how), how, null),
        };
    }

    [Theory]
    [MemberData(nameof(Spoiled))]
    public void One_spoiled_thing_is_found_by_its_rule_alone(string how, string ruleId, FindingSeverity severity, string word)
    {
        Finding finding = Assert.Single(ReadinessRules.Check([Spoil(how)]));

        Assert.Equal(ruleId, finding.RuleId);
        Assert.Equal(severity, finding.Severity);
        Assert.Contains(word, finding.Message);
        Assert.Equal(severity == FindingSeverity.Block, finding.Blocks);
        Assert.True(severity != FindingSeverity.Block || finding.NextStep is { Length: > 0 }, "what blocks says what to do next");
    }

    [Theory]
    [MemberData(nameof(Spoiled))]
    public void A_skipped_rule_is_recorded_and_does_not_block(string how, string ruleId, FindingSeverity severity, string word)
    {
        Finding finding = Assert.Single(ReadinessRules.Check([Spoil(how)], [ruleId.ToLowerInvariant()]));

        Assert.True(finding.IsSkipped);
        Assert.False(finding.Blocks);
        Assert.Equal(severity, finding.Severity);
        Assert.Contains(word, finding.Message);
    }

    [Fact]
    public void Nothing_is_said_when_all_is_well()
    {
        Assert.Empty(ReadinessRules.Check([Enable(), Add()]));
        Assert.Empty(ReadinessRules.Check([Ecc(false, "390.42"), Ecc(true, "535.161.05"), Ecc(true, "430.27")]));
        Assert.Empty(ReadinessRules.Check([Share(true, true, Samples.Gpu(false, false, false)), Share(false, false, Samples.Gpu(false, false, false) with { VgpuMode = "mixedSize" })]));
    }

    [Fact]
    public void What_is_allowed_is_not_in_the_way()
    {
        GpuVm running = Samples.Vm() with { PowerState = "poweredOn", IsToolsRunning = true };
        Assert.Empty(ReadinessRules.Check([Add(running) with { MayPowerOff = true }]));
        Assert.Empty(ReadinessRules.Check([Add(running with { IsToolsRunning = false }) with { MayPowerOff = true, MayForce = true }]));

        // A T4 has no BAR over 256 MB: BIOS is good enough.
        Assert.Empty(ReadinessRules.Check([Add(Samples.Vm() with { Firmware = "bios" }) with { NeedsEfi = false }]));

        // The VM itself holding the device is no obstacle.
        Assert.Empty(ReadinessRules.Check([Add(device: Samples.Gpu() with
        {
            Assignments = [new GpuAssignment(Samples.VmId, "ml-01", VmGpuKind.StaticPassthrough, false)],
        })]));
    }

    [Fact]
    public void Every_rule_has_an_id_a_title_and_a_source_of_its_own_and_a_test()
    {
        Assert.Equal(ReadinessRules.All.Count, ReadinessRules.All.Select(rule => rule.Id).Distinct().Count());
        Assert.Equal(ReadinessRules.All.Count, ReadinessRules.All.Select(rule => rule.Why).Distinct().Count());
        Assert.All(ReadinessRules.All, rule =>
        {
            Assert.Matches("^[A-Z]+(-[A-Z]+)+$", rule.Id);
            Assert.NotEqual(string.Empty, rule.Title);
            Assert.NotEqual(string.Empty, rule.Source);
            Assert.True(rule.Why.Length > 40 && rule.Why.EndsWith('.'), $"{rule.Id} says why it matters in a sentence");
            Assert.NotEqual(ReadinessAction.None, rule.AppliesTo);
        });
        Assert.Empty(ReadinessRules.All.Select(rule => rule.Id).Except(Spoiled().Select(row => (string)row[1])).Except(VgpuRulesTests.Spoiled().Select(row => (string)row[1]))
            .Except(HostSoftwareRulesTests.Spoiled().Select(row => (string)row[1])).Except(GuestDriverRulesTests.Spoiled().Select(row => (string)row[1]))
            .Except(UseRulesTests.Cases().Select(row => (string)row[1])).Except(MigrationRulesTests.Rows().Select(row => (string)row[0]))
            .Except(FlexDirectRulesTests.Spoiled().Select(row => (string)row[2])));
    }

    [Fact]
    public void Evidence_is_asked_for_only_where_a_rule_needs_it()
    {
        Assert.Equal(EvidenceKinds.BootDevice, ReadinessRules.EvidenceFor(ReadinessAction.EnablePassthrough));
        Assert.Equal(EvidenceKinds.None, ReadinessRules.EvidenceFor(ReadinessAction.EnablePassthrough, ["host-usb-boot"]));
        Assert.Equal(EvidenceKinds.None, ReadinessRules.EvidenceFor(ReadinessAction.AddToVm));
    }

    [Fact]
    public void An_unknown_rule_cannot_be_skipped()
    {
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => ReadinessRules.Check([Add()], ["VM-FIRMWAR"]));

        Assert.Equal("UnknownRule", error.Id);
        Assert.Contains("VM-FIRMWARE", error.NextStep);
    }
}
