using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>A PropertyFilterSpec, checked: which objects to look at, and which of their properties.</summary>
internal sealed class FilterSpec
{
    private readonly List<ObjectStart> _starts = [];
    private readonly Dictionary<string, Traversal> _named = [];
    private readonly List<(string Type, bool All, IReadOnlyList<string> Paths)> _properties = [];

    /// <exception cref="SimulatedFault">The spec is refused: InvalidProperty, InvalidType, InvalidArgument or ManagedObjectNotFound.</exception>
    public FilterSpec(DataObject spec, SimulatedServer server, SimulatedSession? session, WireVersion version)
    {
        Source = spec;
        IReadOnlyList<DataObject> objects = spec.Objects("objectSet");
        foreach (DataObject set in spec.Objects("propSet"))
        {
            AddProperties(set, version);
        }

        if (objects.Count == 0 || _properties.Count == 0)
        {
            throw InvalidArgument("specSet", "vim25: CreateFilter refuses an empty spec with InvalidArgument (method-docs-8.0.1.txt)");
        }

        foreach (DataObject start in objects)
        {
            MoRef reference = start.RequiredReference("obj");
            if (server.Find(reference, session) is null)
            {
                if (spec.Boolean("reportMissingObjectsInResults") == true)
                {
                    continue;
                }

                throw SimulatedServer.NotFound(reference);
            }

            _starts.Add(new ObjectStart(reference, start.Boolean("skip") == true, start.Objects("selectSet").Select(each => AddTraversal(each, version)).ToList()));
        }

        foreach (string name in AllTraversals().SelectMany(each => each.Next).Concat(_starts.SelectMany(each => each.Next)).Where(each => each.Traversal is null).Select(each => each.Name))
        {
            if (!_named.ContainsKey(name))
            {
                throw InvalidArgument("selectSet", "vim25: a SelectionSpec refers to a TraversalSpec by name, within the same spec (types-core.txt)");
            }
        }
    }

    public DataObject Source { get; }

    /// <summary>Whether the objects are found by following properties, rather than named.</summary>
    public bool Follows => _starts.Any(start => start.Next.Count > 0);

    /// <summary>The first-level properties that are followed.</summary>
    public HashSet<string> Followed => [.. AllTraversals().Select(each => PropertyPath.First(each.Path))];

    /// <summary>The objects that are selected now, each once, in the order they are met. Called under the gate.</summary>
    public void Select(SimulatedServer server, SimulatedSession? session, WireVersion version, List<ManagedObject> selected, HashSet<MoRef> seen)
    {
        HashSet<(MoRef, Traversal)> followed = [];
        Stack<(MoRef Reference, bool Skip, IReadOnlyList<Selection> Next)> open = new();
        foreach (ObjectStart start in Enumerable.Reverse(_starts))
        {
            open.Push((start.Reference, start.Skip, start.Next));
        }

        while (open.Count > 0)
        {
            (MoRef reference, bool skip, IReadOnlyList<Selection> next) = open.Pop();
            if (server.Find(reference, session) is not { } target)
            {
                continue;
            }

            if (!skip && _properties.Any(set => Schema.Default.IsA(reference.Type, set.Type)) && seen.Add(reference))
            {
                selected.Add(target);
            }

            List<(MoRef, bool, IReadOnlyList<Selection>)> found = [];
            foreach (Selection selection in next)
            {
                Traversal traversal = selection.Traversal ?? _named[selection.Name];
                if (!Schema.Default.IsA(reference.Type, traversal.Type) || !followed.Add((reference, traversal)))
                {
                    continue;
                }

                foreach (MoRef reached in Follow(server, session, target, traversal.Path, version))
                {
                    found.Add((reached, traversal.Skip, traversal.Next));
                }
            }

            for (int i = found.Count - 1; i >= 0; i--)
            {
                open.Push(found[i]);
            }
        }
    }

