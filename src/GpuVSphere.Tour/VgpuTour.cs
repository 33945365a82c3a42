using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Shell;
using GpuVSphere.Simulator;
using GpuVSphere.Smi;
using GpuVSphere.Vgpu;

namespace GpuVSphere.Tour;

/// <summary>
/// The second method: a host that is Shared and has no driver becomes one whose GPU two VMs share. First on ESXi 6.7 with the driver and in the order of
/// NVIDIA's guide for it, then on ESXi 8.0 U3. After each step the simulator's own state is looked at, past all code that the step used.
/// </summary>
internal sealed class VgpuTour : TourWalk
{
    /// <summary>How many steps it has.</summary>
    internal const int StepCount = 11;

    private const string Scenario = "vgpu-setup";
    private const string Folder = "[gpu-ds] NVIDIA/";
    private const string NoRoom = "The amount of graphics resource available in the parent resource pool is insufficient for the operation";
    private const string RoomRule = "VGPU-ROOM";

    private const string OldHost = "new-67-02";
    private const string OldGpu = "0000:3b:00.0";
    private const string OldProfile = "grid_p100-8q";
    private const string OldVib = "NVIDIA_bootbank_NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM.670.0.0.7535516";
    private const string OldPackage = Folder + "NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM.670.0.0.7535516.vib";
    private const string OldThird = "desk-67c";

    private const string NewHost = "new-80-01";
    private const string NewGpu = "0000:af:00.0";
    private const string NewProfile = "nvidia_l40-24q";
    private const string NewPackage = Folder + "NVD-VGPU-800_550.144.02-1OEM.800.1.0.20613240_24487818.zip";
    private const string Daemon = Folder + "nvd-gpu-mgmt-daemon_550.144.02-0.0.0000_24479025.zip";
    private const string NewThird = "desk-80c";

    private static readonly IReadOnlyList<string> s_oldVms = Array.AsReadOnly<string>(["desk-67a", "desk-67b"]);
    private static readonly IReadOnlyList<string> s_newVms = Array.AsReadOnly<string>(["desk-80a", "desk-80b"]);

