using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
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
/// The main job, step by step, against a simulator in this process: GPUs are found, enabled, sized, given to a VM, and taken away again.
/// After each step the simulator's own state is looked at, past all code that the step used.
/// </summary>
internal sealed class GuidedTour
{
    private const string OldHost = "esx-67-01";
    private const string NewHost = "esx-80-01";
    private const string Vm = "ml-01";
    private const string BiosVm = "ml-bios";
    private const string RunningVm = "web-01";
    private static readonly IReadOnlyList<string> s_addresses = Array.AsReadOnly<string>(["0000:3b:00.0", "0000:af:00.0"]);

    private readonly Screen _screen;
    private readonly StateCheck _check;
    private readonly GpuSimulator _simulator;
    private readonly VimSession _session;
    private readonly OperationContext _context;
    private readonly TourFeedback _feedback;
    private readonly CancellationToken _stop;
    private int _step;

    private GuidedTour(Screen screen, GpuSimulator simulator, VimSession session, string stateDirectory, CancellationToken stop)
    {
        _screen = screen;
        _check = new StateCheck(screen);
        _simulator = simulator;
        _session = session;
        _context = new OperationContext([session], simulator.Clock, stateDirectory);
        _feedback = new TourFeedback(screen);
        _stop = stop;
    }

    /// <summary>Runs the tour.</summary>
    /// <param name="screen">Where it prints.</param>
    /// <param name="simulator">A simulator of the default inventory in which nothing was changed yet.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>0 when the simulator's state was right after each step, else 1.</returns>
    internal static async Task<int> RunAsync(Screen screen, GpuSimulator simulator, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        screen.Title("GpuVSphere: an NVIDIA GPU for a VM, by passthrough");
        screen.Say(
            "All of it happens in a simulated vCenter in this process. Each step shows the PowerShell line that does the same, "
            + "and lines that begin with 'ok' are read from the simulator's own state, not through GpuVSphere.");

        string stateDirectory = Path.Combine(Path.GetTempPath(), "gpuvsphere-tour-" + Guid.NewGuid().ToString("N"));
        try
        {
            using var credential = new VimCredential("administrator@vsphere.local", SimulatorUser.DefaultPassword.ToCharArray());
            using VimSession session = await VimSession.ConnectAsync(simulator.Server, credential, stop).ConfigureAwait(false);
            var tour = new GuidedTour(screen, simulator, session, stateDirectory, stop);
            await tour.WalkAsync().ConfigureAwait(false);
            await session.LogoutAsync(stop).ConfigureAwait(false);
            return tour.Sum(clock.Elapsed);
        }
        catch (GpuVSphereException error)
        {
            screen.Wrong($"{error.Id}: {error.Message}{(error.NextStep is { } next ? $" {next}" : string.Empty)}");
            return 1;
        }
        finally
        {
            if (Directory.Exists(stateDirectory))
            {
                Directory.Delete(stateDirectory, true);
            }
        }
    }

    /// <summary>Walks step by step, and stops behind one that left the wrong state: the next would rest on it.</summary>
    private async Task WalkAsync()
    {
        VmPicture before = VmPicture.Of(_simulator.Raw.Vm(Vm));
        Func<Task>[] steps =
        [
            SeeAsync,
            EnableOldAsync,
            EnableNewAsync,
            SizeAsync,
            RefuseBiosAsync,
            () => GiveAsync(before),
            ReadLogAsync,
            () => TakeAsync(before),
            DisableAsync,
        ];
        foreach (Func<Task> step in steps)
        {
            _stop.ThrowIfCancellationRequested();
            await step().ConfigureAwait(false);
            if (_check.Differences.Count > 0)
            {
                return;
            }
        }
    }

    private int Sum(TimeSpan elapsed)
    {
        _screen.Space();
        if (_check.Differences.Count == 0)
        {
            _screen.Right(FormattableString.Invariant($"{_check.Count} facts of the simulator's own state are as they should be ({elapsed.TotalSeconds:0.0} s)."));
            return 0;
        }

        _screen.Wrong(FormattableString.Invariant($"{_check.Differences.Count} of {_check.Count} facts of the simulator's own state are not as they should be:"));
        foreach (string difference in _check.Differences)
        {
            _screen.Wrong(difference);
        }

        return 1;
    }

    private async Task SeeAsync()
    {
        Begin("See which GPUs there are", "Connect-GpuVSphere -Simulator", "Get-GpuDevice");
        GpuInventory inventory = await InventoryReader.ReadAsync(_session, InventoryScope.Everything, _stop).ConfigureAwait(false);
        ShowDevices([.. inventory.Hosts.SelectMany(host => host.Devices)]);
        foreach (string host in (string[])[OldHost, NewHost])
        {
            foreach (string address in s_addresses)
            {
                RawDevice device = _simulator.Raw.Host(host).Device(address);
                _check.Equal($"{host} {address} enabled, active", "no, no", $"{Word(device.IsEnabled)}, {Word(device.IsActive)}");
            }
        }
    }