    /// <summary>The paths that the spec asks of an object: null for all of its properties.</summary>
    public IReadOnlyList<string>? PathsOf(MoRef reference)
    {
        List<string> paths = [];
        foreach ((string type, bool all, IReadOnlyList<string> wanted) in _properties)
        {
            if (Schema.Default.IsA(reference.Type, type))
            {
                if (all)
                {
                    return null;
                }

                paths.AddRange(wanted.Where(path => !paths.Contains(path)));
            }
        }

        return paths;
    }

    public bool AppliesTo(MoRef reference) => _properties.Any(set => Schema.Default.IsA(reference.Type, set.Type));

    private static SimulatedFault InvalidArgument(string argument, string fact)
    {
        SimulatedFault fault = new("InvalidArgument", "A specified parameter was not correct: " + argument, fact);
        fault.Detail.With("invalidProperty", argument);
        return fault;
    }

    private static IEnumerable<MoRef> Follow(SimulatedServer server, SimulatedSession? session, ManagedObject target, string path, WireVersion version)
    {
        string privilege = Schema.Default.FindMember(target.Reference.Type, PropertyPath.First(path))?.Privilege ?? "System.Read";
        if (session is null ? privilege != "System.Anonymous" : !session.May(privilege))
        {
            return [];
        }

        return InventoryTree.ReferencesIn(PropertyPath.Read(target, name => server.Property(target, name, session), path, version).Value);
    }

    private void AddProperties(DataObject set, WireVersion version)
    {
        string type = set.RequiredText("type");
        if (type != "ManagedObject" && Schema.Default.Find(type) is not { IsManaged: true })
        {
            SimulatedFault fault = new("InvalidType", "The type '" + type + "' is not known to the server.", "vim25: CreateFilter refuses an unknown type with InvalidType (method-docs-8.0.1.txt)");
            fault.Detail.With("argument", type);
            throw fault;
        }

        bool all = set.Boolean("all") == true;
        IReadOnlyList<string> paths = all ? [] : set.Texts("pathSet");
        foreach (string path in paths)
        {
            if (!PropertyPath.IsValid(type, path, version))
            {
                throw PropertyPath.Invalid(path);
            }
        }

        _properties.Add((type, all, paths));
    }

    private Selection AddTraversal(DataObject selection, WireVersion version)
    {
        string name = selection.Text("name") ?? string.Empty;
        if (selection.TypeName != "TraversalSpec")
        {
            return selection["path"] is null
                ? new Selection(name, null)
                : throw new SimulatedFault("InvalidRequest", "The element 'path' is not one of a SelectionSpec.", "vim25-gpu.md 1: a selectSet needs its xsi:type");
        }

        string type = selection.RequiredText("type");
        string path = selection.RequiredText("path");
        if (Schema.Default.Find(type) is not { IsManaged: true } || !PropertyPath.IsValid(type, path, version))
        {
            throw InvalidArgument("selectSet", "vim25: a selection with properties not defined on its type is refused with InvalidArgument (method-docs-8.0.1.txt)");
        }

        Traversal traversal = new(type, path, selection.Boolean("skip") == true);
        if (name.Length > 0)
        {
            _named[name] = traversal;
        }

        traversal.Next.AddRange(selection.Objects("selectSet").Select(each => AddTraversal(each, version)));
        return new Selection(name, traversal);
    }

    private IEnumerable<Traversal> AllTraversals()
    {
        Stack<Selection> open = new(_starts.SelectMany(start => start.Next));
        HashSet<Traversal> seen = [];
        while (open.Count > 0)
        {
            Selection selection = open.Pop();
            if (selection.Traversal is { } traversal && seen.Add(traversal))
            {
                yield return traversal;
                foreach (Selection next in traversal.Next)
                {
                    open.Push(next);
                }
            }
        }
    }

    private sealed record ObjectStart(MoRef Reference, bool Skip, IReadOnlyList<Selection> Next);

    /// <summary>A traversal, or the name of one.</summary>
    private sealed record Selection(string Name, Traversal? Traversal);

    private sealed class Traversal(string type, string path, bool skip)
    {
        public string Type { get; } = type;

        public string Path { get; } = path;

        public bool Skip { get; } = skip;

        public List<Selection> Next { get; } = [];
    }
}