    private VgpuTour(TourStand stand)
        : base(stand)
    {
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<Func<Task>> Steps =>
    [
        SeeAsync,
        RefuseSharedAsync,
        SetGraphicsAsync,
        InstallOldAsync,
        EccOffAsync,
        () => CountAsync(OldHost, OldGpu, OldProfile, 2),
        () => GiveAsync(OldHost, OldGpu, OldProfile, s_oldVms, 8192),
        () => RefuseThirdAsync(OldHost, OldGpu, OldProfile, OldThird),
        InstallNewAsync,
        () => GiveAsync(NewHost, NewGpu, NewProfile, s_newVms, 24576),
        () => RefuseThirdAsync(NewHost, NewGpu, NewProfile, NewThird),
    ];

    /// <summary>Runs the tour.</summary>
    /// <param name="screen">Where it prints.</param>
    /// <param name="simulator">A simulator of the inventory <c>vgpu-setup</c> in which nothing was changed yet.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>0 when the simulator's state was right after each step, else 1.</returns>
    internal static Task<int> RunAsync(Screen screen, GpuSimulator simulator, CancellationToken stop) => RunAsync(
        screen,
        simulator,
        "GpuVSphere: one NVIDIA GPU for several VMs, by vGPU",
        "Another simulated vCenter: its hosts are Shared and have no NVIDIA driver, and NVIDIA's packages lie on their datastore.",
        stand => new VgpuTour(stand),
        stop,
        GuidedTour.StepCount);

    private async Task SeeAsync()
    {
        Begin(
            $"{OldHost} (ESXi 6.7) has a P100 and is not ready for vGPU",
            $"Connect-GpuVSphere -Simulator -Scenario {Scenario}",
            $"Get-HostGraphicsMode -VMHost {OldHost}",
            $"Get-NvidiaVib -VMHost {OldHost}");
        await ShowModeAsync(OldHost).ConfigureAwait(false);
        await ShowVibsAsync(OldHost).ConfigureAwait(false);
        foreach (string name in (string[])[OldHost, NewHost])
        {
            RawHost host = Simulator.Raw.Host(name);
            Check.Equal($"{name} default graphics type", "shared", host.Graphics.DefaultType);
            Check.Equal($"{name} VIBs of NVIDIA", 0, Picture.NvidiaVibs(host.Vibs).Count);
            Check.True($"{name} ECC is on", Picture.NvidiaGpus(host).All(device => device.EccCurrent));
        }
    }

    private async Task RefuseSharedAsync()
    {
        Begin("The driver first? The guide warns of it, and while the host is Shared it is refused", Install(OldHost, string.Empty, OldPackage));
        Picture before = Picture.Of(Simulator.Raw.Host(OldHost));
        await RefusedAsync(await InstallAsync(OldHost, false, OldPackage).ConfigureAwait(false)).ConfigureAwait(false);
        Same($"{OldHost} is as it was: no VIB, not rebooted, not in maintenance mode", before, Picture.Of(Simulator.Raw.Host(OldHost)));
    }

    private async Task SetGraphicsAsync()
    {
        Begin("Graphics mode first: Shared Direct, which esxcli calls SharedPassthru", $"Set-HostGraphicsMode -VMHost {OldHost} -GraphicsType SharedDirect -Reboot");
        Picture before = Picture.Of(Simulator.Raw.Host(OldHost));
        int boots = Simulator.Raw.Host(OldHost).BootCount;
        GpuHost host = await HostAsync(OldHost).ConfigureAwait(false);
        await ApplyAsync(
            GraphicsIntents.Set([host], new Dictionary<GpuHost, IReadOnlyList<PciAddress>>(), GraphicsType.SharedDirect, null, null, new HostChangeOptions { Reboot = true }),
            showsPlan: true).ConfigureAwait(false);
        RawHost raw = Simulator.Raw.Host(OldHost);
        Output.Table([OldHost, "before", "after"], Picture.Compare(before, Picture.Of(raw)));
        await ShowModeAsync(OldHost).ConfigureAwait(false);
        Check.Equal($"{OldHost} default graphics type", "sharedDirect", raw.Graphics.DefaultType);
        Check.Equal($"{OldHost} {OldGpu} configured", "sharedDirect", raw.Graphics.Device(OldGpu).ConfiguredType);
        Check.Equal($"{OldHost} {OldGpu} in force, since no driver runs yet", "basic", raw.Device(OldGpu).GraphicsType);
        HostIs(OldHost, boots + 1);
    }

    private async Task InstallOldAsync()
    {
        Begin("Now the driver of vGPU 6.0: maintenance mode, install, reboot", Install(OldHost, string.Empty, OldPackage), $"Get-NvidiaSmi -VMHost {OldHost}");
        Picture before = Picture.Of(Simulator.Raw.Host(OldHost));
        int boots = Simulator.Raw.Host(OldHost).BootCount;
        await ApplyVibAsync(await InstallAsync(OldHost, false, OldPackage).ConfigureAwait(false)).ConfigureAwait(false);
        RawHost raw = Simulator.Raw.Host(OldHost);
        Output.Table([OldHost, "before", "after"], Picture.Compare(before, Picture.Of(raw)));
        await ShowSmiAsync(OldHost).ConfigureAwait(false);
        raw = Simulator.Raw.Host(OldHost);
        Check.Equal($"{OldHost} VIBs of NVIDIA", OldVib, string.Join(", ", Picture.NvidiaVibs(raw.Vibs)));
        Check.Equal($"{OldHost} VIBs of NVIDIA since the boot", OldVib, string.Join(", ", Picture.NvidiaVibs(raw.RunningVibs)));
        Check.Equal($"{OldHost} the driver runs", true, raw.HasGpuDriver);
        Check.Equal($"{OldHost} {OldGpu} in force", "sharedDirect", raw.Device(OldGpu).GraphicsType);
        HostIs(OldHost, boots + 1);
        Check.True($"{OldHost} SSH, which nvidia-smi was asked through, is off again", !raw.RunningServices.Contains("TSM-SSH"));
    }

    private async Task EccOffAsync()
    {
        Begin("vGPU before 9.0 does not do ECC: it goes off after the driver came, and another reboot", $"Set-GpuEcc -VMHost {OldHost} -All -Enabled $false -Reboot", $"Get-NvidiaSmi -VMHost {OldHost}");
        Picture before = Picture.Of(Simulator.Raw.Host(OldHost));
        int boots = Simulator.Raw.Host(OldHost).BootCount;
        await ApplyAsync(EccIntents.Set(await DevicesAsync(OldHost).ConfigureAwait(false), false, new HostChangeOptions { Reboot = true }), showsPlan: true).ConfigureAwait(false);
        RawHost raw = Simulator.Raw.Host(OldHost);
        Output.Table([OldHost, "before", "after"], Picture.Compare(before, Picture.Of(raw)));
        await ShowSmiAsync(OldHost).ConfigureAwait(false);
        Check.Equal($"{OldHost} {OldGpu} ECC, ECC after a reboot", "no, no", $"{Word(raw.Device(OldGpu).EccCurrent)}, {Word(raw.Device(OldGpu).EccPending)}");
        HostIs(OldHost, boots + 1);
    }

    private async Task CountAsync(string hostName, string gpu, string profile, int expected)
    {
        Begin($"How many {profile} start there?", $"Get-GpuCapacity -VMHost {hostName} -VgpuProfile {profile}");
        await ShowRoomAsync(hostName, gpu, profile, expected).ConfigureAwait(false);
        Check.Equal($"{hostName} {gpu} vGPUs", 0, Simulator.Raw.Host(hostName).Device(gpu).VgpuCount);
    }

    private async Task GiveAsync(string hostName, string gpu, string profile, IReadOnlyList<string> vms, int frameBufferMB)
    {
        Begin($"Two VMs with {profile}, powered on, on the one GPU", $"Add-VmVgpuProfile -VM {string.Join(", ", vms)} -VgpuProfile {profile} -PowerOn", $"Get-GpuCapacity -VMHost {hostName}");
        Picture before = Picture.Of(Simulator.Raw.Vm(vms[0]));
        await ApplyAsync(await AddAsync(profile, new VmChangeOptions { PowerOn = true }, [.. vms]).ConfigureAwait(false), showsPlan: true).ConfigureAwait(false);
        Output.Table([vms[0], "before", "after"], Picture.Compare(before, Picture.Of(Simulator.Raw.Vm(vms[0]))));
        await ShowUseAsync(hostName).ConfigureAwait(false);
        foreach (string vm in vms)
        {
            RawVm raw = Simulator.Raw.Vm(vm);
            Check.Equal($"{vm} power, memory reserved", "poweredOn, all", $"{raw.PowerState}, {(raw.IsMemoryReservationLocked ? "all" : "not all")}");
            Check.Equal($"{vm} vGPUs", $"{profile} on {gpu}", string.Join(", ", raw.PciDevices.Select(device => $"{device.Vgpu} on {device.AssignedAddress}")));
        }

        RunOn(hostName, gpu, profile, vms, frameBufferMB);
    }

    private async Task RefuseThirdAsync(string hostName, string gpu, string profile, string vm)
    {
        Begin($"A third, {vm}, is refused, and the reason is said", $"Add-VmVgpuProfile -VM {vm} -VgpuProfile {profile} -PowerOn");
        Picture before = Picture.Of(Simulator.Raw.Vm(vm));
        string version = Simulator.Raw.Vm(vm).ChangeVersion;
        await RefusedAsync(await AddAsync(profile, new VmChangeOptions { PowerOn = true }, vm).ConfigureAwait(false)).ConfigureAwait(false);
        Same($"{vm} is as it was", before, Picture.Of(Simulator.Raw.Vm(vm)));
        Check.True($"{vm} was not reconfigured at all", version == Simulator.Raw.Vm(vm).ChangeVersion);
        Check.Equal($"{hostName} {gpu} vGPUs", 2, Simulator.Raw.Host(hostName).Device(gpu).VgpuCount);

        Output.Space();
        Output.Say("Was that right? Without the rule the server itself refuses to power it on:");
        Output.PowerShell($"Add-VmVgpuProfile -VM {vm} -VgpuProfile {profile} -PowerOn -SkipRule {RoomRule}");
        await FailedAsync(await AddAsync(profile, new VmChangeOptions { PowerOn = true, SkipRules = [RoomRule] }, vm).ConfigureAwait(false), NoRoom).ConfigureAwait(false);
        Check.Equal($"{vm} power", "poweredOff", Simulator.Raw.Vm(vm).PowerState);
        Check.Equal($"{hostName} {gpu} vGPUs", 2, Simulator.Raw.Host(hostName).Device(gpu).VgpuCount);
        Output.PowerShell($"Remove-VmVgpuProfile -VM {vm} -All");
        PlanTarget target = await TargetAsync(vm).ConfigureAwait(false);
        await ApplyAsync(VmVgpuIntents.Remove([new(target, [])], [], true, new VmChangeOptions())).ConfigureAwait(false);
        Same($"{vm} is as it was", before, Picture.Of(Simulator.Raw.Vm(vm)));
    }

    private async Task InstallNewAsync()
    {
        Begin(
            $"{NewHost} (ESXi 8.0 U3), all in one change: graphics mode, driver and management daemon, one reboot. ECC may stay on from vGPU 9.0",
            Install(NewHost, " -SetGraphicsMode", NewPackage, Daemon),
            $"Get-NvidiaVib -VMHost {NewHost}",
            $"Get-GpuCapacity -VMHost {NewHost} -VgpuProfile {NewProfile}");
        Picture before = Picture.Of(Simulator.Raw.Host(NewHost));
        int boots = Simulator.Raw.Host(NewHost).BootCount;
        await ApplyVibAsync(await InstallAsync(NewHost, true, NewPackage, Daemon).ConfigureAwait(false)).ConfigureAwait(false);
        RawHost raw = Simulator.Raw.Host(NewHost);
        Output.Table([NewHost, "before", "after"], Picture.Compare(before, Picture.Of(raw)));
        await ShowVibsAsync(NewHost).ConfigureAwait(false);
        await ShowRoomAsync(NewHost, NewGpu, NewProfile, 2).ConfigureAwait(false);
        Check.Equal($"{NewHost} default graphics type", "sharedDirect", raw.Graphics.DefaultType);
        Check.Equal($"{NewHost} VIBs of NVIDIA", "2, of which since the boot 2", $"{Picture.NvidiaVibs(raw.Vibs).Count}, of which since the boot {Picture.NvidiaVibs(raw.RunningVibs).Count}");
        Check.Equal($"{NewHost} the driver runs", true, raw.HasGpuDriver);
        foreach (RawDevice device in Picture.NvidiaGpus(raw))
        {
            Check.Equal($"{NewHost} {device.Address} in force, ECC", "sharedDirect, yes", $"{device.GraphicsType}, {Word(device.EccCurrent)}");
        }

        HostIs(NewHost, boots + 1);
    }

    private async Task ApplyVibAsync(ChangeIntent intent)
    {
        IReadOnlyList<NvidiaVibResult> results = ((INvidiaVibOperation)await ApplyAsync(intent, showsPlan: true).ConfigureAwait(false)).Results;
        foreach (NvidiaVibResult result in results)
        {
            Output.Say($"esxcli: {result.Message}");
            Check.Claim($"{result.HostName}: not verified is {string.Join("; ", result.NotVerified)}", result.NotVerified.Count == 0);
        }
    }

    private async Task<ChangeIntent> InstallAsync(string host, bool setsGraphics, params string[] packages) => NvidiaVibIntents.Install(
        [await HostAsync(host).ConfigureAwait(false)], packages, setsGraphics, null, new HostChangeOptions { Reboot = true });

    private async Task<ChangeIntent> AddAsync(string profile, VmChangeOptions options, params string[] vms)
    {
        List<KeyValuePair<PlanTarget, IReadOnlyList<string>>> wanted = [];
        foreach (string vm in vms)
        {
            wanted.Add(new(await TargetAsync(vm).ConfigureAwait(false), [profile]));
        }

        return VmVgpuIntents.Add(wanted, [], new Dictionary<string, string>(), options);
    }

    private async Task<(HostCapacity Capacity, VgpuHost Host)> CapacityAsync(string hostName)
    {
        GpuInventory inventory = await InventoryReader.ReadAsync(Session, InventoryScope.Everything, Stop).ConfigureAwait(false);
        IReadOnlyList<VgpuHost> hosts = await VgpuReader.ReadAsync(Session, inventory, [inventory.Hosts.Single(host => host.Name == hostName)], Stop).ConfigureAwait(false);
        return (HostCapacity.Of(hosts.Single()), hosts.Single());
    }

    private async Task ShowRoomAsync(string hostName, string gpu, string profile, int expected)
    {
        (HostCapacity capacity, _) = await CapacityAsync(hostName).ConfigureAwait(false);
        VgpuCapacity row = CapacityReport.Gpus(capacity, profile).Single(row => row.Address.ToString() == gpu);
        Output.Table(["Device", "Model", "VgpuProfile", "Mode", "CanStart"], [[gpu, row.Model, row.VgpuProfile, row.Mode.ToString(), Number(row.CanStart)]]);
        Check.Claim($"{expected} {profile} start, and {Number(row.CanStart)} was the answer", row.CanStart == expected);
    }

    private async Task ShowUseAsync(string hostName)
    {
        (HostCapacity capacity, VgpuHost host) = await CapacityAsync(hostName).ConfigureAwait(false);
        Output.Table(
            ["Device", "Model", "Mode", "LockedMemoryMB", "FreeMemoryMB", "VMs"],
            CapacityReport.Gpus(capacity, host).Select(row => (IReadOnlyList<string>)
            [
                row.Address.ToString(), row.Model, row.Mode.ToString(), Number(row.LockedMemoryMB), Number(row.FreeMemoryMB), string.Join(", ", row.VMs),
            ]));
    }

    private async Task ShowVibsAsync(string hostName)
    {
        IReadOnlyList<NvidiaVib> vibs = await NvidiaVibs.ReadAsync(Session, await HostAsync(hostName).ConfigureAwait(false), Stop).ConfigureAwait(false);
        if (vibs.Count == 0)
        {
            Output.Say("No VIB of NVIDIA.");
            return;
        }

        Output.Table(["Name", "Version", "Release", "AcceptanceLevel"], vibs.Select(vib => (IReadOnlyList<string>)[vib.Name, vib.Version, vib.Release, vib.AcceptanceLevel]));
    }

    private async Task ShowSmiAsync(string hostName)
    {
        NvidiaSmiReport report = await NvidiaSmiReader.ReadAsync(
            Session, await HostAsync(hostName).ConfigureAwait(false), Context.Shells, new HostShellNotes(), Stop).ConfigureAwait(false);
        Output.Table(
            ["Device", "Name", "DriverVersion", "VirtualizationMode", "EccCurrent", "EccPending"],
            report.Gpus.Select(gpu => (IReadOnlyList<string>)
            [
                $"{gpu.Address}", gpu.Name, gpu.DriverVersion ?? "-", gpu.VirtualizationMode ?? "-", $"{gpu.EccCurrent}", $"{gpu.EccPending}",
            ]));
    }

    private async Task ShowModeAsync(string hostName)
    {
        HostGraphicsMode mode = (await HostGraphicsModes.ReadAsync(Session, [await HostAsync(hostName).ConfigureAwait(false)], Stop).ConfigureAwait(false)).Single();
        Output.Say($"Default graphics type: {mode.DefaultGraphicsType}. Assignment policy: {mode.AssignmentPolicy}.");
        Output.Table(
            ["Device", "Model", "Configured", "InForce"],
            mode.Gpus.Select(gpu => (IReadOnlyList<string>)[gpu.Address.ToString(), gpu.Model, $"{gpu.ConfiguredType}", gpu.ActiveType]));
    }

    private void RunOn(string hostName, string gpu, string profile, IReadOnlyList<string> vms, int frameBufferMB)
    {
        IReadOnlyList<RawVgpu> running = Simulator.Raw.Host(hostName).Device(gpu).Vgpus;
        Check.Equal($"{hostName} {gpu} runs", string.Join(", ", vms), string.Join(", ", running.Select(vgpu => vgpu.VmName).OrderBy(name => name, StringComparer.Ordinal)));
        Check.True(FormattableString.Invariant($"each with {frameBufferMB} MB"), running.All(vgpu => vgpu.FrameBufferMB == frameBufferMB && vgpu.Profile == profile));
    }

    private void HostIs(string name, int boots)
    {
        RawHost host = Simulator.Raw.Host(name);
        Check.Equal($"boots of {name}", boots, host.BootCount);
        Check.Equal($"{name} in maintenance mode", false, host.IsInMaintenance);
        Check.Equal($"{name} connection", "connected", host.ConnectionState);
    }

    private static string Install(string host, string more, params string[] packages) =>
        $"Install-NvidiaVib -VMHost {host} -Path {string.Join(", ", packages.Select(package => $"'{package}'"))}{more} -Reboot";
}
