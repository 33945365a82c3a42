using System;
using System.Collections.Generic;

namespace GpuVSphere.Vim;

/// <summary>
/// A piece of a reply kept as a small tree, for what is rare and of a shape not known beforehand: the details of a fault, an update of
/// any property, a row of esxcli. Everything else is read with <see cref="VimReader"/> as it arrives.
/// </summary>
public sealed class VimElement
{
    internal VimElement(string name, string? xsiType, string? referenceType, string text, IReadOnlyList<VimElement> children)
    {
        Name = name;
        XsiType = xsiType;
        ReferenceType = referenceType;
        Text = text;
        Children = children;
    }

    /// <summary>The element's name without its prefix.</summary>
    public string Name { get; }

    /// <summary>The type that the server declares with xsi:type, without its prefix; null when it declares none.</summary>
    public string? XsiType { get; }

    /// <summary>The managed object type when the element is a reference, else null.</summary>
    public string? ReferenceType { get; }

    /// <summary>The text directly in the element; empty when it has none.</summary>
    public string Text { get; }

    /// <summary>The elements in it, in order.</summary>
    public IReadOnlyList<VimElement> Children { get; }

    /// <summary>The first child of a name, or null.</summary>
    /// <param name="name">The child's name.</param>
    public VimElement? this[string name]
    {
        get
        {
            foreach (VimElement child in Children)
            {
                if (string.Equals(child.Name, name, StringComparison.Ordinal))
                {
                    return child;
                }
            }

            return null;
        }
    }

    /// <summary>The element as a reference; empty when it is none.</summary>
    public ManagedObjectReference Reference => ReferenceType is null ? default : new ManagedObjectReference(ReferenceType, Text);

    /// <summary>All children of a name, in order.</summary>
    /// <param name="name">The children's name.</param>
    public IEnumerable<VimElement> All(string name)
    {
        foreach (VimElement child in Children)
        {
            if (string.Equals(child.Name, name, StringComparison.Ordinal))
            {
                yield return child;
            }
        }
    }
}
