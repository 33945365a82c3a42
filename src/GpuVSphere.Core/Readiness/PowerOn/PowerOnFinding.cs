namespace GpuVSphere.Readiness.PowerOn;

/// <summary>One cause of a failed power-on: the line that proves it, and what mends it.</summary>
public sealed record PowerOnFinding
{
    /// <summary>What was looked at: the VM's name, or the log's.</summary>
    public required string Subject { get; init; }

    /// <summary>The VM's name; null when nothing tells it.</summary>
    public string? VmName { get; init; }

    /// <summary>The name of the VM's host; null when it is not known.</summary>
    public string? HostName { get; init; }

    /// <summary>The server's name, as the user gave it; null when no server was asked.</summary>
    public string? ServerName { get; init; }

    /// <summary>The cause.</summary>
    public required PowerOnCause Cause { get; init; }

    /// <summary>How sure it is.</summary>
    public required PowerOnCertainty Certainty { get; init; }

    /// <summary>What is wrong, with the values that were seen.</summary>
    public required string Explanation { get; init; }

    /// <summary>The line that proves it, as it was written; null when only the fault's type does.</summary>
    public string? Line { get; init; }

    /// <summary>Where the line stands: the task, the error, or the name of the log.</summary>
    public string? LineOrigin { get; init; }

    /// <summary>The command that mends it, ready to be typed; null when no command of this module does, or when it needs to be known more of the VM.</summary>
    public string? Command { get; init; }

    /// <summary>What to do, in words, with what goes before and after the command.</summary>
    public required string NextStep { get; init; }

    /// <summary>What the explanation rests on.</summary>
    public required string Source { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Subject}: {Explanation}";
}
