using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Shell;
using GpuVSphere.Smi;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Protocol;
using GpuVSphere.Simulator.Tests.Model;
using GpuVSphere.Simulator.Tests.Passthrough;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;
using MigInstance = GpuVSphere.Simulator.Model.MigInstance;
using MigProfile = GpuVSphere.Simulator.Model.MigProfile;
using PciFunction = GpuVSphere.Simulator.Model.PciFunction;

namespace GpuVSphere.Simulator.Tests.Vgpu;

/// <summary>A simulated host made after a situation, and our client on it.</summary>
internal sealed class CapacityHost : IDisposable
{
    private const string Name = "vgpu-67-01";
    private const int VmCount = 70;

    private static readonly EsxRelease[] s_releases = [EsxRelease.V67U3, EsxRelease.V70U3, EsxRelease.V80, EsxRelease.V80U1, EsxRelease.V80U3, EsxRelease.V80U3, EsxRelease.V90];
    private static readonly CardModel[] s_cards =
        [CardModel.P100Pcie16, CardModel.V100Pcie32, CardModel.T4, CardModel.A40, CardModel.L40, CardModel.A100Pcie80, CardModel.A100Pcie40, CardModel.H100Pcie80];

    private readonly SimulatorLab _lab;
    private readonly VimSession _session;
    private readonly Stack<VirtualMachine> _free;

    private CapacityHost(SimulatorLab lab, VimSession session)
    {
        (_lab, _session) = (lab, session);
        _free = new Stack<VirtualMachine>(lab.Host(Name).Vms.Where(vm => vm.PowerState != "poweredOn"));
    }

    public static int ReleaseCount => s_releases.Length;

    public static int CardCount => s_cards.Length;

    /// <summary>From here on the cards have MIG.</summary>
    public static int FirstMigCard => Array.IndexOf(s_cards, CardModel.A100Pcie80);

    public bool HasSeveralPerVm => _lab.Host(Name).Release.Has("8.0.0.1");

    public int FreeVms => _free.Count;

    /// <summary>The profiles that the host offers, in a fixed order.</summary>
    public IReadOnlyList<string> Offered
    {
        get
        {
            lock (_lab.Inventory.Gate)
            {
                return [.. VgpuOffers.NamesOf(_lab.Host(Name)).Order(StringComparer.Ordinal)];
            }
        }
    }

    public static async Task<CapacityHost> CreateAsync(CapacitySituation situation)
    {
        var lab = new SimulatorLab(new SimulatorOptions { Scenario = "vgpu", ClockSpeed = 10_000, VgpuPlacementsFromEnd = situation.IsFromEnd, MigInstancesMadeAtPowerOn = situation.IsMakingInstances });
        lock (lab.Inventory.Gate)
        {
            Build(lab, situation);
        }

        var host = new CapacityHost(lab, await VmLab.LogInAsync(lab.Simulator.Server));
        await host.StartAsync(situation);
        return host;
    }

    /// <summary>What our client reads, and works out.</summary>
    /// <param name="withNvidiaSmi">Whether nvidia-smi is asked too.</param>
    public async Task<HostCapacity> ReadAsync(bool withNvidiaSmi)
    {
        GpuInventory inventory = await InventoryReader.ReadAsync(
            _session, InventoryScope.Hosts([new ManagedObjectReference("HostSystem", _lab.Raw.Host(Name).MoRef)]), CancellationToken.None);
        VgpuHost host = (await VgpuReader.ReadAsync(_session, inventory, inventory.Hosts, CancellationToken.None)).Single();
        return withNvidiaSmi && host.Host.Devices.Any(device => device.GraphicsType == "sharedDirect")
            ? HostCapacity.Of(host, (await NvidiaSmiReader.ReadAsync(_session, host.Host, _lab.Simulator.Shells, new HostShellNotes(), CancellationToken.None)).Gpus)
            : HostCapacity.Of(host);
    }

    /// <summary>Starts a VM with profiles.</summary>
    /// <returns>The GPUs that it got, or null when there is no room.</returns>
    public async Task<IReadOnlyList<string>?> StartAsync(params string[] profiles)
    {
        VirtualMachine vm = _free.Pop();
        lock (_lab.Inventory.Gate)
        {
            VmConfig config = vm.Config.Copy();
            config.Devices.RemoveAll(device => device is VmPassthroughDevice);
            config.Devices.AddRange(profiles.Select((profile, index) =>
                new VmPassthroughDevice(13000 + index, SimulatorLab.VgpuDevice(13000 + index, profile)) { Kind = PassthroughKind.Vgpu, ControllerKey = 100, UnitNumber = 18 + index, Vgpu = profile }));
            vm.Apply(config);
        }

        try
        {
            await _lab.PowerOnAsync(vm.Name);
        }
        catch (SimulatedFault fault) when (fault.Detail.TypeName == "InsufficientGraphicsResourcesFault")
        {
            _free.Push(vm);
            return null;
        }

        lock (_lab.Inventory.Gate)
        {
            return [.. vm.Config.Passthrough.Select(device => device.VgpuFunction!.Id.ToString())];
        }
    }

