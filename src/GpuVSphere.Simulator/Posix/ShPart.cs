namespace GpuVSphere.Simulator.Posix;

/// <summary>A part of a word.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The text, the variable's name, or the script.</param>
/// <param name="IsQuoted">Whether it stays one piece: no splitting at blanks, no pattern.</param>
internal sealed record ShPart(ShPartKind Kind, string Text, bool IsQuoted)
{
    /// <summary>What stands for a variable that is not set, from <c>${name:-text}</c>; null for nothing.</summary>
    public string? Default { get; init; }
}
