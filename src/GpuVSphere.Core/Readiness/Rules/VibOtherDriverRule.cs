using System.Collections.Generic;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The host has no other driver of NVIDIA's beside the one that comes.</summary>
internal sealed class VibOtherDriverRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VIB-OTHER-DRIVER";

    /// <inheritdoc/>
    public override string Title => "The host has no other driver of NVIDIA's, such as the one of the other flavour";

    /// <inheritdoc/>
    public override string Why => "Two drivers bring the same files. The host refuses the second, after its VMs were moved away for it.";

    /// <inheritdoc/>
    public override string Source => "SoftwarePackageCapability.overlay: two packages cannot install one file. Whether a package replaces the other is not told by its name, so it warns";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.InstallDriver;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        foreach (string other in subject.Software?.OtherDrivers ?? [])
        {
            yield return Verdict.Unconfirmed(
                $"{subject.Target.Name} has the driver {other}, and one of another name is to come: the host refuses two drivers, unless the package replaces the other. Uninstall-NvidiaVib -VMHost {Typed.Name(subject.Target.Name)} -Name {Typed.Name(other)} takes it away first.");
        }

        if (subject.Software is { Packages.Count: > 0, OtherDrivers.Count: 0 })
        {
            yield return Verdict.Holds($"{subject.Target.Name} has no driver of NVIDIA's that the package does not replace.");
        }
    }
}
