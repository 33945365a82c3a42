using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness.PowerOn;
using GpuVSphere.Smi;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Readiness;

/// <summary>Each cause of a failed power-on by its texts: with a VM and a host that prove it, with a VM and a host that speak against it, and without any.</summary>
public sealed class PowerOnTests
{
    private const string Pages = "2023-07-21T09:40:52.413Z In(05) vmx - PCIPassthru: total number of pages needed (33566722) exceeds limit (917504), failing";
    private const string NotPassthrough = "Device 59:0.0 is not a passthrough device.";
    private const string WrongIds = "The systemId does not match the current system or the deviceId, and the vendorId does not match the device currently at 59:0.0.";
    private const string InUse = "Device 0000:3b:00.0 is already in use.";
    private const string NotAvailable = "One or more devices (pciPassthru0) required by VM ml-01 are not available on host esx-80-01.";
    private const string Memory = "Invalid memory setting: memory reservation (sched.mem.min) should be equal to memsize(65536).";
    private const string NoResource = "The amount of graphics resource available in the parent resource pool is insufficient for the operation.";
    private const string Plugin = "Could not initialize plugin 'libnvidia-vgx.so' for vGPU \"grid_a100d-40c\"";
    private const string Failed = "Module 'DevicePowerOn' power on failed.";

    private static readonly PciAddress s_first = new(0, 0x3b, 0, 0);
    private static readonly PciAddress s_second = new(0, 0xaf, 0, 0);

    public static TheoryData<string> Cases => [.. s_cases.Keys];

