using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Model;

/// <summary>Power-on as ESXi judges it, and its log.</summary>
public sealed class VmPowerTests
{
    private const string Gpu = "0000:3b:00.0";
    private const string SecondGpu = "0000:af:00.0";

    [Fact]
    public async Task A_VM_with_enough_of_everything_starts_and_holds_the_device()
    {
        using SimulatorLab lab = new();
        await lab.ActivateAsync("esx-80-01", Gpu);
        await lab.GiveAsync("ml-01", 256, lab.StaticDevice(-1, "esx-80-01", Gpu));
        await lab.PowerOnAsync("ml-01");
        Assert.Equal("ml-01", lab.Raw.Host("esx-80-01").Device(Gpu).HeldBy);
        string log = lab.Raw.Vm("ml-01").ReadFile("vmware.log");
        Assert.Matches("In\\(05\\) vmx - PCIPassthru: Device 0000:3b:00\\.0 barIndex 0 type 2 realaddr 0x[0-9a-f]+ size 16777216 flags 0\n", log);
        Assert.Matches("Device 0000:3b:00\\.0 barIndex 1 type 3 realaddr 0x[0-9a-f]+ size 137438953472 flags 12\n", log);
        Assert.Matches("Device 0000:3b:00\\.0 barIndex 3 type 3 realaddr 0x[0-9a-f]+ size 33554432 flags 12\n", log);
        Assert.Contains("PCIPassthru: successfully created the IOMMU mappings", log);
        Assert.DoesNotContain("failing", log);

        await lab.PowerOffAsync("ml-01");
        Assert.Null(lab.Raw.Host("esx-80-01").Device(Gpu).HeldBy);
    }

    [Theory]
    [InlineData("esx-67-01", "ml-67", 0, "| vmx| I120: PCIPassthru: total number of pages needed (4206594) exceeds limit (917504), failing")]
    [InlineData("esx-67-01", "ml-67", 16, "| vmx| I120: PCIPassthru: total number of pages needed (4206594) exceeds limit (4194304), failing")]
    [InlineData("esx-67-01", "ml-67", 32, null)]
    [InlineData("esx-70-01", "ml-70", 32, "| vmx| | I005: PCIPassthru: total number of pages needed (8400898) exceeds limit (8388608), failing")]
    [InlineData("esx-70-01", "ml-70", 64, null)]
    [InlineData("esx-80-01", "ml-01", 128, " In(05) vmx - PCIPassthru: total number of pages needed (33566722) exceeds limit (33554432), failing")]
    [InlineData("esx-80-01", "ml-01", 256, null)]
    [InlineData("esx-80-02", "ml-80b", 128, null)]
    [InlineData("esx-90-01", "ml-90", 256, null)]
    public async Task Pages_needed_are_compared_with_what_the_VM_may_map(string host, string vm, int sizeGB, string? failure)
    {
        using SimulatorLab lab = new();
        await lab.ActivateAsync(host, Gpu);
        await lab.GiveAsync(vm, sizeGB, lab.StaticDevice(-1, host, Gpu));
        Task start = lab.PowerOnAsync(vm);
        if (failure is null)
        {
            await start;
            Assert.True(lab.Raw.Vm(vm).IsPoweredOn);
            return;
        }

        SimulatedFault fault = await Assert.ThrowsAsync<SimulatedFault>(() => start);
        Assert.Equal("GenericVmConfigFault", fault.Detail.TypeName);
        Assert.Equal("Module 'DevicePowerOn' power on failed.", fault.Message);
        string[] lines = lab.Raw.Vm(vm).ReadFile("vmware.log").TrimEnd('\n').Split('\n');
        Assert.EndsWith(failure, lines[^2]);
        Assert.EndsWith("Module 'DevicePowerOn' power on failed.", lines[^1]);
        Assert.Equal(3, lines.Count(line => line.Contains("barIndex")));
        Assert.False(lab.Raw.Vm(vm).IsPoweredOn);
        Assert.Null(lab.Raw.Host(host).Device(Gpu).HeldBy);
    }

