using System.Collections.Generic;
using GpuVSphere.Catalog;

namespace GpuVSphere.Readiness.PowerOn.Causes;

/// <summary>The host has another driver than the profile belongs to.</summary>
internal sealed class HostDriverCause : PowerOnRule
{
    /// <inheritdoc/>
    public override PowerOnCause Cause => PowerOnCause.HostDriver;

    /// <inheritdoc/>
    public override string Title => "The host has another NVIDIA driver than the one that the profile belongs to";

    /// <inheritdoc/>
    public override string KnownBy => "the vGPU plug-in does not start, and nothing else is seen";

    /// <inheritdoc/>
    public override string Source => "frankdenneman.nl 2023-07-06; fenghan0430/How-to-use-vGPU 5, 11: the graphics and the AI Enterprise driver offer different profiles, and a branch ends support for GPUs";

    /// <inheritdoc/>
    public override IEnumerable<PowerOnFinding> Explain(PowerOnEvidence evidence)
    {
        if (evidence.PluginLine is { } line)
        {
            yield return Finding(
                evidence,
                PowerOnCertainty.Possible,
                line,
                "The host may have another driver than the one the profile belongs to" + (evidence.HostDriver is { } driver ? $"; it has {driver}, vGPU {VgpuCatalog.InUse.FindReleases(driver).ReleaseText}" : string.Empty),
                evidence.HostName is { } host
                    ? $"Get-VgpuProfile -VMHost {Typed.Name(host)} lists what the driver offers, Get-NvidiaSmi -VMHost {Typed.Name(host)} what it says."
                    : "Get-VgpuProfile lists what the driver offers, Get-NvidiaSmi what it says.");
        }
    }
}
