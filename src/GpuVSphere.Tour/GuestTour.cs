using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Bitfusion;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Operations;
using GpuVSphere.Shell;
using GpuVSphere.Simulator;
using GpuVSphere.Vgpu;

namespace GpuVSphere.Tour;

/// <summary>
/// The end of the way, in the guests: a VM with a vGPU gets NVIDIA's driver and its licence and serves its GPU by FlexDirect, and a VM without a GPU runs
/// nvidia-smi on it. After each step the simulator's own state is looked at, past all code that the step used.
/// </summary>
internal sealed class GuestTour : TourWalk
{
    /// <summary>Simulated seconds in one real second: guests answer within seconds, which are to be more than a moment.</summary>
    internal const double ClockSpeed = 60;

    private const string Scenario = "guests";
    private const string Server = "gpu-01";
    private const string Client = "client-01";
    private const string Profile = "grid_p100-8q";
    private const string Driver = "NVIDIA-Linux-x86_64-470.63.01-grid.run";
    private const string Login = "-GuestCredential $guest";

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "gpuvsphere-tour-" + Guid.NewGuid().ToString("N"));

    private GuestTour(TourStand stand)
        : base(stand)
    {
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<Func<Task>> Steps =>
    [
        SeeAsync,
        InstallDriverAsync,
        LicenseAsync,
        InstallFlexDirectAsync,
        StartSchedulerAsync,
        SetServersAsync,
        RunRemoteAsync,
    ];

    /// <summary>Runs the tour.</summary>
    /// <param name="screen">Where it prints.</param>
    /// <param name="simulator">A simulator of the inventory <c>guests</c> in which nothing was changed yet.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>0 when the simulator's state was right after each step, else 1.</returns>
    internal static Task<int> RunAsync(Screen screen, GpuSimulator simulator, CancellationToken stop) => RunAsync(
        screen,
        simulator,
        "GpuVSphere: in the guests, and the third method",
        "A third simulated vCenter: its host is ready for vGPU, and its guests run. Everything in them goes by VMware Tools.",
        stand => new GuestTour(stand),
        stop,
        GuidedTour.StepCount + VgpuTour.StepCount);

    private async Task SeeAsync()
    {
        Begin(
            $"{Server} gets a vGPU; its guest sees it and has no driver yet",
            $"Connect-GpuVSphere -Simulator -Scenario {Scenario} -ClockSpeed {ClockSpeed:0}",
            "$password = ConvertTo-SecureString 'GpuVSphere!1' -AsPlainText -Force",
            "$guest = [pscredential]::new('admin', $password)",
            $"Add-VmVgpuProfile -VM {Server} -VgpuProfile {Profile} -PowerOn",
            $"Test-GpuGuest -VM {Server} {Login}");
        await ApplyAsync(VmVgpuIntents.Add(
            [new KeyValuePair<PlanTarget, IReadOnlyList<string>>(await TargetAsync(Server).ConfigureAwait(false), [Profile])], [], new Dictionary<string, string>(), new VmChangeOptions { PowerOn = true })).ConfigureAwait(false);
        await ShowTestsAsync(GuestCheckOutcome.Failed).ConfigureAwait(false);
        Check.True($"{Server} has no module of NVIDIA's", !GuestOf(Server).Modules.Contains("nvidia"));
        Check.Equal($"{Server} vGPUs", $"{Profile} on 0000:3b:00.0", string.Join(", ", Simulator.Raw.Vm(Server).PciDevices.Select(device => $"{device.Vgpu} on {Simulator.Raw.Host("guest-67-01").Device("0000:3b:00.0").Address}")));
    }

    private async Task InstallDriverAsync()
    {
        Begin(
            $"The guest driver that goes with the host's manager, into {Server}",
            $"$driver = Join-Path ([IO.Path]::GetTempPath()) '{Driver}'",
            $"[IO.File]::WriteAllBytes($driver, [GpuVSphere.Simulator.SimulatedGuestDrivers]::File('{Driver}'))",
            $"Install-NvidiaGuestDriver -VM {Server} -Path $driver -AcceptEula -Reboot {Login}");
        Directory.CreateDirectory(_folder);
        string path = Path.Combine(_folder, Driver);
        try
        {
            File.WriteAllBytes(path, SimulatedGuestDrivers.File(Driver));
            await ApplyAsync(GuestDriverIntents.Install([await TargetAsync(Server).ConfigureAwait(false)], path, true, false, false, new GuestChangeOptions { Reboot = true }), showsPlan: true).ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(_folder, true);
        }

        Check.True($"{Server} has nvidia loaded, and nouveau is not", GuestOf(Server).Modules.Contains("nvidia") && !GuestOf(Server).Modules.Contains("nouveau"));
        Check.Equal($"{Server} files left in /tmp", 0, GuestOf(Server).ListFiles("/tmp").Count);
    }

    private async Task LicenseAsync()
    {
        const string LicenseServer = SimulatorLicensing.LegacyServer;
        Begin($"The licence for the vGPU, from the server {LicenseServer}", $"Set-VgpuLicense -VM {Server} -ServerAddress {LicenseServer} {Login}", $"Get-VgpuLicense -VM {Server} {Login}");
        PlanTarget target = await TargetAsync(Server).ConfigureAwait(false);
        await ApplyAsync(VgpuLicenseIntents.Legacy([target], LicenseServer, null, null, null, null, false, new GuestChangeOptions())).ConfigureAwait(false);
        (VgpuLicense? license, GpuVSphereException? error) = (await VgpuLicenseReader.ReadAsync(Context, [target], Stop).ConfigureAwait(false))[0];
        if (license is not null)
        {
            Output.Table(["VM", "Status", "Product"], [[license.VmName, license.Status.ToString(), license.Product ?? string.Empty]]);
        }

        Check.Claim($"{Server}: {error?.Message}", error is null);
        Check.Equal($"{LicenseServer} has given licences to", 1, Simulator.Licensing.Leases(LicenseServer).Count(lease => lease.StartsWith(Server + ":", StringComparison.Ordinal)));
        Check.True($"{Server} /etc/nvidia/gridd.conf names it", GuestOf(Server).ReadFile("/etc/nvidia/gridd.conf")?.Contains("ServerAddress=" + LicenseServer, StringComparison.Ordinal) == true);
    }

    private async Task InstallFlexDirectAsync()
    {
        Begin(
            $"FlexDirect, a product at the end of its life, into {Server} and {Client}",
            $"Install-FlexDirect -VM {Server}, {Client} {Login}",
            $"$key = ConvertTo-SecureString '{SimulatedFlexDirect.LicenseKey}' -AsPlainText -Force",
            $"Initialize-FlexDirect -VM {Server}, {Client} -LicenseKey $key -AcceptEula {Login}");
        PlanTarget[] both = [await TargetAsync(Server).ConfigureAwait(false), await TargetAsync(Client).ConfigureAwait(false)];
        await ApplyAsync(FlexDirectIntents.Install(both, new InstallWish(), new GuestChangeOptions())).ConfigureAwait(false);
        await ApplyAsync(FlexDirectIntents.License(both, true, false, new GuestChangeOptions())).ConfigureAwait(false);
        foreach (string vm in (string[])[Server, Client])
        {
            Check.True($"{vm} has /usr/bin/flexdirect", GuestOf(vm).ListFiles("/usr/bin").Contains("flexdirect"));
        }
    }

    private async Task StartSchedulerAsync()
    {
        Begin($"{Server} serves its GPU", $"Start-FlexDirectScheduler -VM {Server} {Login}");
        await ApplyAsync(FlexDirectIntents.StartScheduler([await TargetAsync(Server).ConfigureAwait(false)], new SchedulerWish(), TimeSpan.FromSeconds(30), new GuestChangeOptions())).ConfigureAwait(false);
        Check.Equal($"{Server} schedulers", 1, GuestOf(Server).Processes.Count(line => line.Contains("resource_scheduler", StringComparison.Ordinal) && line.StartsWith("/usr/bin/flexdirect", StringComparison.Ordinal)));
    }

    private async Task SetServersAsync()
    {
        string address = GuestOf(Server).Address;
        Begin($"{Client} is told of it", $"Set-FlexDirectServer -VM {Client} -Address {address} {Login}", $"Get-FlexDirectGpu -VM {Client} {Login}");
        PlanTarget client = await TargetAsync(Client).ConfigureAwait(false);
        await ApplyAsync(FlexDirectIntents.SetServers([client], new ServersWish { Addresses = [address] }, new GuestChangeOptions())).ConfigureAwait(false);
        using IGuestShell shell = await OpenAsync(client).ConfigureAwait(false);
        foreach (FlexDirectGpu gpu in await FlexDirectReader.ReadGpusAsync(client, shell, Output.Heed, Stop).ConfigureAwait(false))
        {
            Output.Verbatim(gpu.Text);
        }

        Check.Equal($"{Client} /etc/bitfusionio/servers.conf", address, GuestOf(Client).ReadFile("/etc/bitfusionio/servers.conf")?.Trim());
    }

    private async Task RunRemoteAsync()
    {
        Begin($"And {Client}, which has no GPU, runs nvidia-smi on that of {Server}", $"Invoke-FlexDirect -VM {Client} -Program nvidia-smi -GpuCount 1 {Login}");
        PlanTarget client = await TargetAsync(Client).ConfigureAwait(false);
        using IGuestShell shell = await OpenAsync(client).ConfigureAwait(false);
        FlexDirectRun run = await FlexDirectReader.RunAsync(client, shell, new FlexDirectRunRequest { Program = "nvidia-smi", GpuCount = 1 }, null, Stop).ConfigureAwait(false);
        foreach (string line in run.Output)
        {
            Output.Verbatim(line);
        }

        Check.Claim($"{Client}: nvidia-smi ended with {run.ExitCode}: {string.Join(" ", run.ErrorOutput)}", run.ExitCode == 0 && run.Output.Any(line => line.Contains("P100", StringComparison.Ordinal)));
        Check.Equal($"{Client} PCI devices of its own", 0, Simulator.Raw.Vm(Client).PciDevices.Count);
        Check.True($"{Client} has no module of NVIDIA's", !GuestOf(Client).Modules.Contains("nvidia"));
    }

    private RawGuest GuestOf(string vm) => Simulator.Raw.Vm(vm).Guest;

    private async Task<IGuestShell> OpenAsync(PlanTarget vm) => await Context.Guests!.OpenAsync(new GuestAddress(vm.Id, vm.Name, vm.Name, GuestFamily.Linux), Stop).ConfigureAwait(false);

    private async Task ShowTestsAsync(GuestCheckOutcome expected)
    {
        IReadOnlyList<GuestGpuTestResult> results = await GuestGpuTest.RunAsync(Context, [await TargetAsync(Server).ConfigureAwait(false)], new GuestGpuTestOptions(), _ => { }, Stop).ConfigureAwait(false);
        GuestGpuCheck[] checks = [.. results.SelectMany(result => result.Checks)];
        Output.Table(["Check", "Outcome"], checks.Select(check => (IReadOnlyList<string>)[check.Check, check.Outcome.ToString()]));
        Check.Claim($"{Server}: the check of the driver is not {expected}", checks.Any(check => check.Check == "Driver" && check.Outcome == expected));
    }
}
