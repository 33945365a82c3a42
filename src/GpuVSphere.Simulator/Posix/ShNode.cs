using System.Collections.Generic;

namespace GpuVSphere.Simulator.Posix;

/// <summary>A command of a shell script, with those it is made of.</summary>
internal sealed class ShNode(ShKind kind)
{
    public ShKind Kind { get; } = kind;

    public List<ShNode> Children { get; } = [];

    /// <summary>The words of a simple command, or what a for goes through.</summary>
    public List<ShWord> Words { get; } = [];

    public List<ShRedirect> Redirects { get; } = [];

    /// <summary>The variable of a for.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>How it was written, for the list of processes.</summary>
    public string Text { get; set; } = string.Empty;

    public static ShNode Of(ShKind kind, params ShNode[] children)
    {
        ShNode node = new(kind);
        node.Children.AddRange(children);
        return node;
    }
}