    /// <summary>For each case: the evidence, and the first finding as "cause certainty command".</summary>
    private static readonly Dictionary<string, (PowerOnEvidence Evidence, string Expected)> s_cases = new()
    {
        ["pages, without a server"] = (Told(Pages), "MmioTooSmall Proved -"),
        ["pages, with the VM"] = (Seen(Vm(), Pages), "MmioTooSmall Proved Set-VmMmioSize -VM ml-01"),
        ["pages of a log"] = (OfLog(Settings("efi"), Pages, Failed), "MmioTooSmall Proved Set-VmMmioSize -VM ml-01 -SizeGB 256"),
        ["pages of a log, mended since"] = (
            OfLog(Settings("efi"), Pages) with { Vm = Vm(("pciPassthru.use64bitMMIO", "TRUE"), ("pciPassthru.64bitMMIOSizeGB", "256")) }, "MmioTooSmall Proved -"),
        ["pages of a log, size without the switch"] = (
            OfLog(Settings("efi"), Pages) with { Vm = Vm(("pciPassthru.64bitMMIOSizeGB", "256")) }, "MmioTooSmall Proved Set-VmMmioSize -VM ml-01 -SizeGB 256"),
        ["pages of a BIOS VM's log"] = (OfLog(Settings("bios"), Pages), "Firmware Proved -"),
        ["pages of a BIOS VM"] = (Seen(Vm() with { Firmware = "bios" }, Pages), "Firmware Proved -"),
        ["a damaged line"] = (Told("PCIPassthru: total number of pages needed (33"), "MmioTooSmall Proved -"),
        ["a guest without BAR1"] = (Told("      NVRM: BAR1 is 0M @ 0x0 (PCI:0000:05:00.0)"), "MmioTooSmall Likely -"),
        ["a silent failure"] = (Told(Failed), "MmioTooSmall Possible -"),
        ["a silent failure, too small"] = (Seen(Vm(), Failed), "MmioTooSmall Likely Set-VmMmioSize -VM ml-01 -SizeGB 256"),
        ["a silent failure, large enough"] = (
            Seen(Vm(("pciPassthru.use64bitMMIO", "TRUE"), ("pciPassthru.64bitMMIOSizeGB", "512")), Failed), "Unknown Possible -"),
        ["a silent failure of a BIOS VM"] = (Seen(Vm() with { Firmware = "bios" }, Failed), "Firmware Likely -"),

        ["no passthrough device, without a server"] = (Told(NotPassthrough), "DeviceNotActive Possible -"),
        ["no passthrough device, not enabled"] = (Seen(Vm(), NotPassthrough, Samples.Gpu(enabled: false, active: false)), "DeviceNotActive Proved Enable-GpuPassthrough -VMHost esx-80-01 -Device 0000:3b:00.0 -Reboot"),
        ["no passthrough device, not enabled, rebindable"] = (
            Seen(Vm(), NotPassthrough, Samples.Host(Samples.Gpu(enabled: false, active: false)) with { CanRebindWithoutReboot = true }),
            "DeviceNotActive Proved Enable-GpuPassthrough -VMHost esx-80-01 -Device 0000:3b:00.0"),
        ["no passthrough device, not rebooted"] = (Seen(Vm(), NotPassthrough, Samples.Gpu(active: false)), "DeviceNotActive Proved Enable-GpuPassthrough -VMHost esx-80-01 -Device 0000:3b:00.0 -Reboot"),
        ["no passthrough device, not capable"] = (Seen(Vm(), NotPassthrough, Samples.Gpu(false, false, false)), "DeviceNotActive Proved -"),
        ["no passthrough device, active"] = (Seen(Vm(), NotPassthrough, Samples.Gpu()), "HotPlugSlot Likely -"),
        ["an adapter that was removed"] = (Told("cpu3:2097947)PCIEHP: 1477: 0000:a8:01.0: hotplug slot:0x1 (0000:a9:00.0) Adapter removed."), "HotPlugSlot Proved -"),
        ["no device at the address, none free"] = (Seen(Vm(), NotPassthrough, Samples.Host()), "StaleAddress Proved -"),
        ["no device at the address, one free"] = (
            Seen(Vm(), NotPassthrough, Second()), "StaleAddress Proved Remove-VmGpuPassthrough -VM ml-01 -Device 0000:3b:00.0; Add-VmGpuPassthrough -VM ml-01 -Device 0000:af:00.0"),
        ["no device at the address, host down"] = (Seen(Vm(), NotPassthrough, Samples.Host() with { ConnectionState = "notResponding" }), "DeviceNotActive Possible -"),

        ["wrong ids, without a server"] = (Told(WrongIds), "SystemIdMismatch Proved -"),
        ["wrong ids"] = (Seen(Vm(), WrongIds, Samples.Gpu()), "SystemIdMismatch Proved Remove-VmGpuPassthrough -VM ml-01 -Device 0000:3b:00.0; Add-VmGpuPassthrough -VM ml-01 -Device 0000:3b:00.0"),
        ["wrong ids, not active"] = (
            Seen(Vm(), WrongIds, Samples.Gpu(active: false)),
            "SystemIdMismatch Proved Enable-GpuPassthrough -VMHost esx-80-01 -Device 0000:3b:00.0 -Reboot; Remove-VmGpuPassthrough -VM ml-01 -Device 0000:3b:00.0; Add-VmGpuPassthrough -VM ml-01 -Device 0000:3b:00.0"),
        ["wrong ids, nothing there"] = (Seen(Vm(), WrongIds, Samples.Host()), "SystemIdMismatch Proved -"),

        ["in use, without a server"] = (Told(InUse), "DeviceInUse Proved -"),
        ["in use by one that runs"] = (Seen(Vm(), InUse, Held(running: true)), "DeviceInUse Proved -"),
        ["in use, another is free"] = (
            Seen(Vm(), InUse, Held(running: true), Second()), "DeviceInUse Proved Remove-VmGpuPassthrough -VM ml-01 -Device 0000:3b:00.0; Add-VmGpuPassthrough -VM ml-01 -Device 0000:af:00.0"),
        ["a socket in use"] = (Told("vmx - SOCKET bind: Address already in use"), "Unknown Possible -"),

        ["not available, without a server"] = (Told(NotAvailable), "NoFreeDevice Possible -"),
        ["not available, held"] = (Seen(Vm(), NotAvailable, Held(running: true)), "DeviceInUse Proved -"),
        ["not available, not active"] = (Seen(Vm(), NotAvailable, Samples.Gpu(active: false)), "DeviceNotActive Likely Enable-GpuPassthrough -VMHost esx-80-01 -Device 0000:3b:00.0 -Reboot"),
        ["not available, not there"] = (Seen(Vm(), NotAvailable, Samples.Host()), "StaleAddress Likely -"),
        ["not available, dynamic, none of the model"] = (Seen(Dynamic(), NotAvailable, Samples.Host()), "NoFreeDevice Proved -"),
        ["not available, dynamic, all held"] = (Seen(Dynamic(), NotAvailable, Held(running: true)), "NoFreeDevice Proved -"),
        ["not available, dynamic, not active"] = (Seen(Dynamic(), NotAvailable, Samples.Gpu(active: false)), "DeviceNotActive Proved Enable-GpuPassthrough -VMHost esx-80-01 -Device 0000:3b:00.0 -Reboot"),
        ["not available, dynamic, without the label"] = (
            Seen(Dynamic("team a"), NotAvailable, Samples.Host(Samples.Gpu()) with { CanSetHardwareLabel = true }), "NoFreeDevice Proved Set-GpuDevice -VMHost esx-80-01 -Device 0000:3b:00.0 -Label 'team a'"),

        ["memory, without a server"] = (Told(Memory), "MemoryNotReserved Proved -"),
        ["memory"] = (Seen(Vm(), Memory), "MemoryNotReserved Proved Add-VmGpuPassthrough -VM ml-01 -Device 0000:3b:00.0"),
        ["memory of a dynamic device"] = (Seen(Dynamic("a"), Memory), "MemoryNotReserved Proved Add-VmGpuPassthrough -VM ml-01 -DeviceId '10de:20b5' -Label a"),
        ["memory, reserved since"] = (Seen(Vm() with { IsMemoryReservationLocked = true }, Memory), "MemoryNotReserved Proved -"),
        ["a host without memory"] = (Told("InsufficientMemoryResourcesFault", "The host does not have sufficient memory resources to satisfy the reservation."), "HostMemory Proved -"),

        ["no resource, without a server"] = (Told(NoResource), "NotSharedDirect Possible -"),
        ["no resource, shared"] = (Seen(Vgpu(), NoResource, OnHost("shared")), "NotSharedDirect Proved Set-HostGraphicsMode -VMHost esx-80-01 -GraphicsType SharedDirect"),
        ["no resource, shared direct"] = (Seen(Vgpu(), NoResource, OnHost("sharedDirect")), "NoGraphicsResources Proved Get-GpuCapacity -VMHost esx-80-01 -VgpuProfile grid_a100d-40c"),
        ["no resource, type not told"] = (Seen(Vgpu(), NoResource, OnHost(null)), "NoGraphicsResources Likely Get-GpuCapacity -VMHost esx-80-01 -VgpuProfile grid_a100d-40c"),
        ["no resource, other GPUs"] = (Seen(Vgpu("nvidia_l40-8q"), NoResource, OnHost("sharedDirect")), "NoGraphicsResources Proved Get-VgpuProfile -VMHost esx-80-01"),
        ["no resource, by the fault's type alone"] = (Told("InsufficientGraphicsResourcesFault"), "NotSharedDirect Possible -"),

        ["plug-in, shared"] = (Seen(Reserved(Vgpu()), Plugin, OnHost("shared")), "NotSharedDirect Proved Set-HostGraphicsMode -VMHost esx-80-01 -GraphicsType SharedDirect"),
        ["plug-in, memory"] = (Seen(Vgpu(), Plugin, OnHost("sharedDirect")), "MemoryNotReserved Likely Add-VmVgpuProfile -VM ml-01 -VgpuProfile grid_a100d-40c"),
        ["plug-in, old driver"] = (Seen(Reserved(Vgpu()), Plugin, OnHost("sharedDirect")) with { HostDriver = DriverVersion.TryParse("390.42") }, "EccOn Likely Set-GpuEcc -VMHost esx-80-01 -All -Enabled $false"),
        ["plug-in, old driver, ECC seen on"] = (
            Seen(Reserved(Vgpu()), Plugin, OnHost("sharedDirect")) with { HostDriver = DriverVersion.TryParse("390.42"), Smi = [Smi(ecc: true)] }, "EccOn Proved Set-GpuEcc -VMHost esx-80-01 -All -Enabled $false"),
        ["plug-in, several vGPUs before 8.0"] = (
            Seen(Reserved(Vgpu("grid_p100-8q", "grid_p100-8q")), Plugin, OnHost("sharedDirect") with { Version = "7.0.3" }), "SeveralVgpus Likely -"),

        ["a vSphere licence"] = (Told("NotEnoughLicenses", "There are not enough licenses installed to perform the operation."), "Licence Proved -"),
        ["a vGPU licence"] = (Told("2024-01-02T03:04:05.678Z In(05) vmx - vmiop_log: (0x0): vGPU license state: Unlicensed (Unrestricted)"), "Licence Proved -"),
        ["a guest without licence server"] = (Told("nvidia-gridd: Configuration parameter ( ServerAddress  ) not set"), "Licence Proved -"),
        ["maintenance mode"] = (Told("InvalidState", "The operation is not allowed in the current state: esx-80-01 is in maintenance mode."), "HostState Proved -"),
        ["a host that does not answer"] = (Told("HostNotConnected", "Unable to communicate with the remote host, since it is disconnected."), "HostState Proved -"),
        ["another fault"] = (Told("FileLocked", "Failed to lock the file."), "Unknown Possible -"),
        ["nothing"] = (Told(), "Unknown Possible -"),
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_first_cause_is(string name)
    {
        (PowerOnEvidence evidence, string expected) = s_cases[name];

        IReadOnlyList<PowerOnFinding> findings = PowerOnRules.Explain(evidence);

        Assert.Equal(expected, $"{findings[0].Cause} {findings[0].Certainty} {findings[0].Command ?? "-"}");
        Assert.All(findings, finding =>
        {
            Assert.EndsWith(".", finding.Explanation, StringComparison.Ordinal);
            Assert.DoesNotContain("..", finding.Explanation, StringComparison.Ordinal);
            Assert.NotEmpty(finding.NextStep);
            Assert.NotEmpty(finding.Source);
            Assert.Equal(finding.Line is null, finding.LineOrigin is null);
        });
    }

    [Fact]
    public void Every_cause_has_a_case_and_one_rule() =>
        Assert.Equal(
            Enum.GetValues<PowerOnCause>().Order(),
            s_cases.Values.SelectMany(one => PowerOnRules.Explain(one.Evidence).Select(finding => finding.Cause))
                .Intersect(PowerOnRules.All.Select(rule => rule.Cause).Append(PowerOnCause.Unknown)).Order());

    [Fact]
    public void A_vm_without_any_failing_line_is_never_blamed()
    {
        string[] innocent =
        [
            "2024-01-02T03:04:05.678Z In(05) vmx - Log for VMware ESX pid=1 version=8.0.3",
            "DICT             sched.mem.min = \"1024\"",
            "DICT pciPassthru.use64bitMMIO = \"TRUE\"",
            "PCIPassthru: Device 0000:3b:00.0 barIndex 1 type 3 realaddr 0x39f800000000 size 17179869184 flags 12",
            "PCIPassthru: successfully created the IOMMU mappings",
            "VMX_PowerOn: Transitioned to powered on",
            "vmiop_log: (0x0): vGPU license state: Licensed",
        ];

        Assert.Equal("NoFailedPowerOn", Assert.Throws<GpuVSphereException>(() => PowerOnFaults.ExplainLog(innocent, "vmware.log")).Id);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("iso-8859-1")]
    public async Task The_last_power_on_of_a_log_counts_whatever_its_encoding(string encoding)
    {
        string[] log =
        [
            "2024-01-02T03:04:05.678Z In(05) vmx - Log for VMware ESX pid=1", Memory, Failed,
            "2024-01-02T04:04:05.678Z In(05) vmx - Log for VMware ESX pid=2", "DICT displayName = \"GPU VM's (old)\"", "DICT firmware = \"efi\"", Pages, Failed,
        ];
        using var stream = new MemoryStream([.. Encoding.GetEncoding(encoding).GetPreamble(), .. Encoding.GetEncoding(encoding).GetBytes(string.Join("\r\n", log))]);

        PowerOnFinding finding = Assert.Single(await PowerOnFaults.ExplainLogAsync(stream, "vmware.log", CancellationToken.None));

        Assert.Equal(("GPU VM's (old)", Pages, "vmware.log"), (finding.Subject, finding.Line, finding.LineOrigin));
        Assert.Equal("Set-VmMmioSize -VM 'GPU VM''s (old)' -SizeGB 256", finding.Command);
    }

    [Fact]
    public void A_log_whose_last_power_on_went_well_is_no_failure()
    {
        string[] log = ["Log for VMware ESX pid=1", Memory, Failed, "Log for VMware ESX pid=2", "VMX_PowerOn: Transitioned to powered on"];

        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => PowerOnFaults.ExplainLog(log, "vmware.log"));

        Assert.Equal(("NoFailedPowerOn", "The last power-on in vmware.log did not fail."), (error.Id, error.Message));
    }