    private async Task EnableOldAsync()
    {
        RawHost raw = _simulator.Raw.Host(OldHost);
        int boots = raw.BootCount;
        string line = $"Enable-GpuPassthrough -VMHost {OldHost} -Device {string.Join(", ", s_addresses)} -Reboot";

        Begin($"Put both P100 of {OldHost} (ESXi 6.7) in passthrough mode: this takes maintenance mode and a reboot", line);
        _screen.Say($"The VM {RunningVm} runs there, and without -PowerOff nothing is changed while it does:");
        IReadOnlyList<GpuDevice> devices = await DevicesAsync(OldHost).ConfigureAwait(false);
        await RefusedAsync(PassthroughIntents.Enable(devices, new HostChangeOptions { Reboot = true })).ConfigureAwait(false);
        _check.True($"{OldHost} is as it was: no device enabled, not in maintenance mode, {RunningVm} runs",
            !raw.Devices.Any(device => device.IsEnabled) && !raw.IsInMaintenance && raw.BootCount == boots && _simulator.Raw.Vm(RunningVm).IsPoweredOn);

        _screen.Space();
        _screen.PowerShell(line + " -PowerOff");
        await ApplyAsync(PassthroughIntents.Enable(devices, new HostChangeOptions { Reboot = true, PowerOff = true }), showsPlan: true).ConfigureAwait(false);
        ShowDevices(await DevicesAsync(OldHost).ConfigureAwait(false));
        CheckHost(OldHost, isActive: true, boots + 1);
        _check.Equal($"{RunningVm} runs again", true, _simulator.Raw.Vm(RunningVm).IsPoweredOn);
    }

    private async Task EnableNewAsync()
    {
        int boots = _simulator.Raw.Host(NewHost).BootCount;
        Begin($"The same for both A100 of {NewHost} (ESXi 8.0 U3), one reboot for the two",
            $"Enable-GpuPassthrough -VMHost {NewHost} -Device {string.Join(", ", s_addresses)} -Reboot");
        await ApplyAsync(PassthroughIntents.Enable(await DevicesAsync(NewHost).ConfigureAwait(false), new HostChangeOptions { Reboot = true })).ConfigureAwait(false);
        ShowDevices(await DevicesAsync(NewHost).ConfigureAwait(false));
        CheckHost(NewHost, isActive: true, boots + 1);
    }

    private async Task SizeAsync()
    {
        Begin($"How much memory-mapped I/O does {Vm} need with both?", $"Get-MmioSize -VM {Vm} -Device {string.Join(", ", s_addresses)}", "Get-MmioSize -Model 'A100 80GB' -Count 2");
        GpuInventory inventory = await InventoryReader.ReadAsync(_session, InventoryScope.Everything, _stop).ConfigureAwait(false);
        GpuVm vm = inventory.Vms.Single(one => one.Name == Vm);
        IReadOnlyList<GpuDevice> devices = inventory.Hosts.Single(host => host.Name == NewHost).Devices;
        MmioReport report = MmioQuestion.FromVm(vm, devices, devices);
        _screen.Table(
            ["Source", "SizeGB", "Confidence", "Used"],
            report.Sources.Select(source => (IReadOnlyList<string>)[source.Kind.ToString(), Number(source.SizeGB), source.Confidence.ToString(), source.IsUsed ? "yes" : string.Empty]));
        _screen.Say(report.Reason);
        long barBytes = s_addresses.Sum(address => _simulator.Raw.Host(NewHost).Device(address).BarBytes);
        _check.True(FormattableString.Invariant($"{report.SizeGB} GB is a power of two and holds the {barBytes:#,0} bytes that the cards map"),
            report.SizeGB is { } size && (size & (size - 1)) == 0 && (long)size << 30 > barBytes);
        _check.Claim($"two A100 80GB need 512 GB, and {Number(report.SizeGB)} GB was the answer", report.SizeGB == 512);
    }

    private async Task RefuseBiosAsync()
    {
        Begin($"{BiosVm} boots by BIOS, which cannot map a region this large: it is refused, and nothing is changed",
            $"Add-VmGpuPassthrough -VM {BiosVm} -Device {s_addresses[0]}");
        VmPicture before = VmPicture.Of(_simulator.Raw.Vm(BiosVm));
        string version = _simulator.Raw.Vm(BiosVm).ChangeVersion;
        await RefusedAsync(PassthroughIntents.AddToVm([await TargetAsync(BiosVm).ConfigureAwait(false)], [Selector(s_addresses[0])], new VmChangeOptions())).ConfigureAwait(false);
        CheckSame($"{BiosVm} is as it was", before, VmPicture.Of(_simulator.Raw.Vm(BiosVm)));
        _check.True($"{BiosVm} was not reconfigured at all", version == _simulator.Raw.Vm(BiosVm).ChangeVersion);
    }

