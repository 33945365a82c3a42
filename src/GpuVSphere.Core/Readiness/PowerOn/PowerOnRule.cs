using System.Collections.Generic;

namespace GpuVSphere.Readiness.PowerOn;

/// <summary>One cause of failed power-ons, and how it is known. A rule does no I/O: the same evidence gives the same findings.</summary>
internal abstract class PowerOnRule
{
    /// <summary>The cause that it knows.</summary>
    public abstract PowerOnCause Cause { get; }

    /// <summary>What it is, in one line for the documentation.</summary>
    public abstract string Title { get; }

    /// <summary>What it is known by, in one line for the documentation.</summary>
    public abstract string KnownBy { get; }

    /// <summary>What it rests on: a document, a KB number.</summary>
    public abstract string Source { get; }

    /// <summary>Explains.</summary>
    /// <returns>What is to be said; nothing when the evidence does not speak of this cause.</returns>
    public abstract IEnumerable<PowerOnFinding> Explain(PowerOnEvidence evidence);

    private protected PowerOnFinding Finding(PowerOnEvidence evidence, PowerOnCertainty certainty, PowerOnLine? line, string explanation, string nextStep, string? command = null) => new()
    {
        Subject = evidence.Subject,
        VmName = evidence.VmName,
        HostName = evidence.HostName,
        ServerName = evidence.Vm?.ServerName,
        Cause = Cause,
        Certainty = certainty,
        Explanation = explanation.EndsWith(".", System.StringComparison.Ordinal) ? explanation : explanation + ".",
        Line = line?.Text,
        LineOrigin = line?.Origin,
        Command = command,
        NextStep = nextStep.Trim(),
        Source = Source,
    };
}
