using System.Collections.Generic;

namespace GpuVSphere.Readiness;

/// <summary>One thing that goes wrong with GPUs on vSphere, and how it is seen beforehand. A rule does no I/O: the same subject gives the same verdicts.</summary>
public abstract class ReadinessRule
{
    /// <summary>The stable id, such as <c>VM-FIRMWARE</c>; <c>-SkipRule</c> takes it.</summary>
    public abstract string Id { get; }

    /// <summary>What must hold, in one line.</summary>
    public abstract string Title { get; }

    /// <summary>What the rule rests on: a document, a KB number, a test.</summary>
    public abstract string Source { get; }

    /// <summary>For which actions it speaks.</summary>
    public abstract ReadinessAction AppliesTo { get; }

    /// <summary>The evidence it needs beyond the inventory.</summary>
    public virtual EvidenceKinds Needs => EvidenceKinds.None;

    /// <summary>Judges one subject of an action it applies to.</summary>
    /// <param name="subject">The object with its evidence.</param>
    /// <returns>What is to be said; nothing when all is well.</returns>
    public abstract IEnumerable<Verdict> Evaluate(ReadinessSubject subject);
}
