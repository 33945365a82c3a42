using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Methods;
using GpuVSphere.Mmio;
using GpuVSphere.Operations;
using GpuVSphere.Passthrough;
using GpuVSphere.Simulator;
using GpuVSphere.Vim;

namespace GpuVSphere.Tour;

/// <summary>
/// The first method, step by step, against a simulator in this process: GPUs are found, enabled, sized, given to a VM, and taken away again.
/// After each step the simulator's own state is looked at, past all code that the step used.
/// </summary>
internal sealed class GuidedTour : TourWalk
{
    /// <summary>How many steps it has.</summary>
    internal const int StepCount = 9;

    private const string OldHost = "esx-67-01";
    private const string NewHost = "esx-80-01";
    private const string Vm = "ml-01";
    private const string BiosVm = "ml-bios";
    private const string RunningVm = "web-01";
    private static readonly IReadOnlyList<string> s_addresses = Array.AsReadOnly<string>(["0000:3b:00.0", "0000:af:00.0"]);

    private readonly Picture _before;

    private GuidedTour(TourStand stand)
        : base(stand)
    {
        _before = Picture.Of(Simulator.Raw.Vm(Vm));
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<Func<Task>> Steps =>
    [
        SeeAsync,
        EnableOldAsync,
        EnableNewAsync,
        SizeAsync,
        RefuseBiosAsync,
        () => GiveAsync(_before),
        ReadLogAsync,
        () => TakeAsync(_before),
        DisableAsync,
    ];

    /// <summary>Runs the tour.</summary>
    /// <param name="screen">Where it prints.</param>
    /// <param name="simulator">A simulator of the default inventory in which nothing was changed yet.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>0 when the simulator's state was right after each step, else 1.</returns>
    internal static Task<int> RunAsync(Screen screen, GpuSimulator simulator, CancellationToken stop) => RunAsync(
        screen,
        simulator,
        "GpuVSphere: an NVIDIA GPU for a VM, by passthrough",
        "All of it happens in a simulated vCenter in this process. Each step shows the PowerShell line that does the same, "
            + "and lines that begin with 'ok' are read from the simulator's own state, not through GpuVSphere.",
        stand => new GuidedTour(stand),
        stop);

    private async Task SeeAsync()
    {
        Begin("See which GPUs there are", "Connect-GpuVSphere -Simulator", "Get-GpuDevice");
        GpuInventory inventory = await InventoryReader.ReadAsync(Session, InventoryScope.Everything, Stop).ConfigureAwait(false);
        ShowDevices([.. inventory.Hosts.SelectMany(host => host.Devices)]);
        foreach (string host in (string[])[OldHost, NewHost])
        {
            foreach (string address in s_addresses)
            {
                RawDevice device = Simulator.Raw.Host(host).Device(address);
                Check.Equal($"{host} {address} enabled, active", "no, no", $"{Word(device.IsEnabled)}, {Word(device.IsActive)}");
            }
        }
    }

    private async Task EnableOldAsync()
    {
        RawHost raw = Simulator.Raw.Host(OldHost);
        int boots = raw.BootCount;
        string line = $"Enable-GpuPassthrough -VMHost {OldHost} -Device {string.Join(", ", s_addresses)} -Reboot";

        Begin($"Put both P100 of {OldHost} (ESXi 6.7) in passthrough mode: this takes maintenance mode and a reboot", line);
        Output.Say($"The VM {RunningVm} runs there, and without -PowerOff nothing is changed while it does:");
        IReadOnlyList<GpuDevice> devices = await DevicesAsync(OldHost).ConfigureAwait(false);
        await RefusedAsync(PassthroughIntents.Enable(devices, new HostChangeOptions { Reboot = true })).ConfigureAwait(false);
        Check.True($"{OldHost} is as it was: no device enabled, not in maintenance mode, {RunningVm} runs",
            !raw.Devices.Any(device => device.IsEnabled) && !raw.IsInMaintenance && raw.BootCount == boots && Simulator.Raw.Vm(RunningVm).IsPoweredOn);

        Output.Space();
        Output.PowerShell(line + " -PowerOff");
        await ApplyAsync(PassthroughIntents.Enable(devices, new HostChangeOptions { Reboot = true, PowerOff = true }), showsPlan: true).ConfigureAwait(false);
        ShowDevices(await DevicesAsync(OldHost).ConfigureAwait(false));
        HostIs(OldHost, isActive: true, boots + 1);
        Check.Equal($"{RunningVm} runs again", true, Simulator.Raw.Vm(RunningVm).IsPoweredOn);
    }

    private async Task EnableNewAsync()
    {
        int boots = Simulator.Raw.Host(NewHost).BootCount;
        Begin($"The same for both A100 of {NewHost} (ESXi 8.0 U3), one reboot for the two",
            $"Enable-GpuPassthrough -VMHost {NewHost} -Device {string.Join(", ", s_addresses)} -Reboot");
        await ApplyAsync(PassthroughIntents.Enable(await DevicesAsync(NewHost).ConfigureAwait(false), new HostChangeOptions { Reboot = true })).ConfigureAwait(false);
        ShowDevices(await DevicesAsync(NewHost).ConfigureAwait(false));
        HostIs(NewHost, isActive: true, boots + 1);
    }

    private async Task SizeAsync()
    {
        Begin($"How much memory-mapped I/O does {Vm} need with both?", $"Get-MmioSize -VM {Vm} -Device {string.Join(", ", s_addresses)}", "Get-MmioSize -Model 'A100 80GB' -Count 2");
        GpuInventory inventory = await InventoryReader.ReadAsync(Session, InventoryScope.Everything, Stop).ConfigureAwait(false);
        GpuVm vm = inventory.Vms.Single(one => one.Name == Vm);
        IReadOnlyList<GpuDevice> devices = inventory.Hosts.Single(host => host.Name == NewHost).Devices;
        MmioReport report = MmioQuestion.FromVm(vm, devices, devices);
        Output.Table(
            ["Source", "SizeGB", "Confidence", "Used"],
            report.Sources.Select(source => (IReadOnlyList<string>)[source.Kind.ToString(), Number(source.SizeGB), source.Confidence.ToString(), source.IsUsed ? "yes" : string.Empty]));
        Output.Say(report.Reason);
        long barBytes = s_addresses.Sum(address => Simulator.Raw.Host(NewHost).Device(address).BarBytes);
        Check.True(FormattableString.Invariant($"{report.SizeGB} GB is a power of two and holds the {barBytes:#,0} bytes that the cards map"),
            report.SizeGB is { } size && (size & (size - 1)) == 0 && (long)size << 30 > barBytes);
        Check.Claim($"two A100 80GB need 512 GB, and {Number(report.SizeGB)} GB was the answer", report.SizeGB == 512);
    }

    private async Task RefuseBiosAsync()
    {
        Begin($"{BiosVm} boots by BIOS, which cannot map a region this large: it is refused, and nothing is changed",
            $"Add-VmGpuPassthrough -VM {BiosVm} -Device {s_addresses[0]}");
        Picture before = Picture.Of(Simulator.Raw.Vm(BiosVm));
        string version = Simulator.Raw.Vm(BiosVm).ChangeVersion;
        await RefusedAsync(PassthroughIntents.AddToVm([await TargetAsync(BiosVm).ConfigureAwait(false)], [Selector(s_addresses[0])], new VmChangeOptions())).ConfigureAwait(false);
        Same($"{BiosVm} is as it was", before, Picture.Of(Simulator.Raw.Vm(BiosVm)));
        Check.True($"{BiosVm} was not reconfigured at all", version == Simulator.Raw.Vm(BiosVm).ChangeVersion);
    }

    private async Task GiveAsync(Picture before)
    {
        Begin($"Give both A100 to {Vm}, in one reconfigure call, and power it on", $"Add-VmGpuPassthrough -VM {Vm} -Device {string.Join(", ", s_addresses)} -PowerOn");
        await ApplyAsync(PassthroughIntents.AddToVm(
            [await TargetAsync(Vm).ConfigureAwait(false)], [.. s_addresses.Select(Selector)], new VmChangeOptions { PowerOn = true }), showsPlan: true).ConfigureAwait(false);
        RawVm vm = Simulator.Raw.Vm(Vm);
        Output.Table([Vm, "before", "after"], Picture.Compare(before, Picture.Of(vm)));
        Check.Equal("power", "poweredOn", vm.PowerState);
        Check.Equal("PCI devices", 2, vm.PciDevices.Count);
        foreach (string address in s_addresses)
        {
            Check.Equal($"{NewHost} {address} is held by", Vm, Simulator.Raw.Host(NewHost).Device(address).HeldBy);
        }

        Check.Equal(MmioKeys.Use64Bit, "TRUE", vm.ExtraConfig.TryGetValue(MmioKeys.Use64Bit, out string? isOn) ? isOn : null);
        Check.Equal(MmioKeys.SizeGB, "512", vm.ExtraConfig.TryGetValue(MmioKeys.SizeGB, out string? size) ? size : null);
        Check.Equal("all memory reserved, CPU hot-add, memory hot-add", "yes, no, no", $"{Word(vm.IsMemoryReservationLocked)}, {Word(vm.CpuHotAdd)}, {Word(vm.MemoryHotAdd)}");
    }

    private async Task ReadLogAsync()
    {
        Begin("What does the VM's own log on its datastore say of the cards?", $"Get-MmioSize -VM {Vm} -FromLog");
        GpuInventory inventory = await InventoryReader.ReadAsync(Session, InventoryScope.Everything, Stop).ConfigureAwait(false);
        GpuVm vm = inventory.Vms.Single(one => one.Name == Vm);
        string datacenter = await Session.FindDatacenterPathAsync(vm.Id.Reference, Stop).ConfigureAwait(false);
        DatastorePath path = DatastorePath.Parse(vm.LogDirectory ?? string.Empty).Combine("vmware.log");
        using Stream log = await Session.OpenReadAsync(datacenter, path, Stop).ConfigureAwait(false);
        MmioReport report = await MmioQuestion.FromLogAsync(log, path.ToString(), Stop).ConfigureAwait(false);
        Output.Table(
            ["Device", "BAR", "SizeMB"],
            report.Devices.SelectMany(device => device.Bars.Select(bar => (IReadOnlyList<string>)[device.Name, Number(bar.Index), Number(bar.SizeBytes >> 20)])));
        Check.Equal("bytes that the log's lines add up to", s_addresses.Sum(address => Simulator.Raw.Host(NewHost).Device(address).BarBytes), report.TotalBarBytes);
    }

    private async Task TakeAsync(Picture before)
    {
        Begin($"Take them away again: {Vm} becomes what it was", $"Remove-VmGpuPassthrough -VM {Vm} -All -PowerOff");
        await ApplyAsync(PassthroughIntents.RemoveFromVm(
            [await TargetAsync(Vm).ConfigureAwait(false)], [VmGpuSelector.All], new VmChangeOptions { PowerOff = true })).ConfigureAwait(false);
        Picture after = Picture.Of(Simulator.Raw.Vm(Vm));
        Output.Table([Vm, "before", "now"], Picture.Compare(before, after));
        Same($"{Vm} is as it was before", before, after);
        foreach (string address in s_addresses)
        {
            Check.Equal($"{NewHost} {address} is held by", null, Simulator.Raw.Host(NewHost).Device(address).HeldBy);
        }
    }

    private async Task DisableAsync()
    {
        int boots = Simulator.Raw.Host(NewHost).BootCount;
        Begin($"And give the A100 of {NewHost} back to the host", $"Disable-GpuPassthrough -VMHost {NewHost} -Device {string.Join(", ", s_addresses)} -Reboot", "Get-GpuChange");
        await ApplyAsync(PassthroughIntents.Disable(await DevicesAsync(NewHost).ConfigureAwait(false), new HostChangeOptions { Reboot = true })).ConfigureAwait(false);
        HostIs(NewHost, isActive: false, boots + 1);
        IReadOnlyList<JournalEntry> entries = GpuOperations.Changes(Context.StateDirectory).List().Entries;
        Output.Table(
            ["Id", "Change", "State", "Hosts"],
            entries.Select(entry => (IReadOnlyList<string>)[entry.Id, entry.Title, entry.State.ToString(), string.Join(", ", entry.Hosts.Select(host => host.Target.Name))]));
    }

    private void ShowDevices(IReadOnlyList<GpuDevice> devices) => Output.Table(
        ["VMHost", "Device", "Model", "State"],
        devices.OrderBy(device => device.HostName, StringComparer.Ordinal).ThenBy(device => device.Address).Select(device => (IReadOnlyList<string>)
        [
            device.HostName,
            device.Address.ToString(),
            device.Model ?? device.Name,
            device.State.ToString(),
        ]));

    private void HostIs(string name, bool isActive, int boots)
    {
        RawHost host = Simulator.Raw.Host(name);
        foreach (string address in s_addresses)
        {
            RawDevice device = host.Device(address);
            Check.Equal($"{name} {address} enabled, active", $"{Word(isActive)}, {Word(isActive)}", $"{Word(device.IsEnabled)}, {Word(device.IsActive)}");
        }

        Check.Equal($"boots of {name}", boots, host.BootCount);
        Check.Equal($"{name} in maintenance mode", false, host.IsInMaintenance);
        Check.Equal($"{name} connection", "connected", host.ConnectionState);
    }

    private static VmGpuSelector Selector(string address) => VmGpuSelector.Of(DeviceSelector.Parse(address));
}
