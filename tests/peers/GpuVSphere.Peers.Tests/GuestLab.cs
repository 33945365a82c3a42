using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Security;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Shell;
using GpuVSphere.Simulator;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.Peers.Tests;

/// <summary>
/// Operations in guests as the cmdlets run them with -Ssh: the VMs are our simulator's, and what their addresses lead to is a real sshd of a guest of its own
/// (<see cref="GuestMachine"/>).
/// </summary>
internal sealed class GuestLab : IDisposable
{
    /// <summary>The VM with a vGPU in the scenario <c>guests</c>.</summary>
    public const string VgpuVm = "gpu-01";

    /// <summary>The driver that the manager of its host takes.</summary>
    public const string Driver = "NVIDIA-Linux-x86_64-470.63.01-grid.run";

    private static readonly string s_programs = Path.Combine(AppContext.BaseDirectory, "programs", "guest");

    private readonly GpuSimulator _simulator;
    private readonly VimSession _session;
    private readonly Dictionary<string, GuestMachine> _machines;
    private readonly List<Process> _masters = [];

    private GuestLab(GpuSimulator simulator, VimSession session, Dictionary<string, GuestMachine> machines)
    {
        _simulator = simulator;
        _session = session;
        _machines = machines;
        Folder = Directory.CreateTempSubdirectory("gpuvsphere-lab").FullName;
    }

    /// <summary>A folder of this machine for packages.</summary>
    public string Folder { get; }

    /// <summary>What changes told.</summary>
    public GuestFeedback Feedback { get; } = new();

    /// <summary>What operations need and their intents may not hold.</summary>
    public Dictionary<string, SecureString> Secrets { get; } = [];

    /// <summary>The login in the guests.</summary>
    public string User { get; set; } = "root";

    /// <summary>Its password; null to log in with the key.</summary>
    public string? Password { get; set; }

    /// <summary>More lines of the client's configuration.</summary>
    public string Configures { get; set; } = string.Empty;

    /// <summary>What the guests' GPU is: the vGPU of <see cref="VgpuVm"/>.</summary>
    public static string VgpuDevice => Device("GP100GL [Tesla P100 PCIe 16GB] [10de:15f8]", "GRID P100-8Q", "VGPU", 8192);

    /// <summary>A line of a preparing script that puts a compiler and the kernel's headers where they belong.</summary>
    public static string Compiler =>
        "install -m 755 /usr/lib/guest/cuda/gcc /usr/lib/guest/cuda/make /usr/bin/; mkdir -p /usr/lib/modules/$(uname -r)/build; : > /usr/lib/modules/$(uname -r)/build/Makefile";

    /// <summary>A line of a preparing script that installs a driver by its file.</summary>
    /// <param name="version">Its version.</param>
    /// <param name="kind">grid or stock.</param>
    public static string Installed(string version, string kind) =>
        $"{Compiler}; {{ printf '#!/bin/sh\\nversion={version} kind={kind}\\n'; cat /usr/lib/guest/nvidia/installer; }} > /run/driver; sh /run/driver --silent > /dev/null 2>&1; rm /run/driver /var/log/nvidia-installer.log";

    /// <summary>A line of a preparing script that gives the guest a GPU.</summary>
    public static string Device(string listed, string name, string mode, int memoryMB) =>
        $"cat > /usr/lib/guest/gpu <<'E'\nSLOT=02:00.0\nLISTED='{listed}'\nNAME='{name}'\nMODE={mode}\nMEMORY={memoryMB}\nE";

    /// <summary>The VM with a vGPU, powered on, and its guest.</summary>
    /// <param name="prepare">What the guest has besides its GPU, as a script; null for nothing.</param>
    public static async Task<GuestLab> VgpuAsync(string? prepare = null)
    {
        GuestLab lab = await StartAsync("guests", 100, (VgpuVm, VgpuDevice + "\n" + prepare));
        ChangeIntent vgpu = VmVgpuIntents.Add(
            [new KeyValuePair<PlanTarget, IReadOnlyList<string>>(lab.Vm(VgpuVm), ["grid_p100-8q"])], [], new Dictionary<string, string>(), new VmChangeOptions { PowerOn = true });
        await lab.DoneAsync(vgpu);
        return lab;
    }

