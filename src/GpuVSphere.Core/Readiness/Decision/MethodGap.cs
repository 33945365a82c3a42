namespace GpuVSphere.Readiness.Decision;

/// <summary>Something that a method needs and that is not there yet.</summary>
/// <param name="Kind">Whether it can be set up, must be confirmed, or is not here.</param>
/// <param name="Text">What, in a sentence.</param>
/// <param name="Command">The command that sets it up, or null.</param>
public sealed record MethodGap(MethodGapKind Kind, string Text, string? Command = null)
{
    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        MethodGapKind.Confirm => "Confirm: " + Text,
        MethodGapKind.Lacking => "Not here: " + Text,
        _ => "Needed: " + Text,
    };
}
