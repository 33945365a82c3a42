namespace GpuVSphere.Simulator.Posix;

/// <summary>What a part of a word is.</summary>
internal enum ShPartKind
{
    /// <summary>Itself.</summary>
    Literal,

    /// <summary>A variable's value.</summary>
    Variable,

    /// <summary>What a script prints.</summary>
    Substitution,
}