    /// <summary>VMs of a scenario with guests of their own.</summary>
    /// <param name="scenario">The inventory.</param>
    /// <param name="clockSpeed">How much faster vCenter's time goes; 1 where its clock is compared with the guests', which is this machine's.</param>
    /// <param name="vms">Each VM with the script that prepares its guest.</param>
    public static async Task<GuestLab> StartAsync(string scenario, double clockSpeed, params (string Vm, string? Prepare)[] vms)
    {
        Skip.If(GuestMachine.Missing is not null, GuestMachine.Missing);
        Dictionary<string, GuestMachine> machines = [];
        GpuSimulator? simulator = null;
        try
        {
            simulator = GpuSimulator.Start(new SimulatorOptions { Scenario = scenario, ClockSpeed = clockSpeed, StartTime = DateTimeOffset.UtcNow });
            foreach ((string vm, string? prepare) in vms)
            {
                machines[vm] = GuestMachine.Start(vm, prepare);
            }

            using VimCredential credential = new("administrator@vsphere.local", SimulatorUser.DefaultPassword.ToCharArray());
            return new GuestLab(simulator, await VimSession.ConnectAsync(simulator.Server, credential, CancellationToken.None), machines);
        }
        catch
        {
            foreach (GuestMachine machine in machines.Values)
            {
                machine.Dispose();
            }

            simulator?.Dispose();
            throw;
        }
    }

    /// <summary>The guest of a VM.</summary>
    public GuestMachine Guest(string vm) => _machines[vm];

    /// <summary>A VM as an intent names it.</summary>
    public PlanTarget Vm(string name) =>
        new(new VimObjectId(_session.ServerUuid, new ManagedObjectReference("VirtualMachine", _simulator.Raw.Vm(name).MoRef)), name, _session.ServerName);

    /// <summary>VMs as an intent names them.</summary>
    public PlanTarget[] Vms(params string[] names) => [.. names.Select(Vm)];

    /// <summary>A file of this machine.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="head">Its first lines.</param>
    /// <param name="program">The file of the stand-ins that follows; null for none.</param>
    public string File(string name, string head, string? program = null)
    {
        string path = Path.Combine(Folder, name);
        System.IO.File.WriteAllText(path, head + (program is null ? string.Empty : System.IO.File.ReadAllText(Path.Combine(s_programs, program))));
        return path;
    }

    /// <summary>A file of a guest as one of this machine, by the same name.</summary>
    public string Copy(string vm, string path)
    {
        string copy = Path.Combine(Folder, Path.GetFileName(path));
        System.IO.File.WriteAllBytes(copy, Guest(vm).ReadBytes(path));
        return copy;
    }

    /// <summary>The file of NVIDIA's driver for the vGPU.</summary>
    public string DriverFile() => File(Driver, "#!/bin/sh\nversion=470.63.01 kind=grid\n", "nvidia/installer");

    /// <summary>
    /// Has the client of each guest reuse one connection, as a user's configuration may have it (ControlPath): what many short commands do is then not
    /// a matter of how long it takes to log in.
    /// </summary>
    public void Reuse()
    {
        foreach ((string vm, GuestMachine machine) in _machines)
        {
            string socket = Path.Combine(machine.Folder, "socket");
            // A guest that is rebooted ends it; the next one is made as soon as the guest is back.
            string connect = $"while :; do '{Peer.Ssh.Path}' -F '{Configuration()}' -M -S '{socket}' -N -T -o BatchMode=yes {AddressOf(vm)}; sleep 0.2; done";
            Process master = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", connect])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            })!;
            _masters.Add(master);
            for (Stopwatch waited = Stopwatch.StartNew(); !System.IO.File.Exists(socket); Thread.Sleep(10))
            {
                Assert.True(waited.Elapsed < TimeSpan.FromMinutes(2), "the connection to be reused takes too long");
            }
        }
    }

    /// <summary>Ends what <see cref="Reuse"/> began.</summary>
    public void Unuse()
    {
        foreach (Process master in _masters)
        {
            master.Kill(entireProcessTree: true);
            master.Dispose();
        }

        _masters.Clear();
        foreach (GuestMachine machine in _machines.Values)
        {
            System.IO.File.Delete(Path.Combine(machine.Folder, "socket"));
        }
    }

    /// <summary>The context of operations.</summary>
    public OperationContext Context() => new([_session], new QuickClock(), Path.Combine(Folder, "state")) { Guests = Guests(), Secrets = Secrets };

