using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>One simulated server: its objects, its sessions, and the answer to every request.</summary>
internal sealed class SimulatedServer : IObjectWorld, IDisposable
{
    private readonly Dictionary<MoRef, (long Order, ManagedObject Object)> _objects = [];
    private readonly Dictionary<string, SortedDictionary<long, ManagedObject>> _byType = new(StringComparer.Ordinal);
    private readonly AsyncLocal<MethodCall?> _current = new();
    private readonly EsxCliGateway _esxCli;
    private readonly TaskManagerObject _tasks;
    private readonly CancellationTokenSource _stopped = new();
    private long _added;
    private bool _isReachable = true;

    public SimulatedServer(SimulatorOptions options, IServerModel model, SimulatorClock clock)
    {
        Options = options;
        Model = model;
        Clock = clock;
        Profile = model.Profile;
        Version = WireVersion.Parse(Profile.ApiVersion);
        bool isVCenter = Profile.IsVCenter;
        Sessions = new SessionStore(this);
        _esxCli = new EsxCliGateway(this);
        _tasks = new TaskManagerObject(this, new MoRef("TaskManager", isVCenter ? "TaskManager" : "ha-taskmgr"));
        DefaultCollector = new MoRef("PropertyCollector", isVCenter ? "propertyCollector" : "ha-property-collector");
        SessionManager = new MoRef("SessionManager", isVCenter ? "SessionManager" : "ha-sessionmgr");
        AuthorizationManagerObject authorization = new(this, new MoRef("AuthorizationManager", isVCenter ? "AuthorizationManager" : "ha-authmgr"));
        ViewManagerObject views = new(this, new MoRef("ViewManager", isVCenter ? "ViewManager" : "ViewManager"));
        SearchIndexObject search = new(this, new MoRef("SearchIndex", isVCenter ? "SearchIndex" : "ha-searchindex"));
        Dictionary<string, MoRef> managers = Profile.Managers.ToDictionary(entry => entry.Key, entry => entry.Value);
        managers["rootFolder"] = Profile.RootFolder;
        managers["propertyCollector"] = DefaultCollector;
        managers["viewManager"] = views.Reference;
        managers["sessionManager"] = SessionManager;
        managers["authorizationManager"] = authorization.Reference;
        managers["taskManager"] = _tasks.Reference;
        managers["searchIndex"] = search.Reference;
        lock (Gate)
        {
            Add(new ServiceInstanceObject(this, managers));
            Add(new SessionManagerObject(this, SessionManager));
            Add(authorization);
            Add(views);
            Add(search);
            Add(_tasks);
            model.Populate(this);
        }
    }

    public SimulatorOptions Options { get; }

    public IServerModel Model { get; }

    public ServerProfile Profile { get; }

    public WireVersion Version { get; }

    public SessionStore Sessions { get; }

    public FaultRules Faults { get; } = new();

    public ChangeLog Changes { get; } = new();

    public MoRef DefaultCollector { get; }

    public MoRef SessionManager { get; }

    public object Gate { get; } = new();

    public SimulatorClock Clock { get; }

    /// <summary>Signalled when the simulator is disposed of.</summary>
    public CancellationToken Stopped => _stopped.Token;

    public bool IsReachable
    {
        get
        {
            lock (Gate)
            {
                return _isReachable;
            }
        }

        set
        {
            lock (Gate)
            {
                _isReachable = value;
                if (!value)
                {
                    Sessions.EndAll();
                }
            }
        }
    }

    public void Add(ManagedObject managedObject)
    {
        lock (Gate)
        {
            MoRef reference = managedObject.Reference;
            _objects.Add(reference, (_added, managedObject));
            if (!_byType.TryGetValue(reference.Type, out SortedDictionary<long, ManagedObject>? sameType))
            {
                _byType.Add(reference.Type, sameType = []);
            }

            sameType.Add(_added++, managedObject);
            Changes.Add(reference, string.Empty);
        }
    }

    public void Remove(MoRef reference)
    {
        lock (Gate)
        {
            if (_objects.TryGetValue(reference, out (long Order, ManagedObject Object) found))
            {
                _objects.Remove(reference);
                _byType[reference.Type].Remove(found.Order);
                Changes.Add(reference, string.Empty);
            }
        }
    }

