using System.Collections.Generic;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>NVIDIA's driver is installed on the host.</summary>
internal sealed class DriverInstalledRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "DRIVER-INSTALLED";

    /// <inheritdoc/>
    public override string Title => "NVIDIA's host driver is installed";

    /// <inheritdoc/>
    public override string Why => "vGPUs are made by NVIDIA's driver in the VMkernel. Without it the host offers no profile, and VMs that have one do not start.";

    /// <inheritdoc/>
    public override string Source => "Learning guide 6.1.3 and 6.1.4: esxcli software vib list";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.UseVgpu;

    /// <inheritdoc/>
    public override EvidenceKinds Needs => EvidenceKinds.HostSoftware;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Host is not { IsConnected: true, Devices.Count: > 0 } host)
        {
            yield break;
        }

        if (!subject.HostSoftware.IsKnown)
        {
            yield return Verdict.Unconfirmed(
                $"Whether NVIDIA's driver is installed on {host.Name} cannot be read, because {subject.HostSoftware.WhyUnknown}: confirm.",
                $"Get-NvidiaVib -VMHost {ConfiguredGpus.Word(host)} lists it.");
        }
        else if (subject.HostSoftware.Value?.Driver is { } driver)
        {
            yield return Verdict.Holds($"{host.Name} has {driver.Name}{(driver.Releases is null ? string.Empty : $", vGPU {driver.Releases.ReleaseText}")}.");
        }
        else
        {
            yield return Verdict.Confirmed(
                $"{host.Name} has none of NVIDIA's drivers for ESXi.",
                $"Install-NvidiaVib -VMHost {ConfiguredGpus.Word(host)} -Path <package> -SetGraphicsMode -Reboot");
        }
    }
}
