using System.Collections.Generic;

namespace GpuVSphere.Readiness.Rules;

/// <summary>Of each VIB one version is given.</summary>
internal sealed class VibTwiceRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VIB-TWICE";

    /// <inheritdoc/>
    public override string Title => "The packages bring one version of each VIB";

    /// <inheritdoc/>
    public override string Why => "A host holds one version of a VIB by name. Which one of two is left depends on their order, and the guests' drivers must fit the one that is.";

    /// <inheritdoc/>
    public override string Source => "A host has one version of a VIB by name; which one of two would come is nothing to guess at";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.InstallDriver;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        foreach (string vib in subject.Software?.GivenTwice ?? [])
        {
            yield return Verdict.Confirmed(
                $"More than one version of a VIB is given, and a host has one: {vib}.",
                "Give the package of one version; a pattern such as *.vib may match more files than are meant.");
        }

        if (subject.Software is { Packages.Count: > 0, GivenTwice.Count: 0 })
        {
            yield return Verdict.Holds("Each VIB is given in one version.");
        }
    }
}
