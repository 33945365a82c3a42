using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Passthrough;
using GpuVSphere.Readiness;
using GpuVSphere.Simulator.Tests.Passthrough;

namespace GpuVSphere.Simulator.Tests.Inventory;

/// <summary>The inventory as our client reads it, against the simulator's raw state.</summary>
public sealed class InventoryTests
{
    private static Task<GpuInventory> ReadAsync(VmLab lab) => InventoryReader.ReadAsync(lab.Session, InventoryScope.Everything, CancellationToken.None);

    [Fact]
    public async Task Hosts_gpus_and_vms_are_those_that_are_there()
    {
        using VmLab lab = await VmLab.StartAsync();

        GpuInventory inventory = await ReadAsync(lab);

        Assert.Equal(lab.Raw.Hosts.Select(host => host.Name).Order(), inventory.Hosts.Select(host => host.Name).Order());
        Assert.Equal(lab.Raw.Vms.Select(vm => vm.Name).Order(), inventory.Vms.Select(vm => vm.Name).Order());
        Assert.Equal(
            ["P100 PCIe 16GB", "P100 PCIe 16GB"],
            inventory.Hosts.Single(host => host.Name == "esx-67-01").Devices.Select(device => device.Model));
        foreach (GpuHost host in inventory.Hosts.Where(host => host.IsConnected))
        {
            Assert.Equal(lab.Raw.Host(host.Name).Devices.Count, host.Functions.Count);
            Assert.All(host.Devices, device =>
            {
                RawDevice raw = lab.Raw.Host(host.Name).Device(device.Address.ToString());
                Assert.Equal((raw.VendorId, raw.DeviceId), (device.VendorId, device.DeviceId));
                Assert.Equal((raw.IsCapable, raw.IsEnabled, raw.IsActive), (device.IsCapable, device.IsEnabled, device.IsActive));
                Assert.True(device.Model is not null || device.Address.ToString() == "0000:86:00.0", device.Name);
            });
        }

        // The audio function of the card at 0000:86:00 is a function and no GPU.
        GpuHost esx90 = inventory.Hosts.Single(host => host.Name == "esx-90-01");
        Assert.Contains(esx90.Functions, function => function.Address.ToString() == "0000:86:00.1");
        Assert.Equal(["0000:3b:00.0", "0000:86:00.0", "0000:af:00.0"], esx90.Devices.Select(device => device.Address.ToString()));
        Assert.False(inventory.Hosts.Single(host => host.Name == "esx-down-01").IsConnected);
        Assert.Equal("GPU-80", inventory.Hosts.Single(host => host.Name == "esx-80-02").ClusterName);
        Assert.Null(inventory.Hosts.Single(host => host.Name == "esx-none-01").ClusterName);
    }

    [Theory]
    [InlineData("snap-01")]
    [InlineData("susp-01")]
    [InlineData("tmpl-01")]
    [InlineData("ml-bios")]
    [InlineData("web-01")]
    [InlineData("big-01")]
    public async Task A_vm_is_as_it_is(string name)
    {
        using VmLab lab = await VmLab.StartAsync();

        GpuVm vm = (await ReadAsync(lab)).Vms.Single(one => one.Name == name);

        RawVm raw = lab.Raw.Vm(name);
        Assert.Equal(raw.PowerState, vm.PowerState);
        Assert.Equal(raw.Firmware, vm.Firmware);
        Assert.Equal(raw.HardwareVersion, vm.HardwareVersion);
        Assert.Equal(raw.MemoryMB, vm.MemoryMB);
        Assert.Equal(raw.IsTemplate, vm.IsTemplate);
        Assert.Equal(raw.SnapshotCount > 0, vm.HasSnapshots);
        Assert.Equal(raw.ChangeVersion, vm.ChangeVersion);
        Assert.Equal(raw.InstanceUuid, vm.InstanceUuid);
        Assert.Equal(raw.HostName, vm.HostName);
        Assert.Equal(raw.ExtraConfig.Count, vm.ExtraConfig.Count);
        Assert.Contains("VirtualMachine.Config.AddRemoveDevice", vm.Privileges!);
    }

    [Fact]
    public async Task What_rules_ask_of_servers_gpus_and_guests_is_read()
    {
        using VmLab lab = await VmLab.StartAsync();
        lab.Configure("ml-01", config => (config.SecureBoot, config.GuestId) = (true, "rhel9_64Guest"));
        lab.Simulated.Simulator.Orders.FirmwareSriov("esx-80-01", false);

        GpuInventory inventory = await ReadAsync(lab);

        GpuHost host = inventory.Hosts.Single(one => one.Name == "esx-80-01");
        Assert.Equal(("Dell Inc.", "PowerEdge R740"), (host.Vendor, host.HardwareModel));
        Assert.Equal((false, 0), (host.Devices[0].IsSriovCapable, host.Devices[0].VirtualFunctions));
        Assert.Equal((true, 32), inventory.Hosts.Single(one => one.Name == "esx-80-02").Devices.Select(device => (device.IsSriovCapable, device.VirtualFunctions)).First());
        Assert.Null(inventory.Hosts.Single(one => one.Name == "esx-67-01").Devices[0].IsSriovCapable);
        GpuVm vm = inventory.Vms.Single(one => one.Name == "ml-01");
        Assert.Equal((true, "rhel9_64Guest"), (vm.IsSecureBootEnabled, vm.GuestId));
        Assert.False(inventory.Vms.Single(one => one.Name == "ml-02").IsSecureBootEnabled);
    }

