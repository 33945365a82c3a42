using System.Collections.Generic;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>A managed object type or a data object type.</summary>
internal sealed class SchemaType(string name, string? baseName, WireVersion since, bool isManaged, bool isOpen)
{
    public string Name { get; } = name;

    public string? BaseName { get; } = baseName;

    public WireVersion Since { get; } = since;

    public bool IsManaged { get; } = isManaged;

    /// <summary>Whether it has more members than are listed here, so that an unknown path cannot be refused.</summary>
    public bool IsOpen { get; } = isOpen;

    /// <summary>Its own members, without those of its base, in the order of the wire.</summary>
    public Dictionary<string, SchemaMember> Members { get; } = [];

    /// <summary>Its own methods and what each takes; empty when nothing beyond a login is checked in general.</summary>
    public Dictionary<string, SchemaMember> Methods { get; } = [];
}
