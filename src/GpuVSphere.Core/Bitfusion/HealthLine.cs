namespace GpuVSphere.Bitfusion;

/// <summary>A check as a line of <c>health</c> or <c>localhealth</c> names it.</summary>
/// <param name="Node">The machine under whose heading it stands; null for none.</param>
/// <param name="Check">What was checked.</param>
/// <param name="Status">What came out.</param>
/// <param name="Detail">What it says besides, or null.</param>
/// <param name="Text">The line.</param>
internal sealed record HealthLine(string? Node, string Check, FlexDirectHealthStatus Status, string? Detail, string Text)
{
    /// <summary>Whether the program logged it on its way, and it is no check.</summary>
    public bool IsLog { get; init; }

    /// <summary>Whether it is the error that the program itself ended with.</summary>
    public bool IsOwnError { get; init; }
}