    [Theory]
    [InlineData("Device 6:0.0 is not a passthrough device.", "0000:06:00.0")]
    [InlineData("the device currently at 97:0.0.", "0000:61:00.0,0000:97:00.0")]
    [InlineData("Device 0000:af:00.0 is already in use.", "0000:af:00.0")]
    [InlineData("2024-01-02T03:04:05.678Z| vmx| I120: Device 175:0.1 is not a passthrough device.", "0000:af:00.1")]
    [InlineData("Device af:0.0 is not a passthrough device.", "0000:af:00.0")]
    [InlineData("2024-01-02T03:04:05.678Z| vmx| I120: nothing here", "")]
    public void Addresses_are_read_in_decimal_and_hexadecimal(string line, string expected) =>
        Assert.Equal(expected, string.Join(",", PowerOnTexts.Addresses(line)));

    [Fact]
    public void Of_two_readings_of_an_address_the_one_that_the_vm_has_is_meant()
    {
        GpuVm vm = Vm() with { PciDevices = [Static(new PciAddress(0, 0x97, 0, 0))] };

        Assert.Equal("0000:97:00.0", Seen(vm, "Device 97:0.0 is not a passthrough device.").Meant(new PowerOnLine("Device 97:0.0 is not a passthrough device.", "x")).Single().Address.ToString());
    }

