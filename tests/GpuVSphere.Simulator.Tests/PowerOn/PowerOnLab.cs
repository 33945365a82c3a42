using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Passthrough;
using GpuVSphere.Readiness.PowerOn;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Tests.Model;
using GpuVSphere.Simulator.Tests.Passthrough;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.PowerOn;

/// <summary>Failed power-ons in a simulator: provoked, explained, and mended by what the explanation says is to be typed.</summary>
internal sealed class PowerOnLab : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "gpuvsphere-tests-" + Guid.NewGuid().ToString("N"));

    private PowerOnLab(SimulatorLab simulated, VimSession session)
    {
        Simulated = simulated;
        Session = session;
    }

    public SimulatorLab Simulated { get; }

    public VimSession Session { get; }

    public List<string> Notes { get; } = [];

    public static async Task<PowerOnLab> StartAsync(string scenario = "default", string user = "administrator@vsphere.local")
    {
        var simulated = new SimulatorLab(new SimulatorOptions { Scenario = scenario, ClockSpeed = 1000, TaskRetention = TimeSpan.FromDays(10) });
        return new PowerOnLab(simulated, await VmLab.LogInAsync(simulated.Simulator.Server, user));
    }

    public void Change(Action change)
    {
        lock (Simulated.Inventory.Gate)
        {
            change();
        }
    }

    /// <summary>Puts devices in passthrough mode, or out of it, as if the host had been rebooted since.</summary>
    public void Activate(string host, bool isActive, params string[] addresses) => Change(() =>
    {
        foreach (Simulator.Model.PciFunction function in addresses.Select(address => Simulated.Host(host).Function(address)!))
        {
            function.IsEnabled = function.IsActive = isActive;
        }

        Simulated.Host(host).DevicesChanged();
    });

    /// <summary>Changes a VM's configuration as another admin would.</summary>
    public void Configure(string vm, Action<VmConfig> change) => Change(() =>
    {
        VmConfig config = Simulated.Vm(vm).Config.Copy();
        change(config);
        Simulated.Vm(vm).Apply(config);
    });

    /// <summary>Changes how a VM's first PCI device is configured.</summary>
    public void Reback(string vm, string? id = null, string? systemId = null) => Configure(vm, config =>
    {
        VmPassthroughDevice old = config.Passthrough.First();
        config.Devices.Remove(old);
        config.Devices.Add(new VmPassthroughDevice(old.Key, old.Template)
        {
            ControllerKey = old.ControllerKey,
            UnitNumber = old.UnitNumber,
            Kind = old.Kind,
            DeviceName = old.DeviceName,
            Id = id ?? old.Id,
            DeviceId = old.DeviceId,
            SystemId = systemId ?? old.SystemId,
            VendorId = old.VendorId,
        });
    });

    public async Task AddAsync(string vm, VmChangeOptions options, params string[] addresses) => await VmLab.DoneAsync(
        Operation(PassthroughIntents.AddToVm([Target(vm)], [.. addresses.Select(VmLab.Device)], options)));

    public async Task AddVgpuAsync(string vm, VmChangeOptions options, params string[] profiles) => await VmLab.DoneAsync(
        Operation(VmVgpuIntents.Add([new(Target(vm), profiles)], [], new Dictionary<string, string>(), options)));

    /// <summary>Powers a VM on as an admin would, and gives the fault.</summary>
    public async Task<VimFaultException> FailAsync(string vm) => await Assert.ThrowsAnyAsync<VimFaultException>(
        () => Session.PowerOnAsync(Target(vm).Id.Reference, null, CancellationToken.None));

    public Task PowerOnAsync(string vm) => Session.PowerOnAsync(Target(vm).Id.Reference, null, CancellationToken.None);

    /// <summary>Powers a VM on, which fails, and explains it from what the server keeps.</summary>
    public async Task<IReadOnlyList<PowerOnFinding>> FailAndExplainAsync(string vm)
    {
        await FailAsync(vm);
        return await ExplainAsync(vm);
    }

    public async Task<IReadOnlyList<PowerOnFinding>> ExplainAsync(string vm, VimSession? other = null)
    {
        VimSession session = other ?? Session;
        GpuInventory inventory = await InventoryReader.ReadAsync(session, InventoryScope.Vms([Target(vm).Id.Reference]), CancellationToken.None);
        return await PowerOnFaults.ExplainVmAsync(session, inventory.Vms.Single(one => one.Name == vm), inventory, [], Notes.Add, CancellationToken.None);
    }

    /// <summary>Runs what an explanation says is to be typed, word for word: every cmdlet that explanations name has its operation here.</summary>
    public async Task TypeAsync(string command)
    {
        foreach (string line in command.Split(';').Select(one => one.Trim()))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string? Value(string name) => Array.IndexOf(words, name) is >= 0 and int at && at + 1 < words.Length ? words[at + 1].Trim('\'') : null;
            var options = new VmChangeOptions();
            if (Value("-VMHost") is { } hostName)
            {
                await TypeForHostAsync(words, hostName, Value);
                continue;
            }

            PlanTarget vm = Target(Value("-VM")!);
            ChangeIntent intent = words[0] switch
            {
                "Set-VmMmioSize" => PassthroughIntents.SetMmio([vm], options with { MmioSizeGB = int.Parse(Value("-SizeGB")!, System.Globalization.CultureInfo.InvariantCulture) }),
                "Remove-VmGpuPassthrough" => PassthroughIntents.RemoveFromVm([vm], [VmLab.Device(Value("-Device")!)], options),
                "Add-VmGpuPassthrough" => PassthroughIntents.AddToVm([vm], [Gpu(Value)], options with { NoGuestInstalled = words.Contains("-NoGuestInstalled") }),
                "Add-VmVgpuProfile" => VmVgpuIntents.Add([new(vm, [Value("-VgpuProfile")!])], [], new Dictionary<string, string>(), options),
                _ => throw new InvalidOperationException("No such command: " + line),
            };
            await VmLab.DoneAsync(Operation(intent));
        }
    }

    public PlanTarget Target(string vm) =>
        new(new VimObjectId(Session.ServerUuid, new ManagedObjectReference("VirtualMachine", Simulated.Raw.Vm(vm).MoRef)), vm, Session.ServerName);

    public void Dispose()
    {
        Session.Dispose();
        Simulated.Dispose();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static VmGpuSelector Gpu(Func<string, string?> value)
    {
        if (value("-Device") is { } device)
        {
            return VmLab.Device(device);
        }

        string[] ids = value("-DeviceId")!.Split(':');
        return VmLab.Dynamic(Convert.ToInt32(ids[1], 16), value("-Label"));
    }

    private async Task TypeForHostAsync(string[] words, string hostName, Func<string, string?> value)
    {
        GpuInventory inventory = await InventoryReader.ReadAsync(Session, InventoryScope.Everything, CancellationToken.None);
        GpuHost host = inventory.Hosts.Single(one => one.Name == hostName);
        GpuDevice[] devices = [.. host.Devices.Where(device => value("-Device") is not { } address || device.Address.ToString() == address)];
        var options = new HostChangeOptions { Reboot = true };
        ChangeIntent intent = words[0] switch
        {
            "Enable-GpuPassthrough" => PassthroughIntents.Enable(devices, options with { Reboot = words.Contains("-Reboot") }),
            "Set-GpuDevice" => PassthroughIntents.SetLabel(devices, value("-Label"), options),
            "Set-HostGraphicsMode" => GraphicsIntents.Set([host], new Dictionary<GpuHost, IReadOnlyList<PciAddress>>(), GraphicsType.SharedDirect, null, null, options),
            "Set-GpuEcc" => EccIntents.Set(devices, enabled: false, options),
            _ => throw new InvalidOperationException("No such command: " + words[0]),
        };
        ChangeResult result = Assert.Single(await VmLab.RunAsync(Operation(intent)));
        Assert.True(result.Outcome == ChangeOutcome.Done, $"{result.Outcome}: {result.Message} {result.Error?.Message} {result.Error?.NextStep}");
    }

    public IGpuOperation Operation(ChangeIntent intent) => GpuOperations.Create(
        intent,
        new OperationContext([Session], Simulated.Simulator.Clock, _folder) { Shells = Simulated.Simulator.Shells, ShellNotes = new HostShellNotes(_ => { }, _ => { }) });
}
