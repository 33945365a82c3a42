using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using System.Xml.Linq;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vim;

public sealed class CallsTests
{
    private static readonly XNamespace s_vim = ScriptedTransport.Ns;
    private static readonly XName s_type = XNamespace.Get("http://www.w3.org/2001/XMLSchema-instance") + "type";

    // VirtualMachineConfigSpec, VirtualDeviceConfigSpec and so on, in the order of the schema: facts/vim25/types-core.txt, types-gpu.txt.
    private static readonly string[] s_specOrder =
    [
        "changeVersion", "name", "version", "guestId", "annotation", "numCPUs", "memoryMB", "memoryHotAddEnabled", "cpuHotAddEnabled",
        "deviceChange", "cpuAllocation", "memoryAllocation", "extraConfig", "firmware", "memoryReservationLockedToMax",
    ];

    [Fact]
    public async Task A_reconfiguration_carries_everything_in_the_order_of_the_schema()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin().Always("ReconfigVM_Task", "<returnval type=\"Task\">task-1</returnval>");
        using VimSession session = await server.ConnectAsync();
        VmConfigSpec spec = new()
        {
            ChangeVersion = "2026-01-01T00:00:00Z",
            GuestId = "ubuntu64Guest",
            Annotation = string.Empty,
            NumCpus = 8,
            MemoryMB = 65536,
            IsMemoryHotAddEnabled = false,
            IsCpuHotAddEnabled = false,
            Devices =
            [
                PciDeviceChange.Add(new StaticPciBacking("0000:3b:00.0", 0x20B5, "5f5e-1", 0x10DE, "A100")),
                PciDeviceChange.Add(new DynamicPciBacking([new AllowedPciDevice(0x8086, 0xFFFF, 0x10DE, 0x1533)], "gpu")),
                PciDeviceChange.Add(new VgpuPciBacking("grid_a100-40c")),
                PciDeviceChange.Remove(13000),
            ],
            MemoryReservationMB = 65536,
            ExtraConfig = new Dictionary<string, string> { ["pciPassthru.use64bitMMIO"] = "TRUE", ["gpuvsphere.before"] = string.Empty },
            Firmware = "efi",
            IsMemoryReservationLocked = true,
        };
        Assert.False(spec.IsEmpty);
        Assert.Equal(new ManagedObjectReference("Task", "task-1"), await session.StartReconfigureVmAsync(new("VirtualMachine", "vm-1"), spec, CancellationToken.None));

        XElement sent = server.Calls("ReconfigVM_Task").Single().Element(s_vim + "spec")!;
        string[] names = [.. sent.Elements().Select(element => element.Name.LocalName)];
        Assert.Equal(names.OrderBy(name => Array.IndexOf(s_specOrder, name)), names);
        Assert.DoesNotContain(names, name => Array.IndexOf(s_specOrder, name) < 0);

        XElement[] devices = [.. sent.Elements(s_vim + "deviceChange")];
        Assert.Equal(["remove", "add", "add", "add"], devices.Select(device => device.Element(s_vim + "operation")!.Value));
        Assert.All(devices, device => Assert.Equal("VirtualPCIPassthrough", device.Element(s_vim + "device")!.Attribute(s_type)!.Value));
        string[] keys = [.. devices.Select(device => device.Element(s_vim + "device")!.Element(s_vim + "key")!.Value)];
        Assert.Equal("13000", keys[0]);
        Assert.Equal(3, keys.Skip(1).Distinct().Count(key => key[0] == '-'));