    [Fact]
    public async Task Two_devices_are_added_up()
    {
        using SimulatorLab lab = new();
        await lab.ActivateAsync("esx-80-01", Gpu, SecondGpu);
        await lab.GiveAsync("ml-01", 256, lab.StaticDevice(-1, "esx-80-01", Gpu), lab.StaticDevice(-2, "esx-80-01", SecondGpu));
        await Assert.ThrowsAsync<SimulatedFault>(() => lab.PowerOnAsync("ml-01"));
        Assert.Contains("total number of pages needed (67133442) exceeds limit (67108864)", lab.Raw.Vm("ml-01").ReadFile("vmware.log"));
        await lab.ReconfigureAsync("ml-01", ("extraConfig", SimulatorLab.Option("pciPassthru.64bitMMIOSizeGB", "512")));
        await lab.PowerOnAsync("ml-01");
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Whether_the_size_limits_the_pages_is_a_switch(bool limits, bool starts)
    {
        using SimulatorLab lab = new(new SimulatorOptions { ClockSpeed = 10_000, MmioSizeLimitsPages = limits });
        await lab.ActivateAsync("esx-80-01", Gpu);
        await lab.GiveAsync("ml-01", 64, lab.StaticDevice(-1, "esx-80-01", Gpu));
        Exception? thrown = await Record.ExceptionAsync(() => lab.PowerOnAsync("ml-01"));
        Assert.Equal(starts, thrown is null);
        Assert.Equal(starts, lab.Raw.Vm("ml-01").IsPoweredOn);
    }

    [Fact]
    public async Task A_T4_starts_on_BIOS_without_the_keys()
    {
        using SimulatorLab lab = new();
        await lab.ConfigureAsync("esx-70-01", ("0000:86:00.0", true));
        await lab.GiveAsync("ml-70-bios", 0, lab.StaticDevice(-1, "esx-70-01", "0000:86:00.0"));
        await lab.PowerOnAsync("ml-70-bios");
        Assert.True(lab.Raw.Vm("ml-70-bios").IsPoweredOn);
    }

    [Theory]
    [InlineData(DeviceIdForm.Any, "20b5", true)]
    [InlineData(DeviceIdForm.Any, "0x20B5", true)]
    [InlineData(DeviceIdForm.Any, "8373", true)]
    [InlineData(DeviceIdForm.Any, "", true)]
    [InlineData(DeviceIdForm.Any, "2235", false)]
    [InlineData(DeviceIdForm.Hexadecimal, "20b5", true)]
    [InlineData(DeviceIdForm.Hexadecimal, "0x20b5", true)]
    [InlineData(DeviceIdForm.Hexadecimal, "8373", false)]
    [InlineData(DeviceIdForm.Decimal, "8373", true)]
    [InlineData(DeviceIdForm.Decimal, "0x20b5", false)]
    public async Task The_form_of_a_device_id_is_judged_at_power_on(DeviceIdForm form, string written, bool starts)
    {
        using SimulatorLab lab = new(new SimulatorOptions { ClockSpeed = 10_000, StaticDeviceIdForm = form });
        await lab.ActivateAsync("esx-80-01", Gpu);
        await lab.GiveAsync("ml-01", 256, lab.StaticDevice(-1, "esx-80-01", Gpu, deviceId: written));
        Assert.Equal(written, lab.Raw.Vm("ml-01").PciDevices[0].DeviceId);
        SimulatedFault? thrown = (SimulatedFault?)await Record.ExceptionAsync(() => lab.PowerOnAsync("ml-01"));
        Assert.Equal(starts, thrown is null);
        if (thrown is not null)
        {
            Assert.Contains("The systemId does not match the current system or the deviceId, and the vendorId does not match the device", thrown.Message);
        }
    }

    [Theory]
    [InlineData("8086", 0x8086, true)]
    [InlineData("-7f7a", 0x8086, true)]
    [InlineData("-32634", 0x8086, true)]
    [InlineData("0x8086", 0x8086, true)]
    [InlineData("8086", 0x1f96, true)]
    [InlineData("1f96", 0x8086, false)]
    public void Ids_above_7fff_are_known_in_their_signed_forms_too(string written, int deviceId, bool means) =>
        Assert.Equal(means, VmPowerOn.Means(written, (ushort)deviceId, DeviceIdForm.Any));

    [Fact]
    public async Task Each_power_on_puts_the_last_log_aside()
    {
        using SimulatorLab lab = new();
        for (int i = 0; i < 9; i++)
        {
            await lab.PowerOnAsync("ml-01");
            await lab.PowerOffAsync("ml-01");
        }

        Assert.Equal(["vmware-3.log", "vmware-4.log", "vmware-5.log", "vmware-6.log", "vmware-7.log", "vmware-8.log", "vmware.log"], lab.Raw.Vm("ml-01").Files.Where(f => f.EndsWith(".log", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Dynamic_devices_are_assigned_by_ids_and_label_for_as_long_as_the_VM_runs()
    {
        using SimulatorLab lab = new();
        await lab.CallAsync(lab.Host("esx-90-01").PassthruSystem, "UpdatePassthruConfig", ("config", new List<object>
        {
            SimulatorLab.Data(string.Empty, ("id", Gpu), ("passthruEnabled", true)),
            SimulatorLab.Data(string.Empty, ("id", SecondGpu), ("passthruEnabled", true), ("hardwareLabel", "training")),
        }));
        await lab.GiveAsync("ml-90", 512, SimulatorLab.DynamicDevice(-1, CardModel.H100Pcie80, "training"), SimulatorLab.DynamicDevice(-2, CardModel.H100Pcie80));
        await lab.PowerOnAsync("ml-90");
        Assert.Equal([SecondGpu, Gpu], lab.Raw.Vm("ml-90").PciDevices.Select(d => d.AssignedAddress));
        DataObject device = ((List<object>)((DataObject)((DataObject)lab.Vm("ml-90").GetProperty("config")!)["hardware"]!)["device"]!).Cast<DataObject>().First(d => d.TypeName == "VirtualPCIPassthrough");
        Assert.Equal(SecondGpu, ((DataObject)device["backing"]!)["assignedId"]);
        Assert.Equal(2, HostWire.AssignableBindings(lab.Host("esx-90-01")).Count);
        await lab.PowerOffAsync("ml-90");
        Assert.All(lab.Raw.Vm("ml-90").PciDevices, d => Assert.Null(d.AssignedAddress));
    }

    [Fact]
    public async Task A_label_that_no_device_has_leaves_the_VM_off()
    {
        using SimulatorLab lab = new();
        await lab.ConfigureAsync("esx-90-01", (Gpu, true));
        await lab.GiveAsync("ml-90", 256, SimulatorLab.DynamicDevice(-1, CardModel.H100Pcie80, "inference"));
        SimulatedFault fault = await Assert.ThrowsAsync<SimulatedFault>(() => lab.PowerOnAsync("ml-90"));
        Assert.Contains("pciPassthru0", fault.Message);
    }

    [Fact]
    public async Task A_reconfigure_of_a_running_VM_does_not_lose_its_device()
    {
        using SimulatorLab lab = new();
        await lab.ActivateAsync("esx-80-01", Gpu);
        await lab.GiveAsync("ml-01", 256, lab.StaticDevice(-1, "esx-80-01", Gpu));
        await lab.PowerOnAsync("ml-01");
        await lab.ReconfigureAsync("ml-01", ("annotation", "busy"));
        Assert.Equal("ml-01", lab.Raw.Host("esx-80-01").Device(Gpu).HeldBy);
    }

    [Fact]
    public async Task A_guest_shuts_down_in_its_time_or_hangs()
    {
        using SimulatorLab lab = new();
        await lab.CallAsync(lab.Vm("web-01"), "ShutdownGuest");
        await lab.UntilAsync(() => !lab.Raw.Vm("web-01").IsPoweredOn);

        await lab.PowerOnAsync("web-01");
        lab.Simulator.Orders.GuestShutdownHangs("web-01", true);
        await lab.CallAsync(lab.Vm("web-01"), "ShutdownGuest");
        await lab.Inventory.DelayAsync(TimeSpan.FromMinutes(30), default);
        Assert.True(lab.Raw.Vm("web-01").IsPoweredOn);
    }

    [Fact]
    public async Task Vgpus_share_a_card_by_size_until_it_is_full()
    {
        using SimulatorLab lab = new();
        lab.Simulator.Orders.InstallGpuDriver("esx-80-02");
        await lab.GiveAsync("ml-80b", 0, SimulatorLab.VgpuDevice(-1, "nvidia_a40-24c"), SimulatorLab.VgpuDevice(-2, "nvidia_a40-24c"));
        await lab.PowerOnAsync("ml-80b");
        Assert.Equal(2, lab.Raw.Host("esx-80-02").Device(Gpu).VgpuCount);
        await lab.PowerOffAsync("web-02");
        await lab.GiveAsync("web-02", 0, SimulatorLab.VgpuDevice(-1, "nvidia_a40-24c"));
        SimulatedFault fault = await Assert.ThrowsAsync<SimulatedFault>(() => lab.PowerOnAsync("web-02"));
        Assert.Equal("InsufficientGraphicsResourcesFault", fault.Detail.TypeName);
    }
}
