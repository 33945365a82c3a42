using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Model;

/// <summary>What a reconfigure does: all of it, or nothing.</summary>
public sealed class VmReconfigureTests
{
    [Fact]
    public async Task One_call_brings_devices_settings_and_reservation()
    {
        using SimulatorLab lab = new();
        string before = lab.Raw.Vm("ml-01").ChangeVersion;
        await lab.GiveAsync("ml-01", 512, lab.StaticDevice(-1, "esx-80-01", "0000:3b:00.0"), SimulatorLab.DynamicDevice(-2, CardModel.A100Pcie80, "training"));
        RawVm vm = lab.Raw.Vm("ml-01");
        Assert.Equal([13000, 13001], vm.PciDevices.Select(d => d.Key));
        Assert.Equal(["static", "dynamic"], vm.PciDevices.Select(d => d.Kind));
        Assert.Equal("0000:3b:00.0", vm.PciDevices[0].Id);
        Assert.Equal(["10de:20b5"], vm.PciDevices[1].AllowedIds);
        Assert.Equal("training", vm.PciDevices[1].Label);
        Assert.Equal("512", vm.ExtraConfig["pciPassthru.64bitMMIOSizeGB"]);
        Assert.True(vm.IsMemoryReservationLocked);
        Assert.Equal(vm.MemoryMB, vm.MemoryReservationMB);
        Assert.NotEqual(before, vm.ChangeVersion);
        Assert.Contains("pciPassthru0.id = \"0:59:0.0\"", vm.ReadFile("ml-01.vmx"));
        Assert.Contains("pciPassthru1.allowedDevices = \"0x10de:0x20b5\"", vm.ReadFile("ml-01.vmx"));

        List<DataObject> devices = ((List<object>)((DataObject)((DataObject)lab.Vm("ml-01").GetProperty("config")!)["hardware"]!)["device"]!).Cast<DataObject>().ToList();
        DataObject[] passthrough = devices.Where(d => d.TypeName == "VirtualPCIPassthrough").ToArray();
        Assert.Equal([100, 100], passthrough.Select(d => d["controllerKey"]));
        Assert.Equal([18, 19], passthrough.Select(d => d["unitNumber"]));
        DataObject controller = devices.Single(d => d.TypeName == "VirtualPCIController");
        Assert.Contains(13001, (List<object>)controller["device"]!);
    }

    [Fact]
    public async Task A_refused_part_leaves_the_VM_as_it_was()
    {
        using SimulatorLab lab = new();
        string before = lab.Raw.Vm("ml-01").ChangeVersion;
        SimulatedFault fault = await Assert.ThrowsAsync<SimulatedFault>(() => lab.ReconfigureAsync(
            "ml-01",
            ("numCPUs", 16),
            ("deviceChange", new List<object> { SimulatorLab.Change("add", lab.StaticDevice(-1, "esx-80-01", "0000:3b:00.0")), SimulatorLab.Change("add", SimulatorLab.Device(-2, null)) }),
            ("extraConfig", SimulatorLab.Option("a", "b"))));
        Assert.Equal("InvalidDeviceBacking", fault.Detail.TypeName);
        RawVm vm = lab.Raw.Vm("ml-01");
        Assert.Equal(before, vm.ChangeVersion);
        Assert.Empty(vm.PciDevices);
        Assert.Equal(8, vm.CpuCount);
        Assert.False(vm.ExtraConfig.ContainsKey("a"));
    }

    [Fact]
    public async Task The_change_version_of_the_last_read_is_accepted()
    {
        using SimulatorLab lab = new();
        await lab.ReconfigureAsync("ml-01", ("changeVersion", lab.Raw.Vm("ml-01").ChangeVersion), ("annotation", "one"));
        await lab.ReconfigureAsync("ml-01", ("changeVersion", lab.Raw.Vm("ml-01").ChangeVersion), ("annotation", "two"));
        Assert.Equal("two", lab.Vm("ml-01").Config.Annotation);
    }

    [Fact]
    public async Task An_empty_value_removes_the_key_in_any_case()
    {
        using SimulatorLab lab = new();
        await lab.ReconfigureAsync("ml-01", ("extraConfig", SimulatorLab.Option("pciPassthru.use64bitMMIO", "TRUE")));
        Assert.Equal("TRUE", lab.Raw.Vm("ml-01").ExtraConfig["pciPassthru.use64bitMMIO"]);
        await lab.ReconfigureAsync("ml-01", ("extraConfig", SimulatorLab.Option("PCIPASSTHRU.use64bitMMIO", string.Empty)));
        Assert.False(lab.Raw.Vm("ml-01").ExtraConfig.ContainsKey("pciPassthru.use64bitMMIO"));
    }

