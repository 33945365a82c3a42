using System.Collections.Generic;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The GPUs are set to Shared Direct before the driver is installed.</summary>
internal sealed class VibGraphicsRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VIB-GRAPHICS";

    /// <inheritdoc/>
    public override string Title => "The GPUs are Shared Direct before the driver comes";

    /// <inheritdoc/>
    public override string Why => "With the driver first the client no longer offers to switch the GPUs from Shared to Shared Direct, and a second reboot is needed to set it.";

    /// <inheritdoc/>
    public override string Source => "Learning guide 6.1.3: install the VIB after enabling the vGPU mode";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.InstallDriver;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Software is { Packages.Count: > 0, SharedGpus.Count: > 0 } software)
        {
            yield return Verdict.Confirmed(
                $"{string.Join(", ", software.SharedGpus)} on {subject.Target.Name} {(software.SharedGpus.Count == 1 ? "is" : "are")} still Shared, and vGPUs need Shared Direct; the guide sets that before the driver is installed.",
                "Add -SetGraphicsMode: it is set in the same change, and one reboot serves both.");
        }
        else if (subject.Software is { Packages.Count: > 0 })
        {
            yield return Verdict.Holds($"No GPU of {subject.Target.Name} stays Shared.");
        }
    }
}