        XElement fixedBacking = devices[1].Element(s_vim + "device")!.Element(s_vim + "backing")!;
        Assert.Equal("VirtualPCIPassthroughDeviceBackingInfo", fixedBacking.Attribute(s_type)!.Value);
        Assert.Equal(
            ["deviceName=A100", "id=0000:3b:00.0", "deviceId=20b5", "systemId=5f5e-1", "vendorId=4318"],
            fixedBacking.Elements().Select(element => element.Name.LocalName + "=" + element.Value));
        XElement dynamicBacking = devices[2].Element(s_vim + "device")!.Element(s_vim + "backing")!;
        Assert.Equal(["deviceName", "allowedDevice", "customLabel"], dynamicBacking.Elements().Select(element => element.Name.LocalName));
        Assert.Equal(
            ["vendorId=32902", "deviceId=65535", "subVendorId=4318", "subDeviceId=5427"],
            dynamicBacking.Element(s_vim + "allowedDevice")!.Elements().Select(element => element.Name.LocalName + "=" + element.Value));
        Assert.Equal("grid_a100-40c", devices[3].Descendants(s_vim + "vgpu").Single().Value);
        Assert.All(sent.Elements(s_vim + "extraConfig"), option => Assert.Equal("xsd:string", option.Element(s_vim + "value")!.Attribute(s_type)!.Value));
    }

    [Fact]
    public void A_vendor_id_of_the_upper_half_is_sent_signed_in_a_static_backing()
    {
        VimWriter writer = new();
        new StaticPciBacking("0000:00:02.0", 0x9A49, "s", 0x8086).Write(writer);
        Assert.Contains("<deviceId>9a49</deviceId><systemId>s</systemId><vendorId>-32634</vendorId>", Encoding.UTF8.GetString(writer.ToArray()));
    }

    [Fact]
    public void An_empty_spec_knows_that_it_is()
    {
        Assert.True(new VmConfigSpec { ChangeVersion = "x" }.IsEmpty);
        Assert.False(new VmConfigSpec { IsCpuHotAddEnabled = false }.IsEmpty);
        Assert.False(new VmConfigSpec { Devices = [PciDeviceChange.Remove(1)] }.IsEmpty);
    }

    [Theory]
    [InlineData("8.0.3.0", new[] { "id", "passthruEnabled", "applyNow", "hardwareLabel" })]
    [InlineData("7.0.1.0", new[] { "id", "passthruEnabled", "applyNow" })]
    [InlineData("6.7.3", new[] { "id", "passthruEnabled" })]
    public async Task Passthrough_is_configured_with_what_the_version_knows(string version, string[] expected)
    {
        ScriptedTransport server = ScriptedTransport.WithLogin().Always("UpdatePassthruConfig", string.Empty).Always("Refresh", string.Empty);
        server.Versions = Soap.Versions(version, "6.5");
        using VimSession session = await server.ConnectAsync();
        ManagedObjectReference system = new("HostPciPassthruSystem", "pt-1");
        await session.UpdatePassthruConfigAsync(system, [new PassthruConfig("0000:3b:00.0", true, true, "lab"), new PassthruConfig("0000:af:00.0", false)], CancellationToken.None);
        await session.RefreshPassthruAsync(system, CancellationToken.None);
        XElement[] configs = [.. server.Calls("UpdatePassthruConfig").Single().Elements(s_vim + "config")];
        Assert.Equal(expected, configs[0].Elements().Select(element => element.Name.LocalName));
        Assert.Equal(["id", "passthruEnabled"], configs[1].Elements().Select(element => element.Name.LocalName));
        Assert.Equal("pt-1", server.Calls("Refresh").Single().Element(s_vim + "_this")!.Value);
    }

    [Fact]
    public async Task Maintenance_mode_and_reboot_are_asked_for_as_the_schema_says()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin();
        server.Always("EnterMaintenanceMode_Task", "<returnval type=\"Task\">task-1</returnval>").Always("RebootHost_Task", "<returnval type=\"Task\">task-2</returnval>");
        using VimSession session = await server.ConnectAsync();
        ManagedObjectReference host = new("HostSystem", "host-1");
        await session.StartEnterMaintenanceModeAsync(host, TimeSpan.FromMinutes(5), VsanDecommissionMode.EvacuateAllData, false, CancellationToken.None);
        await session.StartEnterMaintenanceModeAsync(host, TimeSpan.Zero, VsanDecommissionMode.EnsureObjectAccessibility, null, CancellationToken.None);
        await session.StartRebootHostAsync(host, true, CancellationToken.None);
        XElement first = server.Calls("EnterMaintenanceMode_Task").First();
        Assert.Equal(["_this", "timeout", "evacuatePoweredOffVms", "maintenanceSpec"], first.Elements().Select(element => element.Name.LocalName));
        Assert.Equal("300", first.Element(s_vim + "timeout")!.Value);
        Assert.Equal("evacuateAllData", first.Descendants(s_vim + "objectAction").Single().Value);
        XElement second = server.Calls("EnterMaintenanceMode_Task").Last();
        Assert.Equal(["_this", "timeout", "maintenanceSpec"], second.Elements().Select(element => element.Name.LocalName));
        Assert.Equal("ensureObjectAccessibility", second.Descendants(s_vim + "objectAction").Single().Value);
        Assert.Equal("true", server.Calls("RebootHost_Task").Single().Element(s_vim + "force")!.Value);
    }

    [Fact]
    public async Task A_method_that_begins_no_task_is_malformed()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin().Always("PowerOnVM_Task", string.Empty);
        using VimSession session = await server.ConnectAsync();
        Assert.Equal("MalformedReply", (await Assert.ThrowsAsync<GpuVSphereException>(() => session.StartPowerOnAsync(new("VirtualMachine", "vm-1"), CancellationToken.None))).Id);
    }

    [Fact]
    public async Task The_config_target_gives_devices_with_their_system_id()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin().Always("QueryConfigTarget",
            "<returnval><numCpus>80</numCpus><network><name>x</name></network>"
            + "<pciPassthrough><name>0000:3b:00.0</name><pciDevice><id>0000:3b:00.0</id><classId>770</classId><bus>59</bus><vendorId>4318</vendorId><subVendorId>4318</subVendorId><vendorName>NVIDIA</vendorName><deviceId>8373</deviceId><subDeviceId>5427</subDeviceId><deviceName>A100</deviceName></pciDevice><systemId>sys-1</systemId></pciPassthrough>"
            + "<pciPassthrough xsi:type=\"VirtualMachineSriovInfo\"><name>0000:12:00.1</name><pciDevice><id>0000:12:00.1</id><vendorId>-32634</vendorId><deviceId>-1</deviceId></pciDevice><systemId>sys-1</systemId><virtualFunction>true</virtualFunction></pciPassthrough>"
            + "<sriov><name>0000:12:00.1</name><pciDevice><id>0000:12:00.1</id></pciDevice><systemId>sys-1</systemId><virtualFunction>true</virtualFunction></sriov>"
            + "<sharedGpuPassthroughTypes><name>n</name><vgpu>grid_a100-4c</vgpu></sharedGpuPassthroughTypes>"
            + "<dynamicPassthrough><name>n</name><vendorName>NVIDIA</vendorName><deviceName>A100</deviceName><customLabel>lab</customLabel><vendorId>4318</vendorId><deviceId>8373</deviceId></dynamicPassthrough><later/></returnval>");
        using VimSession session = await server.ConnectAsync();
        ConfigTarget target = await session.QueryConfigTargetAsync(new("EnvironmentBrowser", "envbrowser-1"), new("HostSystem", "host-1"), CancellationToken.None);
        Assert.Equal(2, target.PciPassthrough.Count);
        ConfigTargetPciDevice gpu = target.PciPassthrough[0];
        Assert.Equal(("0000:3b:00.0", "sys-1", 0x10DE, 0x20B5, 0x1533, false), (gpu.Id, gpu.SystemId, gpu.VendorId, gpu.DeviceId, gpu.SubDeviceId, gpu.IsVirtualFunction));
        Assert.True(target.PciPassthrough[1].IsVirtualFunction);
        Assert.Equal(0x8086, target.PciPassthrough[1].VendorId);
        Assert.Equal(["grid_a100-4c"], target.VgpuProfiles);
        Assert.Equal("lab", target.DynamicPassthrough.Single().CustomLabel);
        Assert.Equal("host-1", server.Calls("QueryConfigTarget").Single().Element(s_vim + "host")!.Value);
    }

    [SkippableFact]
    public void A_real_hosts_config_target_is_read()
    {
        string path = Samples.Require("soap-queryconfigtarget-a100-vgpu-host.xml");
        string text = File.ReadAllText(path);
        text = text.Substring(text.IndexOf("<ConfigTarget", StringComparison.Ordinal));
        ConfigTarget target = ConfigTarget.Read(VimReader.Open(new MemoryStream(Encoding.UTF8.GetBytes(text))));
        Assert.Contains("grid_a100-40c", target.VgpuProfiles);
        Assert.All(target.PciPassthrough, device => Assert.NotEmpty(device.SystemId));
    }

    [SkippableTheory]
    [InlineData("vimServiceVersions-8.0.3.0.xml", "8.0.3.0")]
    [InlineData("vimServiceVersions-6.0.xml", null)]
    public async Task Real_lists_of_versions_are_read(string file, string? expected)
    {
        string text = File.ReadAllText(Samples.Require(file));
        ScriptedTransport server = ScriptedTransport.WithLogin();
        server.Versions = text.Substring(text.IndexOf("<?xml", StringComparison.Ordinal));
        if (expected is null)
        {
            Assert.Equal("ServerTooOld", (await Assert.ThrowsAsync<GpuVSphereException>(() => server.ConnectAsync())).Id);
            return;
        }

        using VimSession session = await server.ConnectAsync();
        Assert.Equal(expected, session.ApiVersion.Text);
    }

    [SkippableFact]
    public async Task A_real_fault_of_a_wrong_password_is_read()
    {
        string text = File.ReadAllText(Samples.Require("soap-fault-invalidlogin.xml"));
        ScriptedTransport server = ScriptedTransport.WithLogin();
        server.Always("Login", _ => Soap.Response(text.Substring(text.IndexOf("<soapenv:Envelope", StringComparison.Ordinal)), 500));
        Assert.Equal("Cannot complete login due to an incorrect user name or password.", (await Assert.ThrowsAsync<InvalidLoginException>(() => server.ConnectAsync())).FaultMessage);
    }
}
