using System.Collections.Generic;
using GpuVSphere.Catalog;
using GpuVSphere.Shell;

namespace GpuVSphere.Readiness.Rules;

/// <summary>Secure Boot lets the module be loaded that is built in the guest.</summary>
internal sealed class GuestModuleSignatureRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "GUEST-MODULE-SIGNATURE";

    /// <inheritdoc/>
    public override string Title => "Secure Boot lets the driver's module be loaded";

    /// <inheritdoc/>
    public override string Why => "A module that is built in the guest is not signed with a key that the firmware knows. With Secure Boot the kernel refuses it, and the installation fails at its end.";

    /// <inheritdoc/>
    public override string Source => "NVIDIA, driver README, Signing the NVIDIA Kernel Module; the kernel's 'Required key not available'";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.InstallGuestDriver;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.GuestDriver is not { Family: GuestFamily.Linux } asked)
        {
            yield break;
        }

        string name = subject.Target.Name;
        if (!asked.SecureBoot.IsKnown)
        {
            if (subject.Vm is not { Firmware: "bios" })
            {
                yield return Verdict.Unconfirmed($"Whether Secure Boot is on in {name} could not be told, because {asked.SecureBoot.WhyUnknown}. With it, a module that is not signed is not loaded.", "mokutil --sb-state tells it in the guest.");
            }
        }
        else if (!asked.SecureBoot.Value)
        {
            yield return Verdict.Holds("Secure Boot is off in the guest.");
        }
        else if (asked.Package.Form == GuestDriverForm.RunFile)
        {
            yield return Verdict.Confirmed(
                $"Secure Boot is on in {name}, and {asked.Package.Name} builds a module that nobody signs: the kernel will not load it.",
                "Switch Secure Boot off in the VM's boot options while it is powered off; or sign the module with a key that the firmware knows, and add -SkipRule GUEST-MODULE-SIGNATURE.");
        }
        else
        {
            yield return Verdict.Unconfirmed(
                $"Secure Boot is on in {name}: the module that {asked.Package.Name} has DKMS build is loaded only when DKMS signs it with a key that the firmware knows.",
                "Enrol DKMS' key in the guest with mokutil --import, or switch Secure Boot off in the VM's boot options.");
        }
    }
}
