using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The package is NVIDIA's driver or its management daemon.</summary>
internal sealed class VibNvidiaRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VIB-NVIDIA";

    /// <inheritdoc/>
    public override string Title => "The package is NVIDIA's driver for ESXi or its management daemon";

    /// <inheritdoc/>
    public override string Why => "A package of another vendor installs without a word and needs the same reboot, and afterwards the host still has no vGPU.";

    /// <inheritdoc/>
    public override string Source => "The names of NVIDIA's packages, nvidiavgpuarchive/index@89484e2";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.InstallDriver;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        foreach (SoftwarePackage package in subject.Software?.Packages ?? [])
        {
            if (package.Vibs.All(vib => vib is null))
            {
                yield return Verdict.Confirmed(
                    $"{package.Title} is not one of NVIDIA's packages for ESXi by its names.",
                    "Give the host driver (NVIDIA-VMware..., NVD-VGPU..., NVD-AIE...) or the management daemon (nvd-gpu-mgmt-daemon...).");
            }
            else
            {
                yield return Verdict.Holds($"{package.Title} is one of NVIDIA's packages for ESXi.");
            }
        }
    }
}
