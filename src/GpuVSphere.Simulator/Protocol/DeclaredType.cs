using System;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>A type as the API declares it: the name, and whether it is a reference or an array.</summary>
/// <param name="Name">Such as <c>xsd:string</c> or <c>HostPciDevice</c>; empty when it is not known.</param>
/// <param name="IsReference">Whether the values are references to managed objects of that type.</param>
/// <param name="IsArray">Whether there are several.</param>
internal readonly record struct DeclaredType(string Name, bool IsReference, bool IsArray)
{
    /// <summary>Nothing is known: the value tells.</summary>
    public static DeclaredType Unknown { get; } = new(string.Empty, false, false);

    public bool IsUnknown => string.IsNullOrEmpty(Name);

    /// <summary>Whether a value of it must say what it is.</summary>
    public bool IsAny => IsUnknown || Name == "xsd:anyType";

    public DeclaredType Element => this with { IsArray = false };

    public static DeclaredType Parse(string text)
    {
        bool isArray = text.EndsWith("[]", StringComparison.Ordinal);
        bool isReference = text[0] == '&' || text.StartsWith("ManagedObjectReference", StringComparison.Ordinal);
        string name = text.Substring(text[0] == '&' ? 1 : 0, text.Length - (isArray ? 2 : 0) - (text[0] == '&' ? 1 : 0));
        return new DeclaredType(name, isReference, isArray);
    }
}
