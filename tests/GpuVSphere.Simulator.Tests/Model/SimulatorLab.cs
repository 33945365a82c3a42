using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Model;

/// <summary>A simulator with a fast clock, called past HTTP and our client: what a method is given and gives is a tree of values.</summary>
internal sealed class SimulatorLab : IDisposable
{
    public SimulatorLab(SimulatorOptions? options = null)
    {
        // Ten hours of simulated time pass in a second: a reboot takes 36 ms.
        Simulator = GpuSimulator.Start(options ?? new SimulatorOptions { ClockSpeed = 10_000 });
        Admin = new SimulatedSession("admin", "administrator@vsphere.local");
    }

    /// <summary>A reboot that lasts until <see cref="EndRebootAsync"/>, for tests that look at the host meanwhile.</summary>
    public static SimulatorOptions LongReboot => new() { ClockSpeed = 10_000, RebootDuration = TimeSpan.FromHours(100) };

    public GpuSimulator Simulator { get; }

    public SimulatedSession Admin { get; }

    public SimulatorRawState Raw => Simulator.Raw;

    public SimulatedInventory Inventory => Simulator.Inventory;

    public HostSystem Host(string name) => Inventory.Hosts.Single(host => host.Name == name);

    public VirtualMachine Vm(string name) => Inventory.Vms.Single(vm => vm.Name == name);

    public Task<object?> CallAsync(ManagedObject target, string method, params (string Name, object? Value)[] arguments) =>
        CallAsync(Admin, target, method, arguments);

    public async Task<object?> CallAsync(SimulatedSession session, ManagedObject target, string method, params (string Name, object? Value)[] arguments)
    {
        MethodCall call = new(method, Data(string.Empty, arguments), session, "9.0.0.0") { Self = target.Reference, Version = WireVersion.Parse("9.0.0.0") };
        object? result = await Simulator.World.InvokeAsync(call, CancellationToken.None);
        return result is MoRef { Type: "Task" } task ? await WaitAsync(task) : result;
    }

    /// <summary>Starts a task and does not wait for it.</summary>
    public async Task<MoRef> StartAsync(ManagedObject target, string method, params (string Name, object? Value)[] arguments)
    {
        MethodCall call = new(method, Data(string.Empty, arguments), Admin, "9.0.0.0") { Self = target.Reference, Version = WireVersion.Parse("9.0.0.0") };
        return (MoRef)(await Simulator.World.InvokeAsync(call, CancellationToken.None))!;
    }

    /// <summary>The result of a task, or its fault thrown as the call's own would be.</summary>
    public async Task<object?> WaitAsync(MoRef task)
    {
        DataObject? info = null;
        await UntilAsync(() =>
        {
            lock (Inventory.Gate)
            {
                info = (DataObject)Simulator.World.Find(task)!.GetProperty("info")!;
            }

            return info["state"] is "success" or "error";
        });
        if (info!["error"] is not DataObject error)
        {
            return info["result"];
        }

        DataObject fault = (DataObject)error["fault"]!;
        throw new SimulatedFault(fault.TypeName, (string)error["localizedMessage"]!, "task");
    }

    public async Task EndRebootAsync(string hostName)
    {
        Simulator.Clock.Advance(TimeSpan.FromHours(100));
        await UntilAsync(() => Raw.Host(hostName).ConnectionState == "connected");
    }

    public Task UntilAsync(Func<bool> condition) => Eventually.IsTrueAsync(condition);

    public static DataObject Data(string type, params (string Name, object? Value)[] fields)
    {
        DataObject data = new(type);
        foreach ((string name, object? value) in fields)
        {
            // As from the wire: numbers and flags without an xsi:type are texts.
            data.With(name, value switch
            {
                bool flag => flag ? "true" : "false",
                int or long or short => Convert.ToString(value, CultureInfo.InvariantCulture),
                _ => value,
            });
        }

        return data;
    }

    /// <summary>Switches devices of a host to passthrough, and through a reboot where it takes one.</summary>
    public async Task ActivateAsync(string hostName, params string[] devices)
    {
        await ConfigureAsync(hostName, devices.Select(device => (device, true)).ToArray());
        HostSystem host = Host(hostName);
        if (host.IsRebootRequired)
        {
            int boots = host.BootCount;
            foreach (VirtualMachine vm in host.Vms.Where(vm => vm.PowerState == "poweredOn").ToList())
            {
                await PowerOffAsync(vm.Name);
            }

            await CallAsync(host, "EnterMaintenanceMode_Task", ("timeout", 0));
            await CallAsync(host, "RebootHost_Task", ("force", false));
            await UntilAsync(() => host.BootCount > boots && host.IsAvailable);
            await CallAsync(host, "ExitMaintenanceMode_Task", ("timeout", 0));
        }
    }

