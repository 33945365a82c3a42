using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Tests.Model;
using GpuVSphere.Simulator.Tests.Passthrough;
using GpuVSphere.Smi;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Vgpu;

/// <summary>Compatibility of simulated hosts: managers by their VIBs, guest drivers by nvidia-smi in the host's shell.</summary>
public sealed class CompatibilityTests : IAsyncLifetime
{
    private const string Host = "vgpu-801-01";
    private const string Profile = "nvidia_a40-8q";

    private SimulatorLab _lab = null!;
    private VimSession _session = null!;

    public async Task InitializeAsync()
    {
        _lab = new SimulatorLab(new SimulatorOptions { Scenario = "vgpu", ClockSpeed = 1000, TaskRetention = TimeSpan.FromDays(10) });
        _session = await VmLab.LogInAsync(_lab.Simulator.Server);
    }

    public Task DisposeAsync()
    {
        _session.Dispose();
        _lab.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Every_host_that_is_ready_is_compatible_by_its_VIBs()
    {
        foreach (GpuHost host in (await ReadAsync()).Hosts.Where(host => host.Name != "vgpu-bare-01"))
        {
            VgpuCompatibility result = Assert.Single((await HostAsync(host.Name, [])).Judge([], new GuestDrivers(), LicenseServerKind.Nls));
            Assert.True(result.Verdict == CompatibilityVerdict.Compatible, result.Reason);
            Assert.Equal(["Esxi", "Gpu", "LicenseServer"], result.Checks.Select(check => check.Name).Distinct());
        }

        VgpuCompatibility bare = Assert.Single((await HostAsync("vgpu-bare-01", [])).Judge([], new GuestDrivers(), null));
        Assert.Equal((CompatibilityVerdict.NotCompatible, "Manager"), (bare.Verdict, bare.Checks[0].Name));
    }

    [Fact]
    public async Task The_driver_in_a_guest_is_known_while_the_vm_runs_and_nvidia_smi_is_asked()
    {
        await AddAsync(true, "v801-01", "v801-11", "v801-12");
        await AddAsync(false, "v801-02");

        IReadOnlyList<VgpuCompatibility> blind = await JudgeAsync(isAsked: false);
        IReadOnlyList<VgpuCompatibility> seeing = await JudgeAsync(isAsked: true);

        Assert.All(blind, result => Assert.Equal((CompatibilityVerdict.Undecided, null), (result.Verdict, result.GuestDriver)));
        Assert.Equal(
            [("v801-01", null, CompatibilityVerdict.Undecided), ("v801-02", null, CompatibilityVerdict.Undecided), ("v801-11", "550.163.01", CompatibilityVerdict.Compatible), ("v801-12", "525.147.05", CompatibilityVerdict.NotCompatible)],
            seeing.Select(result => (result.VmName!, result.GuestDriver, result.Verdict)));
        Assert.Contains("none is loaded", seeing[0].Reason, StringComparison.Ordinal);
        Assert.Contains("powered off", seeing[1].Reason, StringComparison.Ordinal);
        Assert.Contains("17.6 (Linux 550.163.01, Windows 553.74)", seeing[3].NextStep!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_planned_manager_names_the_guests_that_fall_out_and_the_order()
    {
        await AddAsync(true, "v801-01", "v801-11", "v801-12");
        HostCompatibility host = await HostAsync(Host, await AskAsync());
        GuestDrivers guests = new() { ByName = [new(name => name == "v801-01", VgpuCatalog.Default.ReadVersion("18.2", VgpuSide.Guest))] };

        VgpuUpgradePlan plan = host.Plan(VgpuCatalog.Default.ReadVersion("18.6", VgpuSide.Manager), await VmsAsync(), guests, null);

        Assert.Equal(["v801-12"], plan.FallsOut);
        Assert.Empty(plan.Undecided);
        Assert.Equal([UpgradeStepKind.Guest, UpgradeStepKind.Host, UpgradeStepKind.Guest], plan.Steps.Select(step => step.Kind));
        Assert.Equal(["v801-12"], plan.Steps[0].Targets);
        Assert.StartsWith("17.6", plan.Steps[0].Release, StringComparison.Ordinal);

        VgpuUpgradePlan none = host.Plan(VgpuCatalog.Default.ReadVersion("15.4", VgpuSide.Manager), await VmsAsync(), guests, LicenseServerKind.Legacy);
        Assert.Equal(["v801-01", "v801-11"], none.FallsOut);
        Assert.Contains(none.Checks, check => check is { Name: "LicenseServer", Verdict: CompatibilityVerdict.NotCompatible });
    }

    [Fact]
    public async Task A_host_that_does_not_answer_is_an_error()
    {
        GpuHost host = (await ReadAsync()).Hosts.Single(one => one.Name == Host) with { ConnectionState = "notResponding" };

        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => HostCompatibility.ReadAsync(VgpuCatalog.Default, _session, host, [], CancellationToken.None));
        Assert.Equal("HostNotConnected", error.Id);
    }

    private async Task<IReadOnlyList<VgpuCompatibility>> JudgeAsync(bool isAsked) =>
        (await HostAsync(Host, isAsked ? await AskAsync() : [])).Judge(await VmsAsync(), new GuestDrivers(), null);

    private async Task<IReadOnlyCollection<NvidiaSmiGpu>> AskAsync() => (await NvidiaSmiReader.ReadAsync(
        _session, (await ReadAsync()).Hosts.Single(host => host.Name == Host), _lab.Simulator.Shells, new HostShellNotes(), CancellationToken.None)).Gpus;

    private async Task<HostCompatibility> HostAsync(string name, IReadOnlyCollection<NvidiaSmiGpu> told) => await HostCompatibility.ReadAsync(
        VgpuCatalog.Default, _session, (await ReadAsync()).Hosts.Single(host => host.Name == name), told, CancellationToken.None);

    private async Task<IReadOnlyList<GpuVm>> VmsAsync() => [.. (await ReadAsync()).Vms.Where(vm => vm.PciDevices.Any(device => device.Kind == VmGpuKind.Vgpu))];

    private Task<GpuInventory> ReadAsync() => InventoryReader.ReadAsync(_session, InventoryScope.Everything, CancellationToken.None);

    private async Task AddAsync(bool isOn, params string[] vms)
    {
        foreach (string vm in vms)
        {
            PlanTarget target = new(new VimObjectId(_session.ServerUuid, new ManagedObjectReference("VirtualMachine", _lab.Raw.Vm(vm).MoRef)), vm, _session.ServerName);
            ChangeIntent intent = VmVgpuIntents.Add(
                [new KeyValuePair<PlanTarget, IReadOnlyList<string>>(target, [Profile])], [], new Dictionary<string, string>(), new VmChangeOptions { PowerOn = isOn });
            await VmLab.DoneAsync(GpuOperations.Create(intent, new OperationContext([_session], _lab.Simulator.Clock, System.IO.Path.GetTempPath())));
        }
    }
}
