using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The host has room for the package.</summary>
internal sealed class VibSpaceRule : ReadinessRule
{
    private const long Megabyte = 1024 * 1024;

    /// <inheritdoc/>
    public override string Id => "VIB-SPACE";

    /// <inheritdoc/>
    public override string Title => "The host has room for the package";

    /// <inheritdoc/>
    public override string Why => "An installation that runs out of room fails after the VMs of the host were moved away or shut down for it.";

    /// <inheritdoc/>
    public override string Source => "esxcli storage filesystem list: what is free on the boot banks. Which volume a package goes to is not documented, so it warns";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.InstallDriver;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Software is not { Packages.Count: > 0 } software)
        {
            yield break;
        }

        if (!software.FreeBytes.IsKnown)
        {
            yield return Verdict.Unconfirmed($"What is free on the boot banks of {subject.Target.Name} could not be read: {software.FreeBytes.WhyUnknown}.");
            yield break;
        }

        long needed = software.Packages.Sum(package => package.SizeBytes ?? 0);
        if (needed > software.FreeBytes.Value)
        {
            yield return Verdict.Unconfirmed(
                $"{subject.Target.Name} has {(software.FreeBytes.Value / Megabyte).ToString(CultureInfo.InvariantCulture)} MB free on its boot banks, and the packages have {(needed / Megabyte).ToString(CultureInfo.InvariantCulture)} MB: the installation may fail for want of space.",
                "Remove VIBs that are no longer used (esxcli software vib list).");
        }
        else
        {
            yield return Verdict.Holds(
                $"{subject.Target.Name} has {(software.FreeBytes.Value / Megabyte).ToString(CultureInfo.InvariantCulture)} MB free on its boot banks, and the packages have {(needed / Megabyte).ToString(CultureInfo.InvariantCulture)} MB.");
        }
    }
}
