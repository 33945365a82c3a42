namespace GpuVSphere.Conventions.Tests.Metadata;

/// <summary>A type as metadata names it; a nested type has the namespace of the outermost one.</summary>
/// <param name="Assembly">The assembly it is in; empty for the one being read.</param>
/// <param name="Namespace">The namespace.</param>
/// <param name="Name">The name, outer types first, joined by a plus.</param>
/// <param name="IsVisible">False when it is a type of the assembly being read that other assemblies do not see.</param>
internal sealed record NamedType(string Assembly, string Namespace, string Name, bool IsVisible)
{
    /// <summary>Namespace and name.</summary>
    public string FullName => Namespace.Length == 0 ? Name : Namespace + "." + Name;

    /// <inheritdoc />
    public override string ToString() => FullName;
}
