using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Methods;
using GpuVSphere.Passthrough;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Protocol;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Hosts;

/// <summary>A simulator, a session on it, a journal of its own: changes of hosts as a cmdlet makes them.</summary>
internal sealed class HostLab : IDisposable
{
    public const string Admin = "administrator@vsphere.local";

    public static readonly HostChangeOptions Staged = new();
    public static readonly HostChangeOptions Reboot = new() { Reboot = true };
    public static readonly HostChangeOptions RebootAndPowerOff = new() { Reboot = true, PowerOff = true };

    public HostLab(SimulatorOptions? options = null)
    {
        // A reboot of six minutes takes a second. Much faster, and a machine that is busy elsewhere for a tenth of a second loses minutes that the test counts on.
        Simulator = GpuSimulator.Start(options ?? new SimulatorOptions { ClockSpeed = 400 });
    }

    public GpuSimulator Simulator { get; }

    public SimulatorRawState Raw => Simulator.Raw;

    public string Folder { get; } = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), "gpuvsphere-tests-" + Guid.NewGuid().ToString("N"));

    public LabFeedback Feedback { get; } = new();

    public CancellationTokenSource Stop { get; } = new();

    public List<VimSession> Sessions { get; } = [];

    public Func<VimSession, CancellationToken, Task<VimSession>>? LogInAgain { get; set; }

    /// <summary>Shells in the place of the simulator's own.</summary>
    public IHostShells? Shells { get; set; }

    /// <summary>What was told around the use of shells.</summary>
    public ConcurrentQueue<string> ShellTold { get; } = new();

    /// <summary>What was warned of around the use of shells.</summary>
    public ConcurrentQueue<string> ShellWarned { get; } = new();

    public ChangeManager Changes => GpuOperations.Changes(Folder);

    public OperationContext Context => new(Sessions, Simulator.Clock, Folder)
    {
        LogInAgain = LogInAgain,
        Shells = Shells ?? Simulator.Shells,
        ShellNotes = new HostShellNotes(ShellTold.Enqueue, ShellWarned.Enqueue),
    };

    public static async Task<HostLab> StartAsync(SimulatorOptions? options = null, string user = Admin)
    {
        HostLab lab = new(options);
        lab.Sessions.Add(await lab.LogInAsync(user));
        return lab;
    }

    public async Task<VimSession> LogInAsync(string user = Admin)
    {
        using VimCredential credential = new(user, SimulatorUser.DefaultPassword.ToCharArray());
        return await VimSession.ConnectAsync(Simulator.Server, credential, CancellationToken.None);
    }

    /// <summary>The cookie of the only session there is, as PowerCLI would show it.</summary>
    public string OnlyCookie()
    {
        lock (Simulator.World.Gate)
        {
            return Simulator.World.Sessions.All.Single().Cookie;
        }
    }

    /// <summary>Whether the server still works at something that was begun as a task.</summary>
    public bool HasRunningTasks
    {
        get
        {
            lock (Simulator.World.Gate)
            {
                return Simulator.World.All("Task").Any(task => ((DataObject)task.GetProperty("info")!)["state"] is "queued" or "running");
            }
        }
    }

    public Task<GpuInventory> ReadAsync() => InventoryReader.ReadAsync(Sessions[0], InventoryScope.Everything, CancellationToken.None);

    /// <summary>GPUs of hosts, as <c>esx-67-01</c> for all of one or <c>esx-67-01/0000:3b:00.0</c> for one of them.</summary>
    public async Task<IReadOnlyList<GpuDevice>> DevicesAsync(params string[] names)
    {
        GpuInventory inventory = await ReadAsync();
        return names.SelectMany(name =>
        {
            string[] parts = name.Split('/');
            GpuHost host = inventory.Hosts.Single(host => host.Name == parts[0]);
            return host.Devices.Where(device => parts.Length == 1 || device.Address.ToString() == parts[1]);
        }).ToArray();
    }

    public async Task<ChangeIntent> EnableAsync(HostChangeOptions options, params string[] names) => PassthroughIntents.Enable(await DevicesAsync(names), options);

    public async Task<ChangeIntent> DisableAsync(HostChangeOptions options, params string[] names) => PassthroughIntents.Disable(await DevicesAsync(names), options);

    public Task<ChangePlan> PlanAsync(ChangeIntent intent) => GpuOperations.Create(intent, Context).PlanAsync(CancellationToken.None);

    public async Task<IReadOnlyList<ChangeResult>> RunAsync(ChangeIntent intent, ChangePlan? plan = null, LabFeedback? feedback = null)
    {
        IGpuOperation operation = GpuOperations.Create(intent, Context);
        plan ??= await operation.PlanAsync(Stop.Token);
        return await operation.ApplyAsync(plan, feedback ?? Feedback, Stop.Token);
    }

    public async Task<ChangeResult> RunOneAsync(ChangeIntent intent) => (await RunAsync(intent)).Single();

    public void Dispose()
    {
        foreach (VimSession session in Sessions)
        {
            session.Dispose();
        }

        Simulator.Dispose();
        Stop.Dispose();
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