    private async Task GiveAsync(VmPicture before)
    {
        Begin($"Give both A100 to {Vm}, in one reconfigure call, and power it on", $"Add-VmGpuPassthrough -VM {Vm} -Device {string.Join(", ", s_addresses)} -PowerOn");
        await ApplyAsync(PassthroughIntents.AddToVm(
            [await TargetAsync(Vm).ConfigureAwait(false)], [.. s_addresses.Select(Selector)], new VmChangeOptions { PowerOn = true }), showsPlan: true).ConfigureAwait(false);
        RawVm vm = _simulator.Raw.Vm(Vm);
        _screen.Table([Vm, "before", "after"], VmPicture.Compare(before, VmPicture.Of(vm)));
        _check.Equal("power", "poweredOn", vm.PowerState);
        _check.Equal("PCI devices", 2, vm.PciDevices.Count);
        foreach (string address in s_addresses)
        {
            _check.Equal($"{NewHost} {address} is held by", Vm, _simulator.Raw.Host(NewHost).Device(address).HeldBy);
        }

        _check.Equal(MmioKeys.Use64Bit, "TRUE", vm.ExtraConfig.TryGetValue(MmioKeys.Use64Bit, out string? isOn) ? isOn : null);
        _check.Equal(MmioKeys.SizeGB, "512", vm.ExtraConfig.TryGetValue(MmioKeys.SizeGB, out string? size) ? size : null);
        _check.Equal("all memory reserved, CPU hot-add, memory hot-add", "yes, no, no", $"{Word(vm.IsMemoryReservationLocked)}, {Word(vm.CpuHotAdd)}, {Word(vm.MemoryHotAdd)}");
    }

    private async Task ReadLogAsync()
    {
        Begin("What does the VM's own log on its datastore say of the cards?", $"Get-MmioSize -VM {Vm} -FromLog");
        GpuInventory inventory = await InventoryReader.ReadAsync(_session, InventoryScope.Everything, _stop).ConfigureAwait(false);
        GpuVm vm = inventory.Vms.Single(one => one.Name == Vm);
        string datacenter = await _session.FindDatacenterPathAsync(vm.Id.Reference, _stop).ConfigureAwait(false);
        DatastorePath path = DatastorePath.Parse(vm.LogDirectory ?? string.Empty).Combine("vmware.log");
        using Stream log = await _session.OpenReadAsync(datacenter, path, _stop).ConfigureAwait(false);
        MmioReport report = await MmioQuestion.FromLogAsync(log, path.ToString(), _stop).ConfigureAwait(false);
        _screen.Table(
            ["Device", "BAR", "SizeMB"],
            report.Devices.SelectMany(device => device.Bars.Select(bar => (IReadOnlyList<string>)[device.Name, Number(bar.Index), Number(bar.SizeBytes >> 20)])));
        _check.Equal("bytes that the log's lines add up to", s_addresses.Sum(address => _simulator.Raw.Host(NewHost).Device(address).BarBytes), report.TotalBarBytes);
    }

    private async Task TakeAsync(VmPicture before)
    {
        Begin($"Take them away again: {Vm} becomes what it was", $"Remove-VmGpuPassthrough -VM {Vm} -All -PowerOff");
        await ApplyAsync(PassthroughIntents.RemoveFromVm(
            [await TargetAsync(Vm).ConfigureAwait(false)], [VmGpuSelector.All], new VmChangeOptions { PowerOff = true })).ConfigureAwait(false);
        VmPicture after = VmPicture.Of(_simulator.Raw.Vm(Vm));
        _screen.Table([Vm, "before", "now"], VmPicture.Compare(before, after));
        CheckSame($"{Vm} is as it was before", before, after);
        foreach (string address in s_addresses)
        {
            _check.Equal($"{NewHost} {address} is held by", null, _simulator.Raw.Host(NewHost).Device(address).HeldBy);
        }
    }

    private async Task DisableAsync()
    {
        int boots = _simulator.Raw.Host(NewHost).BootCount;
        Begin($"And give the A100 of {NewHost} back to the host", $"Disable-GpuPassthrough -VMHost {NewHost} -Device {string.Join(", ", s_addresses)} -Reboot", "Get-GpuChange");
        await ApplyAsync(PassthroughIntents.Disable(await DevicesAsync(NewHost).ConfigureAwait(false), new HostChangeOptions { Reboot = true })).ConfigureAwait(false);
        CheckHost(NewHost, isActive: false, boots + 1);
        IReadOnlyList<JournalEntry> entries = GpuOperations.Changes(_context.StateDirectory).List().Entries;
        _screen.Table(
            ["Id", "Change", "State", "Hosts"],
            entries.Select(entry => (IReadOnlyList<string>)[entry.Id, entry.Title, entry.State.ToString(), string.Join(", ", entry.Hosts.Select(host => host.Target.Name))]));
    }

