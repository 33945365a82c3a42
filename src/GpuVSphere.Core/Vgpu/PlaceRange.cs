using System;

namespace GpuVSphere.Vgpu;

/// <summary>Places of a GPU that follow one another: GB of its frame buffer, or its memory slices.</summary>
/// <param name="First">The first one, from 0.</param>
/// <param name="Last">The last one.</param>
public sealed record PlaceRange(int First, int Last)
{
    /// <summary>How many they are.</summary>
    public int Count => Last - First + 1;

    /// <summary>The range, such as <c>20-39</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{First}-{Last}");
}
