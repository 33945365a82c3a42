using System.Collections.Generic;

namespace GpuVSphere.Readiness;

/// <summary>One thing that goes wrong with GPUs on vSphere, and how it is seen beforehand. A rule does no I/O: the same subject gives the same verdicts.</summary>
public abstract class ReadinessRule
{
    /// <summary>The stable id, such as <c>VM-FIRMWARE</c>; <c>-SkipRule</c> takes it.</summary>
    public abstract string Id { get; }

    /// <summary>What must hold, in one line.</summary>
    public abstract string Title { get; }

    /// <summary>Why it matters, in one or two sentences: what goes wrong where it does not hold.</summary>
    public abstract string Why { get; }

    /// <summary>What the rule rests on: a document, a KB number, a test.</summary>
    public abstract string Source { get; }

    /// <summary>For which actions it speaks.</summary>
    public abstract ReadinessAction AppliesTo { get; }

    /// <summary>The evidence it needs beyond the inventory.</summary>
    public virtual EvidenceKinds Needs => EvidenceKinds.None;

    /// <summary>Judges one subject of an action it applies to.</summary>
    /// <param name="subject">The object with its evidence.</param>
    /// <returns>
    /// What is to be said: what was seen and is right (<see cref="VerdictKind.Holds"/>), what troubles, and what could not be read.
    /// Nothing when the subject does not concern the rule.
    /// </returns>
    public abstract IEnumerable<Verdict> Evaluate(ReadinessSubject subject);
}
