using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>Walks property paths such as <c>config.pciPassthruInfo</c> or <c>config.extraConfig["key"].value</c>.</summary>
internal static class PropertyPath
{
    /// <summary>Whether a type has a path at all; unknown types and open ones are trusted.</summary>
    public static bool IsValid(string managedType, string path, WireVersion version)
    {
        Schema schema = Schema.Default;
        string type = managedType;
        bool isArray = false;
        bool first = true;
        foreach (string segment in Split(path))
        {
            if (segment[0] == '[')
            {
                if (!isArray)
                {
                    return false;
                }

                isArray = false;
                continue;
            }

            // A path goes into one object, never into all of an array: that needs an index.
            if (isArray)
            {
                return false;
            }

            if (schema.Find(type) is null)
            {
                return !type.StartsWith("xsd:", StringComparison.Ordinal);
            }

            if (!schema.Members(type, version).TryGetValue(segment, out SchemaMember? member))
            {
                // A field of a derived type is only known from the value; the first step never is one.
                return (!first || schema.IsOpen(type)) && schema.FindMember(type, segment) is null && (schema.IsOpen(type) || IsOfDerived(type, segment));
            }

            if (member.Type.IsReference && !member.Type.IsArray)
            {
                type = "xsd:reference";
            }
            else
            {
                type = member.Type.IsReference ? "xsd:reference" : member.Type.Name;
            }

            isArray = member.Type.IsArray;
            first = false;
        }

        return !first;
    }

    /// <summary>The value at a path and its declared type; null when it is unset. Called under the gate.</summary>
    /// <exception cref="SimulatedFault">There is no such path (InvalidProperty).</exception>
    public static (object? Value, DeclaredType Declared) Read(ManagedObject target, Func<string, object?> firstLevel, string path, WireVersion version)
    {
        Schema schema = Schema.Default;
        object? value = null;
        DeclaredType declared = DeclaredType.Unknown;
        string type = target.Reference.Type;
        bool first = true;
        foreach (string segment in Split(path))
        {
            if (first)
            {
                bool isKnown = schema.Members(type, version).TryGetValue(segment, out SchemaMember? property);
                if (!isKnown && (schema.FindMember(type, segment) is not null || !Contains(target.PropertyNames, segment)))
                {
                    throw Invalid(path);
                }

                declared = property?.Type ?? DeclaredType.Unknown;
                value = firstLevel(segment);
                first = false;
                continue;
            }

            if (segment[0] == '[')
            {
                if (value is not null and (string or byte[] or not IEnumerable) || (!declared.IsUnknown && !declared.IsArray))
                {
                    throw Invalid(path);
                }

                value = value is IEnumerable list ? Element(list, segment.Substring(1, segment.Length - 2).Trim('"')) : null;
                declared = declared.Element;
                continue;
            }

            if (declared.IsArray || declared.IsReference || declared.Name.StartsWith("xsd:", StringComparison.Ordinal) || value is not null and not DataObject)
            {
                throw Invalid(path);
            }

            DataObject? data = value as DataObject;
            string holder = data is { TypeName.Length: > 0 } ? data.TypeName : declared.Name;
            if (schema.Members(schema.KnownTo(holder, version), version).TryGetValue(segment, out SchemaMember? member))
            {
                declared = member.Type;
            }
            else if (schema.FindMember(holder, segment) is not null || (!schema.IsOpen(holder) && !(data is null && IsOfDerived(holder, segment))))
            {
                throw Invalid(path);
            }
            else
            {
                declared = DeclaredType.Unknown;
            }

            value = data?[segment];
        }

        return first ? throw Invalid(path) : (value, declared);
    }

    public static SimulatedFault Invalid(string path)
    {
        SimulatedFault fault = new("InvalidProperty", "The property '" + path + "' is not known to the server.", "vim25-gpu.md 1: RetrievePropertiesEx refuses an unknown path with InvalidProperty{name}");
        fault.Detail.With("name", path);
        return fault;
    }

    /// <summary>The first-level property of a path.</summary>
    public static string First(string path)
    {
        int end = path.IndexOfAny(['.', '[']);
        return end < 0 ? path : path.Substring(0, end);
    }

    private static List<string> Split(string path)
    {
        List<string> segments = [];
        int start = 0;
        int i = 0;
        while (i < path.Length)
        {
            if (path[i] == '[')
            {
                if (i > start)
                {
                    segments.Add(path.Substring(start, i - start));
                }

                bool quoted = false;
                int open = i;
                while (i < path.Length && (quoted || path[i] != ']'))
                {
                    quoted ^= path[i] == '"';
                    i++;
                }

                if (i == path.Length)
                {
                    throw Invalid(path);
                }

                segments.Add(path.Substring(open, i - open + 1));
                i++;
                start = i;
                if (i < path.Length && path[i] == '.')
                {
                    i++;
                    start = i;
                }
            }
            else if (path[i] == '.')
            {
                if (i == start)
                {
                    throw Invalid(path);
                }

                segments.Add(path.Substring(start, i - start));
                i++;
                start = i;
            }
            else
            {
                i++;
            }
        }

        if (i > start)
        {
            segments.Add(path.Substring(start));
        }

        if (segments.Count == 0 || path[path.Length - 1] == '.')
        {
            throw Invalid(path);
        }

        return segments;
    }

    private static object? Element(IEnumerable list, string key)
    {
        foreach (object? item in list)
        {
            object? itemKey = item switch
            {
                DataObject data => data["key"] ?? data["id"],
                MoRef reference => reference.Value,
                _ => item,
            };
            if (itemKey is not null && Convert.ToString(itemKey, CultureInfo.InvariantCulture) == key)
            {
                return item;
            }
        }

        return null;
    }

    private static bool IsOfDerived(string type, string member) => Schema.Default.HasDerivedMember(type, member);

    private static bool Contains(IEnumerable<string> names, string name)
    {
        foreach (string each in names)
        {
            if (each == name)
            {
                return true;
            }
        }

        return false;
    }
}
