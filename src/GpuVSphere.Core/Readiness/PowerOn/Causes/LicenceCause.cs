using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Readiness.PowerOn.Causes;

/// <summary>A licence is missing.</summary>
internal sealed class LicenceCause : PowerOnRule
{
    /// <inheritdoc/>
    public override PowerOnCause Cause => PowerOnCause.Licence;

    /// <inheritdoc/>
    public override string Title => "A licence is missing: of vSphere, or of the vGPU in the guest";

    /// <inheritdoc/>
    public override string KnownBy => "NotEnoughLicenses and its kin; 'vGPU license state: Unlicensed'; nvidia-gridd without a server";

    /// <inheritdoc/>
    public override string Source => "PowerOnVM_Task: NotEnoughLicenses; NVIDIA licensing guide: an unlicensed vGPU starts, and is slowed down after 20 minutes";

    /// <inheritdoc/>
    public override IEnumerable<PowerOnFinding> Explain(PowerOnEvidence evidence)
    {
        if (evidence.IsFault("NotEnoughLicenses", "LicenseExpired", "LicenseRestricted", "LicenseEntityNotFound", "LicenseKeyEntityMismatch", "InvalidLicense", "NoLicenseServerConfigured"))
        {
            yield return Finding(
                evidence,
                PowerOnCertainty.Proved,
                evidence.Lines.FirstOrDefault(),
                $"The vSphere licence of {evidence.HostText} does not allow the VM to be powered on; vGPU needs an edition that has it.",
                "Look at the host's licence in vCenter (Administration, Licensing), and assign one that is valid and has room.");
        }
        else if ((evidence.Find(PowerOnTexts.VgpuLicence) ?? evidence.Find(PowerOnTexts.GriddServer)) is { } line && evidence.PluginLine is null && evidence.NoResourceLine is null)
        {
            yield return Finding(
                evidence,
                PowerOnCertainty.Proved,
                line,
                PowerOnTexts.Has(line.Text, PowerOnTexts.GriddServer)
                    ? "nvidia-gridd in the guest knows no licence server, so the vGPU gets no licence."
                    : "The vGPU started without a licence. That keeps no VM from powering on; it is slowed down after 20 minutes.",
                "Give the guest its licence: the client token, or ServerAddress and FeatureType in gridd.conf; then check the guest's clock and its way to the server (DNS, port 443), and restart nvidia-gridd.");
        }
    }
}
