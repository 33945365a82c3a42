using System;

namespace GpuVSphere.Testing;

/// <summary>
/// The line of a ring's report. <c>dotnet test</c> prints the name of a skipped test but not its reason, so here the reason is in
/// the name: a ring that cannot run on this machine says by itself, without any switch, what is missing.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public abstract class RingFactAttribute : FactAttribute
{
    /// <summary>Makes the line.</summary>
    /// <param name="ring">The ring, or the part of it.</param>
    /// <param name="missing">What is missing and how to get it; null when it can run.</param>
    protected RingFactAttribute(string ring, string? missing)
    {
        DisplayName = missing is null ? $"{ring} can run" : $"{ring} DID NOT RUN: {missing}";
        Skip = missing;
    }
}
