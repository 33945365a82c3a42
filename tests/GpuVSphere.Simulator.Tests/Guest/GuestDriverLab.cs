using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Passthrough;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Model.Guest;
using GpuVSphere.Simulator.Tests.Hosts;
using GpuVSphere.Simulator.Tests.Model;
using GpuVSphere.Simulator.Tests.Passthrough;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Guest;

/// <summary>A running VM with a vGPU or with a whole GPU, given by our own client, and drivers to install in it.</summary>
internal sealed class GuestDriverLab : IDisposable
{
    /// <summary>The driver that the manager of the host with vGPUs takes (470.63 is of vGPU 13).</summary>
    public const string Grid = "NVIDIA-Linux-x86_64-470.63.01-grid.run";

    public const string Stock = "NVIDIA-Linux-x86_64-535.161.08.run";

    private GuestDriverLab(SimulatorLab lab, VimSession session, string vm) => (Lab, Session, Vm) = (lab, session, vm);

    public SimulatorLab Lab { get; }

    public VimSession Session { get; }

    /// <summary>The VM's name.</summary>
    public string Vm { get; }

    public SimulatorGuestDrivers Drivers => Lab.Simulator.GuestDrivers;

    public PlanTarget Target => new(new VimObjectId(Session.ServerUuid, new ManagedObjectReference("VirtualMachine", Lab.Raw.Vm(Vm).MoRef)), Vm, Session.ServerName);

    /// <summary>A VM with a vGPU.</summary>
    /// <param name="guestId">The system of its guest.</param>
    /// <param name="profile">The vGPU.</param>
    /// <param name="clockSpeed">How much faster its time goes: slower for what has time limits of seconds.</param>
    /// <param name="vm">The VM, which stands on the host that is meant: by its name 6.7, 7.0 or 8.0.</param>
    public static async Task<GuestDriverLab> VgpuAsync(string guestId = "ubuntu64Guest", string profile = "grid_p100-8q", string vm = "v67-01", double clockSpeed = 10_000)
    {
        GuestDriverLab lab = await StartAsync("vgpu", vm, guestId, null, clockSpeed);
        await lab.DoneAsync(VmVgpuIntents.Add([new KeyValuePair<PlanTarget, IReadOnlyList<string>>(lab.Target, [profile])], [], new Dictionary<string, string>(), new VmChangeOptions { PowerOn = true }));
        return lab;
    }

    /// <summary>A VM with a whole GPU, on a host of 8.0.</summary>
    /// <param name="guestId">The system of its guest.</param>
    /// <param name="configure">What else is to be so before it starts.</param>
    /// <param name="clockSpeed">How much faster its time goes.</param>
    public static async Task<GuestDriverLab> WholeAsync(string guestId = "ubuntu64Guest", Action<VmConfig>? configure = null, double clockSpeed = 10_000)
    {
        GuestDriverLab lab = await StartAsync("default", "ml-01", guestId, configure, clockSpeed);
        lock (lab.Lab.Inventory.Gate)
        {
            var function = lab.Lab.Host("esx-80-01").Function(VmLab.A100First)!;
            function.IsEnabled = function.IsActive = true;
            lab.Lab.Host("esx-80-01").DevicesChanged();
        }

        await lab.DoneAsync(PassthroughIntents.AddToVm([lab.Target], [VmLab.Device(VmLab.A100First)], new VmChangeOptions { PowerOn = true }));
        return lab;
    }

    /// <summary>The folder of the journal.</summary>
    public string State { get; } = Directory.CreateTempSubdirectory("gpuvsphere").FullName;

    /// <summary>What a change of guests is made in, as one user.</summary>
    public OperationContext Context(string user = "admin") =>
        new([Session], Lab.Simulator.Clock, State) { Guests = Guests(user) };

