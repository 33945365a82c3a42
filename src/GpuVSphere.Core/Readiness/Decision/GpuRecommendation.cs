using System.Collections.Generic;

namespace GpuVSphere.Readiness.Decision;

/// <summary>A method, how well it gives what is needed, and what it lacks here.</summary>
public sealed record GpuRecommendation
{
    /// <summary>Its place, from 1. (An array has a property Rank of its own, which would hide one of that name.)</summary>
    public required int Place { get; init; }

    /// <summary>The method.</summary>
    public required GpuMethod Method { get; init; }

    /// <summary>What is said of it.</summary>
    public required MethodVerdict Verdict { get; init; }

    /// <summary>What speaks for it, each with its source.</summary>
    public IReadOnlyList<string> For { get; init; } = [];

    /// <summary>What speaks against it, each with its source.</summary>
    public IReadOnlyList<string> Against { get; init; } = [];

    /// <summary>What it needs and is not here yet; empty when it can be used at once, or when no server was asked.</summary>
    public IReadOnlyList<MethodGap> Missing { get; init; } = [];

    /// <summary>The host that lacks the least for it; null when there is none, or when no server was asked.</summary>
    public string? BestHost { get; init; }

    /// <summary>The commands that set up what is missing, in their order; then the one that gives a VM the GPU.</summary>
    public IReadOnlyList<string> Commands { get; init; } = [];

    /// <summary>Methods that it works together with, and what they add.</summary>
    public IReadOnlyList<string> Combinations { get; init; } = [];

    /// <summary>The needs that were judged.</summary>
    public IReadOnlyList<GpuNeed> Needs { get; init; } = [];

    /// <summary>What was taken from the guide since it was not said, in a sentence; null when nothing.</summary>
    public string? Assumed { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Place}. {Method}: {Verdict}";
}
