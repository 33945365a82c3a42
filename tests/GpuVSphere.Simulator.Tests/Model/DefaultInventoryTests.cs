using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Model;

/// <summary>The inventory that tests, tour and documentation name things of.</summary>
public sealed class DefaultInventoryTests
{
    [Theory]
    [InlineData("esx-67-01", "6.7.0", "GPU-67", "0000:3b:00.0 0x15f8, 0000:af:00.0 0x15f8")]
    [InlineData("esx-70-01", "7.0.3", "GPU-70", "0000:3b:00.0 0x1db6, 0000:86:00.0 0x1eb8")]
    [InlineData("esx-80-01", "8.0.3", "GPU-80", "0000:3b:00.0 0x20b5, 0000:af:00.0 0x20b5")]
    [InlineData("esx-80-02", "8.0.3", "GPU-80", "0000:3b:00.0 0x2235, 0000:af:00.0 0x26b5")]
    [InlineData("esx-90-01", "9.0.0", "GPU-90", "0000:3b:00.0 0x2331, 0000:af:00.0 0x2331, 0000:86:00.0 0x1eb0")]
    [InlineData("esx-none-01", "8.0.3", "esx-none-01", "")]
    [InlineData("esx-usb-01", "8.0.3", "esx-usb-01", "0000:3b:00.0 0x1eb8")]
    [InlineData("esx-down-01", "8.0.3", "esx-down-01", "0000:3b:00.0 0x1eb8")]
    public void Hosts_have_their_GPUs(string name, string version, string compute, string gpus)
    {
        using SimulatorLab lab = new();
        HostSystem host = lab.Host(name);
        Assert.Equal(version, host.Release.Version);
        Assert.Equal(compute, host.Compute.Name);
        Assert.Equal(gpus, string.Join(", ", host.Functions.Where(f => f.Card.IsGpu).Select(f => f.Id + " 0x" + f.Card.DeviceId.ToString("x4"))));
        Assert.All(host.Functions, f => Assert.False(f.IsEnabled || f.IsActive));
        Assert.Equal(name == "esx-down-01" ? "disconnected" : "connected", host.ConnectionState);
        Assert.Equal(name is "esx-70-01" or "esx-90-01", host.CanRebindWithoutReboot);
    }

    [Theory]
    [InlineData("ml-01", "esx-80-01", "efi", 21, "poweredOff")]
    [InlineData("ml-02", "esx-80-01", "efi", 21, "poweredOff")]
    [InlineData("ml-bios", "esx-80-01", "bios", 21, "poweredOff")]
    [InlineData("ml-67", "esx-67-01", "efi", 14, "poweredOff")]
    [InlineData("ml-70", "esx-70-01", "efi", 19, "poweredOff")]
    [InlineData("ml-70-bios", "esx-70-01", "bios", 19, "poweredOff")]
    [InlineData("ml-80b", "esx-80-02", "efi", 21, "poweredOff")]
    [InlineData("ml-90", "esx-90-01", "efi", 22, "poweredOff")]
    [InlineData("web-01", "esx-67-01", "efi", 15, "poweredOn")]
    [InlineData("web-02", "esx-80-02", "efi", 21, "poweredOn")]
    [InlineData("snap-01", "esx-80-01", "efi", 21, "poweredOff")]
    [InlineData("susp-01", "esx-80-01", "efi", 21, "suspended")]
    [InlineData("tmpl-01", "esx-80-01", "efi", 21, "poweredOff")]
    [InlineData("big-01", "esx-80-01", "efi", 21, "poweredOff")]
    public void VMs_are_as_agreed(string name, string host, string firmware, int hardwareVersion, string power)
    {
        using SimulatorLab lab = new();
        RawVm vm = lab.Raw.Vm(name);
        Assert.Equal((host, firmware, hardwareVersion, power), (vm.HostName, vm.Firmware, vm.HardwareVersion, vm.PowerState));
        Assert.Equal(name == "tmpl-01", vm.IsTemplate);
        Assert.Equal(name == "snap-01" ? 1 : 0, vm.SnapshotCount);
        Assert.Equal(name is "web-01" or "web-02", vm.Files.Contains("vmware.log"));
        Assert.Equal(name == "big-01", vm.MemoryMB == 512 * 1024);
        Assert.Empty(vm.PciDevices);
    }

    [Fact]
    public void There_is_nothing_else()
    {
        using SimulatorLab lab = new();
        Assert.Equal(8, lab.Raw.Hosts.Count);
        Assert.Equal(14, lab.Raw.Vms.Count);
        Assert.Equal("vcenter.sim.local", lab.Simulator.Server.Name);
    }

    [Fact]
    public void Ids_are_signed_on_the_wire()
    {
        using SimulatorLab lab = new();
        HostSystem host = lab.Host("esx-80-01");
        DataObject nic = HostWire.PciDevice(host, host.Function("0000:19:00.0")!);
        Assert.Equal((short)-32634, nic["vendorId"]);
        DataObject gpu = HostWire.PciDevice(host, host.Function("0000:af:00.0")!);
        Assert.Equal((sbyte)-81, gpu["bus"]);
        Assert.Equal((short)4318, gpu["vendorId"]);
        Assert.Equal((short)0x20b5, gpu["deviceId"]);
        Assert.Equal("0000:ae:00.0", gpu["parentBridge"]);
    }

    [Fact]
    public async Task A_host_that_was_never_connected_has_no_hardware_and_gets_it_by_reconnecting()
    {
        using SimulatorLab lab = new();
        HostSystem down = lab.Host("esx-down-01");
        Assert.Null(down.GetProperty("hardware"));
        Assert.Null(down.GetProperty("config"));
        await lab.CallAsync(down, "ReconnectHost_Task");
        Assert.NotNull(down.GetProperty("config"));
        Assert.Equal("connected", lab.Raw.Host("esx-down-01").ConnectionState);
    }

    [Fact]
    public async Task Two_servers_of_one_scenario_have_the_same_references_and_other_identities()
    {
        using SimulatorLab first = new();
        using SimulatorLab second = new(new SimulatorOptions { ServerName = "vcenter2.sim.local", ClockSpeed = 10_000 });
        Assert.Equal(first.Raw.Vm("ml-01").MoRef, second.Raw.Vm("ml-01").MoRef);
        Assert.NotEqual(first.Inventory.Profile.InstanceUuid, second.Inventory.Profile.InstanceUuid);
        Assert.NotEqual(first.Raw.Vm("ml-01").InstanceUuid, second.Raw.Vm("ml-01").InstanceUuid);
        await second.PowerOnAsync("ml-01");
        Assert.False(first.Raw.Vm("ml-01").IsPoweredOn);
    }

    [Fact]
    public void A_large_inventory_has_the_size_that_was_asked_for()
    {
        using SimulatorLab lab = new(new SimulatorOptions { Scenario = "large", LargeHostCount = 100, LargeVmsPerHost = 4 });
        Assert.Equal(100, lab.Raw.Hosts.Count);
        Assert.Equal(400, lab.Raw.Vms.Count);
        Assert.All(lab.Raw.Hosts, host => Assert.Equal(2, host.Devices.Count(device => device.VendorId == 0x10de)));
        Assert.Equal(100, lab.Raw.Vms.Count(vm => vm.IsPoweredOn));
    }
}
