using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The host takes software of the package's acceptance level.</summary>
internal sealed class VibAcceptanceRule : ReadinessRule
{
    private static readonly string[] s_levels = ["CommunitySupported", "PartnerSupported", "VMwareAccepted", "VMwareCertified"];

    /// <inheritdoc/>
    public override string Id => "VIB-ACCEPTANCE";

    /// <inheritdoc/>
    public override string Title => "The package's acceptance level is at least the host's";

    /// <inheritdoc/>
    public override string Why => "A host refuses a VIB below its acceptance level, and finds that out only when it is already in maintenance mode.";

    /// <inheritdoc/>
    public override string Source => "esxcli's AcceptanceConfigError: a VIB below the host's level is refused";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.InstallDriver;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Software is not { Packages.Count: > 0 } software)
        {
            yield break;
        }

        int host = software.HostAcceptance.IsKnown ? Rank(software.HostAcceptance.Value) : -1;
        if (host < 0)
        {
            yield return Verdict.Unconfirmed($"The acceptance level of {subject.Target.Name} could not be read: {software.HostAcceptance.WhyUnknown ?? software.HostAcceptance.Value}.");
            yield break;
        }

        foreach (SoftwarePackage package in software.Packages)
        {
            string? low = package.AcceptanceLevels.FirstOrDefault(level => Rank(level) is >= 0 and int rank && rank < host);
            if (low is not null)
            {
                yield return Verdict.Confirmed(
                    $"{package.Title} has the acceptance level {low}, and {subject.Target.Name} takes {s_levels[host]} and above.",
                    $"Give a package of NVIDIA's that is signed, or lower the host's level: esxcli software acceptance set --level={low}");
            }
            else if (package.AcceptanceLevels.Any(level => Rank(level) >= 0))
            {
                yield return Verdict.Holds($"{package.Title} has the acceptance level {string.Join(", ", package.AcceptanceLevels.Distinct())}, and {subject.Target.Name} takes {s_levels[host]} and above.");
            }
        }
    }

    private static int Rank(string? level) => Array.FindIndex(s_levels, known => string.Equals(known, level?.Trim(), StringComparison.OrdinalIgnoreCase));
}