    /// <summary>The way into the guest: Windows takes VMware Tools only.</summary>
    public IGuestShells Guests(string user) => Lab.Vm(Vm).Guest.Family == GuestFamily.Windows
        ? new ToolsGuestShells([Session], new VimCredential(user, new NetworkCredential(string.Empty, SimulatorUser.DefaultPassword).SecurePassword))
        : Lab.Simulator.GuestsAs(user, SimulatorUser.DefaultPassword);

    /// <summary>Plans a change of the guest.</summary>
    public Task<ChangePlan> PlanAsync(ChangeIntent intent, string user = "admin") => GpuOperations.Create(intent, Context(user)).PlanAsync(CancellationToken.None);

    /// <summary>Plans and applies a change of the guest.</summary>
    public async Task<ChangeResult> ApplyAsync(ChangeIntent intent, string user = "admin", LabFeedback? feedback = null)
    {
        IGpuOperation operation = GpuOperations.Create(intent, Context(user));
        return Assert.Single(await operation.ApplyAsync(await operation.PlanAsync(CancellationToken.None), feedback ?? new LabFeedback(), CancellationToken.None));
    }

    /// <summary>The checks of Test-GpuGuest.</summary>
    public async Task<GuestGpuCheck[]> TestAsync(string user = "admin", GuestGpuTestOptions? options = null)
    {
        GuestGpuTestResult result = Assert.Single(await GuestGpuTest.RunAsync(Context(user), [Target], options ?? new GuestGpuTestOptions(), _ => { }, CancellationToken.None));
        Assert.Null(result.Error);
        return [.. result.Checks];
    }

    /// <summary>Changes the guest past its users.</summary>
    public void Change(Action<SimulatedGuest> change)
    {
        lock (Lab.Inventory.Gate)
        {
            change(Lab.Vm(Vm).Guest);
        }
    }

    /// <summary>Has things go differently in the guest.</summary>
    public void Order(Action<GuestOrders> order) => Change(guest => order(guest.State<GuestOrders>()));

    /// <summary>Runs what has to succeed, and gives what it wrote.</summary>
    public async Task<string> SaysAsync(string command)
    {
        ShellResult result = await RunAsync(command);
        Assert.True(result.ExitCode == 0, $"{command}: {result.Output}{result.Error}");
        return result.Output;
    }

    public async Task<IGuestShell> OpenAsync(string user = "root") => await SimulatedShellTests.OpenAsync(Lab, Vm, user);

    public async Task<ShellResult> RunAsync(string command, string user = "root")
    {
        using IGuestShell shell = await OpenAsync(user);
        return await shell.RunAsync(new GuestCommand(command), CancellationToken.None);
    }

    /// <summary>Puts a driver's file into the guest.</summary>
    public async Task UploadAsync(string path, string driver)
    {
        using IGuestShell shell = await OpenAsync();
        byte[] content = SimulatedGuestDrivers.File(driver);
        await shell.WriteFileAsync(path, new MemoryStream(content), content.Length, new GuestFileOptions { Mode = "0700" }, CancellationToken.None);
    }

    public void Dispose()
    {
        Session.Dispose();
        Lab.Dispose();
        Directory.Delete(State, recursive: true);
    }

    private static async Task<GuestDriverLab> StartAsync(string scenario, string vm, string guestId, Action<VmConfig>? configure, double clockSpeed)
    {
        SimulatorLab simulated = new(new SimulatorOptions { Scenario = scenario, ClockSpeed = clockSpeed, TaskRetention = TimeSpan.FromDays(100) });
        lock (simulated.Inventory.Gate)
        {
            VmConfig config = simulated.Vm(vm).Config.Copy();
            config.GuestId = guestId;
            configure?.Invoke(config);
            simulated.Vm(vm).Apply(config);
        }

        return new GuestDriverLab(simulated, await VmLab.LogInAsync(simulated.Simulator.Server), vm);
    }

    private Task<ChangeResult> DoneAsync(ChangeIntent intent) => VmLab.DoneAsync(GpuOperations.Create(intent, new OperationContext([Session], Lab.Simulator.Clock, State)));
}
