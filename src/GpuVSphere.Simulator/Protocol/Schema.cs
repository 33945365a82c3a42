using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>The vim25 types that the simulator knows, from <c>Schema.txt</c>, and what of them a client of an older version sees.</summary>
internal sealed class Schema
{
    private static readonly Lazy<Schema> s_default = new(Load);
    private readonly Dictionary<string, SchemaType> _types = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Type, WireVersion Version), Dictionary<string, SchemaMember>> _views = new();

    private Schema()
    {
    }

    public static Schema Default => s_default.Value;

    /// <summary>Every privilege that reading or calling something takes.</summary>
    public IEnumerable<string> Privileges => _types.Values.SelectMany(type => type.Methods.Values.Concat(type.Members.Values))
        .Select(member => member.Privilege).Where(privilege => privilege.Length > 0).Distinct();

    public SchemaType? Find(string type) => _types.TryGetValue(type, out SchemaType? found) ? found : null;

    /// <summary>Whether a type is another one or derives from it.</summary>
    public bool IsA(string type, string ancestor)
    {
        for (string? name = type; name is not null; name = Find(name)?.BaseName)
        {
            if (name == ancestor)
            {
                return true;
            }
        }

        return ancestor == "ManagedObject" && Find(type) is null or { IsManaged: true };
    }

    /// <summary>Whether something was left out when a type and its ancestors were listed: then an unknown member may exist.</summary>
    public bool IsOpen(string type)
    {
        for (string? name = type; name is not null; name = Find(name)?.BaseName)
        {
            if (Find(name) is null or { IsOpen: true })
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The members that a client of a version sees, the base's first; of an unknown type, none.</summary>
    public Dictionary<string, SchemaMember> Members(string type, WireVersion version) => _views.GetOrAdd((type, version), key =>
    {
        Dictionary<string, SchemaMember> members = new(StringComparer.Ordinal);
        foreach (SchemaType each in Chain(key.Type).Reverse())
        {
            foreach (SchemaMember member in each.Members.Values)
            {
                if (member.Since <= key.Version)
                {
                    members[member.Name] = member;
                }
            }
        }

        return members;
    });

    /// <summary>Whether a type derived from this one has a member of that name.</summary>
    public bool HasDerivedMember(string type, string member) =>
        _types.Values.Any(each => each.Members.ContainsKey(member) && each.Name != type && IsA(each.Name, type));

    /// <summary>A member that some version has, whatever the client's.</summary>
    public SchemaMember? FindMember(string type, string name) =>
        Chain(type).Select(each => each.Members.TryGetValue(name, out SchemaMember? member) ? member : null).FirstOrDefault(member => member is not null);

    public SchemaMember? FindMethod(string type, string name) =>
        Chain(type).Select(each => each.Methods.TryGetValue(name, out SchemaMember? method) ? method : null).FirstOrDefault(method => method is not null);

    /// <summary>The type itself, or the nearest ancestor that a client of the version knows. vSphere sends an object of a newer type as its known base.</summary>
    public string KnownTo(string type, WireVersion version)
    {
        string name = type;
        while (Find(name) is { BaseName: { } baseName } found && !(found.Since <= version))
        {
            name = baseName;
        }

        return name;
    }

    private static Schema Load()
    {
        Schema schema = new();
        using Stream stream = typeof(Schema).Assembly.GetManifestResourceStream("GpuVSphere.Simulator.Protocol.Schema.txt")!;
        using StreamReader reader = new(stream);
        SchemaType? current = null;
        while (reader.ReadLine() is { } line)
        {
            string[] words = line.Split([' '], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0] == "#")
            {
                continue;
            }

            if (words[0] is "M" or "T")
            {
                current = new SchemaType(words[1], words[2] == "-" ? null : words[2], WireVersion.Parse(words[3]), words[0] == "M", words.Length > 4);
                schema._types[current.Name] = current;
            }
            else if (words[0] == "m")
            {
                string privilege = words[3] == "-" ? string.Empty : words[3];
                current!.Methods[words[1]] = new SchemaMember(words[1], DeclaredType.Unknown, WireVersion.Parse(words[2]), privilege);
            }
            else
            {
                string privilege = words[0] == "f" ? string.Empty : words[4] == "-" ? "System.Read" : words[4];
                current!.Members[words[1]] = new SchemaMember(words[1], DeclaredType.Parse(words[2]), WireVersion.Parse(words[3]), privilege);
            }
        }

        return schema;
    }

    private IEnumerable<SchemaType> Chain(string type)
    {
        for (SchemaType? found = Find(type); found is not null; found = found.BaseName is null ? null : Find(found.BaseName))
        {
            yield return found;
        }
    }
}