    /// <summary>The way into the guests, as the cmdlets make it.</summary>
    public OpenSshGuestShells Guests() => new(new OpenSshOptions
    {
        Program = Peer.Ssh.Path,
        ConfigFile = Configuration(),
        Credential = Password is null ? null : new ShellCredential(User, Secret(Password)),

        // A busy machine takes its time; how long is not what is tested.
        ConnectTimeout = TimeSpan.FromMinutes(2),
    });

    /// <summary>Plans.</summary>
    public Task<ChangePlan> PlanAsync(ChangeIntent intent) => GpuOperations.Create(intent, Context()).PlanAsync(CancellationToken.None);

    /// <summary>Plans and applies.</summary>
    public async Task<IReadOnlyList<ChangeResult>> RunAsync(ChangeIntent intent, CancellationToken stop = default)
    {
        IGpuOperation operation = GpuOperations.Create(intent, Context());
        return await operation.ApplyAsync(await operation.PlanAsync(CancellationToken.None), Feedback, stop);
    }

    /// <summary>Plans and applies what has to succeed in one VM.</summary>
    public async Task<ChangeResult> DoneAsync(ChangeIntent intent)
    {
        ChangeResult result = Assert.Single(await RunAsync(intent));
        Assert.True(result.Outcome == ChangeOutcome.Done, $"{intent.Title}: {result.Outcome}: {result.Message}\n{string.Join('\n', Feedback.Lines)}");
        return result;
    }

    /// <summary>Takes a change of one VM back.</summary>
    public async Task<ChangeResult> UndoneAsync(ChangeResult change)
    {
        IReadOnlyList<ChangeResult> results = await GpuOperations.Changes(Path.Combine(Folder, "state")).UndoAsync(change.ChangeId!, Context(), null, Feedback, CancellationToken.None);
        ChangeResult result = Assert.Single(results);
        Assert.True(result.Outcome == ChangeOutcome.Done, $"{result.Outcome}: {result.Message}\n{string.Join('\n', Feedback.Lines)}");
        return result;
    }

    /// <summary>Plans and applies what has to fail in one VM, and gives why.</summary>
    public async Task<GpuVSphereException> FailsAsync(ChangeIntent intent)
    {
        ChangeResult result = Assert.Single(await RunAsync(intent));
        Assert.True(result.Error is not null, $"{intent.Title}: {result.Outcome}: {result.Message}");
        return result.Error!;
    }

    /// <summary>What Test-GpuGuest gives.</summary>
    public async Task<IReadOnlyDictionary<string, GuestGpuCheck>> TestAsync(string vm, GuestGpuTestOptions? options = null)
    {
        GuestGpuTestResult result = Assert.Single(await GuestGpuTest.RunAsync(Context(), [Vm(vm)], options ?? new GuestGpuTestOptions(), _ => { }, CancellationToken.None));
        Assert.Null(result.Error?.Message);
        return result.Checks.ToDictionary(check => check.Check);
    }

    /// <summary>Asks one guest.</summary>
    public async Task<T> AskAsync<T>(string vm, Func<IGuestShell, Task<T>> question)
    {
        using IGuestShell shell = await Guests().OpenAsync(new GuestAddress(Vm(vm).Id, vm, AddressOf(vm), GuestFamily.Linux), CancellationToken.None);
        return await question(shell);
    }

    /// <summary>A text that must not be seen.</summary>
    public static SecureString Secret(string text) => new NetworkCredential(string.Empty, text).SecurePassword;

    /// <inheritdoc/>
    public void Dispose()
    {
        Unuse();
        _session.Dispose();
        _simulator.Dispose();
        foreach (GuestMachine machine in _machines.Values)
        {
            machine.Dispose();
        }

        Directory.Delete(Folder, recursive: true);
    }

    private string AddressOf(string vm) => _simulator.Raw.Vm(vm).Guest.Address;

    private string Configuration()
    {
        string path = Path.Combine(Folder, "config-" + Guid.NewGuid().ToString("N"));
        System.IO.File.WriteAllText(
            path,
            string.Concat(_machines.Select(machine => machine.Value.Configuration(AddressOf(machine.Key), User) + (_masters.Count > 0 ? $"  ControlPath {machine.Value.Folder}/socket\n" : string.Empty))) + Configures);
        return path;
    }
}
