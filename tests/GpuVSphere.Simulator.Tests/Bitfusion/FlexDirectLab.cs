using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Security;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Bitfusion;
using GpuVSphere.Changes;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model.Guest;
using GpuVSphere.Simulator.Model.Guest.Bitfusion;
using GpuVSphere.Simulator.Tests.Hosts;
using GpuVSphere.Simulator.Tests.Model;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Bitfusion;

/// <summary>The scenario <c>flexdirect</c> with a session on it: changes of FlexDirect as a cmdlet makes them.</summary>
internal sealed class FlexDirectLab : IDisposable
{
    private readonly VimSession _session;

    private FlexDirectLab(SimulatorLab simulated, VimSession session)
    {
        Simulated = simulated;
        _session = session;
    }

    public SimulatorLab Simulated { get; }

    /// <summary>The folder of the journal.</summary>
    public string State { get; } = Directory.CreateTempSubdirectory("gpuvsphere").FullName;

    public LabFeedback Feedback { get; } = new();

    public Dictionary<string, SecureString> Secrets { get; } = [];

    /// <summary>The guests' user.</summary>
    public string User { get; set; } = "admin";

    public static async Task<FlexDirectLab> StartAsync(double clockSpeed = 1000)
    {
        SimulatorLab simulated = new(new SimulatorOptions { ClockSpeed = clockSpeed, Scenario = "flexdirect" });
        using VimCredential credential = new(HostLab.Admin, SimulatorUser.DefaultPassword.ToCharArray());
        return new FlexDirectLab(simulated, await VimSession.ConnectAsync(simulated.Simulator.Server, credential, CancellationToken.None));
    }

    public PlanTarget Vm(string name) => new(new VimObjectId(_session.ServerUuid, new ManagedObjectReference("VirtualMachine", Simulated.Raw.Vm(name).MoRef)), name, _session.ServerName);

    public PlanTarget[] Vms(params string[] names) => [.. names.Select(Vm)];

    public SimulatedGuest Guest(string name) => Simulated.Vm(name).Guest;

    public OperationContext Context => new([_session], Simulated.Simulator.Clock, State)
    {
        Guests = Simulated.Simulator.GuestsAs(User, SimulatorUser.DefaultPassword),
        Secrets = Secrets,
    };

    public IGpuOperation Operation(ChangeIntent intent) => GpuOperations.Create(intent, Context);

    public Task<ChangePlan> PlanAsync(ChangeIntent intent) => Operation(intent).PlanAsync(CancellationToken.None);

    /// <summary>Plans and applies, and gives what became of each VM.</summary>
    public async Task<IReadOnlyList<ChangeResult>> RunAsync(ChangeIntent intent)
    {
        IGpuOperation operation = Operation(intent);
        return await operation.ApplyAsync(await operation.PlanAsync(CancellationToken.None), Feedback, CancellationToken.None);
    }

    /// <summary>Plans and applies what has to succeed.</summary>
    public async Task<IReadOnlyList<ChangeResult>> DoneAsync(ChangeIntent intent)
    {
        IReadOnlyList<ChangeResult> results = await RunAsync(intent);
        Assert.All(results, result => Assert.True(result.Outcome is ChangeOutcome.Done or ChangeOutcome.Unchanged, $"{result.Target.Name}: {result.Outcome} {result.Message}"));
        return results;
    }

    public async Task<T> AskAsync<T>(string vm, Func<IGuestShell, Task<T>> question)
    {
        using IGuestShell shell = await Simulated.Simulator.GuestsAs(User, SimulatorUser.DefaultPassword).OpenAsync(new GuestAddress(Vm(vm).Id, vm, Guest(vm).Address, null), CancellationToken.None);
        return await question(shell);
    }

    public Task<ShellResult> ShellAsync(string vm, string command, bool asRoot = false) => AskAsync(vm, shell => shell.RunAsync(new GuestCommand(command) { AsRoot = asRoot }, CancellationToken.None));

    public void GiveKey(string key = FlexDirectProgram.Key) => Secrets[FlexDirectIntents.LicenseKeySecret] = new NetworkCredential(string.Empty, key).SecurePassword;

    /// <summary>Installs and licenses FlexDirect, past our own code.</summary>
    public void Licensed(params string[] vms)
    {
        lock (Simulated.Inventory.Gate)
        {
            foreach (SimulatedGuest guest in vms.Select(Guest))
            {
                guest.Files.PutProgram("/usr/bin/flexdirect");
                guest.Files.PutDirectory("/etc/bitfusionio");
                guest.State<FlexDirectState>().IsLicensed = true;
            }
        }
    }

    public FlexDirectDaemon[] Daemons(string vm)
    {
        lock (Simulated.Inventory.Gate)
        {
            return [.. Guest(vm).State<FlexDirectState>().Daemons];
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        Simulated.Dispose();
        Directory.Delete(State, recursive: true);
    }
}