    public Task ConfigureAsync(string hostName, params (string Device, bool Enabled)[] devices) =>
        CallAsync(Host(hostName).PassthruSystem, "UpdatePassthruConfig", ("config", devices.Select(d => (object)Data(string.Empty, ("id", d.Device), ("passthruEnabled", d.Enabled))).ToList()));

    public Task ReconfigureAsync(string vmName, params (string Name, object? Value)[] spec) =>
        CallAsync(Vm(vmName), "ReconfigVM_Task", ("spec", Data(string.Empty, spec)));

    public Task PowerOnAsync(string vmName) => CallAsync(Vm(vmName), "PowerOnVM_Task");

    public Task PowerOffAsync(string vmName) => CallAsync(Vm(vmName), "PowerOffVM_Task");

    public static DataObject Option(string key, string value) => Data(string.Empty, ("key", key), ("value", value));

    public static DataObject Change(string operation, DataObject device) => Data(string.Empty, ("operation", operation), ("device", device));

    public static DataObject Device(int key, DataObject? backing) => Data("VirtualPCIPassthrough", ("key", key), ("backing", backing));

    public DataObject StaticDevice(int key, string hostName, string address, string? deviceId = null, string? systemId = null, int? vendorId = null)
    {
        CardModel card = Host(hostName).Function(address)?.Card ?? CardModel.T4;
        return Device(key, Data(
            "VirtualPCIPassthroughDeviceBackingInfo",
            ("deviceName", string.Empty),
            ("id", address),
            ("deviceId", deviceId ?? card.DeviceId.ToString("x", CultureInfo.InvariantCulture)),
            ("systemId", systemId ?? Host(hostName).SystemId),
            ("vendorId", vendorId ?? card.VendorId)));
    }

    public static DataObject DynamicDevice(int key, CardModel card, string? label = null) => Device(key, Data(
        "VirtualPCIPassthroughDynamicBackingInfo",
        ("deviceName", string.Empty),
        ("allowedDevice", Data(string.Empty, ("vendorId", (int)card.VendorId), ("deviceId", (int)card.DeviceId))),
        ("customLabel", label)));

    public static DataObject VgpuDevice(int key, string profile) => Device(key, Data("VirtualPCIPassthroughVmiopBackingInfo", ("vgpu", profile)));

    /// <summary>Everything a VM needs to start with devices of a host.</summary>
    public Task GiveAsync(string vmName, int mmioSizeGB, params DataObject[] devices) => ReconfigureAsync(
        vmName,
        ("deviceChange", devices.Select(device => (object)Change("add", device)).ToList()),
        ("extraConfig", mmioSizeGB == 0 ? null : new List<object> { Option("pciPassthru.use64bitMMIO", "TRUE"), Option("pciPassthru.64bitMMIOSizeGB", mmioSizeGB.ToString(CultureInfo.InvariantCulture)) }),
        ("memoryReservationLockedToMax", true));

    /// <summary>Gives a VM vGPUs as one device group, as its host offers it.</summary>
    public Task GiveGroupAsync(string vmName, string group, params string[] profiles) => ReconfigureAsync(
        vmName,
        ("deviceChange", profiles.Select((profile, i) => (object)Change("add", Data(
            "VirtualPCIPassthrough",
            ("key", -1 - i),
            ("backing", Data("VirtualPCIPassthroughVmiopBackingInfo", ("vgpu", profile))),
            ("deviceGroupInfo", Data(string.Empty, ("groupInstanceKey", -100), ("sequenceId", i + 1)))))).ToList()),
        ("deviceGroups", Data(string.Empty, ("deviceGroup", new List<object> { Data("VirtualMachineVirtualDeviceGroupsVendorDeviceGroup", ("groupInstanceKey", -100), ("deviceGroupName", group)) }))),
        ("memoryReservationLockedToMax", true));

    /// <summary>Makes a host one of another release, as if it had been so all along.</summary>
    public void MoveToRelease(string hostName, EsxRelease release)
    {
        lock (Inventory.Gate)
        {
            Host(hostName).Release = release;
        }
    }

    public void Dispose() => Simulator.Dispose();
}
