using System;
using System.Collections.Generic;
using GpuVSphere.Catalog;
using GpuVSphere.Shell;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The package is for the guest's system and machine.</summary>
internal sealed class GuestDriverFormRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "GUEST-DRIVER-FORM";

    /// <inheritdoc/>
    public override string Title => "The guest driver's package is for the guest's system and machine";

    /// <inheritdoc/>
    public override string Why => "A package for another system or machine cannot be installed, and is some hundred megabytes to upload.";

    /// <inheritdoc/>
    public override string Source => "the names of NVIDIA's packages (nvidiavgpuarchive/index@89484e2): .run for any Linux, .deb, .rpm, .exe for Windows";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.InstallGuestDriver;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.GuestDriver is not { } asked)
        {
            yield break;
        }

        GuestDriverPackage package = asked.Package;
        if (package.IsForWindows != (asked.Family == GuestFamily.Windows))
        {
            yield return Verdict.Confirmed(
                $"{package.Name} is for {(package.IsForWindows ? "Windows" : "Linux")}, and {subject.Target.Name} runs {asked.System}.",
                $"Give the driver for {(package.IsForWindows ? "Linux: a .run, .deb or .rpm file" : "Windows: an .exe file")}.");
            yield break;
        }

        if (package.Architecture is { } made && asked.Architecture is { } machine && !string.Equals(made, machine, StringComparison.OrdinalIgnoreCase))
        {
            yield return Verdict.Confirmed($"{package.Name} is for {made}, and {subject.Target.Name} is {machine}.", $"Give the driver for {machine}.");
            yield break;
        }

        string? wrong = package.Form switch
        {
            GuestDriverForm.Deb when asked.PackageManager is not (null or "apt") => "Debian and Ubuntu",
            GuestDriverForm.Rpm when asked.PackageManager is "apt" => "Red Hat and its relatives",
            _ => null,
        };
        if (wrong is not null)
        {
            yield return Verdict.Confirmed(
                $"{package.Name} is for {wrong}, and {subject.Target.Name} runs {asked.System}, which has {asked.PackageManager}.",
                $"Give {(package.Form == GuestDriverForm.Deb ? "the .rpm" : "the .deb")} or the .run file of the same driver.");
        }
        else if (package.Form is GuestDriverForm.Deb or GuestDriverForm.Rpm && asked.PackageManager is null)
        {
            yield return Verdict.Confirmed(
                $"{subject.Target.Name} runs {asked.System}, and none of apt-get, dnf, yum and zypper was found there, which would install {package.Name}.",
                "Give the .run file of the same driver.");
        }
        else
        {
            yield return Verdict.Holds($"{package.Name} is for {asked.System}.");
        }
    }
}
