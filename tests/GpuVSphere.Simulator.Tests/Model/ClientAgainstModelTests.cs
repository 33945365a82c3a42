using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Model;

/// <summary>The main job with our own client, serialised and read back: what it sees is held against the raw state.</summary>
public sealed class ClientAgainstModelTests
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    [Fact]
    public async Task The_inventory_reads_as_it_is()
    {
        using GpuSimulator simulator = GpuSimulator.Start();
        using VimSession session = await ConnectAsync(simulator);
        GpuInventory inventory = await InventoryReader.ReadAsync(session, InventoryScope.Everything, s_none);
        Assert.Equal(simulator.Raw.Hosts.Select(h => h.Name).Order(), inventory.Hosts.Select(h => h.Name).Order());
        Assert.Equal(simulator.Raw.Vms.Select(v => v.Name).Order(), inventory.Vms.Select(v => v.Name).Order());
        GpuHost host = inventory.Hosts.Single(h => h.Name == "esx-90-01");
        Assert.Equal(["0000:3b:00.0", "0000:86:00.0", "0000:af:00.0"], host.Devices.Select(d => d.Address.ToString()).Order());
        Assert.True(host.CanRebindWithoutReboot);
        Assert.All(host.Devices, d => Assert.True(d is { IsCapable: true, IsEnabled: false, IsActive: false }));
        Assert.Equal("GPU-90", host.ClusterName);
        Assert.Equal("disconnected", inventory.Hosts.Single(h => h.Name == "esx-down-01").ConnectionState);
        GpuVm vm = inventory.Vms.Single(v => v.Name == "ml-70-bios");
        Assert.Equal(("bios", 19, "esx-70-01"), (vm.Firmware, vm.HardwareVersion, vm.HostName));
        Assert.True(inventory.Vms.Single(v => v.Name == "snap-01").HasSnapshots);
        Assert.True(inventory.Vms.Single(v => v.Name == "web-01").IsToolsRunning);
        Assert.False(inventory.Vms.Single(v => v.Name == "web-02").IsToolsRunning);
    }

    [Fact]
    public async Task A_GPU_goes_into_passthrough_and_into_a_VM()
    {
        using GpuSimulator simulator = GpuSimulator.Start(new SimulatorOptions { ClockSpeed = 10_000 });
        using VimSession session = await ConnectAsync(simulator);
        GpuInventory inventory = await InventoryReader.ReadAsync(session, InventoryScope.Everything, s_none);
        GpuHost host = inventory.Hosts.Single(h => h.Name == "esx-67-01");
        GpuVm vm = inventory.Vms.Single(v => v.Name == "ml-67");
        ManagedObjectReference web = inventory.Vms.Single(v => v.Name == "web-01").Id.Reference;

        await session.UpdatePassthruConfigAsync(host.PciPassthruSystem, [new PassthruConfig("0000:3b:00.0", true), new PassthruConfig("0000:af:00.0", true)], s_none);
        await session.ShutdownGuestAsync(web, s_none);
        await session.EnterMaintenanceModeAsync(host.Id.Reference, TimeSpan.Zero, VsanDecommissionMode.EnsureObjectAccessibility, null, null, s_none);
        await session.RebootHostAsync(host.Id.Reference, false, s_none);
        RawHost raw = simulator.Raw.Host("esx-67-01");
        await Eventually.IsTrueAsync(() => raw.BootCount == 2);
        await session.ExitMaintenanceModeAsync(host.Id.Reference, TimeSpan.Zero, null, s_none);
        ConfigTarget target = await session.QueryConfigTargetAsync(vm.EnvironmentBrowser, host.Id.Reference, s_none);
        Assert.Equal(["0000:3b:00.0", "0000:af:00.0"], target.PciPassthrough.Select(d => d.Id));
        Assert.Equal(raw.SystemId, target.PciPassthrough[0].SystemId);
        Assert.Empty(target.DynamicPassthrough);

        ConfigTargetPciDevice device = target.PciPassthrough[0];
        await session.ReconfigureVmAsync(vm.Id.Reference, new VmConfigSpec
        {
            ChangeVersion = vm.ChangeVersion,
            Devices = [PciDeviceChange.Add(new StaticPciBacking(device.Id, device.DeviceId, device.SystemId, device.VendorId))],
            IsMemoryReservationLocked = true,
        }, null, s_none);
        VimTaskException failure = await Assert.ThrowsAsync<VimTaskException>(() => session.PowerOnAsync(vm.Id.Reference, null, s_none));
        Assert.Equal("GenericVmConfigFault", failure.FaultType);

        string datacenter = await session.FindDatacenterPathAsync(vm.Id.Reference, s_none);
        using (StreamReader log = new(await session.OpenReadAsync(datacenter, DatastorePath.Parse(vm.LogDirectory!).Combine("vmware.log"), s_none)))
        {
            Assert.Contains("total number of pages needed (4206594) exceeds limit (917504), failing", await log.ReadToEndAsync());
        }

        await session.ReconfigureVmAsync(vm.Id.Reference, new VmConfigSpec
        {
            ExtraConfig = new System.Collections.Generic.Dictionary<string, string> { ["pciPassthru.use64bitMMIO"] = "TRUE", ["pciPassthru.64bitMMIOSizeGB"] = "32" },
        }, null, s_none);
        await session.PowerOnAsync(vm.Id.Reference, null, s_none);
        Assert.Equal("ml-67", raw.Device("0000:3b:00.0").HeldBy);

        GpuInventory after = await InventoryReader.ReadAsync(session, InventoryScope.Hosts([host.Id.Reference]), s_none);
        Assert.Equal("ml-67", Assert.Single(after.Hosts.Single().Devices.Single(d => d.Address.ToString() == "0000:3b:00.0").Assignments).VmName);
    }

    [Fact]
    public async Task Esxcli_tells_what_the_host_boots_from_and_switches_passthrough()
    {
        using GpuSimulator simulator = GpuSimulator.Start();
        using VimSession session = await ConnectAsync(simulator);
        EsxCliResult usb = await CliAsync("esx-usb-01", "storage core device list");
        Assert.Contains(usb.Rows, row => row["IsBootDevice"] == "true" && row["IsBootUSBDevice"] == "true" && row["IsUSB"] == "true");
        EsxCliResult disk = await CliAsync("esx-80-01", "storage core device list");
        Assert.DoesNotContain(disk.Rows, row => row["IsUSB"] == "true");
        EsxCliResult pci = await CliAsync("esx-80-01", "hardware pci list");
        Assert.Contains(pci.Rows, row => row["Address"] == "0000:3b:00.0" && row["VendorID"] == "0x10de" && row["DeviceID"] == "0x20b5");
        Assert.Equal("Disabled", (await CliAsync("esx-80-01", "system maintenanceMode get")).Text);
        Assert.Equal("8.0.3", (await CliAsync("esx-80-01", "system version get")).Rows.Single()["Version"]);

        await CliAsync("esx-90-01", "hardware pci pcipassthru set", ("deviceid", "0000:3b:00.0"), ("enable", "true"), ("applynow", "true"));
        Assert.True(simulator.Raw.Host("esx-90-01").Device("0000:3b:00.0").IsActive);
        await Assert.ThrowsAnyAsync<GpuVSphereException>(() => CliAsync("esx-90-01", "hardware pci pcipassthru set", ("deviceid", "0000:3b:00.0"), ("enable", "true")));
        await Assert.ThrowsAnyAsync<GpuVSphereException>(() => CliAsync("esx-67-01", "hardware pci pcipassthru list"));

        Task<EsxCliResult> CliAsync(string host, string command, params (string Name, string Value)[] arguments) => session.EsxCliAsync(
            new ManagedObjectReference("HostSystem", simulator.Raw.Host(host).MoRef),
            command,
            arguments.Select(a => new System.Collections.Generic.KeyValuePair<string, string>(a.Name, a.Value)).ToList(),
            s_none);
    }

    private static Task<VimSession> ConnectAsync(GpuSimulator simulator) =>
        VimSession.ConnectAsync(simulator.Server, new VimCredential("administrator@vsphere.local", SimulatorUser.DefaultPassword.ToCharArray()), s_none);
}
