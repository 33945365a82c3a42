using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Posix;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>The operating system in a VM: its files, users, processes, services, packages and modules. All of it is read and changed under the gate.</summary>
internal sealed class SimulatedGuest
{
    private static readonly TimeSpan s_boot = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_toldAfterEnd = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_timeToAsk = TimeSpan.FromSeconds(30);

    private readonly List<GuestProcess> _processes = [];
    private readonly Dictionary<Type, object> _states = [];
    private readonly List<string> _kernelLog = [];
    private readonly List<GuestLogLine> _journal = [];
    private DateTimeOffset? _downUntil;
    private long _lastPid = 900;

    public SimulatedGuest(VirtualMachine vm, GuestFamily family, GuestDistribution distribution)
    {
        Vm = vm;
        Family = family;
        Distribution = distribution;
        HostName = vm.Name;
        Files = new GuestFiles(() => Inventory.Now);
    }

    public VirtualMachine Vm { get; }

    public SimulatedInventory Inventory => Vm.Inventory;

    public GuestFamily Family { get; }

    public GuestDistribution Distribution { get; }

    public string HostName { get; set; }

    /// <summary>Its address in the network, as VMware Tools tell it; what FlexDirect clients and licence servers are reached by.</summary>
    public string Address { get; set; } = string.Empty;

    public GuestFiles Files { get; }

    public List<GuestUser> Users { get; } = [];

    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    /// <summary>The installed packages.</summary>
    public Dictionary<string, GuestPackage> Packages { get; } = new(StringComparer.Ordinal);

    /// <summary>The loaded kernel modules.</summary>
    public List<string> Modules { get; } = [];

    /// <summary>The units that start with the guest.</summary>
    public HashSet<string> EnabledUnits { get; } = new(StringComparer.Ordinal);

    /// <summary>The running and failed units: the main process of each.</summary>
    public Dictionary<string, GuestUnit> Units { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether it can download from the internet: package repositories, installers.</summary>
    public bool HasInternet { get; set; } = true;

    /// <summary>How often it has booted since it was made.</summary>
    public int Boots { get; private set; }

    /// <summary>Whether it runs, with VMware Tools: not while it reboots.</summary>
    public bool IsUp => Vm.PowerState == "poweredOn" && (_downUntil is null || Inventory.Now >= _downUntil);

    public GuestUser Root => Users.First(user => user.IsRoot);

    /// <summary>The lines of dmesg.</summary>
    public IReadOnlyList<string> KernelLog => _kernelLog;

    public IReadOnlyList<GuestLogLine> Journal => _journal;

    /// <summary>The processes that run.</summary>
    public IReadOnlyList<GuestProcess> Processes => _processes.Where(process => process.EndTime is null).ToList();

    /// <summary>The processes that run, and those of VMware Tools that ended not long ago.</summary>
    public IReadOnlyList<GuestProcess> ToldProcesses
    {
        get
        {
            // How a process ended is kept until its parent has asked, or is gone itself.
            HashSet<long> running = [.. _processes.Where(process => process.EndTime is null).Select(process => process.Pid)];
            _processes.RemoveAll(process => process.EndTime is { } end && !running.Contains(process.Parent) && (!process.IsOfTools || (Inventory.Now - end > s_toldAfterEnd && process.SinceEnd > s_timeToAsk)));
            return _processes.Where(process => !process.IsForgotten && (process.EndTime is null || process.IsOfTools)).ToList();
        }
    }

    /// <summary>What every process since the guest was made was started with: what a user of the guest may have seen.</summary>
    public List<string> CommandHistory { get; } = [];

    /// <summary>The PCI devices, as the VM has them while it runs.</summary>
    public IReadOnlyList<GuestPciDevice> PciDevices => GuestPci.Of(Vm, State<GuestOrders>().HasRoomForBars);

    /// <summary>Whether the firmware checks what boots, and the kernel its modules.</summary>
    public bool SecureBoot => Vm.Config is { Firmware: "efi", SecureBoot: true };

    public GuestUser? User(string name) => Users.FirstOrDefault(user => string.Equals(user.Name, name, Family == GuestFamily.Windows ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal));

    /// <summary>What a program or installer keeps about this guest, made when it is first asked for. It stays over reboots, as files do.</summary>
    public T State<T>()
        where T : class, new()
    {
        if (!_states.TryGetValue(typeof(T), out object? state))
        {
            _states[typeof(T)] = state = new T();
        }

        return (T)state;
    }

    public GuestProcess? Process(long pid) => _processes.FirstOrDefault(process => process.Pid == pid && process.EndTime is null);

    public GuestProcess? AnyProcess(long pid) => _processes.FirstOrDefault(process => process.Pid == pid);

    /// <summary>Starts a process, beside whoever asks.</summary>
    /// <param name="parent">Its parent; null for the first process of the guest.</param>
    /// <param name="user">Whose it is.</param>
    /// <param name="name">Its short name.</param>
    /// <param name="commandLine">What the list of processes shows.</param>
    /// <param name="body">What it does; its exit code.</param>
    /// <param name="isOfTools">Whether VMware Tools start it.</param>
    /// <param name="isStuck">Whether no signal ends it.</param>
    public GuestProcess Start(GuestProcess? parent, GuestUser user, string name, string commandLine, Func<GuestProcess, Task<int>> body, bool isOfTools = false, bool isStuck = false)
    {
        GuestProcess process;
        lock (Inventory.Gate)
        {
            process = new GuestProcess(++_lastPid, parent?.Pid ?? 1, user, name, commandLine, Inventory.Now) { IsOfTools = isOfTools, IsStuck = isStuck };
            process.Group = parent?.Group ?? process.Pid;
            process.Work = Inventory.BeginWork();
            _processes.Add(process);
            CommandHistory.Add(commandLine);
            if (parent is { Signal: not 0 } ended)
            {
                // What was ended by a signal starts nothing any more.
                process.Kill(ended.Signal);
            }

            // Within the lock: whoever finds the process must find what to wait for.
            process.End = Task.Run(() => LiveAsync(process, body));
        }

        return process;
    }

    /// <summary>Writes a line to the system's log.</summary>
    public void Log(string program, string message)
    {
        GuestLogLine line = new(Inventory.Now, program, message);
        _journal.Add(line);
        if (!State<GuestOrders>().HasNoLogFile)
        {
            Files.Append(Distribution.LogFile, line.Text(HostName) + "\n");
        }
    }

    /// <summary>Writes a line to the kernel's log.</summary>
    public void LogKernel(string message) =>
        _kernelLog.Add("[" + (Inventory.Now - Vm.BootTime).TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture).PadLeft(12) + "] " + message);