    private void Begin(string heading, params string[] lines)
    {
        _stop.ThrowIfCancellationRequested();
        _screen.Heading(++_step, heading);
        foreach (string line in lines)
        {
            _screen.PowerShell(line);
        }
    }

    /// <summary>Plans, shows the plan if asked to, applies it, and expects every object done.</summary>
    private async Task ApplyAsync(ChangeIntent intent, bool showsPlan = false)
    {
        IGpuOperation operation = GpuOperations.Create(intent, _context);
        ChangePlan plan = await operation.PlanAsync(_stop).ConfigureAwait(false);
        if (showsPlan)
        {
            foreach (string line in PlanText.Lines(plan, Screen.Width - 3))
            {
                _screen.Verbatim(line);
            }
        }

        IReadOnlyList<ChangeResult> results = await operation.ApplyAsync(plan, _feedback, _stop).ConfigureAwait(false);
        foreach (ChangeResult result in results)
        {
            string why = result.Error is { } error ? $" {error.Message} {error.NextStep}" : string.Empty;
            _check.Claim($"{result.Target.Name}: {result.Outcome}.{why}", result.Outcome == ChangeOutcome.Done);
        }
    }

    /// <summary>Plans, and expects the plan to say that nothing will be done and why. Applies it all the same, so that the state can prove it.</summary>
    private async Task RefusedAsync(ChangeIntent intent)
    {
        IGpuOperation operation = GpuOperations.Create(intent, _context);
        ChangePlan plan = await operation.PlanAsync(_stop).ConfigureAwait(false);
        foreach (Finding finding in plan.Findings.Where(finding => finding.Blocks))
        {
            _screen.Heed($"{finding.RuleId}: {finding.Message}{(finding.NextStep is { } next ? $" {next}" : string.Empty)}");
        }

        IReadOnlyList<ChangeResult> results = await operation.ApplyAsync(plan, ChangeFeedback.None, _stop).ConfigureAwait(false);
        foreach (ChangeResult result in results)
        {
            _check.Claim($"{result.Target.Name}: {result.Outcome}, and should have been refused", result.Outcome == ChangeOutcome.Blocked);
        }
    }

    private void ShowDevices(IReadOnlyList<GpuDevice> devices) => _screen.Table(
        ["VMHost", "Device", "Model", "State"],
        devices.OrderBy(device => device.HostName, StringComparer.Ordinal).ThenBy(device => device.Address).Select(device => (IReadOnlyList<string>)
        [
            device.HostName,
            device.Address.ToString(),
            device.Model ?? device.Name,
            device.State.ToString(),
        ]));

    private void CheckHost(string name, bool isActive, int boots)
    {
        RawHost host = _simulator.Raw.Host(name);
        foreach (string address in s_addresses)
        {
            RawDevice device = host.Device(address);
            _check.Equal($"{name} {address} enabled, active", $"{Word(isActive)}, {Word(isActive)}", $"{Word(device.IsEnabled)}, {Word(device.IsActive)}");
        }

        _check.Equal($"boots of {name}", boots, host.BootCount);
        _check.Equal($"{name} in maintenance mode", false, host.IsInMaintenance);
        _check.Equal($"{name} connection", "connected", host.ConnectionState);
    }

    private void CheckSame(string what, VmPicture before, VmPicture after)
    {
        string difference = VmPicture.Difference(before, after);
        _check.True(difference.Length == 0 ? what : $"{what} ({difference})", difference.Length == 0);
    }

    private async Task<IReadOnlyList<GpuDevice>> DevicesAsync(string hostName)
    {
        GpuInventory inventory = await InventoryReader.ReadAsync(_session, InventoryScope.Everything, _stop).ConfigureAwait(false);
        return inventory.Hosts.Single(host => host.Name == hostName).Devices;
    }

    private async Task<PlanTarget> TargetAsync(string vmName)
    {
        GpuInventory inventory = await InventoryReader.ReadAsync(_session, InventoryScope.Everything, _stop).ConfigureAwait(false);
        return PassthroughIntents.Target(inventory.Vms.Single(vm => vm.Name == vmName));
    }

    private static VmGpuSelector Selector(string address) => VmGpuSelector.Of(DeviceSelector.Parse(address));

    private static string Word(bool value) => value ? "yes" : "no";

    private static string Number(long? number) => number?.ToString("#,0", CultureInfo.InvariantCulture) ?? "-";
}
