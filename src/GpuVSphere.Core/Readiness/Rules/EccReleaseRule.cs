using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>ECC is as the vGPU release of the host's driver has it: off before 9.0, not off without a reason since.</summary>
internal sealed class EccReleaseRule : ReadinessRule
{
    private const int FirstWithEcc = 9;

    /// <inheritdoc/>
    public override string Id => "ECC-RELEASE";

    /// <inheritdoc/>
    public override string Title => "ECC fits the vGPU release of the host's driver";

    /// <inheritdoc/>
    public override string Why => "Before release 9.0 a vGPU does not start on a GPU with ECC on, and the message at power-on does not say so. Since then ECC off hides memory errors for nothing.";

    /// <inheritdoc/>
    public override string Source => "VMware's guide to GPUs, 6.1.7: vGPU software before release 9.0 does not support ECC, release 9.0 and later does";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.EnableEcc | ReadinessAction.DisableEcc;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Devices.Count == 0)
        {
            yield break;
        }

        if (subject.HostDriver is not { } driver)
        {
            yield return Verdict.Unconfirmed($"Which driver {subject.Target.Name} runs was not told; before vGPU 9.0 vGPUs need ECC off, from 9.0 they do not.");
            yield break;
        }

        VgpuDriverMatch match = VgpuCatalog.InUse.FindReleases(driver);
        bool isOn = (subject.Action & ReadinessAction.EnableEcc) != 0;
        string devices = string.Join(", ", subject.Devices.Select((GpuDevice device) => device.Address.ToString()));
        if (match.Major is not { } major)
        {
            yield return Verdict.Unconfirmed($"The vGPU release of driver {driver} on {subject.Target.Name} is not known; before 9.0 vGPUs need ECC off, from 9.0 they do not.");
        }
        else if (major < FirstWithEcc && isOn)
        {
            yield return Verdict.Confirmed(
                $"Driver {driver} on {subject.Target.Name} is vGPU {match.ReleaseText}, and vGPUs do not start with ECC before release 9.0: it stays off on {devices}.",
                "Install vGPU 9.0 or later (Install-NvidiaVib) and switch ECC on then; or, where no vGPU is to run, -SkipRule ECC-RELEASE.");
        }
        else if (major >= FirstWithEcc && !isOn)
        {
            yield return Verdict.Unconfirmed(
                $"Driver {driver} on {subject.Target.Name} is vGPU {match.ReleaseText}, which works with ECC: off is not needed since release 9.0, and memory errors of {devices} will go unnoticed.");
        }
        else
        {
            yield return Verdict.Holds(
                $"Driver {driver} on {subject.Target.Name} is vGPU {match.ReleaseText}, {(isOn ? "which works with ECC on" : "which needs ECC off")}.");
        }
    }
}