    private static PowerOnEvidence Told(params string[] texts)
    {
        // A word without blanks is the type of a fault.
        string? type = texts.Length > 0 && !texts[0].Contains(' ', StringComparison.Ordinal) ? texts[0] : null;
        return new PowerOnEvidence
        {
            Subject = "the error",
            FaultTypes = type is null ? [] : [type],
            Lines = [.. texts.Skip(type is null ? 0 : 1).Select(text => new PowerOnLine(text, "the error"))],
        };
    }

    private static PowerOnEvidence Seen(GpuVm vm, string line, params GpuDevice[] devices) => Seen(vm, line, devices.Length == 0 ? Samples.Host(Samples.Gpu()) : Samples.Host(devices));

    private static PowerOnEvidence Seen(GpuVm vm, string line, GpuHost host) => new() { Subject = vm.Name, Lines = [new PowerOnLine(line, "task")], Vm = vm, Host = host };

    private static PowerOnEvidence OfLog(string[] settings, params string[] lines)
    {
        PowerOnLog log = PowerOnLog.Read([.. settings, .. lines], "vmware.log");
        return new PowerOnEvidence { Subject = "ml-01", Lines = log.Lines, Log = log };
    }

    private static string[] Settings(string firmware) => ["Log for VMware ESX pid=1", "DICT displayName = \"ml-01\"", $"DICT firmware = \"{firmware}\""];

