using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Model.Guest;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>A virtual machine: its state, its properties, and the calls that arrive at it.</summary>
internal sealed class VirtualMachine : ManagedEntity
{
    private static readonly string[] s_own =
    [
        "capability", "config", "datastore", "environmentBrowser", "guest", "guestHeartbeatStatus", "layout", "layoutEx", "network", "parentVApp",
        "resourceConfig", "resourcePool", "rootSnapshot", "runtime", "snapshot", "storage", "summary",
    ];

    private readonly List<VirtualMachineSnapshot> _snapshots = [];
    private int _changes;
    private SimulatedGuest? _guest;

    public VirtualMachine(MoRef reference, SimulatedInventory inventory, string name, HostSystem host, Datastore datastore, VmConfig config)
        : base(reference, inventory, name)
    {
        Host = host;
        Datastore = datastore;
        Config = config;
        DirectoryName = name;
        string identity = inventory.Profile.Name + "/" + name + "/" + reference.Value;
        BiosUuid = StableGuid.From("bios:" + identity);
        InstanceUuid = StableGuid.From("instance:" + identity);
        CreateDate = inventory.Now;
        Modified = inventory.Now;
        Browser = new EnvironmentBrowser(inventory.NewReference("EnvironmentBrowser", inventory.IsVCenter ? "envbrowser-" : "ha-env-browser-"), inventory, () => [Host]);
        Power = new VmPower(this, inventory);
        host.Register(this);
    }

    public HostSystem Host { get; private set; }

    public Datastore Datastore { get; }

    /// <summary>The folder on the datastore; it keeps the first name of the VM.</summary>
    public string DirectoryName { get; }

    public VmConfig Config { get; private set; }

    public VmPower Power { get; }

    public EnvironmentBrowser Browser { get; }

    public Guid BiosUuid { get; set; }

    public Guid InstanceUuid { get; set; }

    public DateTimeOffset CreateDate { get; }

    public DateTimeOffset Modified { get; private set; }

    /// <summary>Changes with every change of the configuration.</summary>
    public string ChangeVersion => Modified.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + "." + _changes.ToString("000000", CultureInfo.InvariantCulture) + "Z";

    /// <summary><c>poweredOn</c>, <c>poweredOff</c> or <c>suspended</c>.</summary>
    public string PowerState { get; set; } = "poweredOff";

    public DateTimeOffset BootTime { get; set; }

    public DateTimeOffset SuspendTime { get; set; }

    public int UptimeSeconds => PowerState == "poweredOn" ? (int)(Inventory.Now - BootTime).TotalSeconds : 0;

    public bool HasTools { get; set; }

    /// <summary>NVIDIA's driver in the guest; empty when none is installed. Only nvidia-smi on the host tells it, while a vGPU of the VM runs.</summary>
    public string GuestDriver { get; set; } = string.Empty;

    public bool ToolsRun => HasTools && PowerState == "poweredOn" && (_guest is null || _guest.IsUp);

    /// <summary>The operating system, as it was installed when it is first asked for.</summary>
    public SimulatedGuest Guest
    {
        get
        {
            if (_guest is null)
            {
                _guest = GuestFactory.Create(this);
                if (PowerState == "poweredOn")
                {
                    _guest.Boot();
                }
            }

            return _guest;
        }
    }

    /// <summary>The guest when somebody has asked for it before.</summary>
    public SimulatedGuest? KnownGuest => _guest;

    /// <summary>Ordered: the guest takes the request to shut down and never ends.</summary>
    public bool HangsAtShutdown { get; set; }

    /// <summary>The task that works on the VM now.</summary>
    public MoRef? RunningTask { get; set; }

    public IReadOnlyList<VirtualMachineSnapshot> Snapshots => _snapshots;

    public string FolderPath => "[" + Datastore.Name + "] " + DirectoryName + "/";

    public string VmxPath => FolderPath + DirectoryName + ".vmx";

    protected override IReadOnlyList<string> OwnProperties => s_own;

    public void RuntimeChanged() => Changed("runtime", "summary", "guest", "guestHeartbeatStatus");

    /// <summary>Puts a changed configuration in place.</summary>
    public void Apply(VmConfig config)
    {
        Config = config;
        Modified = Inventory.Now;
        _changes++;
        Changed("config", "summary");
    }

    public void MoveTo(HostSystem host)
    {
        if (host == Host)
        {
            return;
        }

        Host.Unregister(this);
        Host = host;
        host.Register(this);
        Changed("runtime", "summary", "resourcePool");
    }

    public void SetName(string name)
    {
        RequireFreeName(name);
        Name = name;
        Changed("name");
    }

