using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>The properties of one object as one session reads them at one moment. All under the gate.</summary>
internal sealed class ObjectProperties(SimulatedServer server, ManagedObject target, SimulatedSession? session, WireVersion version)
{
    private readonly Dictionary<string, object?> _firstLevel = new(StringComparer.Ordinal);

    /// <summary>The paths to read: those given, or every property that the version knows.</summary>
    public IEnumerable<string> Paths(IReadOnlyList<string>? wanted)
    {
        if (wanted is not null)
        {
            return wanted;
        }

        string type = target.Reference.Type;
        return Schema.Default.Members(type, version).Keys
            .Concat(target.PropertyNames.Where(name => Schema.Default.FindMember(type, name) is null)).Distinct();
    }

    /// <summary>The value at a path, null when unset; or the fault that says why it cannot be read.</summary>
    public (AnyValue? Value, DataObject? Fault) Read(string path)
    {
        string first = PropertyPath.First(path);
        string privilege = Schema.Default.FindMember(target.Reference.Type, first)?.Privilege ?? "System.Read";
        try
        {
            Privileges.Require(session, server.EntityOf(target), privilege);
            (object? value, DeclaredType declared) = PropertyPath.Read(target, FirstLevel, path, version);
            return (value is null ? null : new AnyValue(value, declared), null);
        }
        catch (SimulatedFault fault) when (fault.Detail.TypeName != "InvalidProperty")
        {
            return (null, TaskObject.Localized(fault.Detail, fault.Message));
        }
    }

    /// <summary>Everything as an ObjectContent.</summary>
    public DataObject Content(IReadOnlyList<string>? wanted)
    {
        List<object> properties = [];
        List<object> missing = [];
        foreach (string path in Paths(wanted))
        {
            (AnyValue? value, DataObject? fault) = Read(path);
            if (fault is not null)
            {
                missing.Add(new DataObject("MissingProperty").With("path", path).With("fault", fault));
            }
            else if (value is not null)
            {
                properties.Add(new DataObject("DynamicProperty").With("name", path).With("val", value));
            }
        }

        return new DataObject("ObjectContent").With("obj", target.Reference).With("propSet", properties).With("missingSet", missing);
    }

    private object? FirstLevel(string name)
    {
        if (!_firstLevel.TryGetValue(name, out object? value))
        {
            _firstLevel.Add(name, value = server.Property(target, name, session));
        }

        return value;
    }
}
