using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The host does not boot from USB.</summary>
internal sealed class HostUsbBootRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "HOST-USB-BOOT";

    /// <inheritdoc/>
    public override string Title => "The host does not boot from USB";

    /// <inheritdoc/>
    public override string Why => "Passthrough is kept in the host's configuration on its boot device. From USB the setting is lost at the next reboot, and VMs that were given a GPU no longer start.";

    /// <inheritdoc/>
    public override string Source => "vSphere 7.0 documentation: passthrough is not to be enabled on hosts that boot from USB, since the setting cannot be kept there";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.EnablePassthrough | ReadinessAction.UsePassthrough;

    /// <inheritdoc/>
    public override EvidenceKinds Needs => EvidenceKinds.BootDevice;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        // Whether a host is ready is asked only of one that answers and has GPUs; that it does not, other rules say.
        if (subject.Action == ReadinessAction.UsePassthrough && subject is not { Host.IsConnected: true, Devices.Count: > 0 })
        {
            yield break;
        }

        if (!subject.BootsFromUsb.IsKnown)
        {
            yield return Verdict.Unconfirmed(
                $"Whether {subject.Target.Name} boots from USB could not be read, because {subject.BootsFromUsb.WhyUnknown}. Passthrough settings of a host that does are lost.");
        }
        else if (!subject.BootsFromUsb.Value)
        {
            yield return Verdict.Holds($"{subject.Target.Name} does not boot from USB.");
        }
        else if (subject.Action == ReadinessAction.UsePassthrough && subject.Devices.All(device => device.IsActive))
        {
            yield return Verdict.Unconfirmed(
                $"{subject.Target.Name} boots from a USB device. Passthrough is in force now, and the setting may not be kept over a reboot.",
                "Install ESXi on a disk before the host is rebooted.");
        }
        else
        {
            yield return Verdict.Confirmed(
                $"{subject.Target.Name} boots from a USB device, where passthrough is not supported: the setting is not kept over a reboot.",
                "Install ESXi on a disk, or accept the risk with -SkipRule HOST-USB-BOOT.");
        }
    }
}