    public ManagedObject? Find(MoRef reference)
    {
        lock (Gate)
        {
            return _objects.TryGetValue(reference, out (long Order, ManagedObject Object) found) ? found.Object : null;
        }
    }

    public IEnumerable<ManagedObject> All(string type)
    {
        lock (Gate)
        {
            return _byType.Where(entry => Schema.Default.IsA(entry.Key, type)).SelectMany(entry => entry.Value).OrderBy(entry => entry.Key)
                .Select(entry => entry.Value).ToList();
        }
    }

    /// <summary>Finds an object that a session can see: of all, or its own.</summary>
    public ManagedObject? Find(MoRef reference, SimulatedSession? session)
    {
        if (session is not null && session.Objects.TryGetValue(reference, out ManagedObject? own))
        {
            return own;
        }

        if (reference != DefaultCollector)
        {
            return Find(reference);
        }

        // The default collector is there for everybody, but what it holds is the session's.
        PropertyCollectorObject collector = new(this, DefaultCollector, session);
        session?.Objects.Add(DefaultCollector, collector);
        return collector;
    }

    public void Changed(MoRef reference, string property)
    {
        lock (Gate)
        {
            Changes.Add(reference, property);
        }
    }

    public MoRef StartTask(MoRef entity, string descriptionId, SimulatedSession? session, bool isCancelable, Func<ITaskHandle, Task<object?>> work) =>
        _tasks.Start(entity, descriptionId, session, isCancelable, _current.Value?.Method, work);

    /// <summary>The value of a first-level property as one session sees it. Called under the gate.</summary>
    public object? Property(ManagedObject target, string name, SimulatedSession? session)
    {
        if (name is "effectiveRole" or "recentTask" && Schema.Default.IsA(target.Reference.Type, "ManagedEntity"))
        {
            return name == "recentTask" ? _tasks.RecentOf(target.Reference)
                : session is null ? null : new List<object> { session.RoleId };
        }

        return target is SessionManagerObject manager ? manager.GetProperty(name, session) : target.GetProperty(name);
    }

    /// <summary>Calls a method as one session, with every check that vSphere makes before the method itself.</summary>
    public async Task<object?> InvokeAsync(MethodCall call, CancellationToken cancellationToken)
    {
        Task<object?> running;
        lock (Gate)
        {
            _tasks.Forget();
            SimulatedSession? session = call.Session;
            SchemaMember? method = Schema.Default.FindMethod(call.Self.Type, call.Method);
            ManagedObject? target = Find(call.Self, session);
            if (method?.Privilege != "System.Anonymous" && session is null)
            {
                throw Privileges.Refusal(null, target is null ? call.Self : EntityOf(target), [method is null or { Privilege: "" } ? "System.View" : method.Privilege]);
            }

            if (target is null)
            {
                throw NotFound(call.Self);
            }

            if (method is not null && !(method.Since <= call.Version))
            {
                throw MethodNotFound(call.Self, call.Method);
            }

            if (method is { Privilege.Length: > 0 })
            {
                Privileges.Require(session, EntityOf(target), method.Privilege);
            }

            _current.Value = call;
            running = _esxCli.Understands(call) ? _esxCli.InvokeAsync(call, target, cancellationToken) : target.InvokeAsync(call, cancellationToken);
        }

        return await running.ConfigureAwait(false);
    }

    public static SimulatedFault NotFound(MoRef reference)
    {
        SimulatedFault fault = new(
            "ManagedObjectNotFound",
            "The object '" + reference.Type + ":" + reference.Value + "' has already been deleted or has not been completely created",
            "types-core.txt: ManagedObjectNotFound{obj}");
        fault.Detail.With("obj", reference);
        return fault;
    }

    public static SimulatedFault MethodNotFound(MoRef receiver, string method)
    {
        SimulatedFault fault = new("MethodNotFound", "Unable to find the method '" + method + "' of " + receiver.Type + ".", "types-core.txt: MethodNotFound{receiver, method}");
        fault.Detail.With("receiver", receiver).With("method", method);
        return fault;
    }

    public MoRef EntityOf(ManagedObject target) =>
        Schema.Default.IsA(target.Entity.Type, "ManagedEntity") ? target.Entity : Profile.RootFolder;

    public void Dispose()
    {
        _stopped.Cancel();
        lock (Gate)
        {
            Sessions.EndAll();
        }
    }
}
