using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;

namespace GpuVSphere.Readiness.PowerOn.Causes;

/// <summary>ECC is on with a vGPU release that does not support it.</summary>
internal sealed class EccOnCause : PowerOnRule
{
    /// <inheritdoc/>
    public override PowerOnCause Cause => PowerOnCause.EccOn;

    /// <inheritdoc/>
    public override string Title => "ECC is on with a vGPU release before 9.0";

    /// <inheritdoc/>
    public override string KnownBy => "the vGPU plug-in does not start; nvidia-smi shows ECC on and a driver of vGPU 8 or older";

    /// <inheritdoc/>
    public override string Source => "VMware's guide to GPUs, 6.1.7: vGPU software before release 9.0 does not support ECC, release 9.0 and later does";

    /// <inheritdoc/>
    public override IEnumerable<PowerOnFinding> Explain(PowerOnEvidence evidence)
    {
        if (evidence.PluginLine is not { } line)
        {
            yield break;
        }

        DriverVersion? driver = evidence.HostDriver ?? DriverVersion.TryParse(evidence.Smi.Select(gpu => gpu.DriverVersion).FirstOrDefault(version => version is not null));
        VgpuDriverMatch? match = driver is null ? null : VgpuCatalog.InUse.FindReleases(driver);
        bool? isOn = evidence.Smi.Count == 0 ? null : evidence.Smi.Any(gpu => gpu.EccCurrent == true);
        if (match?.Major >= FirstWithEcc || isOn == false)
        {
            yield break;
        }

        bool isOld = match?.Major is not null;
        string release = isOld ? $" of {evidence.HostText} is vGPU {match!.ReleaseText}, which does not start with ECC" : string.Empty;
        string command = evidence.HostName is { } host ? $"Set-GpuEcc -VMHost {Typed.Name(host)} -All -Enabled $false" : string.Empty;
        yield return Finding(
            evidence,
            isOn == true && isOld ? PowerOnCertainty.Proved : isOld ? PowerOnCertainty.Likely : PowerOnCertainty.Possible,
            line,
            isOld ? $"The driver {driver}{release}{(isOn == true ? ", and it is on" : ", and it is on as GPUs come")}" : "ECC may be on with a vGPU release before 9.0",
            isOld ? "The host is rebooted for it, with -Reboot; then power the VM on." : "Get-GpuEcc shows it, and Set-GpuEcc switches it off; it needs no change from vGPU 9.0 on.",
            isOld && command.Length > 0 ? command : null);
    }

    private const int FirstWithEcc = 9;
}
