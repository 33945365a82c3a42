namespace GpuVSphere.Guest;

/// <summary>How guests are to be tested.</summary>
public sealed record GuestGpuTestOptions
{
    /// <summary>A folder of the guests in which CUDA's samples are looked for; null for the usual ones.</summary>
    public string? SamplePath { get; init; }

    /// <summary>Whether samples that are there as sources are built with make.</summary>
    public bool BuildSample { get; init; }

    /// <summary>How many guests at the same time, 1 to 64.</summary>
    public int MaxParallel { get; init; } = 8;
}
