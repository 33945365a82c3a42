namespace GpuVSphere.Simulator.Posix;

/// <summary>What a node of a shell script is.</summary>
internal enum ShKind
{
    /// <summary>Its children one after the other.</summary>
    Sequence,

    /// <summary>The second when the first succeeded.</summary>
    And,

    /// <summary>The second when the first failed.</summary>
    Or,

    /// <summary>Success of its child turned round.</summary>
    Not,

    /// <summary>Children whose output is the input of the next.</summary>
    Pipeline,

    /// <summary>Its child beside what follows.</summary>
    Background,

    /// <summary>Its child in a shell of its own.</summary>
    Subshell,

    /// <summary>Its child in this shell.</summary>
    Group,

    /// <summary>Condition and body in turn; one child more is the else.</summary>
    If,

    /// <summary>Condition and body.</summary>
    While,

    /// <summary>A variable, words, and a body.</summary>
    For,

    /// <summary>Assignments, a program and its arguments.</summary>
    Simple,
}