    [Fact]
    public async Task The_lock_holds_the_reservation_at_the_memory_size()
    {
        using SimulatorLab lab = new();
        await lab.ReconfigureAsync("ml-01", ("memoryReservationLockedToMax", true));
        await lab.ReconfigureAsync("ml-01", ("memoryMB", 131072));
        Assert.Equal(131072, lab.Raw.Vm("ml-01").MemoryReservationMB);
        await lab.ReconfigureAsync("ml-01", ("memoryReservationLockedToMax", false));
        Assert.Equal(131072, lab.Raw.Vm("ml-01").MemoryReservationMB);
        await lab.ReconfigureAsync("ml-01", ("memoryAllocation", SimulatorLab.Data(string.Empty, ("reservation", 0))));
        Assert.Equal(0, lab.Raw.Vm("ml-01").MemoryReservationMB);
    }

    [Fact]
    public async Task A_removed_device_is_gone_and_its_key_is_free_again()
    {
        using SimulatorLab lab = new();
        await lab.GiveAsync("ml-01", 0, lab.StaticDevice(-1, "esx-80-01", "0000:3b:00.0"), lab.StaticDevice(-2, "esx-80-01", "0000:af:00.0"));
        await lab.ReconfigureAsync("ml-01", ("deviceChange", SimulatorLab.Change("remove", SimulatorLab.Device(13000, null))));
        Assert.Equal("0000:af:00.0", Assert.Single(lab.Raw.Vm("ml-01").PciDevices).Id);
        await lab.GiveAsync("ml-01", 0, SimulatorLab.DynamicDevice(-1, CardModel.A100Pcie80));
        Assert.Equal([13000, 13001], lab.Raw.Vm("ml-01").PciDevices.Select(d => d.Key).Order());
    }

    [Theory]
    [InlineData("ml-67", 16)]
    [InlineData("ml-01", 128)]
    public async Task The_hardware_version_bounds_the_number_of_devices(string vmName, int max)
    {
        using SimulatorLab lab = new();
        string host = lab.Raw.Vm(vmName).HostName;
        await lab.GiveAsync(vmName, 0, Enumerable.Range(1, max).Select(n => lab.StaticDevice(-n, host, "0000:3b:00.0")).ToArray());
        SimulatedFault fault = await Assert.ThrowsAsync<SimulatedFault>(() => lab.GiveAsync(vmName, 0, lab.StaticDevice(-1, host, "0000:3b:00.0")));
        Assert.Equal("TooManyDevices", fault.Detail.TypeName);
        Assert.Equal(max, lab.Raw.Vm(vmName).PciDevices.Count);
    }

    [Fact]
    public async Task Missing_privileges_are_named_all_together()
    {
        using SimulatorLab lab = new();
        SimulatedSession reader = new("r", "readonly@vsphere.local") { Privileges = [] };
        SimulatedFault fault = await Assert.ThrowsAsync<SimulatedFault>(() => lab.CallAsync(reader, lab.Vm("ml-01"), "ReconfigVM_Task", ("spec", SimulatorLab.Data(string.Empty, ("extraConfig", SimulatorLab.Option("a", "b")), ("memoryReservationLockedToMax", true)))));
        Assert.Equal("NoPermission", fault.Detail.TypeName);
        DataObject missing = (DataObject)Assert.Single((List<object>)fault.Detail["missingPrivileges"]!);
        Assert.Equal(["VirtualMachine.Config.AdvancedConfig", "VirtualMachine.Config.Resource"], (List<object>)missing["privilegeIds"]!);
    }

    [Fact]
    public async Task A_clone_keeps_the_settings_and_is_another_VM()
    {
        using SimulatorLab lab = new();
        await lab.ReconfigureAsync("ml-01", ("extraConfig", SimulatorLab.Option("gpuvsphere.before", "x")));
        await lab.CallAsync(lab.Vm("ml-01"), "CloneVM_Task", ("folder", lab.Vm("ml-01").Parent!.Reference), ("name", "ml-copy"), ("spec", SimulatorLab.Data(string.Empty, ("location", SimulatorLab.Data(string.Empty)), ("template", false), ("powerOn", false))));
        Assert.Equal("x", lab.Raw.Vm("ml-copy").ExtraConfig["gpuvsphere.before"]);
        Assert.NotEqual(lab.Raw.Vm("ml-01").InstanceUuid, lab.Raw.Vm("ml-copy").InstanceUuid);
        await lab.CallAsync(lab.Vm("ml-copy"), "Destroy_Task");
        Assert.False(lab.Raw.HasVm("ml-copy"));
        Assert.Equal("x", lab.Raw.Vm("ml-01").ExtraConfig["gpuvsphere.before"]);
    }
}