    private static GpuVm Vm(params (string Key, string Value)[] keys) => Samples.Vm() with
    {
        PciDevices = [Static(s_first)],
        MemoryReservationMB = 1024,
        ExtraConfig = keys.ToDictionary(entry => entry.Key, entry => entry.Value),
    };

    private static VmGpu Static(PciAddress address) => new()
    {
        VmId = Samples.VmId,
        VmName = "ml-01",
        ServerName = "vcenter",
        Key = 13000,
        Index = 0,
        Kind = VmGpuKind.StaticPassthrough,
        Address = address,
        AllowedDevices = [new PciIdMatch(0x10DE, 0x20B5)],
    };

    private static GpuVm Dynamic(string? label = null) => Vm() with
    {
        PciDevices = [Static(s_first) with { Kind = VmGpuKind.DynamicPassthrough, Address = null, CustomLabel = label }],
    };

    private static GpuVm Vgpu(params string[] profiles) => Vm() with
    {
        PciDevices =
        [
            .. (profiles.Length == 0 ? ["grid_a100d-40c"] : profiles).Select((profile, index) => Static(s_first) with
            {
                Key = 13000 + index,
                Kind = VmGpuKind.Vgpu,
                Address = null,
                AllowedDevices = [],
                VgpuProfile = profile,
            }),
        ],
    };

    private static GpuVm Reserved(GpuVm vm) => vm with
    {
        IsMemoryReservationLocked = true,
        ExtraConfig = new Dictionary<string, string> { ["pciPassthru.use64bitMMIO"] = "TRUE", ["pciPassthru.64bitMMIOSizeGB"] = "1024" },
    };

    private static GpuHost OnHost(string? type) => Samples.Host(Samples.Gpu(enabled: false, active: false) with { GraphicsType = type, SubVendorId = 0x10DE, SubDeviceId = 0x1533 }) with { Version = "8.0.3" };

    private static GpuDevice Held(bool running) => Samples.Gpu() with { Assignments = [Samples.HeldBy("ml-02", VmGpuKind.StaticPassthrough, running)] };

    private static GpuDevice Second() => Samples.Gpu() with { Address = s_second };

    private static NvidiaSmiGpu Smi(bool ecc) => new() { HostId = Samples.HostId, HostName = "esx-80-01", ServerName = "vcenter", EccCurrent = ecc };
}