    [Fact]
    public async Task Who_holds_a_gpu_is_told()
    {
        using VmLab lab = await VmLab.StartAsync();
        await VmLab.DoneAsync(lab.Add("ml-01", new VmChangeOptions { PowerOn = true }, VmLab.A100First));
        await VmLab.DoneAsync(lab.Operation(PassthroughIntents.AddToVm([lab.Target("ml-02")], [VmLab.Dynamic(0x20B5)], new VmChangeOptions { PowerOn = true })));

        GpuInventory inventory = await ReadAsync(lab);

        GpuHost host = inventory.Hosts.Single(one => one.Name == "esx-80-01");
        Assert.Equal(
            ["ml-01 StaticPassthrough True", "ml-02 DynamicPassthrough True"],
            host.Devices.SelectMany(device => device.Assignments).Select(holder => $"{holder.VmName} {holder.Kind} {holder.IsRunning}"));
        Assert.Equal(VmLab.A100Second, inventory.Vms.Single(vm => vm.Name == "ml-02").PciDevices[0].Address.ToString());
    }

    [Fact]
    public async Task A_vgpu_is_told_by_its_profile_and_left_alone()
    {
        using VmLab lab = await VmLab.StartAsync();
        lab.Simulated.Simulator.Orders.InstallGpuDriver("esx-80-02");
        await lab.Simulated.GiveAsync("ml-80b", 0, Model.SimulatorLab.VgpuDevice(-1, "nvidia_a40-48c"));

        GpuVm vm = (await ReadAsync(lab)).Vms.Single(one => one.Name == "ml-80b");

        Assert.Equal(VmGpuKind.Vgpu, Assert.Single(vm.PciDevices).Kind);
        Assert.Equal("nvidia_a40-48c", vm.PciDevices[0].VgpuProfile);

        // It is no passthrough GPU, so taking those away leaves it.
        Assert.Empty((await lab.Remove("ml-80b").PlanAsync(CancellationToken.None)).Changes);
    }

    [Fact]
    public async Task A_reader_without_rights_reads_all_the_same()
    {
        using VmLab lab = await VmLab.StartAsync(user: "readonly@vsphere.local");

        GpuInventory inventory = await ReadAsync(lab);

        Assert.Equal(2, inventory.Hosts.Single(host => host.Name == "esx-80-01").Devices.Count);
        Assert.DoesNotContain("Host.Config.PciPassthru", inventory.Hosts.First(host => host.IsConnected).Privileges ?? []);
    }

    [Theory]
    [InlineData("esx-usb-01", true)]
    [InlineData("esx-80-01", false)]
    [InlineData("esx-down-01", null)]
    public async Task Whether_a_host_boots_from_usb_is_asked_by_esxcli(string name, bool? expected)
    {
        using VmLab lab = await VmLab.StartAsync();
        GpuHost host = (await ReadAsync(lab)).Hosts.Single(one => one.Name == name);

        Evidence<bool> evidence = await BootDevice.ReadAsync(lab.Session, host, CancellationToken.None);

        Assert.Equal(expected is not null, evidence.IsKnown);
        Assert.Equal(expected ?? false, evidence.Value);
        Assert.Equal(expected is null, evidence.WhyUnknown is not null);
    }

    [Fact]
    public async Task Esxcli_that_is_refused_is_an_answer()
    {
        using VmLab lab = await VmLab.StartAsync();
        GpuHost host = (await ReadAsync(lab)).Hosts.Single(one => one.Name == "esx-80-01");
        lab.Simulated.Simulator.Faults.Add(new FaultRule { Method = "RetrieveManagedMethodExecuter", Fault = "NoPermission" });

        Evidence<bool> evidence = await BootDevice.ReadAsync(lab.Session, host, CancellationToken.None);

        Assert.False(evidence.IsKnown);
        Assert.Contains("esxcli", evidence.WhyUnknown);
    }

    [Fact]
    public async Task Names_find_hosts_vms_and_clusters()
    {
        using VmLab lab = await VmLab.StartAsync();

        var matcher = new NameMatcher([await InventoryReader.ReadNamesAsync(lab.Session, CancellationToken.None)]);

        Assert.Equal(["esx-80-01", "esx-80-02"], matcher.HostsOfClusters("GPU-8*").Select(host => host.Name));
        Assert.Equal(["ml-70", "ml-70-bios"], matcher.Vms("ml-70*").Select(vm => vm.Name));
        Assert.Equal("esx-90-01", matcher.Hosts("HostSystem-" + lab.Raw.Host("esx-90-01").MoRef)[0].Name);
        Assert.Contains("esx-80-01", Assert.Throws<GpuVSphereException>(() => matcher.Hosts("esx-80-1")).NextStep);
    }
}