    /// <summary>How many VMs with a profile start one after another, until there is no room or no VM; they are stopped again.</summary>
    public async Task<(int Count, string? FirstGpu)> FillAsync(string profile, int most)
    {
        int before = _free.Count;
        List<VirtualMachine> started = [];
        string? first = null;
        while (_free.Count > 0 && started.Count < most)
        {
            VirtualMachine next = _free.Peek();
            if (await StartAsync(profile) is not { } gpus)
            {
                break;
            }

            first ??= gpus[0];
            started.Add(next);
        }

        foreach (VirtualMachine vm in Enumerable.Reverse(started))
        {
            await StopAsync(vm);
        }

        Assert.Equal(before, _free.Count);
        return (started.Count, first);
    }

    /// <summary>Whether a VM with several profiles starts; it is stopped again.</summary>
    public async Task<bool> FitsAsync(params string[] profiles)
    {
        VirtualMachine next = _free.Peek();
        if (await StartAsync(profiles) is null)
        {
            return false;
        }

        await StopAsync(next);
        return true;
    }

    public void Dispose()
    {
        _session.Dispose();
        _lab.Dispose();
    }

    private static void Build(SimulatorLab lab, CapacitySituation situation)
    {
        HostSystem host = lab.Host(Name);
        host.Release = s_releases[situation.Release];
        host.Functions.RemoveAll(function => function.Card.IsGpu);
        for (int index = 0; index < situation.Gpus.Count; index++)
        {
            CapacitySituation.Gpu gpu = situation.Gpus[index];
            var function = new PciFunction(PciId.Parse(string.Format(CultureInfo.InvariantCulture, "0000:{0:x2}:00.0", 0x3b + (2 * index))), s_cards[gpu.Card]);
            function.Gpu.IsMigOn = function.Gpu.WillMigBeOn = gpu.Mode == "mig" && function.Card.IsMigCapable && host.Release.Has("7.0.2.0");
            foreach (int kind in function.Gpu.IsMigOn ? gpu.Instances : [])
            {
                IReadOnlyList<MigProfile> kinds = MigProfile.OfCard(function.Card);
                MigProfile profile = kinds[kind % kinds.Count];
                if (MigSpace.Find(function.Gpu.Instances, profile, situation.IsFromEnd) is { } start)
                {
                    function.Gpu.Instances.Add(new MigInstance(function.Gpu.NextInstanceId(), profile, start));
                }
            }

            function.VgpuMode = gpu.Mode == "mixed" ? "mixedSize" : "sameSize";
            function.IsEnabled = function.IsActive = gpu.Mode == "passthrough";
            function.GraphicsType = gpu.Mode == "shared" ? "shared" : null;
            host.Functions.Add(function);
        }

        host.Vibs.RemoveAll(vib => vib.Vendor == "NVIDIA");
        host.Vibs.Add(VgpuDrivers.For(host));
        host.Graphics.Policy = situation.IsConsolidating ? "consolidation" : "performance";
        host.Graphics.TakeEffect();

        VirtualMachine sample = host.Vms[0];
        foreach (VirtualMachine vm in host.Vms)
        {
            vm.Apply(Small(vm.Config));
        }

        for (int number = host.Vms.Count; number < VmCount; number++)
        {
            string name = "more-" + number.ToString("00", CultureInfo.InvariantCulture);
            VirtualMachine vm = new(lab.Inventory.NewReference("VirtualMachine", "vm-"), lab.Inventory, name, host, sample.Datastore, Small(sample.Config));
            lab.Inventory.Add(vm.Browser);
            lab.Inventory.Add(vm);
            ((Folder)sample.Parent!).Add(vm);
            VmFiles.Create(vm);
        }

        host.DevicesChanged();

        VmConfig Small(VmConfig from)
        {
            VmConfig config = from.Copy();
            config.HardwareVersion = host.Release.MaxHardwareVersion;
            config.MemoryMB = 1024;
            config.LockMemory = true;
            return config;
        }
    }

    private async Task StartAsync(CapacitySituation situation)
    {
        IReadOnlyList<string> offered = Offered;
        List<VirtualMachine> stopped = [];
        foreach (CapacitySituation.Vm vm in offered.Count == 0 ? [] : situation.Vms)
        {
            VirtualMachine next = _free.Peek();
            string[] profiles = [.. vm.Profiles.Take(HasSeveralPerVm ? 2 : 1).Select(number => offered[number % offered.Count])];
            if (await StartAsync(profiles) is not null && vm.IsStopped)
            {
                stopped.Add(next);
            }
        }

        foreach (VirtualMachine vm in stopped)
        {
            await StopAsync(vm);
        }
    }

    private async Task StopAsync(VirtualMachine vm)
    {
        await _lab.PowerOffAsync(vm.Name);
        _free.Push(vm);
    }
}
