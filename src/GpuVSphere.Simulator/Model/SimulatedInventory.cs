using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Model.Guest;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>The objects of one simulated server, and what they share.</summary>
internal sealed class SimulatedInventory : IServerModel
{
    private readonly List<ManagedObject> _objects = [];
    private readonly List<HostSystem> _hosts = [];
    private readonly List<VirtualMachine> _vms = [];
    private readonly List<Datastore> _datastores = [];
    private readonly List<Network> _networks = [];
    private readonly Dictionary<string, Datacenter> _datacenters = new(StringComparer.OrdinalIgnoreCase);
    private IObjectWorld? _world;
    private int _lastId;
    private TaskCompletionSource<bool> _pulse = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SimulatedInventory(SimulatorOptions options, ServerProfile profile)
    {
        Options = options;
        Profile = profile;
        Files = new DatastoreFiles(this);
        GuestTransfers = new GuestTransfers(this);
        Raw = new SimulatorRawState(this);
        Orders = new SimulatorOrders(this);
        Settings = profile.Managers.TryGetValue("setting", out MoRef settings) ? new VCenterSettings(settings, this) : null;
    }

    public SimulatorOptions Options { get; }

    public ServerProfile Profile { get; }

    public DatastoreFiles Files { get; }

    IDatastoreFiles IServerModel.Files => Files;

    /// <summary>The files of guests that are on their way.</summary>
    public GuestTransfers GuestTransfers { get; }

    public Refusals Refusals { get; } = new();

    /// <summary>The advanced settings of a vCenter; null on a host that is its own server.</summary>
    public VCenterSettings? Settings { get; }

    public SimulatorRawState Raw { get; }

    public SimulatorOrders Orders { get; }

    /// <summary>The licence servers that guests can reach.</summary>
    public Guest.Licensing.LicenseServers LicenseServers { get; } = new();

    /// <summary>What hosts and guests can download, by address; every other address is out of reach.</summary>
    public Dictionary<string, byte[]> Downloads { get; } = new(StringComparer.Ordinal)
    {
        ["http://getflex.bitfusion.io"] = Encoding.UTF8.GetBytes(Guest.Bitfusion.FlexDirectFiles.Script),
    };

    public bool IsVCenter => Profile.IsVCenter;

    public IReadOnlyList<HostSystem> Hosts => _hosts;

    public IReadOnlyList<VirtualMachine> Vms => _vms;

    public IReadOnlyList<Datastore> Datastores => _datastores;

    public IReadOnlyList<Network> Networks => _networks;

    public IReadOnlyDictionary<string, Datacenter> Datacenters => _datacenters;

    public IObjectWorld World => _world ?? throw new InvalidOperationException("The inventory is not served yet.");

    /// <summary>The gate of the world, or a lock of nobody's before there is one.</summary>
    public object Gate => _world?.Gate ?? _objects;

    public DateTimeOffset Now => _world?.Clock.UtcNow ?? Options.StartTime;

    public void Populate(IObjectWorld world)
    {
        _world = world;
        lock (world.Gate)
        {
            foreach (ManagedObject item in _objects)
            {
                world.Add(item);
            }
        }
    }

    public WireReply GuestFile(WireRequest request, IReadOnlyDictionary<string, string> query) => GuestTransfers.Serve(request, query);

    public IEnumerable<EsxCliCommand> EsxCliCommands(MoRef host) =>
        _hosts.FirstOrDefault(h => h.Reference == host) is { } found ? EsxCli.CommandsOf(found, this) : [];

    /// <summary>Takes a new object in.</summary>
    public void Add(ManagedObject item)
    {
        if (_world is null)
        {
            _objects.Add(item);
        }
        else
        {
            _world.Add(item);
        }

        switch (item)
        {
            case HostSystem host:
                _hosts.Add(host);
                break;
            case VirtualMachine vm:
                _vms.Add(vm);
                break;
            case Datastore datastore:
                _datastores.Add(datastore);
                break;
            case Network network:
                _networks.Add(network);
                break;
            case Datacenter datacenter:
                _datacenters[datacenter.Name] = datacenter;
                break;
            default:
                break;
        }
    }

    public void Remove(ManagedObject item)
    {
        if (item is VirtualMachine vm)
        {
            _vms.Remove(vm);
        }

        World.Remove(item.Reference);
    }

    public T Require<T>(MoRef reference)
        where T : ManagedObject =>
        World.Find(reference) as T ?? throw Faults.ManagedObjectNotFound(reference);

    /// <summary>A reference that no other object has: counted up on vCenter, as a bare number on ESXi.</summary>
    public MoRef NewReference(string type, string prefix)
    {
        int id = Interlocked.Increment(ref _lastId);
        return new MoRef(type, (IsVCenter ? prefix : prefix is "vm-" ? string.Empty : prefix) + id.ToString(CultureInfo.InvariantCulture));
    }

    public void Changed(ManagedObject item, string property)
    {
        _world?.Changed(item.Reference, property);
        TaskCompletionSource<bool> pulse = Interlocked.Exchange(ref _pulse, new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));
        pulse.TrySetResult(true);
    }

    /// <summary>Lets simulated time pass.</summary>
    public Task DelayAsync(TimeSpan time, CancellationToken cancellationToken) => World.Clock.DelayAsync(time, cancellationToken);

    /// <summary>Begins work that takes no simulated time; null before there is a clock.</summary>
    public SimulatorWork? BeginWork() => _world?.Clock.Begin();

    /// <summary>Waits for something other than a moment, and lets simulated time pass meanwhile.</summary>
    public Task RestAsync(Task awaited) => World.Clock.RestAsync(awaited);

    /// <summary>Waits until a condition on the inventory holds; false when the simulated deadline came first.</summary>
    public async Task<bool> WaitUntilAsync(Func<bool> condition, DateTimeOffset? deadline, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task? timer = deadline is { } moment ? World.Clock.DelayAsync(moment - Now, stop.Token) : null;
        Task cancelled = Task.Delay(Timeout.Infinite, stop.Token);
        try
        {
            while (true)
            {
                Task pulse = Volatile.Read(ref _pulse).Task;
                lock (Gate)
                {
                    if (condition())
                    {
                        return true;
                    }
                }

                cancellationToken.ThrowIfCancellationRequested();
                if (timer?.IsCompleted == true)
                {
                    return false;
                }

                await RestAsync(timer is null ? Task.WhenAny(pulse, cancelled) : Task.WhenAny(pulse, cancelled, timer)).ConfigureAwait(false);
            }
        }
        finally
        {
            stop.Cancel();
        }
    }
}