    /// <summary>The kernel takes a module; the text of its refusal, or null.</summary>
    public string? LoadModule(string name)
    {
        string file = name.Replace('-', '_');
        if (Modules.Contains(file))
        {
            return null;
        }

        if (!Files.Below("/lib/modules/" + Distribution.Kernel).Any(path => ShPath.Name(path).Replace('-', '_') == file + ".ko"))
        {
            return "Module " + name + " not found in directory /lib/modules/" + Distribution.Kernel;
        }

        if (GuestPrograms.All<IGuestModule>().FirstOrDefault(module => module.Name == file)?.Refusal(this) is { } refusal)
        {
            return refusal;
        }

        Modules.Insert(0, file);
        return null;
    }

    /// <summary>How many use a module that is loaded.</summary>
    public int UsesOf(string module) => GuestPrograms.All<IGuestModule>().FirstOrDefault(one => one.Name == module)?.Uses(this) ?? 0;

    /// <summary>Ends every process, as the power going off does.</summary>
    public void PowerLost()
    {
        foreach (GuestProcess process in Processes)
        {
            process.EndNow(9, Inventory.Now, isPowerLost: true);
        }

        // VMware Tools start anew with the guest, and know nothing of what they had started before.
        _processes.ForEach(process => process.IsForgotten = true);

        Units.Clear();
        Modules.Clear();
        _kernelLog.Clear();
    }

    /// <summary>Starts the operating system: what takes part in it, then the enabled units.</summary>
    public void Boot()
    {
        PowerLost();
        _downUntil = null;
        Boots++;
        if (Family == GuestFamily.Linux)
        {
            LogKernel("Linux version " + Distribution.Kernel);
            foreach (string path in Files.List("/tmp").Select(name => "/tmp/" + name).ToList())
            {
                Files.Remove(path);
            }
        }

        foreach (IGuestBoot part in GuestPrograms.All<IGuestBoot>())
        {
            part.Boot(this);
        }

        foreach (string unit in EnabledUnits.OrderBy(name => name, StringComparer.Ordinal).ToList())
        {
            GuestUnits.Start(this, unit);
        }
    }

    /// <summary>Goes down and comes up again: VMware Tools are away for half a minute.</summary>
    public void Reboot()
    {
        PowerLost();
        _downUntil = Inventory.Now + s_boot;
        Vm.BootTime = Inventory.Now;
        Vm.RuntimeChanged();
        if (State<GuestOrders>().HangsAtReboot)
        {
            _downUntil = DateTimeOffset.MaxValue;
            return;
        }

        _ = ComeBackAsync(_downUntil.Value);
    }

    private async Task ComeBackAsync(DateTimeOffset until)
    {
        await Inventory.DelayAsync(s_boot, System.Threading.CancellationToken.None).ConfigureAwait(false);
        lock (Inventory.Gate)
        {
            if (_downUntil == until)
            {
                if (Vm.PowerState == "poweredOn")
                {
                    Boot();
                    Vm.RuntimeChanged();
                }
            }
        }
    }

    private async Task<int> LiveAsync(GuestProcess process, Func<GuestProcess, Task<int>> body)
    {
        using SimulatorWork? work = process.Work;
        work?.Enter();
        int exitCode;
        try
        {
            exitCode = process.Signal == 0 ? await body(process).ConfigureAwait(false) : 128 + process.Signal;
        }
        catch (OperationCanceledException) when (process.Signal != 0)
        {
            exitCode = 128 + process.Signal;
        }
        catch (ShExit exit)
        {
            exitCode = exit.Status;
        }

        lock (Inventory.Gate)
        {
            process.Ended(process.Signal == 0 ? exitCode : 128 + process.Signal, Inventory.Now);
            foreach (GuestProcess child in _processes.Where(other => other.Parent == process.Pid))
            {
                child.Parent = 1;
            }

            return process.ExitCode!.Value;
        }
    }
}
