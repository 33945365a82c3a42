using System.Collections.Generic;
using System.Globalization;
using GpuVSphere.Catalog;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The guest has room for the package, and lets it be started where it is put.</summary>
internal sealed class GuestSpaceRule : ReadinessRule
{
    private const long Megabyte = 1024 * 1024;

    // A .run file unpacks to about three times its size beside itself before anything is installed.
    private const int Unpacked = 4;

    /// <inheritdoc/>
    public override string Id => "GUEST-SPACE";

    /// <inheritdoc/>
    public override string Title => "The guest has room for the driver's package";

    /// <inheritdoc/>
    public override string Why => "The package is uploaded whole and unpacked beside itself; an installation that runs out of room leaves half a driver.";

    /// <inheritdoc/>
    public override string Source => "df in the guest; that an installer unpacks to some four times its size is an estimate, so that only what does not fit at all is refused";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.InstallGuestDriver;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.GuestDriver is not { PackageBytes: { } size } asked)
        {
            yield break;
        }

        if (!asked.FreeBytes.IsKnown)
        {
            yield return Verdict.Unconfirmed($"How much room {subject.Target.Name} has could not be told, because {asked.FreeBytes.WhyUnknown}; {asked.Package.Name} has {Text(size)} MB.");
        }
        else if (asked.FreeBytes.Value < size)
        {
            yield return Verdict.Confirmed(
                $"{asked.Package.Name} has {Text(size)} MB, and {subject.Target.Name} has {Text(asked.FreeBytes.Value)} MB free where it is put.", "Make room in the guest.");
        }
        else if (asked.FreeBytes.Value < size * Unpacked)
        {
            yield return Verdict.Unconfirmed(
                $"{asked.Package.Name} has {Text(size)} MB and unpacks to several times as much; {subject.Target.Name} has {Text(asked.FreeBytes.Value)} MB free where it is put.", "Make room in the guest if it fails.");
        }
        else
        {
            yield return Verdict.Holds($"{Text(asked.FreeBytes.Value)} MB are free in the guest for {Text(size)} MB.");
        }

        if (asked.IsNoExec && asked.Package.Form == GuestDriverForm.RunFile)
        {
            yield return Verdict.Unconfirmed(
                $"The folder for temporary files of {subject.Target.Name} is mounted noexec, and the installer may not be started from it.", "findmnt -T /var/tmp in the guest names its mount: remount that for the installation, with mount -o remount,exec.");
        }
    }

    private static string Text(long bytes) => ((bytes + Megabyte - 1) / Megabyte).ToString(CultureInfo.InvariantCulture);
}
