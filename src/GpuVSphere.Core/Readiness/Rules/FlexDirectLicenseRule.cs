using System.Collections.Generic;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The program has a licence before a scheduler is started.</summary>
internal sealed class FlexDirectLicenseRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "FLEX-LICENSE";

    /// <inheritdoc/>
    public override string Title => "FlexDirect's licence is ready for use";

    /// <inheritdoc/>
    public override string Why => "Without a licence the program refuses every other command, the scheduler among them.";

    /// <inheritdoc/>
    public override string Source => "VMware's guide to GPUs for machine learning (2019), 7.2.4: License is ready for use";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.StartFlexDirect;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.FlexDirect is { Program: not null, IsLicensed: { } isLicensed })
        {
            // How the program words its state is not attested for every release: what it seems to say does not block.
            yield return isLicensed
                ? Verdict.Holds("The licence is ready for use.")
                : Verdict.Unconfirmed(
                    $"FlexDirect in {subject.Target.Name} seems to have no valid licence. Initialize-FlexDirect -VM {Typed.Name(subject.Target.Name)} brings it.",
                    $"Initialize-FlexDirect -VM {Typed.Name(subject.Target.Name)} -LicenseKey (Read-Host -AsSecureString)");
        }
    }
}
