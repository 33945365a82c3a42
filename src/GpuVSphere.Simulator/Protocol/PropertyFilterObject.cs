using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>A filter of a property collector, and what its client was told so far.</summary>
internal sealed class PropertyFilterObject(SimulatedServer server, MoRef reference, PropertyCollectorObject collector, FilterSpec spec, bool partialUpdates, SimulatedSession session, WireVersion version)
    : ProtocolObject(server, reference)
{
    // What the members of a container view depend on, besides the properties that a spec itself follows.
    private static readonly HashSet<string> s_structure =
        ["childEntity", "host", "vm", "resourcePool", "view", "parent", "vmFolder", "hostFolder", "datastoreFolder", "networkFolder"];

    private readonly Dictionary<MoRef, Dictionary<string, string>> _told = [];
    private readonly List<MoRef> _pending = [];
    private readonly HashSet<MoRef> _isPending = [];
    private HashSet<MoRef> _selected = [];
    private long _seenChanges;

    public override IEnumerable<string> PropertyNames => ["spec", "partialUpdates"];

    public override object? GetProperty(string name) => name switch
    {
        "spec" => spec.Source,
        "partialUpdates" => partialUpdates,
        _ => null,
    };

    /// <summary>Forgets what the client was told: it starts over.</summary>
    public void Reset()
    {
        _told.Clear();
        _pending.Clear();
        _isPending.Clear();
        _seenChanges = Server.Changes.Count;
        Enqueue(Reselect());
    }

    /// <summary>The next updates, at most so many; none when nothing changed.</summary>
    public List<object> Updates(int most)
    {
        CollectChanges();
        List<object> updates = [];
        int done = 0;
        while (done < _pending.Count && updates.Count < most)
        {
            MoRef reference = _pending[done++];
            _isPending.Remove(reference);
            if (Update(reference) is { } update)
            {
                updates.Add(update);
            }
        }

        _pending.RemoveRange(0, done);
        return updates;
    }

    /// <summary>Whether there is more to tell than the last call gave.</summary>
    public bool HasMore => _pending.Count > 0;

    protected override object? Invoke(MethodCall call)
    {
        if (call.Method != "DestroyPropertyFilter")
        {
            return base.Invoke(call);
        }

        collector.Remove(this);
        return null;
    }

    private List<MoRef> Reselect()
    {
        List<ManagedObject> selected = [];
        HashSet<MoRef> seen = [];
        spec.Select(Server, session, version, selected, seen);
        _selected = seen;
        return selected.Select(each => each.Reference).ToList();
    }

    private void CollectChanges()
    {
        IReadOnlyList<(MoRef Object, string Property)>? changes = Server.Changes.Since(_seenChanges);
        _seenChanges = Server.Changes.Count;
        if (changes is null)
        {
            // Too long ago: compare everything.
            HashSet<MoRef> before = _selected;
            Enqueue(Reselect());
            Enqueue(before.Where(each => !_selected.Contains(each)));
            return;
        }

        HashSet<string> followed = spec.Followed;
        if (changes.Any(change => ConcernsSelection(change, followed)))
        {
            HashSet<MoRef> before = _selected;
            List<MoRef> after = Reselect();
            Enqueue(before.Where(each => !_selected.Contains(each)));
            Enqueue(after.Where(each => !before.Contains(each)));
        }

        Enqueue(changes.Select(change => change.Object).Where(_selected.Contains));
    }

    private bool ConcernsSelection((MoRef Object, string Property) change, HashSet<string> followed)
    {
        if (_selected.Contains(change.Object))
        {
            return change.Property.Length == 0 || (spec.Follows && (followed.Contains(change.Property) || s_structure.Contains(change.Property)));
        }

        bool isEntity = Schema.Default.IsA(change.Object.Type, "ManagedEntity");
        return spec.Follows && (followed.Contains(change.Property) || (isEntity && (change.Property.Length == 0 || s_structure.Contains(change.Property)))
            || change.Property == "view");
    }

    private void Enqueue(IEnumerable<MoRef> references)
    {
        foreach (MoRef reference in references)
        {
            if (_isPending.Add(reference))
            {
                _pending.Add(reference);
            }
        }
    }

    private DataObject? Update(MoRef reference)
    {
        ManagedObject? target = _selected.Contains(reference) ? Server.Find(reference, session) : null;
        bool isKnown = _told.TryGetValue(reference, out Dictionary<string, string>? told);
        if (target is null)
        {
            _told.Remove(reference);
            return isKnown ? new DataObject("ObjectUpdate").With("kind", "leave").With("obj", reference) : null;
        }

        if (!isKnown)
        {
            _told.Add(reference, told = new Dictionary<string, string>(StringComparer.Ordinal));
        }

        ObjectProperties properties = new(Server, target, session, version);
        List<object> changed = [];
        List<object> missing = [];
        foreach (string path in properties.Paths(spec.PathsOf(reference)))
        {
            if (isKnown && !IsPushed(reference, path))
            {
                continue;
            }

            (AnyValue? value, DataObject? fault) = properties.Read(path);
            string text = fault is not null ? "!" + fault["localizedMessage"] : value is null ? string.Empty : SoapWriter.Text(value.Value, value.Declared, version);
            if (isKnown && told![path] == text)
            {
                continue;
            }

            told![path] = text;
            if (fault is not null)
            {
                missing.Add(new DataObject("MissingProperty").With("path", path).With("fault", fault));
            }
            else
            {
                // A property that is asked for and unset comes as an assignment of nothing (facts: vim25-gpu.md section 1).
                changed.Add(new DataObject("PropertyChange").With("name", path).With("op", "assign").With("val", value));
            }
        }

        return isKnown && changed.Count == 0 && missing.Count == 0
            ? null
            : new DataObject("ObjectUpdate").With("kind", isKnown ? "modify" : "enter").With("obj", reference).With("changeSet", changed).With("missingSet", missing);
    }

    private bool IsPushed(MoRef reference, string path) =>
        Server.Options.PushHostConfiguration || reference.Type != "HostSystem"
        || !(PropertyPath.First(path) is "config" or "configManager" || path is "runtime.inMaintenanceMode" or "summary.runtime.inMaintenanceMode");
}