    public void AddSnapshot(VirtualMachineSnapshot snapshot)
    {
        _snapshots.Add(snapshot);
        Inventory.Add(snapshot);
        Datastore.Put(DirectoryName + "/" + DirectoryName + "-Snapshot" + snapshot.Id.ToString(CultureInfo.InvariantCulture) + ".vmsn", new byte[1024]);
        Changed("snapshot", "rootSnapshot", "layoutEx");
    }

    public void RemoveSnapshot(VirtualMachineSnapshot snapshot)
    {
        if (_snapshots.Remove(snapshot))
        {
            Inventory.Remove(snapshot);
            Datastore.Delete(DirectoryName + "/" + DirectoryName + "-Snapshot" + snapshot.Id.ToString(CultureInfo.InvariantCulture) + ".vmsn");
            Changed("snapshot", "rootSnapshot", "layoutEx");
        }
    }

    /// <summary>Runs work on the VM in a task; a second task on the VM is refused while the first runs.</summary>
    public MoRef StartExclusive(SimulatedSession? session, string descriptionId, Func<ITaskHandle, Task<object?>> work)
    {
        TaskCompletionSource<MoRef> self = new(TaskCreationOptions.RunContinuationsAsynchronously);
        MoRef reference = Inventory.World.StartTask(Reference, descriptionId, session, false, async task =>
        {
            MoRef me = await self.Task.ConfigureAwait(false);
            lock (Inventory.Gate)
            {
                if (RunningTask is { } other && Refusals.Has(Refusal.TaskInProgress))
                {
                    SimulatedFault fault = new("TaskInProgress", "Another task is already in progress.", "vim25-gpu.md 3.1: TaskInProgress");
                    fault.Detail.With("task", other);
                    throw fault;
                }

                RunningTask = me;
            }

            try
            {
                return await work(task).ConfigureAwait(false);
            }
            finally
            {
                lock (Inventory.Gate)
                {
                    if (RunningTask == me)
                    {
                        RunningTask = null;
                    }
                }
            }
        });
        self.SetResult(reference);
        return reference;
    }

    /// <summary>The same for work that takes no time worth simulating.</summary>
    public MoRef StartExclusive(SimulatedSession? session, string descriptionId, TimeSpan duration, Func<object?> work) =>
        StartExclusive(session, descriptionId, async _ =>
        {
            await Inventory.DelayAsync(duration, System.Threading.CancellationToken.None).ConfigureAwait(false);
            lock (Inventory.Gate)
            {
                return work();
            }
        });

    protected override object? GetOwnProperty(string name) => name switch
    {
        "config" => VmConfigWire.Config(this),
        "runtime" => VmConfigWire.Runtime(this),
        "summary" => VmConfigWire.Summary(this),
        "guest" => VmConfigWire.Guest(this),
        "guestHeartbeatStatus" => VmConfigWire.Heartbeat(this),
        "capability" => VmConfigWire.Capability(),
        "snapshot" => VmConfigWire.Snapshots(this),
        "rootSnapshot" => _snapshots.Count == 0 ? null : Wire.References(_snapshots.Take(1)),
        "layoutEx" => VmConfigWire.Layout(this),
        "environmentBrowser" => Browser.Reference,
        "resourcePool" => Config.IsTemplate ? null : Host.Compute.Pool.Reference,
        "datastore" => Wire.References([Datastore]),
        "network" => Wire.References(Inventory.Networks.Take(1)),
        _ => null,
    };

    protected override object? Invoke(MethodCall call)
    {
        switch (call.Method)
        {
            case "ReconfigVM_Task":
                VmReconfigure work = new(this, Inventory, call.Arguments.Object("spec") ?? new DataObject(string.Empty));
                work.RequirePrivileges(call.Session);
                return StartExclusive(call.Session, "VirtualMachine.reconfigure", TimeSpan.FromSeconds(1), work.Run);
            case "PowerOnVM_Task":
                return Power.StartPowerOn(call.Session, call.Arguments.Reference("host"));
            case "PowerOffVM_Task":
                return Power.StartPowerOff(call.Session);
            case "SuspendVM_Task":
                return Power.StartSuspend(call.Session);
            case "ResetVM_Task":
                return Power.StartReset(call.Session);
            case "RebootGuest":
                Power.RebootGuest();
                return null;
            case "ShutdownGuest":
                Power.ShutdownGuest();
                return null;
            default:
                return VmLifecycle.Handles(call.Method) ? new VmLifecycle(this, Inventory).Invoke(call) : base.Invoke(call);
        }
    }

    protected override void OnRenamed() => Apply(Config.Copy());
}
