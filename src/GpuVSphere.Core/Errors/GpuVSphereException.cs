using System;

namespace GpuVSphere;

/// <summary>
/// An error that a user can act on: what happened, to which object, and what to type next.
/// Everything that Core throws on purpose is one of these or derives from it.
/// </summary>
public class GpuVSphereException : Exception
{
    /// <summary>Makes an error.</summary>
    /// <param name="id">The stable id of the error, such as <c>HostNotFound</c>. Scripts match on it: it never changes.</param>
    /// <param name="category">The kind of trouble.</param>
    /// <param name="message">What happened, in one or two sentences, with the object's name and the values that were seen.</param>
    /// <param name="target">The name of the object concerned, or null when there is none.</param>
    /// <param name="nextStep">What to type or do next, or null when nothing can be advised.</param>
    /// <param name="inner">The cause, kept for the curious.</param>
    public GpuVSphereException(string id, GpuErrorCategory category, string message, string? target = null, string? nextStep = null, Exception? inner = null)
        : base(message, inner)
    {
        Id = id;
        Category = category;
        Target = target;
        NextStep = nextStep;
    }

    /// <summary>The stable id of the error.</summary>
    public string Id { get; }

    /// <summary>The kind of trouble.</summary>
    public GpuErrorCategory Category { get; }

    /// <summary>The name of the object concerned, or null.</summary>
    public string? Target { get; }

    /// <summary>What to type or do next, or null.</summary>
    public string? NextStep { get; }
}
